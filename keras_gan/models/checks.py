"""What must be true of networks and data before work starts."""

import warnings

import keras
import numpy as np

from keras_gan.models.batch import indivisible
from keras_gan.models.state import leaves


def check_arguments(num_classes, ema_momentum, seed) -> None:
    """Checks the plain arguments of `GAN`."""
    if num_classes is not None and (
        not isinstance(num_classes, int) or num_classes < 1
    ):
        raise ValueError(
            "`num_classes` must be a positive integer or None. Received: "
            f"{num_classes!r}."
        )
    if ema_momentum is not None and not 0.0 <= ema_momentum < 1.0:
        raise ValueError(
            "`ema_momentum` must be in [0, 1), or None for no average. "
            f"Received: {ema_momentum!r}."
        )
    if seed is not None and not isinstance(seed, int):
        raise ValueError(
            f"`seed` must be an integer or None. Received: {seed!r}."
        )


def build(generator, discriminator, latent_dim, num_classes) -> tuple:
    """Builds networks that are not yet built.

    Returns:
        Size of the latents, and the shape of an image without the batch.

    Raises:
        ValueError: If the networks do not fit each other.
    """
    latent_dim = _build_generator(generator, latent_dim, num_classes)
    inputs = _fake_inputs(latent_dim, num_classes)
    images = _spec(generator, inputs, "generator")
    image_shape = tuple(images.shape[1:])
    if num_classes is not None:
        images = [images, inputs[1]]
    _check_inputs(discriminator, images, "discriminator", num_classes)
    logits = _spec(discriminator, images, "discriminator")
    if tuple(logits.shape[1:]) != (1,):
        raise ValueError(
            "`discriminator` must return one logit an image, shape "
            f"(batch, 1). Received: shape {tuple(logits.shape)}. End it in "
            "`keras.layers.Dense(1)`."
        )
    return latent_dim, image_shape


def _build_generator(generator, latent_dim, num_classes) -> int:
    known = _input_shapes(generator)
    expected = 1 if num_classes is None else 2
    if known is not None:
        _check_count(len(known), expected, "generator", num_classes)
        own = known[0][-1]
        if latent_dim is not None and own is not None and own != latent_dim:
            raise ValueError(
                "`latent_dim` must be the size of the generator's latents, "
                f"{own}. Received: latent_dim={latent_dim}. Leave it out to "
                "read it from the generator."
            )
        latent_dim = own if own is not None else latent_dim
    if not isinstance(latent_dim, int) or latent_dim < 1:
        raise ValueError(
            "`latent_dim` must be a positive integer, because this generator "
            f"does not say its input shape. Received: latent_dim={latent_dim}."
            " Pass `latent_dim=`."
        )
    return latent_dim


def _fake_inputs(latent_dim, num_classes):
    latents = keras.KerasTensor((None, latent_dim), "float32")
    if num_classes is None:
        return latents
    return [latents, keras.KerasTensor((None,), "int32")]


def _input_shapes(model):
    """Shapes of a model's inputs, or None where it does not know them."""
    try:
        inputs = model.inputs
    except AttributeError:
        return None
    return None if inputs is None else [tuple(i.shape) for i in inputs]


def _check_count(received, expected, role, num_classes):
    if received == expected:
        return
    first = "latents" if role == "generator" else "images"
    kinds = {1: f"`{first}`", 2: f"`[{first}, labels]`"}
    cure = (
        f"pass `num_classes=` to `GAN`, or build a `{role}` without labels"
        if num_classes is None
        else f"build the {role} with `num_classes={num_classes}` too, or leave "
        "`num_classes` out"
    )
    raise ValueError(
        f"`{role}` must take {kinds[expected]} when num_classes="
        f"{num_classes}. Received: a model with {received} input(s). To mend "
        f"it, {cure}."
    )


def _check_inputs(discriminator, images, role, num_classes):
    known = _input_shapes(discriminator)
    if known is None:
        return
    _check_count(len(known), 1 if num_classes is None else 2, role, num_classes)
    shape = tuple((images[0] if isinstance(images, list) else images).shape)
    fits = len(shape) == len(known[0]) and all(
        a is None or b is None or a == b
        for a, b in zip(shape[1:], known[0][1:], strict=True)
    )
    if not fits:
        raise ValueError(
            "`discriminator` must take the images that `generator` makes. "
            f"Received: a generator of images of shape {shape[1:]} and a "
            f"discriminator of shape {known[0][1:]}. Give both the same image "
            "shape."
        )


def _spec(model, inputs, role):
    """Symbolic output of a model; builds it where it is not yet built."""
    try:
        return model(inputs)
    except Exception as error:
        raise ValueError(
            f"`{role}` could not be called on inputs of shape "
            f"{keras.tree.map_structure(lambda i: tuple(i.shape), inputs)}. "
            f"Received: {type(error).__name__}: {error}"
        ) from error


