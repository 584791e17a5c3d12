"""The generator of StyleGAN2."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.layers import (
    ConstantMaps,
    EqualizedDense,
    LowPassResampling2D,
    ModulatedConv2D,
    NoiseInjection,
    OtherLatents,
    StyleMixing,
    scaled_leaky_relu,
)
from keras_gan.networks.initialization import GENERATOR_STREAM, Initializers
from keras_gan.networks.stylegan2.mapping import mapping_network
from keras_gan.networks.stylegan2.plan import Stage, stages_of
from keras_gan.networks.validation import checked_integer, checked_num_classes
from keras_gan.utils.arguments import number_in
from keras_gan.utils.style_space import SYNTHESIS

DEPTH = 2


def stylegan2_generator(
    image_shape: Sequence[int],
    *,
    latent_dim: int | None = None,
    num_classes: int | None = None,
    width: int | None = None,
    style_dim: int | None = None,
    mapping_depth: int = DEPTH,
    style_mixing: float = 0.9,
    seed: int | None = None,
) -> keras.Model:
    """Builds a style-based generator.

    A mapping network turns the normalized latents into a style w. The synthesis
    network starts from a learned constant of 4 to 7 pixels per side and doubles
    it up to the size of the image. The style scales the channels of each
    convolution (`keras_gan.layers.ModulatedConv2D`), noise is added after it,
    and a 1x1 convolution adds to the image at each resolution:

    ```
    channels at a side = min(width * side of the image / side, 512)
    ```

    Weights have an equalized learning rate. In training, some samples are drawn
    from two styles, and the mean style is tracked, towards which
    `GAN.generate(truncation=)` moves.

    Args:
        image_shape: `(height, width, channels)`. The shorter side must be 4, 5,
            6 or 7 pixels doubled a number of times.
        latent_dim: Length of the latent vectors. None: that of the styles.
        num_classes: Number of classes of a conditional generator, at least 2.
            None: unconditional.
        width: Channels of the finest stage. None: as published, 16384 / side
            (32768 / side from 512 pixels on), at most 512. About 16 to 32
            suit a CPU.
        style_dim: Length of the styles. None: the channels of the coarsest
            stage, 512 as published.
        mapping_depth: Layers of the mapping network, at least 1: 8 in the
            paper, 2 in the authors' later settings for small images.
        style_mixing: Share of samples of two styles in training, in [0, 1].
        seed: Integer that determines the initial weights, noise and mixing, or
            None.

    Returns:
        A `keras.Model`: latents `(batch, latent_dim)`, or `[latents, labels]`
        with integer labels `(batch,)`, to float32 images
        `(batch, *image_shape)`, in [-1, 1] once trained on such images. It has
        models named `"mapping"` and `"synthesis"`.

    Raises:
        ValueError, TypeError: If an argument is invalid.

    Example:

    >>> generator = stylegan2_generator((28, 28, 1), width=4)
    >>> generator.output_shape
    (None, 28, 28, 1)

    Reference:
        Karras et al., "Analyzing and Improving the Image Quality of StyleGAN",
        arXiv 1912.04958.
    """
    image_shape, stages = stages_of(image_shape, width)
    num_classes = checked_num_classes(num_classes)
    style_dim = _or_else("style_dim", style_dim, stages[0][1])
    latent_dim = _or_else("latent_dim", latent_dim, style_dim)
    depth = checked_integer("mapping_depth", mapping_depth, minimum=1)
    style_mixing = number_in("style_mixing", style_mixing, "[0, 1]")
    initializers = Initializers(seed, stream=GENERATOR_STREAM)
    mapping = mapping_network(
        latent_dim, style_dim, num_classes, depth, initializers
    )
    synthesis = _synthesis(style_dim, image_shape[-1], stages, initializers)
    inputs = [keras.Input((latent_dim,), name="latents")]
    if num_classes is not None:
        inputs.append(keras.Input((), dtype="int32", name="labels"))
    styles = [mapping(_one_or_all(inputs))]
    if style_mixing:
        other = OtherLatents(
            seed=initializers.next_seed(), name="other_latents"
        )(inputs[0])
        styles.append(mapping(_one_or_all([other, *inputs[1:]])))
    styles = StyleMixing(
        synthesis.input_shape[1],
        probability=style_mixing,
        seed=initializers.next_seed(),
        name="style_mixing",
    )(_one_or_all(styles))
    return keras.Model(
        _one_or_all(inputs), synthesis(styles), name="stylegan2_generator"
    )


def _synthesis(
    style_dim: int,
    channels: int,
    stages: list[Stage],
    initializers: Initializers,
) -> keras.Model:
    """Styles `(batch, num_styles, style_dim)` to float32 images."""
    # One for each convolution, and for the last one that makes the image.
    styles = keras.Input((2 * len(stages), style_dim), name="styles")
    layers = _Layers(styles, initializers)
    size, width = stages[0]
    x = ConstantMaps(
        (*size, width), seed=initializers.next_seed(), name="constant"
    )(styles)
    x = layers.convolved(x, width)
    images = layers.colored(x, channels)
    for size, width in stages[1:]:
        x = layers.convolved(x, width, upsample=True)
        x = layers.convolved(x, width)
        images = keras.layers.Add(dtype="float32")(
            [
                LowPassResampling2D(size, dtype="float32")(images),
                layers.colored(x, channels),
            ]
        )
    images = keras.layers.Activation("linear", dtype="float32", name="images")(
        images
    )
    return keras.Model(styles, images, name=SYNTHESIS)


class _Layers:
    """Makes the layers of a synthesis network, each with its style."""

    def __init__(self, styles: Any, initializers: Initializers) -> None:
        self._styles = styles
        self._initializers = initializers
        self._next = 0

    def convolved(self, x: Any, width: int, *, upsample: bool = False) -> Any:
        """A 3x3 convolution, noise and an activation."""
        number = self._next
        self._next += 1
        x = ModulatedConv2D(
            width,
            3,
            upsample=upsample,
            seed=self._initializers.next_seed(),
            name=f"conv_{number}",
        )([x, self._affine(x, f"style_{number}")])
        x = NoiseInjection(
            seed=self._initializers.next_seed(), name=f"noise_{number}"
        )(x)
        return keras.layers.Activation(scaled_leaky_relu)(x)

    def colored(self, x: Any, channels: int) -> Any:
        """Channels of an image, with the style of the next convolution."""
        number = self._next
        return ModulatedConv2D(
            channels,
            1,
            demodulate=False,
            seed=self._initializers.next_seed(),
            dtype="float32",
            name=f"image_{number}",
        )([x, self._affine(x, f"image_style_{number}")])

    def _affine(self, x: Any, name: str) -> Any:
        """The factors of the channels of x, around 1."""
        return EqualizedDense(
            x.shape[-1],
            bias_initializer="ones",
            seed=self._initializers.next_seed(),
            name=name,
        )(self._styles[:, self._next])


def _or_else(name: str, value: int | None, default: int) -> int:
    return checked_integer(name, default if value is None else value, minimum=1)


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
