"""What draws generated images, whatever it was made from."""

import dataclasses
from typing import Any

import keras
from keras import ops

from keras_gan.utils.models import deserialized, input_shapes

Tensor = Any


@keras.saving.register_keras_serializable(package="keras_gan")
@dataclasses.dataclass(frozen=True)
class GeneratorSource:
    """A generator and all that is needed to draw from it.

    `open_generator` makes one of a GAN, a file, a bare generator or several.

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

    def images(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        """Float32 images of latents, and of labels where there are classes."""
        inputs = latents
        if self.num_classes is not None:
            # Keras takes no tensors and arrays side by side.
            latents = ops.convert_to_tensor(latents)
            inputs = [latents, ops.cast(labels, "int32")]
        return ops.cast(self.generator(inputs, training=False), "float32")

    @property
    def weights(self) -> list:
        """Weights of both networks, in order."""
        judge = [] if self.discriminator is None else self.discriminator.weights
        return [*self.generator.weights, *judge]

    def without_discriminator(self) -> "GeneratorSource":
        """The same source where nobody asks the discriminator."""
        return dataclasses.replace(
            self, discriminator=None, conditional_discriminator=False
        )

    def get_config(self) -> dict[str, Any]:
        """The source as JSON can hold it, without weights."""
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
        """The source that `get_config` described, with new weights."""
        config = dict(config)
        for name in ("generator", "discriminator"):
            if config[name] is not None:
                config[name] = deserialized(config[name])
        config["image_shape"] = tuple(config["image_shape"])
        return cls(**config)


def source_of_gan(gan: Any) -> GeneratorSource:
    """The source of a `GAN`: its averaged generator, its discriminator.

    The networks are those of the GAN, and follow its training.
    """
    inputs = input_shapes(gan.discriminator)
    # A discriminator that names the class is not told it.
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
        discriminator=gan.discriminator,
        conditional_discriminator=conditional,
    )


def source_of_generator(
    generator: Any, num_classes: int | None
) -> GeneratorSource:
    """The source of a bare generator.

    Args:
        generator: Built `keras.Model` with known inputs.
        num_classes: Number of classes where it takes `[latents, labels]`.

    Raises:
        ValueError: If it is no generator, or its classes are not known.
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
            "`gan` must be a GAN or a generator, a model of latents "
            "(batch, latent_dim), or of [latents, labels], that makes images. "
            f"Received: {generator.name!r}, {type(generator).__name__}, of "
            f"inputs {inputs} and output {output}."
        )
    if (len(inputs) == 2) != (num_classes is not None):
        raise ValueError(
            "`num_classes` must be given for a generator of [latents, labels], "
            "and only for such. Received: num_classes="
            f"{num_classes} and a generator of {len(inputs)} input(s)."
        )
    return GeneratorSource(
        generator, inputs[0][1], tuple(output[1:]), num_classes
    )


def source_of_classes(sources: dict[int, GeneratorSource]) -> GeneratorSource:
    """One source of several, each of which draws one class.

    Every generator makes an image of every latent, and the label picks one of
    them: the work is that of all. A discriminator is not kept: the logits of
    several are not of one scale.

    Args:
        sources: Class number -> source without classes.

    Raises:
        ValueError: If the classes or the sources do not fit each other.
    """
    numbers = sorted(sources)
    if not numbers or numbers != list(range(len(numbers))):
        raise ValueError(
            "`gan` must name the classes 0, 1, 2, ... where it is a dict. "
            f"Received: {list(sources)}."
        )
    parts = [sources[number] for number in numbers]
    found = {(one.latent_dim, one.image_shape) for one in parts}
    if len(found) > 1 or any(one.num_classes is not None for one in parts):
        raise ValueError(
            "`gan` must be of GANs without classes, with latents and images "
            "of one shape, where it is a dict. Received: (latent_dim, "
            f"image_shape) {sorted(found)}, num_classes "
            f"{[one.num_classes for one in parts]}."
        )
    first = parts[0]
    latents = keras.Input((first.latent_dim,), name="latents")
    labels = keras.Input((), dtype="int32", name="labels")
    # Once where it draws several classes: a file would hold it twice.
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
    """The same generator under a name of its own, as one model needs it."""
    if input_shapes(generator) is None:
        return generator
    return keras.Model(
        generator.inputs, generator.outputs[0], name=f"generator_{number}"
    )
