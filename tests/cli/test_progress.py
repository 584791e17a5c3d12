"""What is on the screen: lines, and one that moves on a terminal."""

import io

import pytest

from keras_gan.cli.clock import Clock
from keras_gan.cli.progress import Progress, duration_in_words, losses_in_words


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(stream, steps, monkeypatch) -> str:
    """What is printed in a round whose steps take a second each."""
    seconds = iter(range(1000))
    monkeypatch.setattr("time.perf_counter", lambda: next(seconds))
    clock = Clock(steps=10, total_steps=10 + 2 * steps, rounds=0)
    progress = Progress(clock, stream)
    for batch in range(steps):
        clock.steps += 1
        progress.on_train_batch_begin(batch)
    progress.on_epoch_end(0, {"accuracy": 0.5, "d_loss": 1.23456})
    return stream.getvalue()


def test_one_line_a_round(monkeypatch):
    text = shown(io.StringIO(), 5, monkeypatch)
    # Counted from the second step on: the first one compiles.
    assert (
        text == "15/20 steps  1 steps/s  5 s left  d_loss 1.23  accuracy 0.5\n"
    )


def test_line_that_moves_on_a_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    lines = shown(Terminal(), 5, monkeypatch).split("\r")[1:]
    assert len(lines) == 6
    assert lines[0].startswith("10/20 steps")
    assert "\n" not in "".join(lines[:-1]) and lines[-1].endswith("\n")
    assert all(len(line.split("\x1b")[0]) <= 29 for line in lines)


@pytest.mark.parametrize(
    "seconds, words",
    [
        (0.4, "0 s"),
        (59.6, "1 min 0 s"),
        (61, "1 min 1 s"),
        (3600, "1 h 0 min"),
        (7325, "2 h 2 min"),
    ],
)
def test_durations(seconds, words):
    assert duration_in_words(seconds) == words


def test_losses_come_first():
    logs = {"d_fake": 1.0, "d_loss": 0.5, "g_loss": 0.25, "r1": 0.125}
    assert losses_in_words(logs) == (
        "d_loss 0.5  g_loss 0.25  d_fake 1  r1 0.125"
    )
