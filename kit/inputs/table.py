"""Table: rows of named columns."""

import dataclasses
import difflib
import unicodedata
import warnings
from collections.abc import Mapping

import numpy as np

from kit.errors import Fault, KitError, SchemaError
from kit.inputs import INPUTS
from kit.inputs import columns as kinds
from kit.inputs.findings import Finding, in_rows, raise_if_any


@INPUTS.register("table")
@dataclasses.dataclass(frozen=True)
class Table:
    """Rows of named columns; each column is `Numeric`, `Boolean`, `Date` or `Category`.

    Columns are found by name, whatever their order. Encoded, a table is a dict of "numeric",
    float32 (N, F), NaN where missing, and "categorical", int32 (N, C), 0 where unknown; a key
    is absent where no column is of that kind.

    Args:
        columns: the columns, in the order in which the model sees them.

    Raises:
        KitError: if there is no column, or two have one name.

    Example:
        >>> table = kit.inputs.Table.of_numbers(2)
        >>> table.encode(pd.DataFrame({"x1": [2.0], "x0": [1.0]}))["numeric"].tolist()
        [[1.0, 2.0]]
    """

    columns: tuple

    rank = 2

    def __post_init__(self):
        object.__setattr__(self, "columns", tuple(self.columns))
        names = [_normal(column.name) for column in self.columns]
        twice = sorted({name for name in names if names.count(name) > 1})
        if not names or twice:
            what = f"columns named twice: {', '.join(twice)}" if twice else "no columns"
            raise KitError(f"A Table needs at least one column and each name once. Received {what}.")

    @classmethod
    def of_numbers(cls, count):
        """A table of the numeric columns x0, x1, ... as plain arrays hold them."""
        return cls(tuple(kinds.Numeric(f"x{i}") for i in range(count)))

    @property
    def shape(self):
        """Shape of one encoded row, by key: {"numeric": (F,), "categorical": (C,)}."""
        sizes = {"numeric": len(self._standards()), "categorical": len(self._categories())}
        return {key: (size,) for key, size in sizes.items() if size}

    def encode(self, raw):
        """Rows -> {"numeric": float32 (N, F), "categorical": int32 (N, C)}.

        Args:
            raw: DataFrame, list of dicts, or array (N, number of columns) in the table's order.

        Raises:
            SchemaError: if columns are missing (names the nearest one) or hold another kind of value.
            DataError: if numbers are infinite; names column and rows.

        Warns:
            UserWarning: if there are columns that the table does not know; they are ignored.
        """
        encoded, findings = self.encoded(raw)
        raise_if_any(findings)
        return encoded

    def encoded(self, raw, names=None):
        """(what `encode` gives, findings): values at fault are missing and listed.

        Args:
            raw: as in `encode`.
            names: what rows are called in messages, one a row; None for their numbers.
        """
        found = self._found(raw)
        arrays = {"numeric": [], "categorical": []}
        findings = []
        for column, values in zip(self.columns, found, strict=True):
            array, problems = column.encode(values)
            arrays["categorical" if column.categorical else "numeric"].append(array)
            findings += [_finding(column, problem, names) for problem in problems]
        return {key: np.column_stack(parts) for key, parts in arrays.items() if parts}, findings

    def is_one(self, raw):
        """Whether this is one row (a dict, a Series, a 1-D array) and not a batch of rows."""
        return isinstance(raw, Mapping) or getattr(raw, "ndim", None) == 1

    def fitted(self, raw):
        """A copy with the statistics and levels of the training part."""
        pairs = zip(self.columns, self._found(raw), strict=True)
        return Table(tuple(column.fitted(values) for column, values in pairs))

    @property
    def is_fitted(self):
        """Whether the statistics of a training part are known."""
        return any(column != type(column)(column.name) for column in self.columns)

    @property
    def texts(self):
        """Names of the columns whose categories are texts."""
        return tuple(c.name for c in self._categories() if any(isinstance(level, str) for level in c.levels))

    def unseen(self, raw):
        """Names that training did not see, with their counts, by column; they count as unknown."""
        pairs = zip(self.columns, self._found(raw), strict=True)
        counts = {column.name: column.unseen(values) for column, values in pairs if column.categorical}
        return {name: unseen for name, unseen in counts.items() if unseen}

    def layers(self):
        """(dict of Keras inputs, their features as one tensor (batch, number of features))."""
        from kit.inputs import features

        return features.layers(self._standards(), self._categories())

    def edges(self):
        """Rising edges of bins for each number, in the units in which `layers` gives the numbers.

        Returns:
            (F, T + 1) float64 array; where a number has fewer bins its last edge is there again.

        Example:
            >>> kit.Table.of_numbers(2).edges().shape
            (2, 33)
        """
        from kit.inputs import features

        return features.edges(self._standards(), [edge for each in self._numbers() for edge in each.edges()])

    def describe(self):
        """One line for the log."""
        counts = [(kind, sum(column.kind == kind for column in self.columns)) for kind in _KINDS]
        return f"a table of {', '.join(f'{count} {kind}' for kind, count in counts if count)} columns"

    def to_json(self):
        """Plain data from which `from_json` makes an equal input."""
        columns = [{"kind": column.kind, **dataclasses.asdict(column)} for column in self.columns]
        return {"kind": "table", "columns": columns}

    @classmethod
    def from_json(cls, stored):
        """The input that `to_json` described."""
        return cls(tuple(kinds.from_json(column) for column in stored["columns"]))

    def _standards(self):
        return [standard for column in self._numbers() for standard in column.standards()]

    def _numbers(self):
        return [column for column in self.columns if not column.categorical]

    def _categories(self):
        return [column for column in self.columns if column.categorical]

    def _found(self, raw):
        """The values of each column, as one array a column."""
        if isinstance(raw, np.ndarray):
            return self._by_position(raw)
        if hasattr(raw, "columns"):
            return self._by_name({_normal(name): raw[name].to_numpy() for name in raw.columns})
        return self._by_name(_transposed(list(raw)))

    def _by_position(self, raw):
        if raw.ndim != 2 or raw.shape[1] != len(self.columns):
            expected = f"(N, {len(self.columns)})"
            raise SchemaError([Fault("table", f"array of shape {raw.shape}", expected)])
        return list(raw.T)

    def _by_name(self, values):
        wanted = [_normal(column.name) for column in self.columns]
        missing = [name for name in wanted if name not in values]
        if missing:
            raise SchemaError([_missing_column(name, values, wanted) for name in missing])
        extra = [name for name in values if name not in wanted]
        if extra:
            message = f"Not there in training, so ignored: {', '.join(map(repr, extra))}."
            warnings.warn(message, UserWarning, stacklevel=4)
        return [values[name] for name in wanted]


