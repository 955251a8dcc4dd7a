"""Tables: one JSON object a row, with a value for each column."""

import unicodedata

from kit.errors import Fault, SchemaError, unknown
from kit.plain import plain
from kit.serving.kinds.base import KINDS, Kind
from kit.serving.refusals import Refused

_LEVELS = 500  # of a column that are told
_TYPES = {"numeric": ["number"], "boolean": ["boolean", "integer"], "date": ["string"]}
_DATATYPES = {"numeric": "FP64", "boolean": "BOOL", "date": "BYTES"}


@KINDS.register("table")
class Rows(Kind):
    """Rows for `kit.Table`: every column has a value, null where it is missing, and there are no others."""

    name = "table"

    def schema(self):
        columns = {column.name: _schema(column) for column in self.input.columns}
        required = {"required": list(columns), "additionalProperties": False}
        return {"type": "object", "properties": columns, **required}

    def example(self):
        return {column.name: _typical(column) for column in self.input.columns}

    def facts(self):
        columns = [
            {
                "name": column.name,
                "kind": column.kind,
                "typical": _typical(column),
                "levels": list(getattr(column, "levels", ()))[:_LEVELS],
            }
            for column in self.input.columns
        ]
        return {**super().facts(), "columns": columns}

    def read(self, instances):
        known, faults = {_normal(column.name) for column in self.input.columns}, []
        for place, row in enumerate(instances):
            if not isinstance(row, dict):
                raise Refused(400, f"instance {place} is no object of columns; expected {_shown(known)}.")
            faults += _faults(f"instance {place}", row, known)
        if faults:
            raise SchemaError(faults)
        return instances

    def tensors(self):
        kinds = {column.name: _datatype(column) for column in self.input.columns}
        return [{"name": name, "datatype": datatype, "shape": [-1]} for name, datatype in kinds.items()]

    def of_tensors(self, tensors):
        lengths = {name: len(values) for name, (_, _, values) in tensors.items()}
        if len(set(lengths.values())) > 1:
            raise Refused(400, f"Tensors of columns have {lengths} values; expected as many of each.")
        names = list(tensors)
        rows = zip(*(values for _, _, values in tensors.values()), strict=True)
        return self.read([dict(zip(names, row, strict=True)) for row in rows])


def _schema(column):
    typical = [value for value in (_typical(column),) if value is not None]
    shown = {"examples": typical} if typical else {}
    if not column.categorical:
        return {"type": [*_TYPES[column.kind], "null"], **shown}
    levels = ", ".join(map(str, column.levels[:20])) + (", ..." if len(column.levels) > 20 else "")
    kind = "string" if _is_text(column) else "number"
    return {"type": [kind, "null"], "description": f"Any other than {levels} counts as unknown.", **shown}


def _typical(column):
    """A usual value of a column, as JSON."""
    if column.kind == "numeric":
        return float(f"{column.center:.4g}")
    if column.kind == "boolean":
        return False
    if column.kind == "date":
        import datetime

        return (datetime.date(1970, 1, 1) + datetime.timedelta(days=int(column.center))).isoformat()
    return plain(column.levels[0]) if column.levels else None


def _datatype(column):
    if not column.categorical:
        return _DATATYPES[column.kind]
    return "BYTES" if _is_text(column) else "INT64"


def _is_text(column):
    return not column.levels or isinstance(column.levels[0], str)


def _faults(where, row, known):
    """What is wrong with one row: columns that are none, columns that are not there, lists for values."""
    given = {_normal(name): value for name, value in row.items()}
    strange = [Fault(where, str(unknown("column", name[:64], known))) for name in given if name not in known]
    absent = "null where a value is missing"
    lacking = [Fault(where, f"no column {name!r}", absent) for name in sorted(known - set(given))]
    lists = [name for name, value in given.items() if isinstance(value, list | dict)]
    nested = [Fault(where, f"column {name[:64]!r} is a list or an object", "one value") for name in lists]
    return [*strange, *lacking, *nested]


def _normal(name):
    """A column's name as `kit.Table` compares it."""
    return unicodedata.normalize("NFC", name)


def _shown(names):
    return ", ".join(sorted(map(repr, names))[:20])
