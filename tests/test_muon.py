"""Muon: orthogonal steps for kernels of dense layers and convolutions, AdamW's for the rest."""

import keras
import numpy as np
import pytest

import kit
from kit import muon
from kit.errors import KitError
from kit.flat_adam import FlatAdamW


def variable(shape, rng, name="kernel"):
    return keras.Variable(rng.normal(size=shape).astype("float32"), name=name)


def moved(optimizer, variables, slopes):
    """The variables as arrays after one step for each list of slopes."""
    optimizer.build(variables)
    for each in slopes:
        optimizer.apply(each, variables)
    return [keras.ops.convert_to_numpy(each) for each in variables]


@pytest.mark.parametrize("shape", [(12, 5), (5, 12), (6, 6), (40, 2)])
def test_singular_vectors_stay_and_singular_values_come_near_1(shape, rng):
    matrix = rng.normal(size=shape).astype("float32")
    (turned,) = muon.orthogonal([matrix])
    left, _, right = np.linalg.svd(matrix, full_matrices=False)
    values = left.T @ keras.ops.convert_to_numpy(turned) @ right.T
    assert np.all((np.diag(values) > 0.6) & (np.diag(values) < 1.3))
    np.testing.assert_allclose(values - np.diag(np.diag(values)), 0, atol=2e-3)


def test_matrices_of_one_side_are_turned_at_once_as_each_alone(rng):
    matrices = [rng.normal(size=shape).astype("float32") for shape in ((12, 5), (5, 30), (9, 4), (5, 5))]
    for together, matrix in zip(muon.orthogonal(matrices), matrices, strict=True):
        (alone,) = muon.orthogonal([matrix])
        np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-5)


def test_no_slope_and_slopes_of_any_size_make_finite_steps(rng):
    matrix = rng.normal(size=(9, 4)).astype("float32")
    for factor in (0.0, 1e-20, 1e20):
        (turned,) = muon.orthogonal([matrix * np.float32(factor)])
        assert np.isfinite(keras.ops.convert_to_numpy(turned)).all()
    (nothing,) = muon.orthogonal([np.zeros((9, 4), "float32")])
    assert not keras.ops.convert_to_numpy(nothing).any()


@pytest.mark.parametrize("shape", [(12, 5), (5, 12)])
def test_kernels_of_dense_layers_move_as_in_keras(shape, rng):
    start = rng.normal(size=shape).astype("float32")
    slopes = [[rng.normal(size=shape).astype("float32")] for _ in range(4)]
    stock = keras.optimizers.Muon(0.02, weight_decay=0.05)
    own, known = (
        moved(optimizer, [keras.Variable(start)], slopes)[0]
        for optimizer in (muon.Muon(0.02, weight_decay=0.05), stock)
    )
    np.testing.assert_allclose(own - start, known - start, rtol=1e-2, atol=1e-4)


def test_convolutions_move_as_matrices_of_inputs_by_outputs(rng):
    slopes = rng.normal(size=(3, 3, 3, 4, 6)).astype("float32")
    start = rng.normal(size=(3, 3, 4, 6)).astype("float32")
    (kernel,) = moved(muon.Muon(0.02), [keras.Variable(start)], [[each] for each in slopes])
    flat = [[each.reshape(36, 6)] for each in slopes]
    (matrix,) = moved(muon.Muon(0.02), [keras.Variable(start.reshape(36, 6))], flat)
    np.testing.assert_allclose(kernel.reshape(36, 6), matrix, rtol=1e-6)
    (once,) = moved(muon.Muon(0.02, weight_decay=0), [keras.Variable(start)], [[slopes[0]]])
    assert 0.7 < np.sqrt(((once - start) ** 2).mean()) / (0.02 * 0.2) < 1.2


def test_all_else_moves_as_by_adamw(rng):
    shapes = {"bias": (7,), "depthwise_kernel": (3, 3, 5, 1), "embeddings": (9, 4), "series": (3, 4, 5)}
    start = {name: rng.normal(size=shape).astype("float32") for name, shape in shapes.items()}
    slopes = [[rng.normal(size=shape).astype("float32") for shape in shapes.values()] for _ in range(3)]
    own, known = (
        moved(optimizer, [keras.Variable(each, name=name) for name, each in start.items()], slopes)
        for optimizer in (muon.Muon(0.01), FlatAdamW(0.01, beta_1=0.95))
    )
    for mine, theirs in zip(own, known, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-6)


def test_weights_of_another_type_are_refused():
    with pytest.raises(KitError, match="float32"):
        muon.Muon().build([keras.Variable(np.ones((3, 2)), dtype="float64")])


def test_a_network_is_trained_saved_and_loaded_compiled(tmp_path):
    data = kit.load_data("digits")
    model = kit.build(data.task, data.input, width=8, optimizer="muon")
    history = model.fit(*data.train.arrays(), epochs=2, verbose=0)
    assert history.history["loss"][-1] < history.history["loss"][0]
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded.optimizer) is muon.Muon and loaded.optimizer.beta_1 == 0.95
