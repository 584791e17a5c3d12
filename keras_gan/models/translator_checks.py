"""Checks of networks that translate images, and of their discriminators."""

import keras

from keras_gan.models import network_checks as checks
from keras_gan.utils.models import input_shapes
from keras_gan.utils.tensors import shapes_agree


def check_generator(generator, role="generator") -> tuple:
    """Checks a generator, images -> images.

    Args:
        generator: What the user passed.
        role: Its name in messages.

    Returns:
        Shapes of one image before and after, without the batch; None is any
        size.

    Raises:
        ValueError: If it is not such a model, or its shapes are not known.
    """
    known = input_shapes(generator)
    if known is None or len(known) != 1:
        count = "no known inputs" if known is None else f"{len(known)} inputs"
        raise ValueError(
            f"`{role}` must be a Keras model with one input, images, of known "
            f"shape. Received: {generator!r} with {count}. Start it with "
            "`keras.Input((height, width, channels))`."
        )
    images = checks.single_output(generator, generator.inputs[0], role)
    if len(images.shape) != len(known[0]):
        raise ValueError(
            f"`{role}` must return images with as many axes as its inputs. "
            f"Received: inputs of shape {known[0]} and outputs of shape "
            f"{tuple(images.shape)}. Pass the generator first, then the "
            "discriminator."
        )
    return known[0][1:], tuple(images.shape[1:])


def check_discriminator(discriminator, source_shape, image_shape) -> bool:
    """Checks a discriminator of images, or of sources and images.

    Args:
        discriminator: What the user passed.
        source_shape: Shape of one source.
        image_shape: Shape of one generated image.

    Returns:
        Whether it is conditional: its inputs are a source and an image.

    Raises:
        ValueError: If it does not take such images.
    """
    tensors = [
        keras.KerasTensor((None, *shape), "float32")
        for shape in (source_shape, image_shape)
    ]
    known = input_shapes(discriminator)
    if known is not None and len(known) not in (1, 2):
        raise ValueError(
            "`discriminator` must take images, or `[sources, images]`. "
            f"Received: a model with {len(known)} inputs. Build it with one "
            "or with two."
        )
    if known is None or len(known) == 1:
        if known is not None:
            checks.check_image_shapes(tensors[1], known[0])
        checks.single_output(discriminator, tensors[1], "discriminator")
        return False
    wanted = [tuple(one.shape) for one in tensors]
    if not all(map(shapes_agree, known, wanted)):
        raise ValueError(
            "`discriminator` with two inputs must take the generator's inputs "
            "and its images, `[sources, images]`. Received: inputs of shapes "
            f"{known[0]} and {known[1]}, where {wanted[0]} and {wanted[1]} are "
            "expected. Build both networks for the same shapes, in this order."
        )
    checks.single_output(discriminator, tensors, "discriminator")
    return True
