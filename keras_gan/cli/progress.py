"""What is on the screen during long work: tqdm's bar, and lines that stay."""

import sys
from typing import Any, TextIO

import keras
from tqdm import tqdm

from keras_gan.cli.step_limit import StepLimit

_LINE = "{n_fmt}/{total_fmt}{unit} {rate_noinv_fmt}, {remaining} left{postfix}"


class ProgressBar(tqdm):
    """A bar on a terminal; elsewhere only lines, without control characters.

    Args:
        total: Number of units to do.
        unit: The units in words, such as "steps".
        shown: Whether to print at all.
        stream: Text stream; the standard error if left out.
        **options: As for `tqdm.tqdm`.
    """

    monitor_interval = 0  # No thread: every bar here is updated often.

    def __init__(
        self,
        total: int,
        unit: str,
        *,
        shown: Any = True,
        stream: TextIO | None = None,
        **options: Any,
    ) -> None:
        stream = stream or sys.stderr
        self.is_terminal = stream.isatty()
        self._prints_last = bool(shown) and not self.is_terminal
        if not (self.is_terminal and shown):
            # It still counts, and the line can be printed.
            options |= {"mininterval": float("inf"), "delay": float("inf")}
        super().__init__(
            total=total,
            unit=f" {unit}",
            file=stream,
            dynamic_ncols=self.is_terminal,
            smoothing=0.02,
            bar_format=_LINE.replace("{unit}", "{unit} |{bar}|"),
            **options,
        )

    def print_line(self) -> None:
        """Prints the current state as a line that stays."""
        self._prints_last = False
        # The whole line, also where the bar is shortened to fit.
        format_dict = {**self.format_dict, "bar_format": _LINE, "ncols": None}
        line = self.format_meter(**format_dict)
        if self.is_terminal:
            self.write(line, file=self.fp)
        else:
            print(line, file=self.fp, flush=True)

    def __exit__(self, *error: Any) -> None:
        self._prints_last &= error == (None, None, None)
        super().__exit__(*error)

    def close(self) -> None:
        """Ends the bar, or prints the last line where there is no bar."""
        if not self.disable and self._prints_last:
            self.print_line()
        super().close()


class Progress(keras.callbacks.Callback):
    """Prints a line after each round, and a bar on a terminal.

    Args:
        limit: Counts the steps.
        stream: Text stream; the standard output if left out.
    """

    # It reads no logs of batches, so the next step need not wait for them.
    async_safe = True

    def __init__(self, limit: StepLimit, stream: TextIO | None = None):
        super().__init__()
        self.limit = limit
        self._second = limit.steps + 1
        self._bar = ProgressBar(
            limit.total_steps,
            "steps",
            initial=limit.steps,
            stream=stream or sys.stdout,
            leave=False,
        )

    def on_train_batch_begin(self, batch, logs=None):
        done = self.limit.steps - 1
        if done == self._second:
            # The first step compiles: it says nothing about the others.
            self._bar.unpause()
        self._update(done)

    def on_epoch_end(self, epoch, logs=None):
        self._update(self.limit.steps)
        self._bar.set_postfix_str(losses_in_words(logs or {}), refresh=False)
        self._bar.print_line()

    def _update(self, done: int) -> None:
        self._bar.total = self.limit.total_steps  # A plan may have changed.
        self._bar.update(done - self._bar.n)

    def on_train_end(self, logs=None):
        self._bar.close()


def losses_in_words(logs: dict) -> str:
    """`d_loss 0.693  g_loss 0.71 ...` of logged values, the losses first."""
    shown = [name for name in logs if not name.startswith("health_")]
    names = sorted(shown, key=lambda name: not name.endswith("_loss"))
    return "  ".join(f"{name} {logs[name]:.3g}" for name in names)
