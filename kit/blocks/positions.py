"""Where a place of a map is: numbers that are learnt."""

import keras


@keras.saving.register_keras_serializable(package="kit")
class Positions(keras.layers.Layer):
    """Adds a vector to each place of a map, one for every row and column; they are learnt.

    Attention alone does not know where places are. Maps must be of one known size.

    Source: Dosovitskiy et al. 2020, An Image is Worth 16x16 Words (arXiv:2010.11929).

    Args:
        spread: standard deviation that the numbers start with.

    Call arguments:
        x: (batch, H, W, C) tensor, H and W known.

    Returns:
        A tensor of the same shape.

    Raises:
        ValueError: if height or width is unknown.

    Example:
        >>> layer = Positions()
        >>> layer(np.zeros((2, 4, 6, 8))).shape == (2, 4, 6, 8), layer.count_params()
        (True, 192)
    """

    def __init__(self, spread=0.2, **kwargs):
        super().__init__(**kwargs)
        self.spread = spread

    def build(self, input_shape):
        if None in input_shape[1:]:
            raise ValueError(f"Positions needs maps of one known size. Received: {input_shape}.")
        start = keras.initializers.TruncatedNormal(stddev=self.spread)
        self.places = self.add_weight(shape=input_shape[1:], initializer=start, name="places")

    def call(self, x):
        return x + self.places

    def compute_output_spec(self, x):
        return keras.KerasTensor(x.shape, dtype=self.compute_dtype)

    def get_config(self):
        return {**super().get_config(), "spread": self.spread}
