"""The two parts of a generator with styles: mapping and synthesis."""

from typing import Any

from keras import ops

MAPPING, SYNTHESIS = "mapping", "synthesis"


def parts(generator: Any) -> tuple[Any, Any] | None:
    """Returns the mapping and the synthesis network of a generator.

    Args:
        generator: `keras.Model`. It has styles if it has a model named
            `"mapping"`, latents (and labels) -> w `(batch, style_dim)`, and one
            named `"synthesis"`, styles `(batch, num_styles, style_dim)` ->
            images.

    Returns:
        Both models, or `None` if it has no styles.

    Example:

    >>> parts(keras_gan.networks.mlp_generator((8, 8, 1))) is None
    True
    """
    layers = getattr(generator, "layers", ())
    by_name = {layer.name: layer for layer in layers}
    if MAPPING in by_name and SYNTHESIS in by_name:
        return by_name[MAPPING], by_name[SYNTHESIS]
    return None


def mean_style(generator: Any) -> Any:
    """Returns the weight that holds the mean style of a generator.

    Args:
        generator: `keras.Model`.

    Returns:
        The weight, `(style_dim,)`, of a layer after the mapping; `None` if the
        generator has no styles or does not track their mean.

    Example:

    >>> generator = keras_gan.networks.stylegan2_generator((8, 8, 1), width=2)
    >>> tuple(mean_style(generator).shape)
    (4,)
    """
    found = parts(generator)
    if found is None:
        return None
    shape = tuple(found[1].inputs[0].shape[2:])
    means = [
        weight
        for layer in generator.layers
        if layer not in found
        for weight in layer.weights
        if tuple(weight.shape) == shape and not weight.trainable
    ]
    return means[0] if means else None


def truncated(generator: Any, mean: Any, inputs: Any, truncation: Any) -> Any:
    """Returns images of styles that are moved towards their mean.

    ```
    w' = mean + truncation * (w - mean)
    ```

    Args:
        generator: A model with styles.
        mean: `(style_dim,)`, the mean style.
        inputs: Latents, or latents and labels.
        truncation: Float tensor `(batch,)`: 1 leaves the styles as they are, 0
            gives the mean.

    Raises:
        ValueError: If the generator has no styles.

    Example:

    >>> generator = keras_gan.networks.stylegan2_generator((8, 8, 1), width=2)
    >>> latents = ops.ones((3, 4))
    >>> truncated(generator, ops.ones(4), latents, ops.ones(3)).shape[1]
    8
    """
    found = parts(generator)
    if found is None:
        raise ValueError(
            f"`generator` must have models named {MAPPING!r} and "
            f"{SYNTHESIS!r}. Received: {generator!r}. Use "
            "`networks.stylegan2_generator`."
        )
    mapping, synthesis = found
    style = ops.cast(mapping(inputs, training=False), "float32")
    # Not with operators: NumPy would take the symbolic tensors for arrays.
    distance = truncation[:, None] * ops.subtract(style, mean)
    number = synthesis.inputs[0].shape[1]
    styles = ops.repeat(ops.add(distance, mean)[:, None], number, axis=1)
    return synthesis(styles, training=False)
