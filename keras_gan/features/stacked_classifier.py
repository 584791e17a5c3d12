from typing import Any

import keras
from keras import layers, ops

from keras_gan.images import Range, check_value_range


def stacked_classifier(
    classifier: Any,
    image_shape: tuple[int, int] = (28, 28),
    channels: int = 3,
    *,
    value_range: Range = (-1, 1),
) -> keras.Model:
    """A classifier of images whose channels are separate images.

    Stacked MNIST puts three random digits into the three channels of an image,
    which makes 1,000 modes. The class of a stack is the number formed by the
    classes of its channels; its log-probability is the sum of theirs.

    Args:
        classifier: `keras.Model`, images `(batch, height, width, 1)` ->
            logits `(batch, num_classes)`, or `"digits"`.
        image_shape: `(height, width)` of images in pixels.
        channels: Number of channels, at least 1.
        value_range: `(low, high)` of images. Only used for `"digits"`, which
            takes bytes; a model receives the images unchanged.

    Returns:
        `keras.Model`, images `(batch, height, width, channels)` ->
        log-probabilities `(batch, num_classes ** channels)`, for
        `ModeCoverage`.

    Raises:
        ValueError: If an argument is invalid.

    Example:

    >>> one = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten(),
    ...                         keras.layers.Dense(10)])
    >>> stacked_classifier(one, (4, 4)).output_shape
    (None, 1000)

    Reference:
        [Metz et al., 2017](https://arxiv.org/abs/1611.02163) (Stacked MNIST)
    """
    low, high = check_value_range(value_range)
    images = keras.Input((*image_shape, channels), name="images")
    pixels = images
    if isinstance(classifier, str):
        classifier = _named(classifier)
        scale = 255.0 / (high - low)
        pixels = layers.Rescaling(scale, -low * scale, dtype="float32")(images)
    scores = None
    for channel in range(channels):
        logits = classifier(pixels[..., channel : channel + 1])
        own = ops.log_softmax(ops.cast(logits, "float32"), axis=-1)
        if scores is None:
            scores = own
            continue
        pairs = ops.expand_dims(scores, 2) + ops.expand_dims(own, 1)
        scores = layers.Flatten(dtype="float32")(pairs)
    return keras.Model(images, scores, name="stacked_classifier")


def _named(name: str) -> keras.Model:
    if name != "digits":
        raise ValueError(
            '`classifier` must be a `keras.Model` or "digits". Received: '
            f"{name!r}."
        )
    from keras_gan.features.digits_classifier import digits_classifier

    return digits_classifier(head="logits")
