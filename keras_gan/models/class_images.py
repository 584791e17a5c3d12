"""The networks of `DAGAN`, and what it draws images of classes from."""

import keras
import numpy as np

from keras_gan.layers import ClassImages
from keras_gan.models import network_checks as checks
from keras_gan.models import translator_checks
from keras_gan.models.translation import checked_images
from keras_gan.sampling import GeneratorSource
from keras_gan.utils.arguments import integer
from keras_gan.utils.models import input_shapes
from keras_gan.utils.tensors import shapes_agree


def check_networks(generator, discriminator) -> tuple:
    """Checks the networks of a `DAGAN`.

    Args:
        generator: What the user passed.
        discriminator: The same.

    Returns:
        Shape of one image, where None is any size, and the size of the latents.

    Raises:
        ValueError: If they are not models of images and latents, and of two
            images.
    """
    known = input_shapes(generator) or []
    if [len(shape) for shape in known] != [4, 2] or known[1][1] is None:
        raise ValueError(
            "`generator` must be a Keras model of `[images, latents]`, of "
            "known shapes (batch, height, width, channels) and (batch, "
            f"latent_dim). Received: {generator!r} with inputs {known}. Build "
            "it with `keras_gan.networks.dagan`."
        )
    made = checks.single_output(generator, generator.inputs, "generator")
    image_shape, latent_dim = known[0][1:], known[1][1]
    if not shapes_agree(tuple(made.shape[1:]), image_shape):
        raise ValueError(
            "`generator` must return images of the shape of its inputs. "
            f"Received: inputs of shape {image_shape} and outputs of shape "
            f"{tuple(made.shape[1:])}. Change its last layer."
        )
    shapes = image_shape, image_shape
    if not translator_checks.check_discriminator(discriminator, *shapes):
        raise ValueError(
            "`discriminator` must take two images, `[sources, images]`: a copy "
            "of the source is a fake only beside the source. Received: a model "
            "of one input. Build it with `keras_gan.networks.dagan`."
        )
    return image_shape, latent_dim


def check_partners(others) -> None:
    """Raises an error if `fit` got labels in place of images.

    Args:
        others: The second part of the data, if it is in memory.

    Raises:
        ValueError: If it has at most two axes.
    """
    shape = getattr(others, "shape", None)
    if shape is not None and len(shape) < 3:
        raise ValueError(
            "`DAGAN` is trained on pairs of images of one class. Received: "
            f"`y` of shape {tuple(shape)}, which looks like labels. Make the "
            "pairs with `keras_gan.datasets.class_pairs((images, labels))`."
        )


def source(model, images, labels, num_classes) -> GeneratorSource:
    """Makes the source of `DAGAN.class_source`.

    Args:
        model: The `DAGAN`.
        images: As there.
        labels: As there.
        num_classes: As there.

    Raises:
        ValueError: As there.
    """
    if None in model.image_shape:
        raise ValueError(
            "A source of images must have a generator of a known size. "
            f"Received: a generator of images of shape {model.image_shape}. "
            "Build it for the size of the images."
        )
    images = checked_images(images, model.image_shape)
    labels = _checked_labels(labels, len(images))
    if num_classes is None:
        num_classes = int(labels.max()) + 1
    num_classes = integer("num_classes", num_classes, at_least=1)
    bank = ClassImages(
        (len(images), *model.image_shape), num_classes, name="class_images"
    )
    latents = keras.Input((model.latent_dim,), name="latents")
    classes = keras.Input((), dtype="int32", name="labels")
    chosen = bank([latents, classes])
    bank.fill(images, labels)
    made = model.sampler([chosen, latents])
    return GeneratorSource(
        keras.Model([latents, classes], made, name="class_source"),
        model.latent_dim,
        tuple(model.image_shape),
        num_classes,
    )


def _checked_labels(labels, number) -> np.ndarray:
    labels = np.asarray(labels)
    fits = labels.shape == (number,) and np.issubdtype(labels.dtype, np.integer)
    if not fits or labels.min() < 0:
        raise ValueError(
            f"`labels` must be {number} integers of 0 or more, one per image. "
            f"Received: shape {labels.shape} of {labels.dtype}, "
            f"{labels.ravel()[:5]}. Number the classes from 0."
        )
    return labels.astype("int32")
