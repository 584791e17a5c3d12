"""How much of what a filter is shown it accepts."""

from typing import Any

import numpy as np

from keras_gan.sampling.sample_filter import SampleFilter

# A filter that accepts a smaller share of its images is given up.
_LEAST_RATE = 1e-3


class AcceptanceCounter:
    """How many images of each class a filter was shown, and accepted.

    Args:
        filter: The filter.
        labels: Integers `(size,)`, the class of each place, or `None`.
        max_draws: Number of draws from which on the filter may be given up.
    """

    def __init__(
        self, filter: SampleFilter, labels: Any, max_draws: int
    ) -> None:
        self._filter = filter
        self._labels = labels
        self._max_draws = max_draws
        classes = 1 if labels is None else int(max(labels, default=0)) + 1
        # Draws and acceptances.
        self._counts = np.zeros((2, classes), "int64")

    def add(self, places: np.ndarray, accepted: np.ndarray) -> None:
        """Counts candidates for some places, and verdicts on them."""
        number = self._counts.shape[1]
        for row, some in enumerate((places, places[accepted])):
            self._counts[row] += np.bincount(self._classes(some), None, number)

    def check(self, empty: np.ndarray) -> None:
        """Gives the filter up if there is no hope for the empty places.

        Raises:
            ValueError: If it accepts fewer than one in a thousand, of a class
                that is wanted or of all.
        """
        if not len(empty):
            return
        wanted = np.unique(self._classes(empty))
        of_wanted = self._counts[:, wanted]
        total = self._counts.sum(axis=1, keepdims=True)
        drawn, accepted = np.concatenate([of_wanted, total], axis=1)
        refused = accepted < _LEAST_RATE * drawn
        hopeless = (drawn >= self._max_draws) & refused
        if hopeless.any():
            low = wanted[refused[:-1]]
            low = low if len(low) else wanted
            raise ValueError(self._words(total[:, 0], low))

    def _classes(self, places):
        if self._labels is None:
            return np.zeros(len(places), "int64")
        return self._labels[places]

    def _words(self, total, classes):
        of_classes = ""
        if self._labels is not None:
            of_classes = (
                " Without an image are places of the classes "
                f"{classes.tolist()}, of which it accepted "
                f"{_share(self._counts[:, classes].sum(axis=1))}."
            )
        return (
            "`filter` must accept some of the images of every class. Received: "
            f"{self._filter.name!r}, which accepted {_share(total)}."
            f"{of_classes} Lower its demands, or train the GAN for longer."
        )


def _share(counts):
    drawn, accepted = counts.tolist()
    return f"{accepted} of {drawn} draws ({accepted / drawn:.2%})"
