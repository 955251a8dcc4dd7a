"""The match table: which output, loss, label code, metrics and decision belong together.

Every loss declares its rows beside itself with `matches`; `resolve` is the one function that
reads them. A row is plain data, so that a saved task keeps it and needs no table. Losses that
belong to the same output may be summed by name: "crossentropy+dice".
"""

import dataclasses
import inspect
import operator

import numpy as np

from kit import decisions
from kit.errors import MatchError, unknown
from kit.objects import BINS
from kit.registry import Registry

MASKS = ("binary mask", "multiclass mask", "multilabel mask")  # a class, or labels, for every pixel
FORMS = ("binary", "multiclass", "multilabel", "numeric", *MASKS, "image", "boxes")
UNITS = {
    "1": lambda sizes: 1,
    **{name: operator.itemgetter(name) for name in ("classes", "labels", "targets", "channels")},
    "classes - 1": lambda sizes: sizes["classes"] - 1,
    "targets * 2": lambda sizes: sizes["targets"] * 2,
    "targets * quantiles": lambda sizes: sizes["targets"] * sizes["quantiles"],
    "4 + classes": lambda sizes: 4 + sizes["classes"],
    "4 + classes + 4 bins": lambda sizes: 4 + sizes["classes"] + 4 * BINS,
}
SCALES = {  # what the last Rescaling of a head does: units of the activation -> units of the user
    "none": "",
    "standard": " * std + mean",
    "mean": " * mean",
    "range": " * (high - low) + low",
}
_NOT_OPTIONS = ("name", "reduction", "dtype", "kwargs")  # parameters a user does not choose
_ROWS = Registry("row of the match table", "kit.losses")  # "form loss" -> maker, with the fact row=Match


@dataclasses.dataclass(frozen=True)
class Match:
    """One row of the table: all that belongs to one loss on one form of target.

    Args:
        form: a name in `FORMS`: what each label is.
        loss: the name the user gives; unique within a form.
        units: how many output units, a key of `UNITS`.
        activation: output activation, a name in `kit.activations.outputs()`.
        code: how labels become targets, a name in `kit.codecs.names()`.
        decide: how outputs become decisions, a name in `kit.decisions.names()`.
        metrics: training metrics, names in `kit.metrics.names()`.
        bias: initial bias of the output layer, a key of `kit.biases.BIASES`.
        scale: what the head's last Rescaling does, a key of `SCALES`; numeric targets only.
        why: one sentence on why these belong together.

    Example:
        >>> row = kit.match.resolve("binary", "hinge")
        >>> row.activation, row.code, row.decide
        ('linear', 'sign', 'sign')
        >>> kit.match.Match(**dataclasses.asdict(row)) == row
        True
    """

    form: str
    loss: str
    units: str
    activation: str
    code: str
    decide: str
    metrics: tuple[str, ...]
    bias: str
    scale: str = "none"
    why: str = ""

    def __post_init__(self):
        object.__setattr__(self, "metrics", tuple(self.metrics))  # JSON gives lists

    def __str__(self):
        return f"{self.form} {self.loss}"


def matches(form, loss, **columns):
    """Decorator of a loss maker: declares one row of the table for each form.

    Args:
        form: a form, or a tuple of forms that share all other columns.
        loss: the name under which users ask for the loss.
        **columns: the other fields of `Match`.

    Raises:
        KitError: if the form already has a loss of that name.
    """
    forms = (form,) if isinstance(form, str) else form

    def declare(maker):
        for each in forms:
            _ROWS.register(f"{each} {loss}", row=Match(each, loss, **columns))(maker)
        return maker

    return declare


def table(form=None):
    """All rows, or those of one form: a list of `Match`, by form and then by name.

    Raises:
        MatchError: if there is no such form.

    Example:
        >>> [row.loss for row in kit.match.table("multilabel")]
        ['crossentropy', 'focal']
    """
    if form is not None and form not in FORMS:
        raise MatchError(str(unknown("form of a target", form, FORMS)))
    rows = [_ROWS.facts(name)["row"] for name in _ROWS.names()]
    return [row for each in FORMS if form in (None, each) for row in rows if row.form == each]


