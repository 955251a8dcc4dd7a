"""What `kit.fit(augment=...)` means is one of the known changes, or refused before the first step."""

import pytest

import kit
from kit.data import augment, box_feed, patches, policies
from kit.errors import KitError


@pytest.mark.parametrize("default", [augment.Policy(), box_feed.Policy(), patches.Policy()], ids=repr)
def test_every_kind_of_policy_can_be_changed_in_parts(default):
    changed = policies.chosen({"mirror": not default.mirror, "contrast": 0.5}, default)
    assert (changed.mirror, changed.contrast) == (not default.mirror, 0.5)
    assert changed.scale == default.scale
    assert policies.chosen("auto", default) is default
    assert policies.chosen(None, default) is None
    assert policies.chosen(changed, default) is changed


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"mozaic": 0.5}, "Did you mean 'mosaic'"),
        ({"scale": 1.0}, "change of training inputs"),
        ({"mosaic": -1}, "mosaic is a number, 0 or more"),
        ({"mosaic": True}, "mosaic is a number, 0 or more"),
        ({"mirror": 0.5}, "mirror is true or false"),
        ("strong", "augment is 'auto', None or a dict of changes"),
        (patches.Policy(), "augment is 'auto', None or a dict of changes"),
    ],
    ids=str,
)
def test_any_other_choice_is_refused_and_tells_what_can_be_changed(choice, words):
    with pytest.raises(KitError, match=words):
        policies.chosen(choice, box_feed.Policy())


def test_fit_takes_a_dict():
    data = kit.load_data(kit.shapes("detection", 12, (32, 32)), task="detection")
    model = kit.build_detector(data.task, data.input, width=4)
    with pytest.raises(KitError, match="Did you mean 'mixup'"):
        kit.fit(model, data, epochs=1, augment={"mixap": 0.1}, verbose=0)
