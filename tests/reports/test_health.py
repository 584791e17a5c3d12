"""Reading `health.json`."""

import json

import pytest

from keras_gan.reports.health import read_findings

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
                "evidence": {"share": 0.123456, "modes": [1, 2.5]},
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
    assert early.evidence_in_words == "share 0.1235, modes 1, 2.5"


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
