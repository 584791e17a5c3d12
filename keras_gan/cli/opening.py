"""Opening DATA, with progress where that takes long."""

import contextlib
import time
from typing import Any

from keras_gan import datasets
from keras_gan.backend.devices import is_chief
from keras_gan.cli.progress import ProgressBar

# Nothing is shown before, nor more often where there is no terminal.
_SECONDS = 3.0


def open_data(
    *data: str,
    quiet: bool,
    opener: Any = None,
    what: str = "images",
    **options: Any,
) -> Any:
    """Opens data; after some seconds it shows how much is read.

    Args:
        *data: DATA of the command line, and what belongs to it.
        quiet: Whether to show no progress.
        opener: What to open it with. Default: `datasets.open_source`.
        what: What the files are.
        **options: As for the opener.
    """
    with contextlib.ExitStack() as stack:
        is_shown = is_chief() and not quiet
        progress = _Progress(stack, what) if is_shown else lambda *_: None
        opener = opener or datasets.open_source
        return opener(*data, progress=progress, **options)


class _Progress:
    """A bar on a terminal, elsewhere a line from time to time.

    Args:
        stack: Closes the bar.
        what: What is read.
    """

    def __init__(self, stack: contextlib.ExitStack, what: str) -> None:
        self._stack, self._what = stack, what
        self._bar: ProgressBar | None = None
        self._next = time.monotonic() + _SECONDS

    def __call__(self, number: int, total: int) -> None:
        if time.monotonic() < self._next:
            return
        if self._bar is None:
            bar = ProgressBar(total, f"{self._what} read", leave=False)
            self._bar = self._stack.enter_context(bar)
        self._bar.update(number - self._bar.n)
        if not self._bar.is_terminal:
            self._bar.print_line()
            self._next = time.monotonic() + _SECONDS
