"""Loss terms and checks for the auxiliary classifier of a GAN."""

import warnings

import keras
from keras import ops

from keras_gan.models import network_checks as checks
from keras_gan.models.state import all_layers
from keras_gan.utils.arguments import is_integer
from keras_gan.utils.models import input_shapes
from keras_gan.utils.stack import level_outside
from keras_gan.utils.tensors import batch_mean


def class_loss(class_logits, labels):
    """Mean cross-entropy of class logits, in nats."""
    return batch_mean(
        ops.sparse_categorical_crossentropy(
            labels, class_logits, from_logits=True
        )
    )


def class_accuracy(class_logits, labels):
    """Fraction of images whose largest class logit is that of the label."""
    predicted = ops.argmax(class_logits, axis=-1)
    return batch_mean(ops.cast(predicted, "int32") == labels)


def build(generator, discriminator, latent_dim, num_classes) -> tuple:
    """Builds a conditional generator and a discriminator with two heads.

    Returns:
        Size of the latents, and the shape of an image without the batch.

    Raises:
        ValueError: If the networks do not match each other.
    """
    latent_dim, images = checks.build_generator(
        generator, latent_dim, num_classes
    )
    known = input_shapes(discriminator)
    if known is not None:
        _check_one_input(len(known))
        checks.check_image_shapes(images, known[0])
    outputs = checks.outputs_of(discriminator, images, "discriminator")
    _check_outputs(outputs, num_classes)
    warn_softmax(discriminator)
    return latent_dim, tuple(images.shape[1:])


def _check_one_input(received) -> None:
    if received != 1:
        raise ValueError(
            "`discriminator` must take only images, because an auxiliary "
            "classifier predicts the labels. Received: a model with "
            f"{received} inputs. Build it without `num_classes` and pass it "
            "through `keras_gan.networks.with_classifier`."
        )


def _check_outputs(outputs, num_classes) -> None:
    expected = [(1,), (num_classes,)]
    several = isinstance(outputs, list | tuple)
    shapes = [tuple(one.shape[1:]) for one in outputs] if several else None
    if shapes != expected:
        raise ValueError(
            "`discriminator` must return `[logits, class_logits]`, shapes "
            f"(batch, 1) and (batch, {num_classes}). Received: "
            f"{type(outputs).__name__} of shapes {checks.shapes_of(outputs)}. "
            "`keras_gan.networks.with_classifier(discriminator, "
            f"{num_classes})` adds the class logits to a discriminator."
        )


def warn_softmax(discriminator) -> None:
    """Warns if the classifier seems to return probabilities, not logits."""
    names = [
        layer.name
        for layer in all_layers(discriminator)
        if isinstance(layer, keras.layers.Softmax)
        or getattr(layer, "activation", None) is keras.activations.softmax
    ]
    if names:
        warnings.warn(
            f"The discriminator has a softmax (layer {names[-1]!r}). If the "
            "class logits are its output, remove it: the cross-entropy "
            "applies its own.",
            stacklevel=level_outside(),
        )


def check_num_classes(num_classes) -> None:
    """Raises an error unless there are at least two classes."""
    if not is_integer(num_classes, at_least=2):
        raise ValueError(
            "`num_classes` must be an integer of at least 2 to train a "
            f"classifier. Received: {num_classes!r}. Pass the number of "
            "classes, or use `GAN` for images without labels."
        )
