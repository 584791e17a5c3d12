"""The two parts of a generator with styles: mapping and synthesis."""

from typing import Any

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
