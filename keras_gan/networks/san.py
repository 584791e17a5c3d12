"""A discriminator's last layer, replaced by one with a learned direction."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.layers import SANHead


def with_san_head(discriminator: keras.Model) -> keras.Model:
    """Replaces the last dense layer of a discriminator by a `SANHead`.

    The logits stay what they are until training goes on. A `GAN` trains the
    direction of the new layer by a loss of its own, with any adversarial loss
    and any penalties. All other layers are shared with the given model. With
    classes (projection of labels) each class has a direction of its own.
    Spectral normalization of the last layer is left out.

    Args:
        discriminator: Functional or sequential model whose last layer is
            `keras.layers.Dense(1)`, or a conditional discriminator of this
            package.

    Returns:
        A `keras.Model` of the same inputs to `[logits, directions]`, float32,
        `(batch, 1)` each.

    Raises:
        ValueError: If the discriminator has another form.

    Example:

    >>> discriminator = keras_gan.networks.dcgan_discriminator((8, 8, 1))
    >>> with_san_head(discriminator).output_shape
    [(None, 1), (None, 1)]

    Reference:
        Takida et al., "SAN: Inducing Metrizability of GAN with Discriminative
        Normalized Linear Layer", arXiv 2301.12811.
    """
    last, embedding = _last_layers(discriminator)
    dense = getattr(last, "layer", last)
    num_classes = embedding.input_dim if embedding else None
    head = SANHead(num_classes, use_bias=dense.use_bias, name="san_head")
    features = last.input
    inputs = [features, embedding.input] if embedding else features
    outputs = head(inputs)
    _take_weights(head, last, dense, embedding)
    given = discriminator.inputs if embedding else discriminator.inputs[0]
    return keras.Model(given, outputs, name=discriminator.name)


def _last_layers(discriminator: Any) -> tuple[Any, Any]:
    """The `Dense(1)`, or its wrapper, and the embedding of labels or None."""
    outputs = getattr(discriminator, "outputs", None) or ()
    if len(outputs) != 1:
        raise ValueError(_wanted(f"one with {len(outputs)} known outputs"))
    last = list(getattr(discriminator, "operations", discriminator.layers))[-1]
    embedding = None
    if len(discriminator.inputs) == 2:
        last, embedding = _of_labels(discriminator, last)
    inner = getattr(last, "layer", last)
    if not isinstance(inner, keras.layers.Dense) or inner.units != 1:
        raise ValueError(_wanted(f"one that ends in {last!r}"))
    return last, embedding


def _of_labels(discriminator: Any, last: Any) -> tuple[Any, Any]:
    """The layers of `inputs_and_heads.logits_of` with labels."""
    named = {layer.name: layer for layer in discriminator.layers}
    embedding = named.get("label_embedding")
    if embedding is None or not isinstance(last, keras.layers.Add):
        raise ValueError(_wanted("one with two inputs of another form"))
    return last.input[0]._keras_history.operation, embedding


def _take_weights(head: Any, last: Any, dense: Any, embedding: Any) -> None:
    """Gives the head the weights of the layers that it replaces."""
    rows = ops.convert_to_numpy(dense.kernel).T
    if dense is not last:
        # Spectral normalization divides a vector by its length.
        rows = rows / np.linalg.norm(rows)
    if embedding is not None:
        rows = rows + ops.convert_to_numpy(embedding.embeddings)
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    head.direction.assign(rows / np.maximum(lengths, 1e-12))
    head.scale.assign(lengths)
    if dense.use_bias:
        bias = ops.convert_to_numpy(dense.bias)
        head.bias.assign(np.broadcast_to(bias, head.bias.shape))


def _wanted(received: str) -> str:
    return (
        "`discriminator` must be a functional or sequential model with one "
        "output that ends in `keras.layers.Dense(1)`, or in this package's "
        f"projection of labels. Received: {received}. Build it so, or end "
        "your own model in `keras_gan.layers.SANHead`."
    )
