"""Every registered backbone: shapes, gradients, storage, and what a file of it needs to open."""

import keras
import numpy as np
import pytest

import kit
from kit import backbones

SIZES = [(8, 8, 1), (13, 9, 3), (32, 32, 3)]
TEXTS = kit.Texts(length=6, words=("a", "b", "c"))
OTHERS = {
    1: TEXTS,
    2: (6,),
    3: kit.Series(12, 2, variable=True, missing=True),
}  # by rank, where no images fit
every_backbone = pytest.mark.parametrize("name", [n for n in backbones.kinds() if n not in backbones.dense()])
of_steps = pytest.mark.parametrize("name", [n for n in backbones.kinds() if 3 in backbones.facts(n)["ranks"]])


def built(name, shape=(16, 16, 3), **settings):
    facts = backbones.facts(name)
    if not hasattr(shape, "layers") and len(shape) + 1 not in facts["ranks"]:
        shape = OTHERS[max(facts["ranks"])]
    settings = {"width": 8, **facts.get("small", {}), **settings}
    keras.utils.set_random_seed(0)
    return kit.build_classifier(kit.Classification(3), shape, backbone=name, **settings)


def samples(model, count, rng):
    raw = {
        1: lambda: [" ".join(rng.choice(["a", "b", "c"], size=4)) for _ in range(count)],
        2: lambda: rng.normal(size=(count, 6)),
        3: lambda: [rng.normal(size=(12 - place % 5, 2)) for place in range(count)],
        4: lambda: rng.integers(0, 255, size=(count, *model.input_shape[1:])).astype("uint8"),
    }
    return model.kit.input.encode(raw[model.kit.input.rank]())


@every_backbone
@pytest.mark.parametrize("shape", SIZES, ids=str)
def test_any_height_and_width_gives_one_output_a_class(name, shape, rng):
    if 4 not in backbones.facts(name)["ranks"] and shape != SIZES[0]:
        pytest.skip("takes no images")
    model = built(name, shape)
    outputs = keras.ops.convert_to_numpy(model(samples(model, 2, rng)))
    assert outputs.shape == (2, 3) and np.isfinite(outputs).all()
    np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("name", [n for n in backbones.kinds() if {1, 3} <= set(backbones.facts(n)["ranks"])])
def test_what_takes_series_and_texts_takes_both(name, rng):
    for input in (OTHERS[1], OTHERS[3]):
        outputs = keras.ops.convert_to_numpy((model := built(name, input))(samples(model, 2, rng)))
        assert outputs.shape == (2, 3) and np.isfinite(outputs).all()


@of_steps
@pytest.mark.parametrize("training", [True, pytest.param(False, marks=pytest.mark.large)])
def test_what_stands_after_the_end_of_a_series_changes_nothing(name, training, rng):
    facts = {"width": 8, "depth": 2, "dropout": 0.0}
    padded, roomier = (built(name, kit.Series(size, 2, variable=True), **facts) for size in (9, 14))
    roomier.set_weights(padded.get_weights())
    raw = [rng.normal(size=(steps, 2)) for steps in (5, 9, 7)]
    found = [
        keras.ops.convert_to_numpy(model(model.kit.input.encode(raw), training=training))
        for model in (padded, roomier)
    ]
    np.testing.assert_allclose(*found, rtol=1e-4, atol=1e-5)


@of_steps
def test_series_of_one_length_need_no_mask_and_any_length_is_taken(name, rng):
    fixed, free = (built(name, shape, depth=1, dropout=0.0) for shape in ((9, 2), (None, 2)))
    free.set_weights(fixed.get_weights())
    raw = rng.normal(size=(2, 9, 2))
    found = [keras.ops.convert_to_numpy(model(model.kit.input.encode(raw))) for model in (fixed, free)]
    np.testing.assert_allclose(*found, rtol=1e-4, atol=1e-5)
    assert free(free.kit.input.encode(rng.normal(size=(2, 4, 2)))).shape == (2, 3)


@pytest.mark.large
@every_backbone
def test_one_batch_can_be_learnt_by_heart(name, rng):
    model = built(name, dropout=0.0, learning_rate=0.01, depth=1)
    x, y = samples(model, 12, rng), model.kit.task.encode([0, 1, 2] * 4)
    before = model.evaluate(x, y, verbose=0)[0]
    steps = 100 if model.kit.input.rank == 3 else 25  # noise of many steps is learnt late
    history = model.fit(x, y, epochs=steps, verbose=0)
    assert history.history["loss"][-1] < 0.4 * before


@every_backbone
@pytest.mark.parametrize("activation", ["relu", pytest.param("prelu", marks=pytest.mark.large)])
def test_the_file_opens_and_predicts_the_same(name, activation, rng, tmp_path):
    model = built(name, activation=activation)
    keras.Model(model.input, model.output).save(tmp_path / "model.keras")
    if backbones.facts(name).get("needs_kit"):
        kit.register()
    again = keras.models.load_model(tmp_path / "model.keras")
    x = samples(model, 3, rng)
    np.testing.assert_allclose(model(x), again(x), rtol=1e-6)


@pytest.mark.large
@every_backbone
def test_the_same_seed_builds_the_same_weights(name):
    for left, right in zip(built(name).get_weights(), built(name).get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


@every_backbone
def test_every_setting_is_taken(name, rng):
    model = built(name, width=4, depth=1, normalization="layer", dropout=0.5)
    assert np.isfinite(keras.ops.convert_to_numpy(model(samples(model, 2, rng)))).all()


def test_the_residual_branch_starts_as_nothing():
    inputs = keras.Input((8, 8, 4))
    from kit.blocks.residual import residual

    model = keras.Model(inputs, residual(inputs, 4))
    x = np.random.default_rng(0).normal(size=(2, 8, 8, 4)).astype("float32")
    np.testing.assert_allclose(model(x), x, atol=1e-6)


def test_parameters_of_the_multilayer_network_are_as_by_hand():
    model = kit.build_regressor(kit.Regression(), (30,), backbone="mlp", width=64, depth=2)
    assert model.count_params() == (30 * 64 + 64) + (64 * 64 + 64) + (64 + 1)


@pytest.mark.parametrize(("edge", "last"), [(4, 4), (8, 4), (28, 7), (32, 4), (64, 4), (96, 6)])
def test_no_stage_makes_an_edge_shorter_than_four_pixels(edge, last):
    from kit.backbones.cnn import cnn

    assert cnn(keras.Input((edge, edge, 1))).shape[1] == last
