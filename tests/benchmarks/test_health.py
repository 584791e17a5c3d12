"""An illness is induced, found and fixed, on a small scale."""

import dataclasses

import pytest

# Another backend would change little.
pytestmark = pytest.mark.quickest


@pytest.fixture(scope="module")
def health(load_benchmark):
    return load_benchmark("health")


# Penalties take most of the time, and another loss is enough.
QUICK_CHANGE = {"loss": "non_saturating", "generator_rate": 1e-3}


def illness_of(health, name, change=None, **changes):
    (found,) = (one for one in health.ILLNESSES if one.name == name)
    run = dataclasses.replace(found.run, hidden=(32,), **changes)
    return dataclasses.replace(found, run=run, change=change or found.change)


@pytest.mark.parametrize(
    "name, change, changes",
    [
        ("discriminator_wins", QUICK_CHANGE, {"rounds": 9, "steps": 45}),
        ("duplicate_images", None, {"steps": 1, "penalties": None}),
        ("constant_labels", None, {"steps": 1, "penalties": None}),
    ],
)
def test_an_illness_is_found_and_fixed(health, name, change, changes):
    illness = illness_of(health, name, change, **changes)
    row = health.measure_illness(illness, range(1), verbose=False)
    assert row[0] == name
    assert row[1] == row[3] == "1/1"


def test_each_finding_has_an_illness(health):
    from keras_gan.callbacks.health.detectors import NAMES

    assert {one.name for one in health.ILLNESSES} == set(NAMES)
    for one in health.ILLNESSES:
        fixed = dataclasses.replace(one.run, **one.change)
        assert fixed != one.run


def test_tables(health, capsys):
    health.print_table(("a", "b"), [(1, 2)], markdown=True)
    assert capsys.readouterr().out == "| a | b |\n|---|---|\n| 1 | 2 |\n"
