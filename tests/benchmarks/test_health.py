"""An illness is induced, found and mended, on a small scale."""

import dataclasses

import pytest

# Another backend would change little.
pytestmark = pytest.mark.quickest


@pytest.fixture(scope="module")
def health(load_benchmark):
    return load_benchmark("health")


def illness_of(health, name, **changes):
    (found,) = (one for one in health.ILLNESSES if one.name == name)
    run = dataclasses.replace(found.run, **changes)
    return dataclasses.replace(found, run=run)


@pytest.mark.parametrize(
    "name, changes",
    [
        ("discriminator_wins", {"rounds": 10}),
        ("duplicate_images", {"steps": 1}),
        ("constant_labels", {"steps": 1}),
    ],
)
def test_an_illness_is_found_and_mended(health, name, changes):
    illness = illness_of(health, name, **changes)
    row = health.measure_illness(illness, range(1), verbose=False)
    assert row[0] == name
    assert row[1] == row[3] == "1/1"


def test_each_finding_has_an_illness(health):
    from keras_gan.callbacks.health.detectors import NAMES

    assert {one.name for one in health.ILLNESSES} <= set(NAMES)
    for one in health.ILLNESSES:
        mended = dataclasses.replace(one.run, **one.change)
        assert mended != one.run


def test_tables(health, capsys):
    health.print_table(("a", "b"), [(1, 2)], markdown=True)
    assert capsys.readouterr().out == "| a | b |\n|---|---|\n| 1 | 2 |\n"
