"""Checks of networks before training starts."""

import warnings

import keras

from keras_gan.models.player_penalties import own_penalties
from keras_gan.models.state import all_layers
from keras_gan.utils.arguments import is_integer, number_in
from keras_gan.utils.models import input_shapes
from keras_gan.utils.stack import level_outside


def check_arguments(num_classes, ema_momentum, seed) -> tuple:
    """Checks the arguments of `GAN` that are not networks.

    Returns:
        `num_classes` and `seed`, each an int or None.
    """
    if num_classes is not None and not is_integer(num_classes, at_least=1):
        raise ValueError(
            "`num_classes` must be a positive integer or None. Received: "
            f"{num_classes!r}. Leave it out for a GAN without labels."
        )
    if ema_momentum is not None:
        number_in(
            "ema_momentum", ema_momentum, "[0, 1)", hint="None: no average."
        )
    if seed is not None and not is_integer(seed, at_least=0):
        raise ValueError(
            "`seed` must be an integer of 0 or more, or None. Received: "
            f"{seed!r}. Leave it out for a random seed."
        )
    return tuple(
        None if one is None else int(one) for one in (num_classes, seed)
    )


def build(generator, discriminator, latent_dim, num_classes) -> tuple:
    """Builds networks that are not built yet.

    Returns:
        Size of the latents, and the shape of an image without the batch.

    Raises:
        ValueError: If the networks do not match each other.
    """
    latent_dim, images = build_generator(generator, latent_dim, num_classes)
    known = input_shapes(discriminator)
    if known is not None:
        expected = 1 if num_classes is None else 2
        _check_count(len(known), expected, "discriminator", num_classes)
        check_image_shapes(images, known[0])
    inputs = images
    if num_classes is not None:
        inputs = [images, fake_inputs(latent_dim, num_classes)[1]]
    outputs = outputs_of(discriminator, inputs, "discriminator")
    if own_penalties([discriminator]) and isinstance(outputs, list):
        logits = outputs[0]
    else:
        logits = single_output(discriminator, inputs, "discriminator")
    if tuple(logits.shape[1:]) != (1,):
        raise ValueError(
            "`discriminator` must return one logit per image, shape "
            f"(batch, 1). Received: shape {shapes_of(logits)}. End it with "
            "`keras.layers.Dense(1)`."
        )
    return latent_dim, tuple(images.shape[1:])


def build_generator(generator, latent_dim, num_classes) -> tuple:
    """Builds a generator; returns `latent_dim` and its symbolic images."""
    latent_dim = _latent_dim(generator, latent_dim, num_classes)
    inputs = fake_inputs(latent_dim, num_classes)
    return latent_dim, single_output(generator, inputs, "generator")


def _latent_dim(generator, latent_dim, num_classes) -> int:
    known = input_shapes(generator)
    expected = 1 if num_classes is None else 2
    if known is not None:
        _check_count(len(known), expected, "generator", num_classes)
        own = known[0][-1]
        if latent_dim is not None and own is not None and own != latent_dim:
            raise ValueError(
                "`latent_dim` must be the size of the generator's latents, "
                f"{own}. Received: latent_dim={latent_dim}. Leave it out to "
                "use the size of the generator's input."
            )
        latent_dim = own if own is not None else latent_dim
    if not is_integer(latent_dim, at_least=1):
        raise ValueError(
            "`latent_dim` must be a positive integer, because this generator "
            f"has no known input shape. Received: latent_dim={latent_dim}."
            " Pass `latent_dim=`."
        )
    return int(latent_dim)


def fake_inputs(latent_dim, num_classes):
    """Returns symbolic inputs of a generator."""
    latents = keras.KerasTensor((None, latent_dim), "float32")
    if num_classes is None:
        return latents
    return [latents, keras.KerasTensor((None,), "int32")]


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
        f"{num_classes}. Received: a model with {received} input(s). To fix "
        f"it, {cure}."
    )