def resolve(form, loss, options=None, found=""):
    """The row for a form of target and a loss, after checking that all of it fits.

    Args:
        form: a name in `FORMS`.
        loss: a name in `table(form)`, or several joined by "+".
        options: what the user set for the loss or the decision, such as
            {"label_smoothing": 0.1}. One that is None or at its default is always fine.
        found: what the targets are, for the message, such as "3 classes".

    Returns:
        A `Match`.

    Raises:
        MatchError: for an unknown loss, one of another form, or an option it does not take;
            says what was given, why it does not fit, and what does.

    Example:
        >>> kit.match.resolve("multiclass", "ordinal").units
        'classes - 1'
        >>> kit.match.resolve("multiclass", "hinge", found="3 classes")
        Traceback (most recent call last):
            ...
        kit.errors.MatchError: 'hinge' fits binary targets; these are multiclass (3 classes). Use ...
    """
    rows = {row.loss: row for row in table(form)}
    for part in _parts(loss):
        if part not in rows:
            raise _misfit(form, part, rows, f" ({found})" if found else "")
    row = _summed([rows[part] for part in _parts(loss)])
    for name, value in (options or {}).items():
        _check_option(row, name, value)
    return row


def options(match):
    """The options a row takes: a dict from name to default.

    Example:
        >>> kit.match.options(kit.match.resolve("numeric", "huber"))
        {'delta': 1.0}
    """
    parameters = [each for maker in makers(match) for each in inspect.signature(maker).parameters.values()]
    takes = {each.name: each.default for each in parameters if each.name not in _NOT_OPTIONS}
    if decisions.takes_threshold(match.decide):
        takes["threshold"] = 0.5
    return takes


def units(match, sizes):
    """How many output units a row needs.

    Args:
        match: a `Match`.
        sizes: counts by name: "classes", "labels", "targets", "quantiles".

    Example:
        >>> kit.match.units(kit.match.resolve("numeric", "quantile"), {"targets": 2, "quantiles": 3})
        6
    """
    return UNITS[match.units](sizes)


def make_loss(match, options=None, *, mean=None, scale=None):
    """The Keras loss of a row; its inputs are targets and outputs after the activation.

    Args:
        match: a `Match`.
        options: values for the options of this loss; those of other rows are left out.
        mean: mean of each numeric target; a row scaled by the mean divides by it.
        scale: standard deviation of each numeric target; a standardised row divides by it.
            Without them a numeric loss is in the user's raw units.

    Returns:
        A fresh `keras.losses.Loss`.

    Raises:
        MatchError: if the loss refuses an option's value.

    Example:
        >>> loss = kit.match.make_loss(kit.match.resolve("numeric", "mse"), scale=[10.0])
        >>> float(loss(np.array([[50.0]]), np.array([[70.0]])))
        4.0
    """
    try:
        losses = [maker(**_taken(maker, options or {})) for maker in makers(match)]
    except ValueError as error:
        raise MatchError(f"The loss '{match.loss}' of a {match.form} target: {error}") from error
    loss = losses[0]
    if len(losses) > 1:
        from kit.losses.total import Total  # Keras loads here

        loss = Total(losses, name="loss")
    divisor = {"standard": scale, "mean": mean, "range": scale}.get(match.scale)
    if divisor is None:
        return loss
    from kit.losses.scaled import Scaled  # Keras loads here

    return Scaled(loss, _without_zeros(divisor).tolist())


def make_metrics(match, options=None):
    """The training metrics of a row: a list of fresh Keras metrics with flat names.

    Args:
        match: a `Match`.
        options: values such as {"threshold": 0.3, "quantiles": (0.1, 0.5, 0.9)}; each metric
            takes those it has.

    Example:
        >>> [metric.name for metric in kit.match.make_metrics(kit.match.resolve("binary", "crossentropy"))]
        ['accuracy']
    """
    from kit import metrics  # Keras loads here

    return [metrics.make(name, **metrics.taken(name, options or {})) for name in match.metrics]


