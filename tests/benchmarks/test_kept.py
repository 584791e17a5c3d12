"""Parts of benchmarks are made once, and belong to their settings."""

import json

import numpy as np
import pytest

# Another backend would change nothing.
pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def kept(load_benchmark):
    return load_benchmark("kept")


@pytest.fixture
def make():
    """Makes a part, and counts how often."""

    def part():
        part.calls += 1
        return {"error": 0.5}, {"shown": np.full((2, 2), part.calls)}

    part.calls = 0
    return part


def test_a_part_is_made_once(kept, make, tmp_path):
    first, second = (
        kept.known_or_made(tmp_path / "parts", "L1 alone", {"seed": 1}, make)
        for _ in range(2)
    )
    assert make.calls == 1
    assert first[0] == second[0] and first[0]["error"] == 0.5
    assert first[0]["seconds"] >= 0 <= first[0]["processor_seconds"]
    np.testing.assert_array_equal(first[1]["shown"], second[1]["shown"])
    (record,) = (tmp_path / "parts").glob("L1_alone-*.json")
    assert json.loads(record.read_text())["settings"] == {"seed": 1}


def test_other_settings_are_another_part(kept, make, tmp_path):
    found = [
        kept.known_or_made(tmp_path, "a", {"minutes": minutes}, make)[1]
        for minutes in (1, 20, 1)
    ]
    assert [part["shown"][0, 0] for part in found] == [1, 2, 1]


def test_a_part_that_was_stopped_is_made_again(kept, make, tmp_path):
    def fail():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept.known_or_made(tmp_path / "new", "a", {}, fail)
    kept.known_or_made(tmp_path, "a", {}, make)
    for record in tmp_path.glob("*.json"):  # Arrays are written before it.
        record.unlink()
    again = kept.known_or_made(tmp_path, "a", {}, make)
    assert make.calls == again[1]["shown"][0, 0] == 2


def test_settings_tell_data_apart(kept, tmp_path):
    options = type("Options", (), {"data": tmp_path / "a.npz", "minutes": 3})
    found = []
    for content in (b"1", b"2", b"1"):
        options.data.write_bytes(content)
        found.append(kept.settings_of(options, ("minutes",)))
    assert found[0] == found[2] != found[1]
    assert found[0]["minutes"] == 3 and found[0]["backend"]
    folder = kept.fingerprint(tmp_path)
    (tmp_path / "b.npz").write_bytes(b"")
    assert kept.fingerprint(tmp_path) != folder
    assert kept.fingerprint(tmp_path / "digits") == str(tmp_path / "digits")


def test_the_table_is_written_as_far_as_it_is(kept, tmp_path, capsys):
    path = tmp_path / "new" / "table.md"
    lines = ["| a |", "|---|", "| 1 |"]
    kept.write_table(lines, path)
    kept.write_table([*lines, "| 2 |"], path)
    assert path.read_text() == "| a |\n|---|\n| 1 |\n| 2 |\n"
    assert capsys.readouterr().out == "| 1 |\n| 2 |\n"
