"""Each rule of the doctor: its planted faults are found, and its healthy examples are left alone."""

import pytest

import kit
from kit.doctor import rule as rules

NAMES = rules.names()


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_finds_its_planted_faults_and_leaves_the_healthy_alone(name):
    failing, passing = rules.examples(name)
    assert failing and passing
    for case in failing:
        found = kit.doctor(case.thing, case.data, rules=[name], **case.options)
        assert [each.severity for each in found if each.rule == name and each.cure], case.title
        assert not any("could not run" in each.evidence for each in found), (case.title, found)
    for case in passing:
        assert not kit.doctor(case.thing, case.data, rules=[name], **case.options), case.title


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_states_its_source(name):
    assert "Source: " in rules.source(name)
