"""Reading `health.json`."""

import json
import re
from pathlib import Path

import pytest

from keras_gan.callbacks.health import measuring
from keras_gan.reports.health import MEASUREMENTS, read_findings

# Another backend would change nothing.
pytestmark = pytest.mark.once


def findings_of(tmp_path, content):
    path = tmp_path / "health.json"
    path.write_text(json.dumps(content))
    return read_findings(path)


def test_findings_in_words_by_their_rounds(tmp_path):
    late, early = findings_of(
        tmp_path,
        [
            {"name": "divergence", "when": "at the end", "confidence": "sure"},
            {
                "name": "mode_collapse", "when": 3, "confidence": 0.876,
                "evidence": {"share": 0.123456, "some_modes": [1, 2.5]},
                "advice": "Train longer.", "of another version": 1,
            },
        ],
    )  # fmt: skip
    assert late.title == "Divergence" and late.round is None
    assert late.when_in_words == "at the end"
    assert late.confidence_in_words == "sure" and not late.evidence_in_words
    assert early.title == "Mode collapse" and early.round == 3
    assert early.when_in_words == "round 3"
    assert early.confidence_in_words == "88% sure"
    assert early.evidence_in_words == "share 0.1235, some modes 1 and 2.5"
    assert late.sentence == "Divergence (at the end, sure)"
    assert early.sentence == (
        "Mode collapse (round 3, 88% sure): share 0.1235, some modes 1 and "
        "2.5. Train longer."
    )


def test_each_measurement_has_its_own_words():
    assert set(MEASUREMENTS) == {*measuring.LOGGED, "findings"}
    assert len(set(MEASUREMENTS.values())) == len(MEASUREMENTS)
    # Those of the page, which has them from here.
    page = Path(__file__).parents[2] / "docs" / "health.md"
    rows = re.findall(r"^\| `health_(\w+)` \| (.*) \|$", page.read_text(), re.M)
    assert rows == [
        (name, note[0].lower() + note[1:].removesuffix("."))
        for name, note in MEASUREMENTS.items()
    ]


def test_a_missing_file_has_none(tmp_path):
    assert read_findings(tmp_path / "health.json") == []


@pytest.mark.parametrize(
    "content", [None, {"name": "x"}, ["x"], [{"when": 1}], [{"name": 3}]]
)
def test_what_is_no_list_of_findings(tmp_path, content):
    with pytest.raises(ValueError, match="health.json is damaged"):
        findings_of(tmp_path, content)


def test_a_round_that_is_no_number_has_no_place(tmp_path):
    (one,) = findings_of(tmp_path, [{"name": "x", "when": float("nan")}])
    assert one.round is None and one.when_in_words == "nan"