def warn_probabilities(discriminator) -> None:
    """Warns of a discriminator that ends in a sigmoid."""
    layers = [
        layer
        for layer in leaves(discriminator)
        if layer.weights or (getattr(layer, "activation", None) is not None)
    ]
    if not layers:
        return
    last = layers[-1]
    activation = getattr(last, "activation", None)
    if activation is keras.activations.sigmoid:
        warnings.warn(
            f"The discriminator ends in a sigmoid (layer {last.name!r}), but "
            "the losses take logits: each of them applies its own sigmoid or "
            "none. Remove the activation of that layer.",
            stacklevel=3,
        )


def warn_batch_normalization(discriminator, penalties) -> None:
    """Warns of batch normalisation in D under a per-sample gradient."""
    of_gradients = [
        penalty
        for penalty in penalties
        if getattr(penalty, "uses_input_gradients", False)
    ]
    if not of_gradients:
        return
    kind = keras.layers.BatchNormalization
    names = [
        layer.name for layer in leaves(discriminator) if isinstance(layer, kind)
    ]
    if names:
        warnings.warn(
            f"The discriminator has batch normalisation ({', '.join(names)}) "
            "under a gradient penalty. The penalty is on the gradient of one "
            "image's logit, which batch normalisation makes depend on the "
            "other images. Use layer normalisation, spectral normalisation or "
            "none in the discriminator.",
            stacklevel=3,
        )


def check_arrays(images, labels, image_shape, num_classes) -> None:
    """Checks data that lies in memory, all of it, before training.

    Raises:
        ValueError: If shape, type, range or labels are not as they must be.
    """
    if hasattr(images, "shape") and hasattr(images, "__array__"):
        _check_images(np.asarray(images), image_shape)
    if labels is not None and num_classes and hasattr(labels, "__array__"):
        _check_labels(np.asarray(labels), num_classes)


def _check_images(images, image_shape):
    if images.shape[1:] != tuple(image_shape):
        raise ValueError(
            f"Images must have the shape (batch, {str(image_shape)[1:-1]}) of "
            "what the generator makes. Received: shape "
            f"{images.shape}." + _channel_cure(images.shape, image_shape)
        )
    if images.size == 0:
        raise ValueError(
            f"There must be images to train on. Received: shape {images.shape}."
        )
    low, high = float(np.min(images)), float(np.max(images))
    if np.isnan(low) or np.isnan(high) or np.isinf(low) or np.isinf(high):
        where = np.flatnonzero(
            ~np.isfinite(images).reshape(len(images), -1).all(axis=1)
        )
        raise ValueError(
            "Images must be finite. Received: NaN or infinity in "
            f"{len(where)} of {len(images)} images, the first at index "
            f"{where[0]}. Remove or mend them."
        )
    # Vectors (points, features) have no range of their own.
    if len(image_shape) > 1 and (low < -1.01 or high > 1.01):
        raise ValueError(
            OUT_OF_RANGE.replace("values beyond", f"{low:.4g} to {high:.4g},")
        )


OUT_OF_RANGE = (
    "Images must be in [-1, 1]. Received: values beyond that range. Scale "
    "them first, bytes with `images / 127.5 - 1.0`."
)


def check_steps(images, batch_size, gan) -> None:
    """Checks that `discriminator_steps` divides each batch of an array."""
    parts = gan.discriminator_steps
    if parts == 1 or not hasattr(images, "__array__"):
        return
    size = batch_size or 32
    for length in (min(size, len(images)), len(images) % size):
        if length % parts:
            raise ValueError(indivisible(length, parts))


def _channel_cure(shape, image_shape):
    if len(shape) == len(image_shape) and tuple(shape[1:]) == tuple(
        image_shape[:-1]
    ):
        return " Add the channel axis with `images[..., None]`."
    return " Resize them or build networks of their shape."


def _check_labels(labels, num_classes):
    if labels.ndim > 2 or (labels.ndim == 2 and labels.shape[1] != 1):
        raise ValueError(
            "`labels` must be integers of shape (batch,). Received: shape "
            f"{labels.shape}. Turn one-hot rows into integers with "
            "`labels.argmax(-1)`."
        )
    if not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"`labels` must be integers. Received: dtype {labels.dtype}. "
            "Convert them with `labels.astype('int32')`."
        )
    bad = labels[(labels < 0) | (labels >= num_classes)]
    if bad.size:
        raise ValueError(
            f"`labels` must lie in [0, {num_classes}), for `num_classes="
            f"{num_classes}`. Received: {bad.size} that do not, for example "
            f"{int(bad.flat[0])}. Number the classes from 0, or raise "
            "`num_classes`."
        )
