"""Two whole processes at once; `tests/support/two_at_once.py` tries more."""

import pytest
from two_at_once import PAIRS, Trials

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.fixture(scope="module")
def trials(tmp_path_factory):
    return Trials(tmp_path_factory.mktemp("two"))


@pytest.mark.parametrize(
    "name, number",
    [
        ("augment and augment", 1),
        ("generate and generate", 2),
    ],
)
def test_one_works_and_the_other_says_so(trials, name, number):
    pair = PAIRS[name][number]
    outcome = trials.run(list(pair))
    # On a busy machine they may come one after the other, and both work.
    assert trials.faults(pair, outcome) == ""


def test_two_new_runs_have_folders_of_their_own(trials):
    outcome = trials.run(list(PAIRS["train and train"][0]))
    assert outcome.codes == (0, 0), outcome.errors
    one, other = (
        {
            name.partition("/")[2].partition("/")[2]: content
            for name, content in outcome.contents.items()
            if name.startswith(f"runs/photos-{number}")
        }
        for number in (1, 2)
    )
    assert one == other and "model.keras" in one


def test_a_mixed_result_is_found(trials):
    pair = PAIRS["generate and generate"][2]
    outcome = trials.run([pair[0]])
    outcome.contents["x.npz"] = "of neither"
    outcome.codes, outcome.errors = (0, 2), ("", "keras-gan: error: in use\n")
    assert trials.faults(pair, outcome) == "mixed: ['x.npz']"
    outcome.errors = ("", "Traceback")
    assert "Traceback" in trials.faults(pair, outcome)