def check_image_shapes(images, known) -> None:
    """Raises an error if D's input shape is not the shape of G's images."""
    shape = tuple(images.shape)
    fits = len(shape) == len(known) and all(
        a is None or b is None or a == b
        for a, b in zip(shape[1:], known[1:], strict=True)
    )
    if not fits:
        raise ValueError(
            "`discriminator` must take the images that `generator` returns. "
            f"Received: a generator of images of shape {shape[1:]} and a "
            f"discriminator of images of shape {known[1:]}. Build both for the "
            "same image shape."
        )


def outputs_of(model, inputs, role):
    """Returns symbolic outputs of a model; builds it if it is not built."""
    try:
        return model(inputs)
    except Exception as error:
        raise ValueError(
            f"`{role}` could not be called on inputs of shape "
            f"{shapes_of(inputs)}. Received: {type(error).__name__}: {error}"
        ) from error


def single_output(model, inputs, role):
    """Returns the symbolic output of a model that has only one."""
    outputs = outputs_of(model, inputs, role)
    if not hasattr(outputs, "shape"):
        raise ValueError(
            f"`{role}` must return one tensor. Received: "
            f"{type(outputs).__name__} of shapes {shapes_of(outputs)}. Wrap it "
            "in a model that returns one of them."
        )
    return outputs


def shapes_of(tensors) -> str:
    """Returns the shapes of tensors as text for a message."""
    shapes = [str(tuple(one.shape)) for one in keras.tree.flatten(tensors)]
    return " and ".join(shapes)


def unfreeze(role, network) -> None:
    """Makes a frozen network trainable, with a warning.

    In older programs one sets `discriminator.trainable = False` and then trains
    the generator through a combined model.
    """
    if not network.trainable:
        network.trainable = True
        warnings.warn(
            f"`{role}` had `trainable = False` and was set to True: each "
            "player trains its own network, and no combined model is needed. "
            "Remove that line. To freeze layers, freeze them one by one.",
            stacklevel=level_outside(),
        )


def warn_if_sigmoid(discriminator) -> None:
    """Warns if a discriminator ends in a sigmoid."""
    last = _last_layer(discriminator)
    # In a wrapper, such as spectral normalization, the wrapped layer has it.
    inner = getattr(last, "layer", last)
    activation = getattr(inner, "activation", None)
    if activation is keras.activations.sigmoid or (
        type(last).__name__ == "Sigmoid"
    ):
        warnings.warn(
            f"The discriminator ends in a sigmoid (layer {last.name!r}), but "
            "the losses take logits and apply a sigmoid themselves if they "
            "need one. Remove the activation of that layer.",
            stacklevel=level_outside(),
        )


def _last_layer(model):
    """The last layer or operation that does not just change the shape."""
    shapes_only = (keras.layers.Reshape, keras.layers.Flatten)
    # Operations of a functional model may not be layers (`ops.sigmoid`).
    parts = getattr(model, "operations", None) or getattr(model, "layers", [])
    for part in reversed(list(parts)):
        if isinstance(part, keras.Model):
            return _last_layer(part)
        if not isinstance(part, shapes_only):
            return part
    return None


def warn_batch_normalization(discriminator, penalties) -> None:
    """Warns if a discriminator with a gradient penalty normalizes batches."""
    if not any(
        getattr(penalty, "uses_input_gradients", False) for penalty in penalties
    ):
        return
    kind = keras.layers.BatchNormalization
    names = [
        layer.name
        for layer in all_layers(discriminator)
        if isinstance(layer, kind)
    ]
    if names:
        warnings.warn(
            f"The discriminator has batch normalization ({', '.join(names)}) "
            "under a gradient penalty. The penalty needs the gradient of each "
            "image's logit, but batch normalization makes the logit depend on "
            "the other images. Use layer normalization, spectral normalization "
            "or none in the discriminator.",
            stacklevel=level_outside(),
        )
