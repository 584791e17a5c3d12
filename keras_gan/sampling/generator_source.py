"""A generator with everything that is needed to draw images from it."""

import dataclasses
from typing import Any

import keras
from keras import ops

from keras_gan.utils import style_space
from keras_gan.utils.models import deserialized, input_shapes
from keras_gan.utils.redirected_seeds import drawing_alone

Tensor = Any


@keras.saving.register_keras_serializable(package="keras_gan")
@dataclasses.dataclass(frozen=True)
class GeneratorSource:
    """A generator and everything that is needed to draw images from it.

    `open_generator` makes one from a GAN, a file, a generator or several GANs.

    Attributes:
        generator: Model, latents `(batch, latent_dim)` -> images in [-1, 1];
            with classes `[latents, labels]` -> images.
        latent_dim: Length of the latents.
        image_shape: Shape of one image.
        num_classes: Number of classes, or `None`.
        discriminator: Model, images -> logits, or `None`.
        conditional_discriminator: Whether it takes `[images, labels]`.

    Example:

    >>> generator = keras_gan.networks.mlp_generator((8, 8, 1), latent_dim=4)
    >>> source = GeneratorSource(generator, 4, (8, 8, 1))
    >>> source.images(np.zeros((2, 4))).shape
    TensorShape([2, 8, 8, 1])
    """

    generator: Any
    latent_dim: int
    image_shape: tuple[int, ...]
    num_classes: int | None = None
    discriminator: Any = None
    conditional_discriminator: bool = False

    def images(
        self,
        latents: Tensor,
        labels: Tensor | None = None,
        seeds: Any = None,
        share: float | None = None,
    ) -> Tensor:
        """Returns float32 images of latents (and labels, with classes).

        Args:
            latents: Floats `(batch, latent_dim)`.
            labels: Integers `(batch,)`, with classes.
            seeds: `keras.random.SeedGenerator` for layers of the generator that
                draw noise. Default: their own, which advance.
            share: Share in [0, 1] of each style's distance from the mean style
                that is kept, of generators with styles. `None`: all of it.

        Returns:
            Tensor `(batch, ...)`.
        """
        if seeds is not None:
            with drawing_alone(seeds, [self.generator]):
                return self.images(latents, labels, share=share)
        inputs = latents
        if self.num_classes is not None:
            # Keras does not accept a mixture of tensors and arrays.
            latents = ops.convert_to_tensor(latents)
            inputs = [latents, ops.cast(labels, "int32")]
        if share is None:
            images = self.generator(inputs, training=False)
        else:
            images = self._truncated(latents, inputs, share)
        return ops.cast(images, "float32")

    def _truncated(self, latents: Tensor, inputs: Any, share: float) -> Tensor:
        shares = ops.full(ops.shape(latents)[:1], share, "float32")
        mean = ops.convert_to_tensor(style_space.mean_style(self.generator))
        return style_space.truncated(self.generator, mean, inputs, shares)

    @property
    def weights(self) -> list:
        """Weights of both networks, in order."""
        other = [] if self.discriminator is None else self.discriminator.weights
        return [*self.generator.weights, *other]

    def without_discriminator(self) -> "GeneratorSource":
        """Returns the source without its discriminator."""
        return dataclasses.replace(
            self, discriminator=None, conditional_discriminator=False
        )

    def get_config(self) -> dict[str, Any]:
        """Returns the source as plain values, without weights."""
        serialize = keras.saving.serialize_keras_object
        return {
            "generator": serialize(self.generator),
            "latent_dim": self.latent_dim,
            "image_shape": list(self.image_shape),
            "num_classes": self.num_classes,
            "discriminator": serialize(self.discriminator),
            "conditional_discriminator": self.conditional_discriminator,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "GeneratorSource":
        """Makes the source described by a config, with new weights."""
        config = dict(config)
        for name in ("generator", "discriminator"):
            if config[name] is not None:
                config[name] = deserialized(config[name])
        config["image_shape"] = tuple(config["image_shape"])
        return cls(**config)


def source_of_gan(gan: Any) -> GeneratorSource:
    """Makes the source of a `GAN`: averaged generator and discriminator.

    The networks are those of the GAN, so they change with its training.
    """
    discriminator = gan.discriminator
    if getattr(gan, "class_output", None) == 0:
        discriminator = None  # It returns class logits alone.
    inputs = input_shapes(gan.discriminator)
    # A discriminator that predicts the class does not take it as an input.
    conditional = gan.num_classes is not None and getattr(
        gan, "discriminator_takes_labels", True
    )
    if inputs is not None:
        conditional = len(inputs) == 2
    return GeneratorSource(
        generator=gan.sampler,
        latent_dim=gan.latent_dim,
        image_shape=tuple(gan.image_shape),
        num_classes=gan.num_classes,
        discriminator=discriminator,
        conditional_discriminator=conditional and discriminator is not None,
    )


def source_of_generator(
    generator: Any, num_classes: int | None
) -> GeneratorSource:
    """Makes the source of a generator without a GAN.

    Args:
        generator: Built `keras.Model` with known inputs.
        num_classes: Number of classes if it takes `[latents, labels]`.

    Raises:
        ValueError: If it is not a generator, or `num_classes` is missing.
    """
    inputs: Any = input_shapes(generator) or []
    output: Any = getattr(generator, "output_shape", None)
    is_generator = (
        len(inputs) in (1, 2)
        and len(inputs[0]) == 2
        and isinstance(output, tuple)
        and len(output) > 2
        and None not in output[1:]
    )
    if not is_generator:
        raise ValueError(
            "`gan` must be a GAN or a generator: a model from latents "
            "(batch, latent_dim), or [latents, labels], to images. "
            f"Received: {generator.name!r}, {type(generator).__name__}, with "
            f"inputs {inputs} and output {output}."
        )
    if (len(inputs) == 2) != (num_classes is not None):
        raise ValueError(
            "`num_classes` must be given for a generator of [latents, labels], "
            "and only then. Received: num_classes="
            f"{num_classes} and a generator with {len(inputs)} input(s)."
        )
    return GeneratorSource(
        generator, inputs[0][1], tuple(output[1:]), num_classes
    )


def source_of_classes(sources: dict[int, GeneratorSource]) -> GeneratorSource:
    """Combines several sources, each of which draws one class.

    Every generator runs on every latent, and the label selects one of the
    images, so the cost is that of all generators. The discriminators are
    dropped, because their logits are not comparable.

    Args:
        sources: Class number -> source without classes.

    Raises:
        ValueError: If the classes or the sources are incompatible.
    """
    numbers = sorted(sources)
    if not numbers or numbers != list(range(len(numbers))):
        raise ValueError(
            "`gan` must have the classes 0, 1, 2, ... as keys if it is a dict. "
            f"Received: {list(sources)}."
        )
    parts = [sources[number] for number in numbers]
    found = {(one.latent_dim, one.image_shape) for one in parts}
    if len(found) > 1 or any(one.num_classes is not None for one in parts):
        raise ValueError(
            "`gan`, if it is a dict, must hold GANs without classes and with "
            "equal shapes of latents and images. Received: (latent_dim, "
            f"image_shape) {sorted(found)}, num_classes "
            f"{[one.num_classes for one in parts]}."
        )
    first = parts[0]
    latents = keras.Input((first.latent_dim,), name="latents")
    labels = keras.Input((), dtype="int32", name="labels")
    # A generator of several classes is used once, or files would hold copies.
    drawn_by: dict[int, Any] = {}
    for number, one in enumerate(parts):
        if id(one.generator) not in drawn_by:
            images = _renamed(one.generator, number)(latents)
            drawn_by[id(one.generator)] = ops.cast(images, "float32")
    drawn = [drawn_by[id(one.generator)] for one in parts]
    ones = (1,) * (len(first.image_shape) + 1)
    places = ops.reshape(labels, (-1, *ones))
    chosen = ops.take_along_axis(ops.stack(drawn, axis=1), places, axis=1)
    images = ops.squeeze(chosen, axis=1)
    generator = keras.Model([latents, labels], images, name="generators")
    return GeneratorSource(
        generator, first.latent_dim, first.image_shape, len(parts)
    )


def _renamed(generator, number):
    """The same generator under another name: one model needs unique ones."""
    if input_shapes(generator) is None:
        return generator
    return keras.Model(
        generator.inputs, generator.outputs[0], name=f"generator_{number}"
    )
