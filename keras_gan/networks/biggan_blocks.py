"""Residual blocks of BigGAN and BigGAN-deep."""

from typing import Any

import keras

from keras_gan.layers import SpectralNormalization
from keras_gan.networks.initialization import Initializers

# The inner width of a block of BigGAN-deep is a quarter of its outer one.
_BOTTLENECK = 4


class Blocks:
    """Makes residual blocks, all with orthogonal weights.

    Args:
        initializers: Makes the initializers.
        condition: What gains and offsets of batch normalizations depend on,
            `(batch, features)`; None in a discriminator.
        spectral_normalization: Whether kernels are divided by their largest
            singular value.
    """

    def __init__(
        self,
        initializers: Initializers,
        condition: Any = None,
        *,
        spectral_normalization: bool = True,
    ) -> None:
        self.initializers = initializers
        self.condition = condition
        self.spectral_normalization = spectral_normalization

    def wrapped(self, layer: Any) -> Any:
        """Returns `layer` with spectral normalization if there is any."""
        if not self.spectral_normalization:
            return layer
        seed = self.initializers.next_seed()
        return SpectralNormalization(layer, seed=seed)

    def dense(self, x: Any, units: int, **options: Any) -> Any:
        kernel = self.initializers.orthogonal()
        return self.wrapped(
            keras.layers.Dense(units, kernel_initializer=kernel, **options)
        )(x)

    def conv(self, x: Any, filters: int, size: int, **options: Any) -> Any:
        return self.wrapped(
            keras.layers.Conv2D(
                filters,
                size,
                padding="same",
                kernel_initializer=self.initializers.orthogonal(),
                **options,
            )
        )(x)

    def normalized(self, x: Any) -> Any:
        """ReLU((1 + gain(c)) * batch normalization(x) + offset(c))."""
        width = x.shape[-1]
        x = batch_normalization(x, affine=False)
        gain, offset = (
            keras.layers.Reshape((1, 1, width))(
                self.dense(self.condition, width, use_bias=False)
            )
            for _ in range(2)
        )
        scaled = keras.layers.Multiply()([x, gain])
        x = keras.layers.Add()([x, scaled, offset])
        return keras.layers.ReLU()(x)

    def up(self, x: Any, filters: int, factor: tuple[int, int]) -> Any:
        """The block of BigGAN's generator."""
        y = upsampled(self.normalized(x), factor)
        y = self.conv(y, filters, 3)
        y = self.conv(self.normalized(y), filters, 3)
        return keras.layers.Add()(
            [y, self.conv(upsampled(x, factor), filters, 1)]
        )

    def down(
        self, x: Any, filters: int, factor: tuple[int, int], first: bool
    ) -> Any:
        """The block of BigGAN's discriminator; the first has no ReLU before."""
        y = x if first else keras.layers.ReLU()(x)
        y = keras.layers.ReLU()(self.conv(y, filters, 3))
        y = pooled(self.conv(y, filters, 3), factor)
        if x.shape[-1] == filters and factor == (1, 1):
            return keras.layers.Add()([y, x])
        # A 1x1 convolution and a mean commute: this order is the cheaper one.
        return keras.layers.Add()([y, self.conv(pooled(x, factor), filters, 1)])

    def deep_up(self, x: Any, filters: int, factor: tuple[int, int]) -> Any:
        """The block of BigGAN-deep's generator: drops the last channels."""
        inner = max(1, x.shape[-1] // _BOTTLENECK)
        y = self.conv(self.normalized(x), inner, 1)
        y = upsampled(self.normalized(y), factor)
        y = self.conv(y, inner, 3)
        y = self.conv(self.normalized(y), inner, 3)
        y = self.conv(self.normalized(y), filters, 1)
        if x.shape[-1] != filters:
            x = x[:, :, :, :filters]
        return keras.layers.Add()([y, upsampled(x, factor)])

    def deep_down(self, x: Any, filters: int, factor: tuple[int, int]) -> Any:
        """The block of BigGAN-deep's discriminator: adds channels."""
        inner = max(1, filters // _BOTTLENECK)
        y = x
        for width, size in ((inner, 1), (inner, 3), (inner, 3)):
            y = self.conv(keras.layers.ReLU()(y), width, size)
        y = pooled(keras.layers.ReLU()(y), factor)
        y = self.conv(y, filters, 1)
        x = pooled(x, factor)
        if missing := filters - x.shape[-1]:
            more = self.conv(x, missing, 1)
            x = keras.layers.Concatenate()([x, more])
        return keras.layers.Add()([y, x])


def batch_normalization(x: Any, *, affine: bool = True) -> Any:
    """Batch normalization whose averages follow within tens of steps."""
    return keras.layers.BatchNormalization(
        momentum=0.9, epsilon=1e-5, center=affine, scale=affine
    )(x)


def upsampled(x: Any, factor: tuple[int, int]) -> Any:
    """Repeats pixels, unless the size stays."""
    return x if factor == (1, 1) else keras.layers.UpSampling2D(factor)(x)


def pooled(x: Any, factor: tuple[int, int]) -> Any:
    """Means of pixels, unless the size stays."""
    return x if factor == (1, 1) else keras.layers.AveragePooling2D(factor)(x)
