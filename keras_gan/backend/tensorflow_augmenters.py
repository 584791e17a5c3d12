"""Layers of Keras, KerasCV and our own between images and a discriminator."""

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

import keras
import tensorflow as tf

from keras_gan.backend.tensorflow import input_gradients


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
    """The layers in an augmenter that want to know the logits of D."""
    return [one for one in layers_in(augmenter) if hasattr(one, "update_state")]


def generator_states(augmenters: Iterable[Any]) -> list:
    """State variables of TensorFlow's random generators inside augmenters.

    KerasCV's layers draw from these. A layer without a seed shares the one of
    the process. Some of their numbers come from TensorFlow's own operations,
    which have no state that could be kept.
    """
    found: dict[int, Any] = {}
    for augmenter in augmenters:
        for layer in layers_in(augmenter):
            for value in vars(layer).values():
                if isinstance(value, tf.random.Generator):
                    found.setdefault(id(value), value.state)
    return list(found.values())


def second_derivatives(score, images):
    """Gradient of the squared slopes of a score, as a penalty takes it."""
    with tf.GradientTape() as tape:
        tape.watch(images)
        slopes = input_gradients(score, images)
        total = tf.reduce_sum(tf.square(slopes))
    return tape.gradient(
        total, images, unconnected_gradients=tf.UnconnectedGradients.ZERO
    )


@contextlib.contextmanager
def own_variable_scope() -> Iterator[None]:
    """Context for calls that may fail.

    An error inside `tf.map_fn` leaves a device behind in the variable scope,
    and from then on no strategy could make a variable.
    """
    current = tf.compat.v1.get_variable_scope()
    with tf.compat.v1.variable_scope(current, auxiliary_name_scope=False):
        yield


def compiles_in_xla(function, *arguments) -> bool:
    """Whether XLA can compile a function of tensors."""
    compiled = tf.function(function, autograph=False, jit_compile=True)
    try:
        compiled(*arguments)
    except Exception:
        return False
    return True


def has_gpu() -> bool:
    """Whether there is a GPU, for which Keras compiles with XLA by itself."""
    return bool(tf.config.get_visible_devices("GPU"))
