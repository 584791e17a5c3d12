"""Layers of Keras, KerasCV and our own between images and a discriminator."""

import keras

from keras_gan import backend


def augment(augmenter, images):
    """Images as an augmenter changes them while training.

    Our own layers are asked for the changed images without a look at the values
    of these: a generator that is still learning overshoots its range.

    Args:
        augmenter: Keras layer, images -> images.
        images: Float tensor `(batch, ...)` in [-1, 1].
    """
    for layer in chain(augmenter):
        if is_ours(layer) and hasattr(layer, "augment_images"):
            images = layer.augment_images(images)
        else:
            images = layer(images, training=True)
    return images


def chain(augmenter) -> list:
    """The layers that a pipeline calls one after the other; else itself."""
    if isinstance(augmenter, keras.layers.Pipeline | keras.Sequential):
        return [one for layer in augmenter.layers for one in chain(layer)]
    return [augmenter]


def is_ours(layer) -> bool:
    """Whether a layer is of this package or derived from one."""
    # KerasCV's layers have methods of the same names that mean other things.
    modules = [base.__module__ for base in type(layer).__mro__]
    return any(module.startswith("keras_gan.") for module in modules)


def layers_in(augmenter) -> list:
    """An augmenter and all layers inside it."""
    return list(augmenter._flatten_layers())


def adaptive_layers(augmenter) -> list:
    """The layers in an augmenter that are steered by the logits of D."""
    told = [one for one in layers_in(augmenter) if hasattr(one, "update_state")]
    adaptive = [
        one for one in told if not getattr(one, "has_fixed_probability", False)
    ]
    # One at a fixed probability is told for the sake of the logs alone.
    return adaptive or told[:1]


def adaptive_layer(augmenter):
    """The layer in an augmenter that the logits of D steer, or `None`."""
    layers = [] if augmenter is None else adaptive_layers(augmenter)
    return layers[0] if layers else None


def random_states(augmenters) -> list:
    """States of generators of the framework that augmenters draw from."""
    layers = [layer for one in augmenters for layer in layers_in(one)]
    return backend.random_states(layers)
