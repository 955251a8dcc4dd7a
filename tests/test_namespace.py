"""--set: one namespace, each name with one owner, each value of the right kind."""

import numpy as np
import pytest

import kit
from kit import namespace
from kit.errors import KitError


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (40, 8, 8, 1), dtype="uint8")
    return kit.load_data((x, np.arange(40) % 4))


def test_no_name_has_two_owners():
    names = [name for name, _ in namespace.claims()]
    clashes = sorted({name for name in names if names.count(name) > 1})
    assert clashes == []


def test_what_the_data_decide_cannot_be_set():
    assert {"classes", "prior", "mean", "scale", "columns", "resume"}.isdisjoint(dict(namespace.claims()))


def test_settings_go_to_their_owners(data):
    given = {"label_smoothing": 0.1, "size": [12, 12], "backbone": "mlp", "width": 8, "epochs": 3, "seed": 1}
    parts = namespace.divided(given, data)
    assert parts == {
        "task": {"label_smoothing": 0.1},
        "input": {"size": (12, 12)},
        "builder": {"backbone": "mlp", "width": 8},
        "fit": {"epochs": 3, "seed": 1},
    }


def test_an_unknown_name_is_told_with_the_nearest_before_any_data_are_read():
    with pytest.raises(KitError, match="Unknown setting 'learning_rat'. Did you mean 'learning_rate'"):
        namespace.checked([("learning_rat", 1)])


def test_a_name_of_another_task_is_told_with_what_this_task_has(data):
    with pytest.raises(KitError, match="Unknown setting for classification .* 'quantiles'"):
        namespace.divided(namespace.checked([("quantiles", [0.1, 0.9])]), data)


def test_a_name_that_is_given_twice_is_refused_unless_it_says_the_same():
    assert namespace.checked([("epochs", 3), ("epochs", 3)]) == {"epochs": 3}
    with pytest.raises(KitError, match="epochs is given twice, as 3 and as 4"):
        namespace.checked([("epochs", 3), ("epochs", 4)])


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("width", "wide", "a number"),
        ("epochs", "three", "a number"),
        ("l2", None, "a number"),
        ("l2", True, "a number"),
        ("average", 1, "true or false"),
        ("backbone", 3, "text"),
        ("normalization", 3, "text"),
        ("loss", ["mse"], "text"),
        ("gamma", "x", "a number"),
    ],
)
def test_a_value_of_another_kind_is_refused(data, name, value, kind):
    with pytest.raises(KitError, match=f"Setting {name} takes {kind}"):
        namespace.divided({name: value}, data)


OF_ITS_KIND = {
    "width": None,
    "epochs": None,
    "class_weight": [1, 2, 1, 1],
    "nesterov": True,
    "tensorboard": "logs",
}


@pytest.mark.parametrize(("name", "value"), OF_ITS_KIND.items(), ids=OF_ITS_KIND)
def test_a_value_of_the_right_kind_passes(data, name, value):
    parts = namespace.divided({name: value}, data)
    assert [value] == [value for part in parts.values() for value in part.values()]


def test_every_argument_of_builder_and_fit_takes_its_own_default(data):
    for verb in (kit.build_classifier, kit.fit):
        namespace.divided(namespace.arguments_of(verb), data)


def test_changed_fields_reach_every_part_and_what_was_decoded_otherwise_is_dropped(data):
    changed = namespace.changed(data, {"label_smoothing": 0.1}, {"size": (12, 12)})
    assert changed.train.arrays()[0].shape == (len(data.train), 12, 12, 1)
    assert changed.validation.task.label_smoothing == changed.task.label_smoothing == 0.1
    assert data.train.arrays()[0].shape[1:] == (8, 8, 1)


def test_an_input_of_other_channels_gets_statistics_of_its_own(data):
    colour = namespace.changed(data, {}, {"channels": 1})
    assert colour.input == data.input
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (40, 8, 8, 3), dtype="uint8")
    from PIL import Image

    loaded = kit.load_data((pictures, np.arange(40) % 4))
    images = [Image.fromarray(picture) for picture in pictures]
    parts = {name: images[: len(part)] for name, part in loaded.parts().items()}
    for name, part in loaded.parts().items():
        part.inputs = parts[name]
    gray = namespace.changed(loaded, {}, {"channels": 1})
    assert len(gray.input.mean) == 1
    assert gray.train.arrays()[0].shape[1:] == (8, 8, 1)


def test_the_resolved_arguments_of_the_builder_hold_the_defaults_too(data):
    resolved = namespace.resolved({"builder": {"width": 8}}, data)
    assert resolved["width"] == 8
    assert set(resolved) == set(namespace.arguments_of(kit.build_classifier))


@pytest.mark.parametrize(
    ("name", "value"), [("stem", 1), ("stem", "auto"), ("patch", 64), ("patch", [64, 96])]
)
def test_settings_of_several_kinds_are_handed_on(name, value):
    parts = namespace.divided({name: value}, kit.load_data("shapes"))
    assert value in (parts["builder"].get(name), parts["fit"].get(name))