_KINDS = ("numeric", "boolean", "date", "category")


def unseen(input, raw):
    """Sentences on the categories of these rows that training did not have; none of what is no table.

    Example:
        >>> table = kit.Table((kit.inputs.columns.Category("sex", ("f", "m")),))
        >>> unseen(table, pd.DataFrame({"sex": ["f", "male"]}))
        ["column 'sex': 'male' not there in training, so unknown"]
    """
    found = input.unseen(raw) if hasattr(input, "unseen") else {}
    return [
        f"column {column!r}: {', '.join(map(repr, list(names)[:5]))} not there in training, so unknown"
        for column, names in found.items()
    ]


def _normal(name):
    """A column's name as it is compared: text in Unicode's composed form."""
    return unicodedata.normalize("NFC", str(name))


def _transposed(rows):
    """List of dicts -> dict of object arrays."""
    if not all(isinstance(row, Mapping) for row in rows):
        raise SchemaError([Fault("table", "a list of other things", "a DataFrame or a list of dicts")])
    names = list(dict.fromkeys(name for row in rows for name in row))
    lacking = {name: [i for i, row in enumerate(rows) if name not in row] for name in names}
    faults = [
        Fault(in_rows(where), f"no value for column {name!r}", "None where a value is missing")
        for name, where in lacking.items()
        if where
    ]
    if faults:
        raise SchemaError(faults)
    arrays = {_normal(name): np.empty(len(rows), object) for name in names}
    for name in names:
        arrays[_normal(name)][:] = [row[name] for row in rows]
    return arrays


def _missing_column(name, values, wanted):
    spare = {other.casefold(): other for other in values if other not in wanted}
    near = difflib.get_close_matches(name.casefold(), spare, n=1)
    there = f"There are: {', '.join(values) or 'none'}."
    cure = f"Did you mean {spare[near[0]]!r}? Rename it." if near else there
    return Fault(f"column {name!r}", "missing", cure=cure)


def _finding(column, problem, names):
    where = f"column {column.name!r}, {in_rows(problem.rows, names)}"
    fault = Fault(where, problem.found, problem.expected)
    return Finding(fault, tuple(problem.rows.tolist()), problem.schema)
