"""TabM: the paper's count, each member's loss in training, the mean afterwards."""

import keras
import numpy as np
import pytest

import kit
from kit.backbones.tabm import MEMBERS, tabm


def model_of(task, **settings):
    keras.utils.set_random_seed(0)
    return kit.build(task, (3,), backbone="tabm", **{"width": 4, "depth": 1, "dropout": 0.0, **settings})


def test_parameters_are_as_many_as_the_authors_report():
    # TabM-mini with piecewise-linear embeddings on California housing: 8 numbers of 30 bins, 3 x 576
    # units; https://github.com/yandex-research/tabm, exp/tabm-mini-piecewiselinear/california
    inputs = keras.Input((8,))
    features = tabm(inputs, edges=np.tile(np.linspace(-1, 1, 31), (8, 1)), width=576, depth=3)
    outputs = kit.Regression().head(features)
    assert keras.Model(inputs, outputs).count_params() == 765_664


def test_in_training_the_loss_is_the_mean_over_the_members(rng):
    model, stock = model_of(kit.Classification(3)), keras.losses.SparseCategoricalCrossentropy()
    x, y = rng.normal(size=(5, 3)).astype("float32"), np.array([0, 1, 2, 1, 0])
    said = model({"numeric": x}, training=True)
    assert said.shape == (5 * MEMBERS, 3)
    each = np.asarray(said).reshape(5, MEMBERS, 3)
    by_keras = np.mean([float(stock(y, each[:, member])) for member in range(MEMBERS)])
    assert float(model.compute_loss(None, y, said)) == pytest.approx(by_keras, rel=1e-4)
    np.testing.assert_allclose(model({"numeric": x}), each.mean(axis=1), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "task",
    [
        kit.Classification(2, loss="hinge"),
        kit.Regression(("a", "b"), loss="quantile", mean=(1.0, 2.0), scale=(3.0, 4.0)),
        kit.Regression(loss="gaussian", mean=(1.0,), scale=(3.0,)),
        kit.MultilabelClassification(("a", "b", "c")),
    ],
    ids=lambda task: str(task.match),
)
def test_every_head_can_follow(task, rng):
    model, x = model_of(task), {"numeric": rng.normal(size=(5, 3)).astype("float32")}
    each = np.asarray(model(x, training=True)).reshape(5, MEMBERS, -1)
    np.testing.assert_allclose(model(x), each.mean(axis=1), rtol=1e-4, atol=1e-5)
    assert len(task.decide(keras.ops.convert_to_numpy(model(x)))) == 5


def test_members_differ_from_the_start(rng):
    model = model_of(kit.Regression(), activation="tanh")
    said = np.asarray(model({"numeric": rng.normal(size=(1, 3)).astype("float32")}, training=True))
    assert len(np.unique(said)) == MEMBERS


@pytest.mark.parametrize("engine", ["keras", "auto"])
def test_training_lowers_the_loss_in_any_loop(engine, toys):
    data = toys.table_data()
    keras.utils.set_random_seed(0)
    model = kit.build(data.task, data.input, backbone="tabm", width=8, depth=1, learning_rate=0.02)
    history = kit.fit(model, data, epochs=6, verbose=0, engine=engine)
    assert history.history["val_loss"][-1] < 0.5 * history.history["val_loss"][0]
    x, y = data.validation.arrays()
    mse = np.mean(np.square(np.asarray(model(x)) - y)) / data.task.scale[0] ** 2
    assert min(history.history["val_loss"]) == pytest.approx(mse, rel=1e-4)


def test_the_artifact_says_the_mean_and_is_trained_as_before_when_loaded(rng, tmp_path):
    model, x = model_of(kit.Regression(mean=(5.0,), scale=(2.0,))), rng.normal(size=(4, 3)).astype("float32")
    loaded = kit.load(kit.save(model, tmp_path / "table", onnx=False))
    said = np.asarray(model({"numeric": x}))
    np.testing.assert_allclose([each.value for each in loaded(x)], said[:, 0], rtol=1e-5)
    again = loaded.model
    assert again({"numeric": x}, training=True).shape == (4 * MEMBERS, 1)
    assert type(again.loss).__name__ == "EachMember"
