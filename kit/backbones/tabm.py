"""TabM: many small networks for tables that share their weights, and speak by their mean."""

from kit.backbones import BACKBONES
from kit.blocks.dense import dense_block
from kit.blocks.members import Members
from kit.blocks.numbers import embedded, piecewise

MEMBERS = 32  # as in the paper


@BACKBONES.register("tabm", ranks=(2,), needs_kit=True, has_members=True, takes_edges=True)
def tabm(
    x,
    *,
    edges=None,
    activation="relu",
    width=128,
    depth=3,
    normalization="none",
    dropout=0.1,
    regularizer=None,
):
    """32 members with `depth` fully connected layers of `width` units in common.

    Numbers are embedded by bins between their quantiles. Members differ by the factors of their features
    and by their heads ("TabM-mini" of the paper). Each learns by its own loss; the model says their mean.

    Source: Gorishniy et al. 2024, TabM: Advancing Tabular Deep Learning with Parameter-Efficient
    Ensembling (arXiv:2410.24210).

    Args:
        x: (batch, N) tensor, numbers first.
        edges: (F, T + 1) edges of bins of the first F features, as `Table.edges` gives them; None for none.
        activation: name of a hidden activation.
        width: units of each layer.
        depth: number of layers.
        normalization: "batch", "layer" or "none".
        dropout: fraction dropped after each layer in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, 32, width) tensor.

    Example:
        >>> import keras
        >>> tabm(keras.Input((13,)), width=64).shape
        (None, 32, 64)
    """
    edges = [] if edges is None else edges
    x = embedded(x, len(edges), lambda numbers: piecewise(numbers, edges))
    x = Members(MEMBERS)(x)
    style = {"activation": activation, "normalization": normalization, "regularizer": regularizer}
    for _ in range(depth):
        x = dense_block(x, width, dropout=dropout, **style)
    return x
