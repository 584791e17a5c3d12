"""The real images that a user gives a callback."""

import functools
import hashlib
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from keras_gan.models.batch import parts_of

_NOT_IMAGES = (
    "must be an array of images, a pair of arrays `(images, labels)`, or a "
    "dataset of batches. Received: "
)


class RealImages:
    """Real images, with labels if there are any, that can be read repeatedly.

    Args:
        data: Array `(n, ...)`, pair `(images, labels)`, or an iterable of
            batches such as a `tf.data.Dataset`. None: no images.
        name: Name of the argument, for errors.

    Raises:
        ValueError: If it is none of these, or infinite.
    """

    def __init__(self, data: Any, name: str = "real") -> None:
        self.data = data = [] if data is None else data
        self.is_array = hasattr(_first(data), "__array__")
        if self.is_array:
            if len(_first(data)) < 2:
                raise ValueError(
                    f"`{name}` must hold at least 2 images. Received: "
                    f"{len(_first(data))}."
                )
            if _first(data) is not data and len(data[0]) != len(data[1]):
                raise ValueError(
                    f"`{name}` must hold one label for each image. Received: "
                    f"{len(data[0])} images and {len(data[1])} labels."
                )
        elif not hasattr(data, "__iter__") or isinstance(
            data, str | bytes | dict
        ):
            raise ValueError(f"`{name}` {_NOT_IMAGES}{data!r}.")
        elif iter(data) is data:
            raise ValueError(
                f"`{name}` {_NOT_IMAGES}{type(data).__name__}, which can be "
                "read only once. Make a `tf.data.Dataset` from it."
            )
        elif _is_endless(data):
            raise ValueError(
                f"`{name}` {_NOT_IMAGES}an infinite dataset. Pass it without "
                "`repeat`, or use `take(num_batches)`."
            )

    @functools.cached_property
    def image_shape(self) -> tuple[int, ...]:
        """Shape of one image."""
        images, _ = next(self._pairs(1))
        return tuple(images.shape[1:])

    def batches(self, batch_size: int) -> Iterator[Any]:
        """Batches of images; a dataset keeps its own batch size."""
        return (images for images, _ in self._pairs(batch_size))

    def some(self, most: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Some images, and their labels if there are any, as arrays.

        Args:
            most: How many. Of an array they are evenly spaced, of a dataset
                the first.
        """
        if self.is_array:
            first = _first(self.data)
            count = min(most, len(first))
            places = np.linspace(0, len(first) - 1, count).astype(int)
            parts = self.data if first is not self.data else (first,)
            chosen = [_numpy(part)[places] for part in parts]
            return _as_floats(chosen[0]), _as_integers(*chosen[1:])
        found: list[tuple] = []
        count = 0
        for images, labels in self._pairs(most):
            found.append((images, labels))
            count += len(images)
            if count >= most:
                break
        if not found:
            return np.zeros((0,)), None
        images = np.concatenate([_numpy(one) for one, _ in found])[:most]
        if found[0][1] is None:
            return _as_floats(images), None
        labels = np.concatenate([_numpy(one).reshape(-1) for _, one in found])
        return _as_floats(images), _as_integers(labels[:most])

    @functools.cached_property
    def labels(self) -> np.ndarray | None:
        """int32 labels `(n,)`, or `None`."""
        parts = []
        for _, labels in self._pairs(1024):
            if labels is None:
                return None
            parts.append(np.asarray(labels, "int32").reshape(-1))
        return np.concatenate(parts) if parts else None

    @functools.cached_property
    def digest(self) -> str:
        """Hexadecimal digest of all images, independent of their order."""
        total, shape = 0, None
        for images, _ in self._pairs(1024):
            images = np.ascontiguousarray(keras.ops.convert_to_numpy(images))
            shape = (images.shape[1:], images.dtype.str)
            for image in images:
                digest = hashlib.sha256(image).digest()
                total += int.from_bytes(digest, "big")
        return hashlib.sha256(
            f"{total % 2**256:x} {shape}".encode()
        ).hexdigest()

    def _pairs(self, batch_size: int) -> Iterator[tuple[Any, Any]]:
        if not self.is_array:
            for batch in self.data:
                images, labels, _ = keras.utils.unpack_x_y_sample_weight(batch)
                if isinstance(images, dict):
                    images, labels = parts_of(images, labels)
                yield images, labels
            return
        is_pair = isinstance(self.data, tuple | list)
        images, labels = self.data if is_pair else (self.data, None)
        for start in range(0, len(images), batch_size):
            part = slice(start, start + batch_size)
            yield images[part], None if labels is None else labels[part]


def _first(data):
    is_pair = isinstance(data, tuple | list) and len(data) == 2
    return data[0] if is_pair else data


def _numpy(values) -> np.ndarray:
    return np.asarray(
        keras.ops.convert_to_numpy(values)
        if keras.ops.is_tensor(values)
        else values
    )


def _as_floats(images: np.ndarray) -> np.ndarray:
    return np.asarray(images, "float32")


def _as_integers(labels: np.ndarray | None = None) -> np.ndarray | None:
    return None if labels is None else labels.reshape(-1).astype("int32")


def _is_endless(data) -> bool:
    """Whether a `tf.data.Dataset` is known to be infinite."""
    cardinality = getattr(data, "cardinality", None)
    return cardinality is not None and int(cardinality()) == -1