def rescaling(match, *, mean=None, scale=None, bounds=None, outputs=1):
    """What a head's last Rescaling multiplies by and adds, one number for each output unit.

    Args:
        match: a `Match`.
        mean: mean of each target; None where it is not known.
        scale: standard deviation of each target; None where it is not known.
        bounds: (low, high), or one such pair for each target; rows of bounded targets only.
        outputs: output units for each target, such as the number of quantiles.

    Returns:
        (multipliers, offsets), lists of floats with units in the order of the outputs; or
        None where nothing is to be rescaled.

    Example:
        >>> kit.match.rescaling(kit.match.resolve("numeric", "gaussian"), mean=[50], scale=[9], outputs=2)
        ([9.0, 9.0], [50.0, 0.0])
    """
    pair = _scaling(match, mean, scale, bounds)
    if pair is None:
        return None
    multipliers, offsets = (np.repeat(values[:, None], outputs, axis=1) for values in pair)
    if match.activation == "gaussian":
        offsets[:, 1] = 0  # a standard deviation is scaled, not moved
    return multipliers.ravel().tolist(), offsets.ravel().tolist()


def markdown():
    """The table as the README prints it: Markdown, one line a row.

    Example:
        >>> print(kit.match.markdown().splitlines()[0])
        | form | loss (options) | output | targets | decision | metrics | initial bias | why |
    """
    from kit import match_text

    return match_text.markdown(table())


def initial_bias(match, **facts):
    """The output layer's first bias: see `kit.biases.initial_bias`."""
    from kit import biases

    return biases.initial_bias(match.bias, **facts)


def makers(match):
    """The maker of each loss of a row, its class or a function: one, but for a sum."""
    return [_ROWS.get(f"{match.form} {part}") for part in _parts(match.loss)]


def _parts(loss):
    return [part.strip() for part in loss.split("+")]


def _summed(rows):
    """One row for losses that are summed; a MatchError if they need other outputs or targets."""
    first = rows[0]
    for row in rows[1:]:
        if (row.activation, row.code, row.units) != (first.activation, first.code, first.units):
            raise MatchError(
                f"'{first.loss}' needs {first.units} x {first.activation} outputs and {first.code} targets, "
                f"'{row.loss}' {row.units} x {row.activation} and {row.code}.\nSuch losses cannot be summed."
            )
    whole = {
        name: joint.join(getattr(row, name) for row in rows) for name, joint in (("loss", "+"), ("why", "; "))
    }
    return dataclasses.replace(first, **whole)


def _taken(maker, options):
    parameters = inspect.signature(maker).parameters
    return {name: value for name, value in options.items() if name in parameters}


def _misfit(form, loss, rows, found):
    """The error for a loss that the form does not have."""
    homes = [row for row in table() if row.loss == loss]
    if not homes:
        return MatchError(str(unknown(f"loss for a {form} target", loss, rows)))
    near = [f"'{name}'" for name in rows if loss in name or name in loss]
    forms = " and ".join(row.form for row in homes)
    return MatchError(
        f"'{loss}' fits {forms} targets; these are {form}{found}.{f' Use {near[0]}.' if near else ''}\n"
        f"Why: {homes[0].why}.\n"
        f"Losses for {form} targets: {', '.join(rows)}."
    )


def _check_option(row, name, value):
    if value is None or name in options(row):
        return
    takers = {each.loss: options(each)[name] for each in table(row.form) if name in options(each)}
    everywhere = [options(each)[name] for each in table() if name in options(each)]
    if any(_plain(value) == _plain(default) for default in everywhere):
        return
    takes = ", ".join(sorted(options(row))) or "nothing"
    fits = f"{name} fits {', '.join(takers)}" if takers else f"No loss for a {row.form} target takes {name}"
    raise MatchError(
        f"'{row.loss}' on a {row.form} target takes no {name} (given {value!r}).\n"
        f"{fits}; '{row.loss}' takes: {takes}."
    )


def _plain(value):
    return tuple(value) if isinstance(value, list) else value


def _scaling(match, mean, scale, bounds):
    """(multiplier, offset) of each target as arrays, or None."""
    if match.scale == "range" and bounds is not None:
        pairs = np.atleast_2d(np.asarray(bounds, "float64"))
        return pairs[:, 1] - pairs[:, 0], pairs[:, 0]
    if match.scale == "mean" and mean is not None:
        return _without_zeros(mean), np.zeros(np.size(mean))
    if match.scale == "standard" and mean is not None and scale is not None:
        return _without_zeros(scale), np.asarray(mean, "float64")
    return None


def _without_zeros(divisor):
    """A constant target has scale 0: it is left in its own units."""
    divisor = np.asarray(divisor, "float64").reshape(-1)
    return np.where(divisor > 0, divisor, 1.0)
