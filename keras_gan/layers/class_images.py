"""Images of classes, held by a layer."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.utils.arguments import integer

# Neighbors among latents differ by less than one part of this, so what they
# have in common says nothing about the image that they choose.
_PARTS = 1024.0


@keras.saving.register_keras_serializable(package="keras_gan")
class ClassImages(keras.layers.Layer):
    """Chooses a random image of a class among images that it holds.

    It is the first layer of a generator that makes new images of a class from
    old ones. The choice depends on the first latent z alone: of the n images
    of a class it is number

    ```
    floor(n * frac(1024 * z))
    ```

    which is uniform, also if the latents are truncated, and hardly related to
    what z means to other layers. The images are weights that are saved but
    not trained.

    Args:
        shape: `(num_images, height, width, channels)` of the images.
        num_classes: Number of classes.
        **kwargs: As of any Keras layer.

    Call arguments: `[latents, labels]`.

    Input shape: `[(batch, latent_dim), (batch,)]`, the latter integers in
    `[0, num_classes)`. Output shape: `(batch, height, width, channels)`.

    Raises:
        ValueError: If an argument is not valid.

    Example:

    >>> layer = ClassImages((3, 2, 2, 1), num_classes=2)
    >>> images = np.reshape([1, 2, 3], (3, 1, 1, 1)) * np.ones((3, 2, 2, 1))
    >>> layer.fill(images, labels=[1, 0, 0])
    >>> images = layer([np.random.normal(size=(50, 4)), np.zeros(50, "int32")])
    >>> np.unique(images).tolist()
    [2.0, 3.0]
    """

    def __init__(
        self, shape: Sequence[int], num_classes: int, **kwargs: Any
    ) -> None:
        kwargs.setdefault("dtype", "float32")
        super().__init__(autocast=False, **kwargs)
        self.shape = tuple(integer("shape", n, at_least=1) for n in shape)
        self.num_classes = integer("num_classes", num_classes, at_least=1)
        options: dict[str, Any] = {"trainable": False, "initializer": "zeros"}
        self.images = self.add_weight(
            shape=self.shape, name="images", **options
        )
        # Of each class the number of its images, and of those before it.
        self.counts, self.starts = (
            self.add_weight(shape=(self.num_classes,), name=name, **options)
            for name in ("counts", "starts")
        )
        self.built = True

    def fill(self, images: Any, labels: Any) -> None:
        """Sets the images.

        Args:
            images: Array of the shape of the layer.
            labels: Their classes, integers `(num_images,)`.

        Raises:
            ValueError: If a class has no images, or there is a class more.
        """
        counts = np.bincount(labels, minlength=self.num_classes)
        empty = np.flatnonzero(counts == 0)
        if len(empty) or len(counts) > self.num_classes:
            raise ValueError(
                f"Each of the {self.num_classes} classes must have an image to "
                "start from, and no other class. Received: images of "
                f"{np.count_nonzero(counts)} classes, none of the classes "
                f"{empty[:5].tolist()}, the largest being {len(counts) - 1}. "
                "Add images, or number the classes without gaps."
            )
        order = np.argsort(labels, kind="stable")
        self.images.assign(np.asarray(images, "float32")[order])
        self.counts.assign(counts)
        self.starts.assign(np.cumsum(counts) - counts)

    def call(self, inputs: Any) -> Any:
        latents, labels = inputs
        parts = _PARTS * ops.cast(latents[:, 0], "float32")
        counts, starts = (
            ops.take(values, labels) for values in (self.counts, self.starts)
        )
        places = ops.floor(counts * (parts - ops.floor(parts)))
        # A product may be rounded up to the number of images.
        places = ops.cast(starts + ops.minimum(places, counts - 1), "int32")
        return ops.take(self.images, places, axis=0)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (input_shape[0][0], *self.shape[1:])

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "shape": self.shape,
            "num_classes": self.num_classes,
        }
