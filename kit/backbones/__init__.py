"""Backbones: the input's features -> feature maps or vectors. Plain functions, found by name.

A backbone takes a tensor and, by keyword, what a builder can set: `activation`, `width`,
`depth`, `normalization`, `dropout`, `regularizer`; its defaults are the ones that were
measured. `ranks` says which inputs it fits: 1 for words, 2 for features, 3 for series, 4 for images;
`regression` holds the defaults that are others where numbers are predicted; `dense` is said of those
that keep the full height and width, for tasks that say something of every pixel, `takes_level` of those
that can be told how strong the noise of an image is, `takes_words` of those that see numbers of words,
not vectors, and must know how many there are, `takes_mask` of those that take `mask`, where series and
texts have steps, `usual_depth` is a function (size, step) -> depth of those that stand on blocks of
pixels. `like` names the backbone that this one differs from by numbers alone, `small` the
settings under which it is built in a moment, and `needs_kit` is said of those with layers of kit's own:
files of them open after `kit.register()`. `published` is said of those that come with settings and
weights of their own: they take `weights`, and `pixels`, what their image was standardised with. Those of
an optional package name it, `package`, and the `extra` of kit's that brings it.
`has_members` is said of those that give each of their members' features (batch, members, features),
`takes_edges` of those that take the edges of bins of a table's numbers.
"""

from kit.errors import MatchError
from kit.registry import Registry

BACKBONES = Registry("backbone", "kit.backbones")
_DEFAULTS = {1: "bag", 2: "mlp", 3: "fcn", 4: "cnn"}  # by the rank of the input's features
_OF_NUMBERS = {**_DEFAULTS, 2: "tabm"}  # where numbers are predicted: see tests/benchmarks/bench_tables.py


def get(name):
    """The backbone called `name`: (tensor, **settings) -> tensor."""
    return BACKBONES.get(name)


def facts(name):
    """What is said of the backbone called `name`, as a dict."""
    return BACKBONES.facts(name)


def names():
    """Names of all backbones."""
    return BACKBONES.names()


def dense():
    """Names of the backbones that keep the full height and width: no maps of other sizes, no pooling."""
    return [name for name in names() if facts(name).get("dense")]


def kinds():
    """One name of each kind of kit's own backbones, for all that differ by numbers alone.

    Example:
        >>> "efficientnet_b0" in kinds(), "efficientnet_b7" in kinds()
        (True, False)
    """
    return [name for name in names() if facts(name).get("like", name) == name and not is_published(name)]


def is_published(name):
    """Whether this is a network of another package, which is as published: its names have a colon."""
    return facts(name).get("published", False)


def fitting(rank):
    """Names of the backbones that take a tensor of this rank and make it small enough to pool."""
    return [name for name in names() if rank in facts(name)["ranks"] and name not in dense()]


def chosen(name, rank, input_name, is_regression=False):
    """The name of the backbone to use; "auto" takes the fast one that was measured best for the input.

    Args:
        name: a name in `names()`, or "auto".
        rank: of the input's features.
        input_name: what the input is called in messages.
        is_regression: whether numbers are predicted.

    Raises:
        KitError: if there is no such backbone.
        MatchError: if it does not take this input; says which do.
    """
    if name == "auto":
        return (_OF_NUMBERS if is_regression else _DEFAULTS)[rank]
    if rank not in facts(name)["ranks"]:
        these = ", ".join(other for other in fitting(rank) if other in kinds())
        raise MatchError(f"Backbone '{name}' does not take {input_name}. These do: {these}.")
    return name
