"""Spaces are plain ranges; what is wrong with them is said at once, all of it."""

import keras_tuner
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kit
from kit.errors import KitError
from kit.search.space import count


def test_a_range_becomes_a_hyperparameter_of_the_same_kind():
    hp = kit.SearchSpace(
        {"a": (1, 9), "b": (0.1, 2), "c": (1e-4, 1.0, "log"), "d": (8, 64, 8)}
    ).hyperparameters()
    by_name = {each.name: each for each in hp.space}
    assert isinstance(by_name["a"], keras_tuner.engine.hyperparameters.Int)
    assert isinstance(by_name["b"], keras_tuner.engine.hyperparameters.Float)
    assert by_name["c"].sampling == "log"
    assert list(by_name["d"].values) == [8, 16, 24, 32, 40, 48, 56, 64]


def test_choices_come_back_as_they_were_given():
    space = kit.SearchSpace(
        {"size": [[8, 8], [16, 16]], "dropout": [0.1, None], "name": ["a", "b"], "flag": [True, False]}
    )
    for hp in space.hyperparameters().space:
        for value in hp.values:
            decoded = space.decoded({hp.name: value})[hp.name]
            assert decoded in space.ranges[hp.name]
            assert type(decoded) in {type(each) for each in space.ranges[hp.name]}


@given(st.lists(st.one_of(st.integers(-5, 5), st.floats(-1, 1, width=16)), min_size=1, unique=True))
def test_numbers_among_the_choices_keep_their_value(values):
    space = kit.SearchSpace({"x": values})
    hp = space.hyperparameters().space[0]
    assert {space["x"].decoded(value) for value in hp.values} == set(values)


def test_a_condition_is_one_for_kerastuner_too():
    space = kit.SearchSpace(
        {"momentum": {"values": (0.0, 0.9), "when": {"optimizer": "sgd"}}, "optimizer": ["adamw", "sgd"]}
    )
    assert space.names == ("optimizer", "momentum")
    hp = space.hyperparameters()
    assert "momentum" not in hp.values
    hp.values["optimizer"] = "sgd"
    assert hp.is_active("momentum")


def test_every_fault_of_a_space_is_told_at_once():
    faulty = {
        "a": (2, 1),
        "b": (0, 1, "log"),
        "c": [],
        "d": [1, "x"],
        "e": [3, 3],
        "f": {"values": [1], "when": {"nobody": 1}},
        "g": {"values": [1], "when": {"h": 7}},
        "h": [1, 2],
        "i": 5,
        "j": (1, 2, "lgo"),
    }
    with pytest.raises(KitError) as caught:
        kit.SearchSpace(faulty)
    told = str(caught.value)
    for words in (
        "a: the range from 2 to 1 is empty",
        "b: a range by magnitude starts above 0",
        "c: no choices",
        "d: choices of mixed kinds (number and text)",
        "e: 3 is there twice",
        "f: Unknown hyperparameter in a condition 'nobody'",
        "g: h is never 7",
        "i: expected a range",
        "j: the third of a range is 'log' or a step",
    ):
        assert words in told


@pytest.mark.parametrize("space", [{}, None, [("a", 1)], "a=1"])
def test_what_is_no_space_is_refused(space):
    with pytest.raises(KitError, match="A search space is a dict"):
        kit.SearchSpace(space)


def test_conditions_in_a_circle_are_refused():
    with pytest.raises(KitError, match="go round in a circle"):
        kit.SearchSpace({"a": {"values": [1], "when": {"b": 1}}, "b": {"values": [1], "when": {"a": 1}}})


def test_the_words_of_the_command_line_are_ranges():
    texts = ["rate=1e-5:1e-2:log", "size=16,32", "width=8:64:8", "flag=true,false", "m=0:0.9@size=16"]
    assert kit.SearchSpace.parse(texts).ranges == {
        "rate": (1e-5, 1e-2, "log"),
        "size": [16, 32],
        "width": (8, 64, 8),
        "flag": [True, False],
        "m": {"values": (0, 0.9), "when": {"size": [16]}},
    }


@pytest.mark.parametrize("text", ["rate", "=3", "rate=", "2x=1:2"])
def test_other_words_are_refused(text):
    with pytest.raises(KitError, match="is not of the form"):
        kit.SearchSpace.parse([text])


def test_combinations_are_counted_where_there_are_only_choices():
    assert count(kit.SearchSpace({"a": [1, 2], "b": ["x", "y", "z"]})) == 6
    assert count(kit.SearchSpace({"a": (1, 2)})) is None
