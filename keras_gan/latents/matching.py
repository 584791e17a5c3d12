"""How near images are to given ones: pixels and features."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.features import FeatureMaps, default_layers

Tensor = Any

_EPSILON = 1e-8
_BATCH = 64


class Matching:
    """The distance of each of several images to a given one.

    ```
    pixel_weight * mean((x - target)^2)
    + feature_weight * mean over layers of |F(x) - F(target)|^2 / |F(target)|^2
    ```

    Args:
        maps: Function, images -> list of features; `None` for pixels alone.
        pixel_weight: Factor of the first term, 0 or more.
        feature_weight: Factor of the second term, 0 or more.

    Raises:
        ValueError: If nothing is compared.
    """

    def __init__(
        self, maps: Any, pixel_weight: float, feature_weight: float
    ) -> None:
        self._maps = maps
        self._pixel_weight = pixel_weight
        self._feature_weight = feature_weight
        if not pixel_weight and (maps is None or not feature_weight):
            raise ValueError(
                "`pixel_weight` must be above 0 where no features are "
                f"compared. Received: pixel_weight={pixel_weight}, "
                f"feature_weight={feature_weight}. Give a `feature_extractor`, "
                "or compare pixels."
            )
        self._measure = backend.compiled(self.distances)

    def described(self, images: np.ndarray) -> list[np.ndarray]:
        """Returns the given images and their features, to compare with."""
        found = [images]
        if self._maps is not None:
            batches = [
                list(map(_array, self._maps(images[start : start + _BATCH])))
                for start in range(0, len(images), _BATCH)
            ]
            found += [
                np.concatenate(parts) for parts in zip(*batches, strict=True)
            ]
        return found

    def distances(self, images: Tensor, wanted: list[Tensor]) -> Tensor:
        """Returns the distance of each image to its own, `(batch,)`.

        Args:
            images: Float32 images `(batch, height, width, channels)`.
            wanted: The same and features of the given images.
        """
        images, *wanted = map(ops.convert_to_tensor, (images, *wanted))
        size = math.prod(images.shape[1:])
        total = self._pixel_weight / size * _squares(images - wanted[0])
        if self._maps is None:
            return total
        terms = [
            _squares(found - target) / (_squares(target) + _EPSILON)
            for found, target in zip(
                self._maps(images), wanted[1:], strict=True
            )
        ]
        for term in terms:
            total = total + self._feature_weight / len(terms) * term
        return total

    def measured(
        self, images: np.ndarray, wanted: Sequence[np.ndarray]
    ) -> np.ndarray:
        """`distances` of arrays, in batches."""
        found = []
        for start in range(0, len(images), _BATCH):
            part = slice(start, start + _BATCH)
            own = [one[part] for one in wanted]
            found.append(_array(self._measure(images[part], own)))
        return np.concatenate(found)


def as_maps(feature_extractor: Any, layers: Any) -> Any:
    """Returns a function, images -> list of float32 features, or `None`.

    Args:
        feature_extractor: `features.FeatureMaps`, what makes one, or `None`.
        layers: As for `features.FeatureMaps`. None: of a named network those of
            a perceptual loss.

    Raises:
        ValueError: If `layers` are given and would be ignored.
    """
    maps = feature_extractor
    if layers is not None and (maps is None or isinstance(maps, FeatureMaps)):
        raise ValueError(
            "`layers` must be those of a `feature_extractor` that is a name or "
            f"a model. Received: layers={layers!r} and {maps!r}. Leave them "
            "out, or pass one."
        )
    if maps is None:
        return None
    if not isinstance(maps, FeatureMaps):
        layers = layers or default_layers(maps, "perceptual")
        maps = FeatureMaps(maps, layers)
    return lambda images: [ops.cast(one, "float32") for one in maps(images)]


def checked_images(images: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Returns images as a float32 array, if a generator could draw such.

    Args:
        images: One image, or several.
        shape: Shape of the generator's images.

    Raises:
        ValueError: If their shape is another one, or they are not in [-1, 1].
    """
    array = np.asarray(images)
    if array.shape == shape:
        array = array[None]
    if array.shape[1:] != shape or not len(array):
        raise ValueError(
            f"`images` must have the shape {shape} of the generator's images, "
            "or (count, ...) of it. Received: an array of shape "
            f"{np.shape(images)}. Resize them with `keras_gan.images.resize`, "
            "and convert channels with `keras_gan.images.convert_channels`."
        )
    low, high = (float(end) for end in (array.min(), array.max()))
    # Written so that NaN is refused too.
    is_inside = -1.001 <= low and high <= 1.001
    if array.dtype.kind != "f" or not is_inside:
        raise ValueError(
            "`images` must be floats in [-1, 1]. Received: an array of "
            f"{array.dtype} with values from {low:g} to {high:g}. Scale bytes "
            "with `keras_gan.images.from_uint8`, and clip what a generator "
            "drew with `np.clip`."
        )
    return array.astype("float32")


def _squares(values: Tensor) -> Tensor:
    return ops.sum(ops.square(values), axis=tuple(range(1, len(values.shape))))


def _array(values: Tensor) -> np.ndarray:
    return ops.convert_to_numpy(values)


def psnr(images: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The peak signal-to-noise ratio of each image in dB, `(count,)`.

    Args:
        images: Floats `(count, height, width, channels)` in [-1, 1].
        wanted: The same of other images.
    """
    errors = np.mean(
        np.square(images - wanted, dtype="float64"),
        axis=tuple(range(1, images.ndim)),
    )
    return 10.0 * np.log10(4.0 / np.maximum(errors, 1e-20))
