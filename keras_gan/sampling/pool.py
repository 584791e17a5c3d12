"""A pool of generated images to choose from."""

import math
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.sampling.drawing import Drawer
from keras_gan.sampling.generator_source import GeneratorSource

Tensor = Any

_BATCH = 64


@keras.saving.register_keras_serializable(package="keras_gan")
class SamplePool(keras.layers.Layer):
    """Generated images in memory, the same number of each class.

    Looking an image up is much cheaper than generating it. The images are
    variables, saved with the layer that contains the pool, and so is the number
    of images drawn so far, so a loaded pool continues with new images.

    Args:
        source: `GeneratorSource`.
        size: Number of images, at least one per class; rounded up to a multiple
            of the number of classes.
        **kwargs: `name`, as of any Keras layer.
    """

    def __init__(self, source: GeneratorSource, size: int, **kwargs: Any):
        super().__init__(trainable=False, dtype="float32", **kwargs)
        self.num_classes = source.num_classes or 1
        self.of_each = math.ceil(size / self.num_classes)
        # On the CPU, where the pipeline runs.
        with keras.device("cpu:0"):
            self.images = self.add_weight(
                shape=(self.num_classes * self.of_each, *source.image_shape),
                initializer="zeros",
                trainable=False,
                # Half precision would lose levels of gray.
                autocast=False,
                name="images",
            )
            self.drawn = self.add_weight(
                shape=(),
                initializer="zeros",
                # Always an integer, but PyTorch models cannot hold integer
                # weights.
                autocast=False,
                trainable=False,
                name="drawn",
            )
        self.built = True

    def __len__(self) -> int:
        return int(self.images.shape[0])

    def refill(self, drawer: Drawer, share: float = 1.0) -> None:
        """Replaces the oldest images.

        Args:
            drawer: `Drawer` of the new images.
            share: Share of the pool to replace, in [0, 1].
        """
        number = min(len(self), math.ceil(share * len(self)))
        drawn = int(ops.convert_to_numpy(self.drawn))
        images = np.array(ops.convert_to_numpy(self.images))
        # The classes alternate, so that any part of the pool has all of them.
        for start in range(0, number, _BATCH):
            turns = np.arange(
                drawn + start, drawn + min(start + _BATCH, number)
            )
            labels = turns % self.num_classes
            places = labels * self.of_each + (
                turns // self.num_classes % self.of_each
            )
            batch = drawer.batch(
                len(turns),
                int(turns[0]),
                labels if drawer.source.num_classes else None,
            )
            images[places] = batch.images
        self.images.assign(images)
        self.drawn.assign(drawn + number)

    def take(self, labels: Tensor | None, uniform: Tensor) -> Tensor:
        """Looks up a random image of each given class.

        Args:
            labels: Int32 `(number,)`; `None` if there are no classes.
            uniform: Float32 `(number,)`, draws from [0, 1).
        """
        turns = ops.cast(uniform * self.of_each, "int32")
        # A draw just below 1 may be rounded up.
        turns = ops.minimum(turns, self.of_each - 1)
        first = 0 if labels is None else labels * self.of_each
        return ops.take(
            ops.convert_to_tensor(self.images), first + turns, axis=0
        )
