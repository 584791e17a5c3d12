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
    *data: str, quiet: bool, opener: Any = None, **options: Any
) -> Any:
    """Opens images; after some seconds it shows how many are read.

    Args:
        *data: DATA of the command line, and what belongs to it.
        quiet: Whether to show no progress.
        opener: What to open it with. Default: `datasets.open_source`.
        **options: As for the opener.
    """
    with contextlib.ExitStack() as stack:
        is_shown = is_chief() and not quiet
        progress = _Progress(stack) if is_shown else lambda *_: None
        opener = opener or datasets.open_source
        return opener(*data, progress=progress, **options)


class _Progress:
    """A bar on a terminal, elsewhere a line from time to time.

    Args:
        stack: Closes the bar.
    """

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack
        self._bar: ProgressBar | None = None
        self._next = time.monotonic() + _SECONDS

    def __call__(self, number: int, total: int) -> None:
        if time.monotonic() < self._next:
            return
        if self._bar is None:
            bar = ProgressBar(total, "images read", leave=False)
            self._bar = self._stack.enter_context(bar)
        self._bar.update(number - self._bar.n)
        if not self._bar.is_terminal:
            self._bar.print_line()
            self._next = time.monotonic() + _SECONDS
