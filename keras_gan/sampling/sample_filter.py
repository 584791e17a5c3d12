"""The base class of filters for generated images."""

import abc
from typing import Any

import keras
import numpy as np

from keras_gan.utils.models import Untracked

Tensor = Any


@keras.saving.register_keras_serializable(package="keras_gan")
class SampleFilter(keras.layers.Layer, abc.ABC):
    """Decides which generated images are worth keeping.

    A generator makes good and bad images, and bad images do harm as training
    data of another model. A filter is bound to a source of images, calibrated
    with some of them, and then accepts or rejects each image.

    It is a Keras layer, so that its state and its networks are saved with the
    layer or model that contains it. Its networks are never part of the weights
    that such a model trains.

    A subclass implements `score` and `accept` in `keras.ops`, `bind` and
    `calibrate` if it has state, and `judge` if one pass through a network can
    compute both.

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
        # The network passed by the user; set by subclasses.
        self._given = Untracked(None)
        # Keras warns about nested layers that are not built.
        self.built = True

    # For subclasses ---------------------------------------------------------

    @abc.abstractmethod
    def score(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        """Returns the quality of images; larger is better.

        Args:
            images: Float tensor `(batch, ...)` in [-1, 1].
            labels: Integers `(batch,)`; `None` if there are no classes.

        Returns:
            Float32 tensor `(batch,)`.
        """

    @abc.abstractmethod
    def accept(
        self, images: Tensor, labels: Tensor | None, uniform: Tensor
    ) -> Tensor:
        """Returns which images to keep; works in graphs, XLA and `tf.data`.

        Args:
            images: Float tensor `(batch, ...)` in [-1, 1].
            labels: Integers `(batch,)`; `None` if there are no classes.
            uniform: Float32 tensor `(batch,)` of draws from [0, 1), the only
                source of randomness.

        Returns:
            Boolean tensor `(batch,)`.
        """

    def judge(
        self, images: Tensor, labels: Tensor | None, uniform: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Returns the results of both `accept` and `score`.

        Args:
            images: As `accept` takes them.
            labels: As `accept` takes them.
            uniform: As `accept` takes it.
        """
        return self.accept(images, labels, uniform), self.score(images, labels)

    def bind(self, source: Any) -> None:
        """Binds the filter to a source of images, before any other use.

        A filter may be bound to the same generator again. A filter with
        calibrated state refuses another generator.

        Args:
            source: A `GeneratorSource`.

        Raises:
            ValueError: If the filter does not fit the images of `source`.
        """

    def calibrate(self, images: Any, labels: Any = None) -> None:
        """Fits the state of the filter to generated images.

        Called eagerly before use, and again whenever the generator has
        changed. Each call replaces the state.

        Args:
            images: Float32 array `(num_images, ...)` of the generator's images,
                in [-1, 1].
            labels: Integer array `(num_images,)`; `None` if there are no
                classes.

        Raises:
            ValueError: If the images are not suitable.
        """
        check_images(images)

    @property
    def calibrated(self) -> bool:
        """Whether the filter is calibrated, or needs no calibration."""
        return True

    # Saving -----------------------------------------------------------------

    def save_own_variables(self, store: Any) -> None:
        for index, variable in enumerate(self._saved_variables()):
            store[str(index)] = variable

    def load_own_variables(self, store: Any) -> None:
        variables = self._saved_variables()
        if len(store.keys()) != len(variables):
            raise ValueError(
                f"`{self.name}` must be loaded from a file of the same kind of "
                f"filter, with {len(variables)} variables. Received: "
                f"{len(store.keys())} variables. Bind it to the same kind of "
                "source as when it was saved."
            )
        for index, variable in enumerate(variables):
            variable.assign(store[str(index)])

    def _saved_variables(self) -> list[keras.Variable]:
        """The state and the weights of the network passed by the user.

        Keras saves a shared network only once but creates two networks when
        loading, one of which would be left without its weights.
        """
        network = self._given.value
        return self.variables + ([] if network is None else network.weights)


def check_images(images: Any) -> np.ndarray:
    """Returns images for calibration as a float32 array, if there are any."""
    images = np.asarray(images, "float32")
    if images.ndim < 2 or not len(images):
        raise ValueError(
            "`images` must be an array (num_images, ...) of at least one image "
            f"to calibrate on. Received: shape {images.shape}."
        )
    return images
