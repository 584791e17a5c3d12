"""A discriminator's last layer, replaced by one with a learned direction."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.layers import EqualizedDense, SANHead
from keras_gan.utils.kernels import kernels_in_use


def with_san_head(discriminator: keras.Model) -> keras.Model:
    """Replaces the last dense layer of a discriminator by a `SANHead`.

    The logits stay what they are until training goes on. A `GAN` trains the
    direction of the new layer by a loss of its own, with any adversarial loss
    and any penalties. All other layers are shared with the given model. With
    classes (projection of labels) each class has a direction of its own.
    Spectral normalization of the last layer is taken into the weights and then
    left out; a constraint of its weights is an error.

    Args:
        discriminator: Functional or sequential model whose last layer is
            `keras.layers.Dense(1)` or `EqualizedDense(1)` without activation;
            with labels, that of the same features plus the product of the
            features with an embedding of the label. In this package those of
            `mlp`, `dcgan`, `compact`, `r3gan`, `sngan`, `sagan` and
            `biggan`, and without classes of `stylegan2` and `progressive`.

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
    dense = _inner(last)
    _check_free(dense)
    num_classes = _inner(embedding).input_dim if embedding else None
    head = SANHead(num_classes, use_bias=dense.use_bias, name="san_head")
    features = last.input
    inputs = [features, embedding.input] if embedding else features
    outputs = head(inputs)
    _take_weights(head, last, embedding)
    given = discriminator.inputs if embedding else discriminator.inputs[0]
    return keras.Model(given, outputs, name=discriminator.name)


def _last_layers(discriminator: Any) -> tuple[Any, Any]:
    """The linear layer and the embedding of labels or None, or wrappers."""
    outputs = getattr(discriminator, "outputs", None) or ()
    if len(outputs) != 1:
        raise ValueError(_wanted(f"one with {len(outputs)} known outputs"))
    last = list(getattr(discriminator, "operations", discriminator.layers))[-1]
    embedding = None
    if len(discriminator.inputs) == 2:
        last, embedding = _of_labels(last)
    inner = _inner(last)
    is_linear = (
        isinstance(inner, (keras.layers.Dense, EqualizedDense))
        and inner.units == 1
        and inner.activation is keras.activations.linear
    )
    if not is_linear:
        raise ValueError(_wanted(f"one whose logits are made by {last!r}"))
    return last, embedding


def _of_labels(last: Any) -> tuple[Any, Any]:
    """The layers of `inputs_and_heads.logits_of` with labels."""
    if isinstance(last, keras.layers.Add) and len(last.input) == 2:
        linear, projection = map(_maker, last.input)
        if isinstance(projection, keras.layers.Dot):
            vectors, features = projection.input
            embedding = _maker(vectors)
            embeds = isinstance(_inner(embedding), keras.layers.Embedding)
            if embeds and linear.input is features:
                return linear, embedding
    raise ValueError(
        _wanted(f"one with labels that ends in {last!r}, another form")
    )


def _maker(tensor: Any) -> Any:
    """The layer that a symbolic tensor is made by."""
    return tensor._keras_history.operation


def _inner(layer: Any) -> Any:
    """A layer without its spectral normalization."""
    return getattr(layer, "layer", layer)


def _check_free(dense: Any) -> None:
    """Raises an error if the weights of the last layer are bounded."""
    constraint = getattr(dense, "kernel_constraint", None)
    if constraint is not None:
        raise ValueError(
            "The last layer of `discriminator` must have no "
            "`kernel_constraint`, because the head that replaces it would not "
            f"keep it. Received: {constraint!r}. Build the discriminator "
            "without one, and bound its gradients by a penalty."
        )


def _take_weights(head: Any, last: Any, embedding: Any) -> None:
    """Gives the head the weights of the layers that it replaces."""
    dense = _inner(last)
    ((_, kernel, _),) = kernels_in_use(dense)
    rows = ops.convert_to_numpy(kernel).T
    if dense is not last:
        # Spectral normalization divides a vector by its length.
        rows = rows / np.linalg.norm(rows)
    if embedding is not None:
        rows = rows + ops.convert_to_numpy(
            embedding(np.arange(head.num_classes))
        )
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    head.direction.assign(rows / np.maximum(lengths, 1e-12))
    head.scale.assign(lengths)
    if dense.use_bias:
        factor = getattr(dense, "learning_rate_multiplier", 1.0)
        bias = factor * ops.convert_to_numpy(dense.bias)
        head.bias.assign(np.broadcast_to(bias, head.bias.shape))


def _wanted(received: str) -> str:
    return (
        "`discriminator` must be a functional or sequential model with one "
        "output that ends in a `Dense(1)` or `EqualizedDense(1)` without "
        "activation, or in the sum of one and the product of the same features "
        f"with an `Embedding` of labels. Received: {received}. Take one of "
        "`mlp`, `dcgan`, `compact`, `r3gan`, `sngan`, `sagan` or `biggan`, or "
        "of `stylegan2` or `progressive` without classes, or end your own "
        "model in `keras_gan.layers.SANHead`."
    )
