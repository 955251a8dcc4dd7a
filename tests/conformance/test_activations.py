"""What every hidden activation owes: the shape kept, finite values and gradients far out."""

import keras
import numpy as np
import pytest

from kit import activations


@pytest.mark.parametrize("name", activations.names())
@pytest.mark.parametrize("shape", [(5,), (4, 3), (4, 4, 3)])
def test_the_shape_is_kept_and_all_is_finite(toys, name, shape):
    inputs = keras.Input(shape)
    model = keras.Model(inputs, activations.get(name)(inputs))
    assert model.output_shape == (None, *shape)
    x = np.linspace(-50, 50, int(np.prod(shape)), dtype="float32").reshape(1, *shape)
    assert np.isfinite(keras.ops.convert_to_numpy(model(x))).all()
    assert np.isfinite(toys.slope(model, x)).all()


@pytest.mark.parametrize("name", activations.names())
def test_a_network_learns_through_it(name):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 4)).astype("float32")
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(8, kernel_initializer=activations.initializer(name))(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1)(activations.get(name)(hidden)))
    model.compile(keras.optimizers.Adam(0.02), "mse", run_eagerly=True)  # 12 steps are not worth compiling
    losses = model.fit(x, x[:, :1], epochs=6, batch_size=32, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
