"""Members: many networks in one that share nearly all of their weights (BatchEnsemble).

A member axis stands behind the batch: (batch, members, features). The head's layers see members as rows
of the batch, so that every head can follow; the last layer makes one output of them.

Source: Wen et al. 2020, BatchEnsemble (arXiv:2002.06715).
"""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="kit")
class Members(keras.layers.Layer):
    """Gives each member the features, each times a number of its own.

    The numbers are drawn from a normal distribution: this is all that makes members different where they
    share the layers that follow.

    Source: Gorishniy et al. 2024, TabM (arXiv:2410.24210), the first adapter of TabM-mini.

    Args:
        count: members.

    Call arguments:
        x: (batch, F) tensor.

    Returns:
        (batch, count, F) tensor.

    Raises:
        ValueError: if `count` is below 1.

    Example:
        >>> layer = Members(3)
        >>> layer(np.ones((2, 5))).shape == (2, 3, 5), layer.count_params()
        (True, 15)
    """

    def __init__(self, count, **kwargs):
        super().__init__(**kwargs)
        if count < 1:
            raise ValueError(f"`count` is at least 1. Received: {count}.")
        self.count = count
        self.factors_initializer = keras.initializers.RandomNormal(stddev=1.0)

    def build(self, input_shape):
        shape = (self.count, input_shape[-1])
        self.factors = self.add_weight(shape=shape, initializer=self.factors_initializer, name="factors")

    def call(self, x):
        return ops.expand_dims(x, 1) * self.factors

    def compute_output_spec(self, x):
        return keras.KerasTensor((x.shape[0], self.count, x.shape[-1]), dtype=self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "count": self.count}


@keras.saving.register_keras_serializable(package="kit")
class MeanOfMembers(keras.layers.Layer):
    """The mean of what members say; in training what each of them says, for each learns by its own loss.

    A loss of the mean would let members lean on each other: the authors find that it loses most of what
    an ensemble gains. `kit.losses.members` compares all of them with the targets.

    Source: Gorishniy et al. 2024, TabM (arXiv:2410.24210), section 3.

    Args:
        count: members.

    Call arguments:
        x: (batch x count, units) tensor, the members of a sample one after the other.
        training: whether to leave them as they are.

    Returns:
        (batch, units) tensor; in training x.

    Example:
        >>> np.asarray(MeanOfMembers(2)(np.array([[1.0], [3.0], [5.0], [5.0]]))).tolist()
        [[2.0], [5.0]]
    """

    def __init__(self, count, **kwargs):
        super().__init__(**kwargs)
        self.count = count

    def call(self, x, training=False):
        return x if training else ops.mean(ops.reshape(x, (-1, self.count, x.shape[-1])), axis=1)

    def compute_output_spec(self, x, training=False):
        batch = None if x.shape[0] is None else x.shape[0] // self.count
        return keras.KerasTensor((batch, x.shape[-1]), dtype=self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "count": self.count}


def each_dense(x, units, *, bias=None, name=None):
    """A fully connected layer of its own for each member; members become rows of the batch.

    Args:
        x: (batch, members, F) tensor.
        units: outputs of each.
        bias: initializer of the (members, units) biases; of (members,) ones for a single unit.
        name: of the layer.

    Returns:
        (batch x members, units) tensor, float32.

    Example:
        >>> each_dense(keras.Input((4, 8)), 3).shape
        (None, 3)
    """
    count, size = x.shape[1:]
    start = keras.initializers.RandomUniform(-(size**-0.5), size**-0.5)
    style = {"kernel_initializer": start, "bias_initializer": bias or "zeros", "dtype": "float32"}
    if units == 1:  # LiteRT's converter takes biases (members, 1) for those of channels that come first
        said = keras.layers.EinsumDense("bmf,mf->bm", count, bias_axes="m", name=name, **style)(x)
    else:
        said = keras.layers.EinsumDense("bmf,mfu->bmu", (count, units), bias_axes="mu", name=name, **style)(x)
    return ops.reshape(said, (-1, units))


def has_members(model):
    """Whether a model says in training what each member says."""
    return any(isinstance(layer, MeanOfMembers) for layer in model._flatten_layers(include_self=False))
