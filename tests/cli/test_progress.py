"""What is on the screen: lines that stay, and a bar on a terminal."""

import io

import pytest

from keras_gan.cli.progress import Progress, ProgressBar, losses_in_words
from keras_gan.cli.step_limit import StepLimit

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    """Time that passes only when a test says so."""

    seconds = 1000.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("tqdm.std.time", clock)
    return clock


def train(stream, steps, clock) -> str:
    """What a round prints: a minute to compile, then one second per step."""
    limit = StepLimit(steps=10, total_steps=10 + 2 * steps, rounds=0)
    progress = Progress(limit, stream)
    for batch in range(steps):
        limit.steps += 1
        progress.on_train_batch_begin(batch)
        clock.seconds += 60 if batch == 0 else 1
    progress.on_epoch_end(0, {"accuracy": 0.5, "d_loss": 1.23456})
    progress.on_train_end()
    return stream.getvalue()


def test_one_line_per_round_where_there_is_no_terminal(clock):
    text = train(io.StringIO(), 5, clock)
    # With the first step, which compiles, it would be slower.
    assert text == (
        "15/20 steps  1.25 steps/s, 00:04 left, d_loss 1.23  accuracy 0.5\n"
    )


def test_bar_on_a_terminal_and_a_line_that_stays(clock):
    lines = train(Terminal(), 5, clock).split("\r")
    assert any(line.startswith("10/20 steps") for line in lines)
    stays = [line for line in lines if line.endswith("\n")]
    assert len(stays) == 1 and stays[0].startswith("15/20 steps")


def test_one_line_at_the_end_where_there_is_no_terminal():
    stream = io.StringIO()
    with ProgressBar(30, "real images", stream=stream) as bar:
        for _ in range(3):
            bar.update(10)
        assert stream.getvalue() == ""
    assert stream.getvalue().startswith("30/30 real images ")
    assert stream.getvalue().count("\n") == 1


def test_error_leaves_no_line():
    stream = io.StringIO()
    with (
        pytest.raises(ValueError),
        ProgressBar(30, "images", stream=stream) as bar,
    ):
        bar.update(10)
        raise ValueError("no more images")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()])
def test_hidden_bar_counts_and_prints_nothing(stream):
    with ProgressBar(30, "images", shown=False, stream=stream) as bar:
        bar.update(20)
    assert bar.n == 20 and stream.getvalue() == ""


def test_losses_come_first():
    logs = {"d_fake": 1.0, "d_loss": 0.5, "g_loss": 0.25, "r1": 0.125}
    assert losses_in_words(logs) == (
        "d_loss 0.5  g_loss 0.25  d_fake 1  r1 0.125"
    )
