"""Images from a trained generator."""

import numbers

import keras
import numpy as np
from keras import ops

from keras_gan.backend import compiled
from keras_gan.models.checks import is_integer


def copy_of(generator, inputs):
    """A second generator with the same weights, which is never trained.

    Args:
        generator: A built model.
        inputs: Symbolic inputs, to build the copy by where it is not built.

    Raises:
        ValueError: If Keras cannot make another of its kind.
    """
    try:
        twin = keras.models.clone_model(generator)
        if not twin.built:
            twin(inputs)
        twin.set_weights(generator.get_weights())
    except Exception as error:
        raise ValueError(
            "`generator` must be a model that Keras can copy, for the averaged "
            f"generator. Received: {type(generator).__name__}, which raised "
            f"{type(error).__name__}: {error}. Give it `get_config`, build it "
            "from layers with `keras.Model(inputs, outputs)`, or turn the "
            "average off with `ema_momentum=None`."
        ) from error
    twin.trainable = False
    return twin


def generate(gan, num_images, *, labels, truncation, seed, batch_size):
    """Images by `gan`'s (averaged) generator; see `GAN.generate`."""
    for name, value in (("num_images", num_images), ("batch_size", batch_size)):
        if not is_integer(value, at_least=1):
            raise ValueError(
                f"`{name}` must be a positive integer. Received: {value!r}."
            )
    if seed is None:
        seed = gan.sampling_seed
    elif not is_integer(seed, at_least=0):
        raise ValueError(
            "`seed` must be an integer of 0 or more, or None for new images at "
            f"each call. Received: {seed!r}."
        )
    else:
        seed = int(seed)
    labels = _labels(labels, int(num_images), gan.num_classes)
    latents = _latents((int(num_images), gan.latent_dim), truncation, seed)
    function = _function(gan)
    batches = []
    for start in range(0, num_images, batch_size):
        part = slice(start, start + batch_size)
        inputs = [latents[part]]
        if labels is not None:
            inputs.append(ops.convert_to_tensor(labels[part]))
        batches.append(ops.convert_to_numpy(function(*inputs)))
    return np.concatenate(batches)


def _function(gan):
    # Made once for each model: a new graph at every call would leak.
    function = getattr(gan, "_generate_function", None)
    if function is None:

        def function(*inputs):
            return gan(inputs[0] if len(inputs) == 1 else list(inputs))

        function = compiled(function)
        object.__setattr__(gan, "_generate_function", function)
    return function


def _latents(shape, truncation, seed):
    if truncation is None:
        return keras.random.normal(shape, seed=seed)
    if not (isinstance(truncation, numbers.Real) and float(truncation) > 0):
        raise ValueError(
            "`truncation` must be positive, the largest absolute value of a "
            f"latent. Received: {truncation!r}. None turns it off."
        )
    # Inverse transform of the part of the normal distribution that is within
    # the bound: no draw is rejected, so the shape is fixed.
    root = np.sqrt(2.0)
    mass = ops.erf(ops.convert_to_tensor(truncation / root, "float32"))
    uniform = keras.random.uniform(shape, -1.0, 1.0, seed=seed)
    # Rounding may carry a draw over the bound, and to infinity where that is
    # so far out that `mass` is 1.
    latents = root * ops.erfinv(uniform * mass)
    return ops.clip(latents, -truncation, truncation)


def _labels(labels, num_images, num_classes):
    if num_classes is None:
        if labels is not None:
            raise ValueError(
                "`labels` must be None for a GAN without classes. Received: "
                f"{labels!r}. Make the GAN with `num_classes=`."
            )
        return None
    if labels is None:
        return np.arange(num_images, dtype="int32") % num_classes
    labels = np.asarray(labels)
    if labels.ndim == 0:
        labels = np.full(num_images, labels)
    fits = labels.shape == (num_images,) and np.issubdtype(
        labels.dtype, np.integer
    )
    if not fits or labels.min() < 0 or labels.max() >= num_classes:
        raise ValueError(
            f"`labels` must be {num_images} integers in [0, {num_classes}), "
            f"or one of them for all. Received: {labels!r}."
        )
    return labels.astype("int32")
