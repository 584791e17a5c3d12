"""Residual blocks of SNGAN, which double or halve a feature map."""

import dataclasses
from typing import Any

import keras

from keras_gan.layers import ConditionalBatchNormalization
from keras_gan.networks.initialization import Initializers
from keras_gan.networks.inputs_and_heads import normalized
from keras_gan.networks.spatial import strides_between


@dataclasses.dataclass
class ResidualBlocks:
    """Makes the blocks of one network.

    Attributes:
        initializers: Makes the initializers.
        spectral_normalization: Of all kernels.
        labels: Keras tensor of the labels of a conditional generator.
        num_classes: Number of their classes.
    """

    initializers: Initializers
    spectral_normalization: bool = False
    labels: Any = None
    num_classes: int | None = None

    def up(self, x: Any, size: tuple[int, int], filters: int) -> Any:
        """Doubles a map: BN, ReLU, up, conv3, BN, ReLU, conv3; conv1 beside.

        Args:
            x: Features.
            size: Height and width of the result.
            filters: Its channels.
        """
        y = enlarged(self.activated(x), size)
        y = self.convolution(y, filters)
        y = self.convolution(self.activated(y), filters)
        beside = self.convolution(enlarged(x, size), filters, kernel_size=1)
        return keras.layers.Add()([y, beside])

    def down(
        self,
        x: Any,
        size: tuple[int, int],
        filters: int,
        *,
        is_first: bool = False,
    ) -> Any:
        """Halves a map: ReLU, conv3, ReLU, conv3, mean of 2x2; conv1 beside.

        Args:
            x: Features, or images.
            size: Height and width of the result, those of `x` to keep them.
            filters: Its channels.
            is_first: Whether `x` are images, which pass no activation.
        """
        y = x if is_first else keras.layers.ReLU()(x)
        y = keras.layers.ReLU()(self.convolution(y, filters))
        y = reduced(self.convolution(y, filters), size)
        keeps = x.shape[-1] == filters and tuple(x.shape[1:3]) == tuple(size)
        if keeps:
            return keras.layers.Add()([y, x])
        # A 1x1 convolution and a mean commute: this order is the cheaper one.
        beside = self.convolution(reduced(x, size), filters, kernel_size=1)
        return keras.layers.Add()([y, beside])

    def activated(self, x: Any) -> Any:
        """Batch normalization, by label if there are any, and ReLU."""
        if self.labels is None or self.num_classes is None:
            x = keras.layers.BatchNormalization(momentum=0.9)(x)
        else:
            layer = ConditionalBatchNormalization(self.num_classes)
            x = layer([x, self.labels])
        return keras.layers.ReLU()(x)

    def convolution(
        self, x: Any, filters: int, kernel_size: int = 3, **options: Any
    ) -> Any:
        """A convolution that keeps the size of the map."""
        layer = keras.layers.Conv2D(
            filters,
            kernel_size,
            padding="same",
            kernel_initializer=self.initializers.glorot_uniform(),
            **options,
        )
        return normalized(layer, self.spectral_normalization)(x)


def enlarged(x: Any, size: tuple[int, int]) -> Any:
    """Repeats the pixels of a map up to twice a size, and crops the surplus."""
    strides = strides_between(size, x.shape[1:3])
    if strides == (1, 1):
        return x
    x = keras.layers.UpSampling2D(strides)(x)
    surplus = [
        have - want for have, want in zip(x.shape[1:3], size, strict=True)
    ]
    if not any(surplus):
        return x
    return keras.layers.Cropping2D([(0, pixels) for pixels in surplus])(x)


def reduced(x: Any, size: tuple[int, int]) -> Any:
    """The mean of 2x2 positions, or of 1x2 or 2x1, down to a size."""
    strides = strides_between(x.shape[1:3], size)
    if strides == (1, 1):
        return x
    return keras.layers.AveragePooling2D(strides, padding="same")(x)
