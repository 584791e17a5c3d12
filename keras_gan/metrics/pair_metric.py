"""The base class of metrics that compare images with their targets."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.images import Range, check_value_range
from keras_gan.metrics import image_checks
from keras_gan.metrics.feature_metric import KINDS, read
from keras_gan.utils.arguments import choice, integer

# ITU-R BT.601 as MATLAB's `rgb2ycbcr` has it: from 16 to 235 of 255.
_LUMA = np.array([65.481, 128.553, 24.966]) / 255
_BLACK = 16 / 255


@keras.saving.register_keras_serializable(package="keras_gan")
class PairMetric(keras.metrics.Metric):
    """Base class of metrics that compare each image with its target.

    A subclass implements `measure`, which gives one number per image; the
    result is their mean. The state is a sum and a count in double precision,
    so that order, batches and replicas do not matter. What exceeds the value
    range is clipped to it, as in a picture.

    Args:
        channels: `"rgb"` compares all channels as they are; `"y"` compares
            the luma of RGB or grayscale images (BT.601, as MATLAB's
            `rgb2ycbcr` and papers on super-resolution have it).
        crop: Pixels to leave out at each border.
        value_range: `(low, high)` of the images.
        name: Name in the logs. Default: `short_name`, followed by `_y` and
            `_crop` with its number where they are used.

    Raises:
        ValueError: If an argument is invalid.

    Example:

    >>> class LargestError(PairMetric):
    ...     short_name = "largest_error"
    ...
    ...     def measure(self, real, fake):
    ...         return ops.max(ops.abs(real - fake), axis=(1, 2, 3))
    >>> metric = LargestError("y", crop=2)
    >>> metric.name
    'largest_error_y_crop2'
    >>> metric.update_state(np.zeros((4, 8, 8, 3)), np.ones((4, 8, 8, 3)))
    >>> round(metric.result(), 3)
    0.429
    """

    short_name = "pair_metric"
    smallest = 1

    def __init__(
        self,
        channels: str = "rgb",
        *,
        crop: int = 0,
        value_range: Range = (-1, 1),
        name: str | None = None,
    ) -> None:
        choice("channels", channels, ("rgb", "y"))
        crop = integer("crop", crop, at_least=0)
        in_words = "_y" * (channels == "y") + f"_crop{crop}" * (crop > 0)
        super().__init__(name=name or self.short_name + in_words)
        self.channels = channels
        self.crop = crop
        self.value_range = check_value_range(value_range)
        self.total: Any = None

    def measure(self, real: Any, fake: Any) -> Any:
        """Compares images, one number `(batch,)` for each.

        Args:
            real: float64 tensor `(batch, height, width, channels)`, with black
                as 0 and white as 1.
            fake: The same.
        """
        raise NotImplementedError

    def build(self, image_shape: Sequence[int | None]) -> None:
        """Makes the state, under the current strategy.

        Args:
            image_shape: `(height, width, channels)`; None: any.

        Raises:
            ValueError: If such images cannot be compared.
        """
        self._check_shape(tuple(image_shape))
        if self.total is not None:
            return
        if backend.in_several_replicas():
            raise ValueError(
                f"The metric {self.name!r} must have its state before replicas "
                "use it. Call its `build(image_shape)` within the strategy's "
                "scope, as `compile` does."
            )
        with backend.outside_graphs(), backend.double_precision():
            self.total, self.count = (
                self.add_variable((), "zeros", dtype="float64", name=name)
                for name in ("total", "count")
            )
            shape = len(KINDS), len(image_checks.FAULTS)
            self.refused = self.add_variable(shape, "zeros", name="refused")
        self._compare = backend.compiled(self._compared)

    def update_state(self, real_images: Any, fake_images: Any) -> None:
        """Adds a batch of targets and a batch of images made for them.

        Args:
            real_images: Tensor or array `(batch, height, width, channels)`.
            fake_images: The same, in the same order.

        Raises:
            ValueError: If the shapes differ or images are invalid. In a
                compiled step, `result` raises the error about invalid images.
        """
        pair = [
            images if hasattr(images, "shape") else np.asarray(images)
            for images in (real_images, fake_images)
        ]
        self._check_same(*pair)
        self.build(pair[0].shape[1:])
        with backend.double_precision():
            values, faults = self._compare(*map(ops.convert_to_tensor, pair))
            if backend.executing_eagerly():
                self._raise(ops.convert_to_numpy(faults))
            accepted = ops.cast(ops.sum(faults) == 0, "float64")
            number = ops.cast(ops.shape(values)[0], "float64")
            self.total.assign_add(ops.sum(values))
            self.count.assign_add(accepted * number)
            self.refused.assign_add(faults)

    def result(self) -> float:
        """Returns the mean over all images since the last reset.

        Raises:
            ValueError: If there are no images, or a batch was invalid.
        """
        if self.total is not None:
            self._raise(read(self.refused))
        if self.total is None or not float(read(self.count)):
            raise ValueError(
                f"The metric {self.name!r} needs at least 1 pair of images. "
                "Received: 0. Add more before `result()`."
            )
        return float(read(self.total)) / float(read(self.count))

    def reset_state(self) -> None:
        """Forgets all images."""
        with backend.double_precision():
            super().reset_state()

    def get_config(self) -> dict[str, Any]:
        return {
            "channels": self.channels,
            "crop": self.crop,
            "value_range": self.value_range,
            "name": self.name,
        }

    def save_own_variables(self, store: Any) -> None:
        """Saves nothing: the state belongs to one evaluation."""

    def load_own_variables(self, store: Any) -> None:
        """Loads nothing."""

    # Inside -----------------------------------------------------------------

    def _compared(self, real: Any, fake: Any) -> tuple[Any, Any]:
        """The values of images, 0 if a batch is invalid, and its faults."""
        faults = ops.stack(list(map(self._faults, KINDS, (real, fake))))
        values = self.measure(self._prepared(real), self._prepared(fake))
        return ops.where(ops.sum(faults) == 0, values, 0.0), faults

    def _faults(self, kind: str, images: Any) -> Any:
        nothing = ops.zeros((1, 1))
        return image_checks.faults(
            images, nothing, self.value_range, strict=kind == "real"
        )

    def _prepared(self, images: Any) -> Any:
        """float64 images with black as 0, of the wanted channels and pixels."""
        low, high = self.value_range
        images = ops.cast(images, "float64")
        images = ops.clip((images - low) / (high - low), 0.0, 1.0)
        if self.channels == "y":
            weights = ops.convert_to_tensor(_LUMA, "float64")
            images = ops.sum(images * weights, axis=-1, keepdims=True) + _BLACK
        cut = slice(self.crop, -self.crop or None)
        return images[:, cut, cut]

    def _check_shape(self, shape: tuple) -> None:
        fits_channels = self.channels == "rgb" or shape[-1] in (None, 1, 3)
        if len(shape) != 3 or not fits_channels:
            need = "with 1 or 3 channels, for `channels='y'`"
            cure = "Pass batches of images, channels last."
            cure = cure if fits_channels else "Use `channels='rgb'`."
            raise ValueError(
                f"The metric {self.name!r} compares images (height, width, "
                f"channels) {need * (self.channels == 'y')}. "
                f"Received: images of shape {shape}. {cure}"
            )
        least = 2 * self.crop + self.smallest
        if any(side is not None and side < least for side in shape[:2]):
            raise ValueError(
                f"The metric {self.name!r} needs images of at least {least} x "
                f"{least} pixels. Received: images of shape {shape}. Lower "
                "`crop`, or use a metric with a smaller window."
            )

    def _check_same(self, real: Any, fake: Any) -> None:
        shapes = [tuple(images.shape) for images in (real, fake)]
        same = len(shapes[0]) == len(shapes[1]) and all(
            a is None or b is None or a == b
            for a, b in zip(*shapes, strict=True)
        )
        if not same:
            raise ValueError(
                f"The metric {self.name!r} compares each image with its "
                "target, so both batches must have one shape. Received: real "
                f"images of shape {shapes[0]} and fake images of {shapes[1]}. "
                "Check what the generator returns."
            )

    def _raise(self, found: np.ndarray) -> None:
        for kind, one in zip(KINDS, found, strict=True):
            if one.any():
                raise ValueError(
                    image_checks.message(kind, one, self.value_range)
                )


def mean_of_each(values: Any) -> Any:
    """The mean over each image, `(batch,)`, in double precision.

    Args:
        values: float64 tensor `(batch, height, width, channels)`.
    """
    # `ops.mean` computes in single precision on JAX and PyTorch.
    number = math.prod(ops.shape(values)[1:])
    return ops.sum(values, axis=(1, 2, 3)) / ops.cast(number, "float64")
