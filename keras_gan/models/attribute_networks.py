"""Checks of networks that edit and predict attributes of images."""

import keras

from keras_gan.models import network_checks as checks
from keras_gan.utils.models import input_shapes
from keras_gan.utils.tensors import shapes_agree


def build(generator, discriminator, exclusive) -> tuple:
    """Checks the networks of a `StarGAN`.

    Returns:
        Shape of one image, and the number of attributes.

    Raises:
        ValueError: If the networks do not match each other.
    """
    given = input_shapes(generator)
    if given is None or len(given) != 2 or len(given[1]) != 2:
        raise ValueError(
            "`generator` must be a model of `[images, attributes]`, the latter "
            "of shape (batch, num_attributes). Received: inputs of shapes "
            f"{given}. `keras_gan.networks.resnet_generator(..., "
            "num_attributes=n)` creates one."
        )
    taken = input_shapes(discriminator)
    if taken is None or len(taken) != 1:
        raise ValueError(
            "`discriminator` must take only images, and predict their "
            f"attributes. Received: inputs of shapes {taken}. "
            "`keras_gan.networks.attribute_discriminator` creates one."
        )
    (images, attributes), (judged,) = given, taken
    made = checks.outputs_of(
        generator, [_symbol(one) for one in given], "generator"
    )
    checks.check_image_shapes(made, judged)
    if not shapes_agree(tuple(made.shape), images):
        raise ValueError(
            "`generator` must return images of the shape that it takes. "
            f"Received: images of shape {images[1:]}, which become images of "
            f"shape {tuple(made.shape)[1:]}. Build it for one shape."
        )
    known = zip(judged[1:], tuple(made.shape)[1:], images[1:], strict=True)
    shape = tuple(a or b or c for a, b, c in known)
    _check_outputs(discriminator, judged, attributes[-1])
    if exclusive and attributes[-1] == 1:
        raise ValueError(
            "`exclusive` attributes must be at least 2, of which each image "
            "has one. Received: networks for 1 attribute. Leave it out for one "
            "attribute that an image has or has not."
        )
    return shape, attributes[-1]


def _symbol(shape):
    return keras.KerasTensor(shape, "float32")


def _check_outputs(discriminator, images, count) -> None:
    outputs = checks.outputs_of(discriminator, _symbol(images), "discriminator")
    several = isinstance(outputs, list | tuple) and len(outputs) == 2
    if not several or tuple(outputs[1].shape[1:]) != (count,):
        raise ValueError(
            "`discriminator` must return `[logits, attribute_logits]`, the "
            f"latter of shape (batch, {count}) as the attributes that the "
            f"generator takes. Received: {type(outputs).__name__} of shapes "
            f"{checks.shapes_of(outputs)}. "
            "`keras_gan.networks.attribute_discriminator` creates one."
        )
