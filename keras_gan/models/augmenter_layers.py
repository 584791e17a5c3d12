"""Augmenters from Keras, KerasCV and keras_gan, and the layers inside them."""

import keras

from keras_gan import backend
from keras_gan.utils.inner_layers import with_inner_layers
from keras_gan.utils.redirected_seeds import drawing_alone


def augment(augmenter, images, pair=None):
    """Returns augmented images, as in training.

    Our own layers are called without their check of the value range, because a
    generator that is still learning may exceed it.

    Args:
        augmenter: Keras layer, images -> images.
        images: Float tensor `(batch, ...)` in [-1, 1].
        pair: Int32 tensor `(2,)` that fixes all draws from Keras' seed
            generators. None: the layers draw as they always do.
    """
    if pair is not None:
        with drawing_alone(backend.FixedSeeds(pair), [augmenter]):
            return augment(augmenter, images)
    for layer in chain(augmenter):
        if is_ours(layer) and hasattr(layer, "augment_images"):
            images = layer.augment_images(images)
        else:
            images = layer(images, training=True)
    return images


def chain(augmenter) -> list:
    """The layers that a pipeline calls in sequence, or the layer itself."""
    if isinstance(augmenter, keras.layers.Pipeline | keras.Sequential):
        return [one for layer in augmenter.layers for one in chain(layer)]
    return [augmenter]


def is_ours(layer) -> bool:
    """Whether a layer's class is, or derives from, one of keras_gan."""
    # KerasCV's layers have methods with the same names but other meanings.
    modules = [base.__module__ for base in type(layer).__mro__]
    return any(module.startswith("keras_gan.") for module in modules)


def layers_in(augmenter) -> list:
    """An augmenter and all layers inside it."""
    return with_inner_layers(augmenter)


def adaptive_layers(augmenter) -> list:
    """The layers in an augmenter that the logits of D control."""
    layers = [x for x in layers_in(augmenter) if hasattr(x, "update_state")]
    adaptive = [
        x for x in layers if not getattr(x, "has_fixed_probability", False)
    ]
    # A layer with a fixed probability gets the logits only for the logs.
    return adaptive or layers[:1]


def adaptive_layer(augmenter):
    """The layer in an augmenter that the logits of D control, or `None`."""
    layers = [] if augmenter is None else adaptive_layers(augmenter)
    return layers[0] if layers else None


def random_states(augmenters) -> list:
    """States of the framework's random generators that augmenters use."""
    layers = [layer for one in augmenters for layer in layers_in(one)]
    return backend.random_states(layers)
