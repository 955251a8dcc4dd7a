"""What a model was compiled with: the loss and the metrics of each output, as facts.

Keras keeps both as they were given: names, functions or objects.
"""

import dataclasses
import re

from kit import match

_TABLE = {  # Keras' losses by the names that their rows have in the match table, with the forms meant
    "binary_crossentropy": ("crossentropy", ("binary", "multilabel")),
    "categorical_crossentropy": ("categorical_crossentropy", ("multiclass",)),
    "sparse_categorical_crossentropy": ("crossentropy", ("multiclass",)),
    "binary_focal_crossentropy": ("focal", ("binary", "multilabel")),
    "categorical_focal_crossentropy": ("focal", ("multiclass",)),
    "hinge": ("hinge", ("binary",)),
    "squared_hinge": ("squared_hinge", ("binary",)),
    "categorical_hinge": ("categorical_hinge", ("multiclass",)),
    "kl_divergence": ("kl", ("multiclass",)),
    "poisson": ("poisson", ("numeric",)),
    "mean_squared_error": ("mse", ("numeric",)),
    "mean_absolute_error": ("mae", ("numeric",)),
    "huber": ("huber", ("numeric",)),
    "log_cosh": ("log_cosh", ("numeric",)),
    "dice": ("dice", ("binary mask", "multiclass mask")),
    "tversky": ("tversky", ("binary mask", "multiclass mask")),
}
_WORDS = {"mse": "mean_squared_error", "mae": "mean_absolute_error", "kld": "kl_divergence"}
_WORDS |= {"mean_squared_logarithmic_error": "msle", "kldivergence": "kl_divergence", "logcosh": "log_cosh"}
ERROR_LOSSES = ("mean_squared_error", "mean_absolute_error", "huber", "log_cosh")  # numbers against numbers
CROSSENTROPIES = tuple(name for name in _TABLE if "crossentropy" in name)


@dataclasses.dataclass(frozen=True)
class Loss:
    """The loss of one output.

    Args:
        name: Keras' name of it, such as "binary_crossentropy", or the function's own.
        given: what was given to `compile`.
        is_keras: whether it is one of Keras' own.
        rows: rows of the match table that the loss is on; empty where it is not known.
    """

    name: str
    given: object
    is_keras: bool
    rows: tuple = ()

    def option(self, name, default=None):
        """What the loss was told, such as `option("delta", 1.0)`; False for a name that it has not."""
        config = {} if isinstance(self.given, str) else _config(self.given)
        return config.get(name, default)

    @property
    def expects_logits(self):
        """Whether it was told that outputs have no activation."""
        return bool(self.option("from_logits", False))

    @property
    def activations(self):
        """Output activations of its rows, sorted."""
        return sorted({row.activation for row in self.rows})

    def has_code(self, *codes):
        """Whether one of its rows codes labels so."""
        return any(row.code in codes for row in self.rows)


def losses(model):
    """The `Loss` of each output, None where there is none; or None for a model that is not compiled."""
    if not getattr(model, "compiled", False) or getattr(model, "_compile_loss", None) is None:
        return None
    given = model._compile_loss._user_loss
    return [None if each is None else loss_of(each) for each in _by_output(given, model)]


def metrics(model):
    """What was given as metrics of each output, a list a list; or None for a model that is not compiled."""
    if not getattr(model, "compiled", False):
        return None
    found = [[] for _ in range(count(model))]
    for kind in ("_user_metrics", "_user_weighted_metrics"):
        given = getattr(getattr(model, "_compile_metrics", None), kind, None)
        for metrics, more in zip(found, _by_output(given, model), strict=False):
            metrics += more if isinstance(more, list | tuple) else [] if more is None else [more]
    return found


def metric_name(metric):
    """The name of a metric's kind: "accuracy" stays what it is.

    Example:
        >>> import keras
        >>> metric_name("acc"), metric_name(keras.metrics.BinaryAccuracy())
        ('accuracy', 'binary_accuracy')
    """
    if isinstance(metric, str):
        return "accuracy" if metric.lower() in ("acc", "accuracy") else snake(metric)
    return getattr(metric, "__name__", None) or snake(type(metric).__name__)


def count(model):
    """How many outputs a model has; 1 where that is not known."""
    return len(getattr(model, "outputs", None) or [0])


def loss_of(given):
    """The facts of a loss.

    Example:
        >>> found = loss_of("mse")
        >>> found.name, found.activations
        ('mean_squared_error', ['linear'])
    """
    import keras

    known = given
    if isinstance(given, str):
        known = keras.losses.get(given) if given.lower() not in ("crossentropy", "ce") else given
    wrapped = getattr(known, "fn", None)
    plain = type(known).__name__ == "LossFunctionWrapper" and wrapped is not None
    known = wrapped if plain else known
    kind = known if callable(known) and not isinstance(known, keras.losses.Loss) else type(known)
    is_keras = getattr(kind, "__module__", "").startswith("keras.")
    name = snake(getattr(kind, "__name__", str(given))) if not isinstance(known, str) else "crossentropy"
    return Loss(name, given, is_keras, _rows(name, is_keras, known))


def snake(name):
    """A class name as Keras writes it in strings.

    Example:
        >>> snake("KLDivergence"), snake("SparseCategoricalCrossentropy"), snake("MeanSquaredError")
        ('kl_divergence', 'sparse_categorical_crossentropy', 'mean_squared_error')
    """
    text = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    text = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", text).lower()
    return _WORDS.get(text, text)


def _rows(name, is_keras, known):
    if is_keras:
        row, forms = _TABLE.get(name, ("", ()))
        return tuple(match.resolve(form, row) for form in forms)
    return tuple(row for row in match.table() if "+" not in row.loss and _made_by(row, known))


def _made_by(row, known):
    return any(maker is type(known) for maker in match.makers(row))


def _config(loss):
    try:
        return {**getattr(loss, "_fn_kwargs", {}), **loss.get_config()}  # the first: Huber hides its delta
    except Exception:  # a loss of the user's own need not have one
        return {}


def _by_output(given, model):
    """Losses or metrics in the order of the outputs."""
    names, outputs = getattr(model, "output_names", None) or [], count(model)
    if isinstance(given, dict):
        return [given.get(name) for name in names]
    if isinstance(given, list | tuple) and outputs > 1:
        return list(given)
    if isinstance(given, list | tuple) and len(given) == 1 and isinstance(given[0], list | tuple):
        return list(given)
    if isinstance(given, list | tuple) and len(given) == 1 and outputs == 1:
        return [given[0]]
    return [given] * (outputs if given is not None and outputs == 1 else 1) or [None]
