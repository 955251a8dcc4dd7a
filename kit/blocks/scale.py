"""A factor for each channel, which is learnt."""

import keras


@keras.saving.register_keras_serializable(package="kit")
class LayerScale(keras.layers.Layer):
    """x times one number a channel; the numbers start small, so that a branch starts as almost nothing.

    Source: Touvron et al. 2021, Going deeper with Image Transformers (arXiv:2103.17239).

    Args:
        start: what each number begins with.

    Call arguments:
        x: (batch, ..., C) tensor.

    Returns:
        A tensor of the same shape.

    Example:
        >>> np.asarray(LayerScale(0.5)(np.ones((1, 2)))).tolist()
        [[0.5, 0.5]]
    """

    def __init__(self, start=1e-6, **kwargs):
        super().__init__(**kwargs)
        self.start = start
        self.gamma_initializer = keras.initializers.Constant(start)

    def build(self, input_shape):
        shape, initializer = input_shape[-1:], self.gamma_initializer
        self.gamma = self.add_weight(shape=shape, initializer=initializer, name="gamma")

    def call(self, x):
        return x * self.gamma

    def compute_output_spec(self, x):
        return keras.KerasTensor(x.shape, dtype=self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "start": self.start}
