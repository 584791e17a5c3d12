"""A second head that turns a discriminator into a classifier as well."""

from typing import Any

import keras

from keras_gan.layers import EqualizedDense, SpectralNormalization
from keras_gan.networks.initialization import CLASSIFIER_STREAM, Initializers
from keras_gan.networks.inputs_and_heads import normalized
from keras_gan.networks.validation import checked_integer


def with_classifier(
    discriminator: keras.Model, num_classes: int, *, seed: int | None = None
) -> keras.Model:
    """Gives a discriminator a second head that predicts the class.

    The class logits are linear in the input of the last layer, which has one
    unit.
    All layers of the given model are shared with the result. If the last layer
    has spectral normalization, so has the new one. `ACGAN` trains such models.

    Args:
        discriminator: Functional or sequential model, images -> logits
            `(batch, 1)`, whose last layer is `keras.layers.Dense(1)` or
            `EqualizedDense(1)`, such as those of this package built without
            `num_classes`, but those of `ladagan` and `fastgan`.
        num_classes: Number of classes, at least 2.
        seed: Integer that determines the new layer's initial weights, or None.

    Returns:
        A `keras.Model`: images to `[logits, class_logits]`, float32, of shapes
        `(batch, 1)` and `(batch, num_classes)`.

    Raises:
        ValueError, TypeError: If the discriminator has another form, or an
            argument is out of its range.

    Example:

    >>> discriminator = keras_gan.networks.mlp_discriminator((8, 8, 1))
    >>> with_classifier(discriminator, 10).output_shape
    [(None, 1), (None, 10)]

    Reference:
        Odena, Olah and Shlens, "Conditional Image Synthesis With Auxiliary
        Classifier GANs", arXiv 1610.09585.
    """
    num_classes = checked_integer("num_classes", num_classes, minimum=2)
    initializers = Initializers(seed, stream=CLASSIFIER_STREAM)
    last = _last_layer(discriminator)
    head = keras.layers.Dense(
        num_classes,
        kernel_initializer=initializers.glorot_uniform(),
        dtype="float32",
        name="class_logits",
    )
    # Files of older versions hold Keras' own layer.
    spectral = isinstance(
        last, (SpectralNormalization, keras.layers.SpectralNormalization)
    )
    class_logits = normalized(head, spectral)(last.input)
    return keras.Model(
        discriminator.inputs[0],
        [discriminator.outputs[0], class_logits],
        name=discriminator.name,
    )


def _last_layer(discriminator: Any) -> Any:
    """The `Dense(1)`, or its wrapper, that a discriminator ends in."""
    inputs = getattr(discriminator, "inputs", None)
    if not inputs:
        raise ValueError(_wanted("one that does not know its input shape"))
    if len(inputs) != 1:
        raise ValueError(_wanted(f"one with {len(inputs)} inputs"))
    if len(discriminator.outputs) != 1:
        outputs = len(discriminator.outputs)
        raise ValueError(_wanted(f"one with {outputs} outputs"))
    parts = getattr(discriminator, "operations", discriminator.layers)
    last = list(parts)[-1]
    inner = getattr(last, "layer", last)
    is_dense = isinstance(inner, (keras.layers.Dense, EqualizedDense))
    if not is_dense or inner.units != 1:
        raise ValueError(_wanted(f"one that ends in {last!r}"))
    return last


def _wanted(received: str) -> str:
    return (
        "`discriminator` must be a functional or sequential model that takes "
        "images alone and ends in `keras.layers.Dense(1)` or "
        f"`EqualizedDense(1)`. Received: {received}. Build it so, as most of "
        "this package's functions do without `num_classes`, or give your own "
        "model both outputs, `[logits, class_logits]`."
    )
