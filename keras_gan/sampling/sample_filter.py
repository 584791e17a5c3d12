"""The base of the filters of generated images."""

import abc
from typing import Any

import keras
import numpy as np

from keras_gan.utils.models import Untracked

Tensor = Any


@keras.saving.register_keras_serializable(package="keras_gan")
class SampleFilter(keras.layers.Layer, abc.ABC):
    """Decides which generated images are worth keeping.

    A generator draws good and bad images alike; where they become the training
    data of another model the bad ones cost more than they bring. A filter is
    bound to what draws the images, calibrated on some of them, and then accepts
    or refuses each image.

    It is a Keras layer, so that a layer or model that holds one saves its
    state and its networks with its own. Those networks only judge: they never
    are among the weights that a model which holds the filter trains.

    A subclass writes `score` and `accept` in `keras.ops`; `bind` and
    `calibrate` where it has something to find out there, and `judge` where one
    pass through a network serves both.

    Args:
        **kwargs: `name`, as of any Keras layer. A filter computes in float32
            under every precision policy.

    Example:

    >>> class Bright(SampleFilter):
    ...     def score(self, images, labels=None):
    ...         return keras.ops.mean(images, axis=(1, 2, 3))
    ...     def accept(self, images, labels, uniform):
    ...         return self.score(images, labels) > 0.0
    >>> images = np.stack([np.ones((4, 4, 1)), -np.ones((4, 4, 1))])
    >>> np.array(Bright().accept(images, None, np.zeros(2))).tolist()
    [True, False]
    """

    def __init__(self, **kwargs: Any) -> None:
        own = {"trainable": False, "dtype": "float32", **kwargs}
        super().__init__(autocast=False, **own)
        # The network that was given, for a subclass to set.
        self._given = Untracked(None)
        # Keras warns of layers inside of others that have not been built.
        self.built = True

    # What a subclass writes -------------------------------------------------

    @abc.abstractmethod
    def score(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """How good images are; a larger number is better.

        Args:
            images: Float tensor `(batch, ...)` in [-1, 1].
            labels: Integers `(batch,)`; `None` where there are no classes.

        Returns:
            Float32 tensor `(batch,)`.
        """

    @abc.abstractmethod
    def accept(
        self, images: Tensor, labels: Tensor | None, uniform: Tensor
    ) -> Tensor:
        """Which images are kept; works in graphs, under XLA and in `tf.data`.

        Args:
            images: Float tensor `(batch, ...)` in [-1, 1].
            labels: Integers `(batch,)`; `None` where there are no classes.
            uniform: Float32 tensor `(batch,)` of draws from [0, 1), which is
                all the chance there is in the verdict.

        Returns:
            Boolean tensor `(batch,)`.
        """

    def judge(
        self, images: Tensor, labels: Tensor | None, uniform: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Both verdicts at once: what `accept` and what `score` return.

        Args:
            images: As `accept` takes them.
            labels: As `accept` takes them.
            uniform: As `accept` takes it.
        """
        return self.accept(images, labels, uniform), self.score(images, labels)

    def bind(self, source: Any) -> None:
        """Fits the filter to what draws the images, before any other use.

        What is bound may be bound again to the same generator. A filter that
        finds out something of it in `calibrate` refuses another one.

        Args:
            source: A `GeneratorSource`.

        Raises:
            ValueError: If the filter cannot judge the images of `source`.
        """

    def calibrate(self, images: Any, labels: Any = None) -> None:
        """Finds out from generated images what the verdicts rest on.

        Called eagerly before use, and again whenever the generator has
        changed. The state is that of the last call alone.

        Args:
            images: Float32 array `(num_images, ...)` of the generator's images,
                in [-1, 1].
            labels: Integer array `(num_images,)`; `None` where there are no
                classes.

        Raises:
            ValueError: If the images do not allow it.
        """
        check_images(images)

    @property
    def calibrated(self) -> bool:
        """Whether nothing is missing that `calibrate` finds out."""
        return True

    # Saving -----------------------------------------------------------------

    def save_own_variables(self, store: Any) -> None:
        for index, variable in enumerate(self._saved_variables()):
            store[str(index)] = variable

    def load_own_variables(self, store: Any) -> None:
        variables = self._saved_variables()
        if len(store.keys()) != len(variables):
            raise ValueError(
                f"`{self.name}` must be loaded from a file of a filter like "
                f"it, with {len(variables)} variables. Received: "
                f"{len(store.keys())} variables. Bind it as it was bound when "
                "it was saved."
            )
        for index, variable in enumerate(variables):
            variable.assign(store[str(index)])

    def _saved_variables(self) -> list[keras.Variable]:
        """The state and the weights of the network that was given.

        Keras writes a network once, at the first place that holds it, and
        makes two of it when it is loaded; one of them would go without weights.
        """
        network = self._given.value
        return self.variables + ([] if network is None else network.weights)


def check_images(images: Any) -> np.ndarray:
    """Returns images to calibrate on as a float32 array, if there are any."""
    images = np.asarray(images, "float32")
    if images.ndim < 2 or not len(images):
        raise ValueError(
            "`images` must be an array (num_images, ...) of at least one image "
            f"to calibrate on. Received: shape {images.shape}."
        )
    return images
