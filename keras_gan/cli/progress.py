"""What is on the screen while a run trains."""

import shutil
import sys
import time

import keras

from keras_gan.cli.clock import Clock

_REFRESH_SECONDS = 0.2
_BAR_WIDTH = 24


class Progress(keras.callbacks.Callback):
    """Prints a line a round, and on a terminal one that moves.

    Args:
        clock: The run's clock.
        stream: Text stream; the standard output where left out.
    """

    # It reads no logs of batches, so it need not hold up the next step.
    async_safe = True

    def __init__(self, clock: Clock, stream=None):
        super().__init__()
        self.clock = clock
        self._stream = stream or sys.stdout
        self._moves = self._stream.isatty()
        self._losses = ""
        self._printed = float("-inf")
        self._since: tuple[float, int] | None = None

    def on_train_batch_begin(self, batch, logs=None):
        now = time.perf_counter()
        done = self.clock.steps - 1
        # The first step compiles the graph and says nothing about the others.
        if self._since is None and batch > 0:
            self._since = (now, done)
        if self._moves and now - self._printed > _REFRESH_SECONDS:
            self._printed = now
            self._write(self._line(done), end="")

    def on_epoch_end(self, epoch, logs=None):
        self._losses = losses_in_words(logs or {})
        self._write(self._line(self.clock.steps), end="\n")

    def _line(self, done: int) -> str:
        total = self.clock.total_steps
        counter = f"{done:{len(str(total))}d}/{total} steps"
        parts = [counter, self._speed(done), self._losses]
        return "  ".join(part for part in parts if part)

    def _speed(self, done: int) -> str:
        if self._since is None or done <= self._since[1]:
            return ""
        start, first = self._since
        seconds = (time.perf_counter() - start) / (done - first)
        left = duration_in_words(seconds * (self.clock.total_steps - done))
        return f"{1 / seconds:.3g} steps/s  {left} left"

    def _write(self, line: str, end: str) -> None:
        # \x1b[K clears what a longer line has left behind.
        if self._moves:
            # A line that is broken in two could not be written over.
            columns = shutil.get_terminal_size().columns - 1
            line = f"\r{line[:columns]}\x1b[K"
        print(line, end=end, file=self._stream, flush=True)


class ImageCounter:
    """A line that counts images, and on a terminal moves.

    On the standard error, so that results can be read by a program.

    Args:
        what: What is counted, in a word.
        total: How many there will be.
        shown: Whether to print at all.
        stream: Text stream; the standard error where left out.
    """

    def __init__(self, what: str, total: int, *, shown=True, stream=None):
        self.what = what
        self.total = total
        self.done = 0
        self._shown = shown
        self._stream = stream or sys.stderr
        self._moves = self._stream.isatty()
        self._start = time.perf_counter()
        self._printed = float("-inf")

    def add(self, number: int) -> None:
        """Counts images that are done."""
        self.done += number
        now = time.perf_counter()
        if self._shown and self._moves:
            if now - self._printed > _REFRESH_SECONDS:
                self._printed = now
                self._write("")

    def close(self) -> None:
        """Writes the line for the last time."""
        if self._shown:
            self._write("\n")

    def _write(self, end: str) -> None:
        rate = self.done / max(time.perf_counter() - self._start, 1e-9)
        counter = f"{self.done:{len(str(self.total))}d}/{self.total}"
        line = f"{counter} {self.what} images  {rate:.3g} images/s"
        if self.done < self.total:
            left = duration_in_words((self.total - self.done) / rate)
            line += f"  {left} left"
        if self._moves:
            filled = round(_BAR_WIDTH * self.done / self.total)
            bar = "=" * filled + "-" * (_BAR_WIDTH - filled)
            columns = shutil.get_terminal_size().columns - 1
            line = f"\r{f'[{bar}] {line}'[:columns]}\x1b[K"
        print(line, end=end, file=self._stream, flush=True)


def losses_in_words(logs: dict) -> str:
    """`d_loss 0.693  g_loss 0.71 ...` of logged values, the losses first."""
    names = sorted(logs, key=lambda name: not name.endswith("_loss"))
    return "  ".join(f"{name} {logs[name]:.3g}" for name in names)


def duration_in_words(seconds: float) -> str:
    """`42 s`, `3 min 5 s` or `2 h 10 min`."""
    seconds = round(seconds)
    for length, name, smaller, small_name in (
        (3600, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if seconds >= length:
            whole, rest = divmod(seconds, length)
            return f"{whole} {name} {rest // smaller} {small_name}"
    return f"{seconds} s"
