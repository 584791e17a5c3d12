"""Counts how many images a filter accepts."""

from typing import Any

import numpy as np

from keras_gan.sampling.sample_filter import SampleFilter

# A filter that accepts a smaller share of the images is an error.
_LEAST_RATE = 1e-3


class AcceptanceCounter:
    """Counts the images of each class that a filter has seen and accepted.

    Args:
        filter: The filter.
        labels: Integers `(size,)`, the class of each place, or `None`.
        max_draws: Number of draws after which `check` may raise an error.
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
        """Counts candidates for some places, and which were accepted."""
        number = self._counts.shape[1]
        for row, some in enumerate((places, places[accepted])):
            self._counts[row] += np.bincount(self._classes(some), None, number)

    def check(self, empty: np.ndarray) -> None:
        """Checks that the filter accepts enough images for the empty places.

        Raises:
            ValueError: If it accepts fewer than one in a thousand images, of a
                wanted class or overall.
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
            raise ValueError(self._message(total[:, 0], low))

    def _classes(self, places):
        if self._labels is None:
            return np.zeros(len(places), "int64")
        return self._labels[places]

    def _message(self, total, classes):
        of_classes = ""
        if self._labels is not None:
            of_classes = (
                f" Of the classes {classes.tolist()}, which still lack images, "
                "it accepted "
                f"{_share(self._counts[:, classes].sum(axis=1))}."
            )
        return (
            "`filter` must accept some of the images of every class. Received: "
            f"{self._filter.name!r}, which accepted {_share(total)}."
            f"{of_classes} Use a less strict filter, or train the GAN longer."
        )


def _share(counts):
    drawn, accepted = counts.tolist()
    return f"{accepted} of {drawn} draws ({accepted / drawn:.2%})"
