"""Types of arguments: the value, or an error that says what is right."""

import argparse

import pytest

from kit.cli.arguments import Parser, number, one_of, setting
from kit.errors import KitError


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("width=64", ("width", 64)),
        ("learning_rate=1e-3", ("learning_rate", 1e-3)),
        ("average=true", ("average", True)),
        ("class_weight=null", ("class_weight", None)),
        ("bounds=[0, 1]", ("bounds", [0, 1])),
        ("activation=swish", ("activation", "swish")),
        ('loss="mae"', ("loss", "mae")),
        ("tensorboard=a=b", ("tensorboard", "a=b")),
        ("tensorboard=", ("tensorboard", "")),
        ("deep_supervision=True", ("deep_supervision", True)),
        ("class_weight=None", ("class_weight", None)),
        ("patch=(160, 128)", ("patch", (160, 128))),
        ("patch=160,128", ("patch", (160, 128))),
        ("target=2024-01-05", ("target", "2024-01-05")),
        ("names=a,b", ("names", "a,b")),
    ],
)
def test_a_setting_is_json_or_as_plans_print_it_and_else_text(text, pair):
    assert setting(text) == pair


@pytest.mark.parametrize("text", ["width", "=3", "a b=3", "--width=3"])
def test_a_setting_needs_a_name_and_a_value(text):
    with pytest.raises(argparse.ArgumentTypeError, match="NAME=VALUE"):
        setting(text)


@pytest.mark.parametrize(
    ("kind", "limits", "text", "right"),
    [
        (int, {"least": 1}, "1", True),
        (int, {"least": 1}, "0", False),
        (int, {"least": 1}, "1.5", False),
        (int, {"least": 0}, "-1", False),
        (float, {"above": 0}, "0.5", True),
        (float, {"above": 0}, "0", False),
        (float, {"above": 0}, "nan", False),
        (float, {"above": 0}, "ten", False),
    ],
)
def test_a_number_is_of_its_kind_and_within_its_limits(kind, limits, text, right):
    if right:
        assert number(kind, **limits)(text) == kind(text)
    else:
        with pytest.raises(argparse.ArgumentTypeError, match=f"'{text}' is no"):
            number(kind, **limits)(text)


def test_one_of_several_names_the_nearest():
    assert one_of("policy", ["error", "skip"])("skip") == "skip"
    with pytest.raises(argparse.ArgumentTypeError, match="Unknown policy 'skp'. Did you mean 'skip'"):
        one_of("policy", ["error", "skip"])("skp")


def test_options_must_be_written_out_and_errors_are_raised():
    parser = Parser(prog="kit train")
    parser.add_argument("--epochs", type=int)
    assert parser.parse_known_args(["--epoch", "3"])[1] == ["--epoch", "3"]
    with pytest.raises(KitError, match="--epochs: expected one argument. See: kit train --help"):
        parser.parse_args(["--epochs"])
