"""Networks and data of two domains as one: the parts of `CoupledGAN`."""

import keras

from keras_gan.models import network_checks as checks
from keras_gan.utils.models import input_shapes


def joint_generator(generators):
    """One model, latents -> images of both domains, of a pair of models.

    A model of several outputs keeps in its file which layers they share, which
    two files would not.
    """
    if isinstance(generators, keras.Model):
        return _checked("generators", generators, inputs=1, outputs=2)
    first, second = _pair("generators", generators)
    shapes = [tuple(one.input_shape) for one in (first, second)]
    if shapes[0] != shapes[1]:
        raise ValueError(
            "`generators` must take the same latents. Received: latents of "
            f"shapes {shapes[0]} and {shapes[1]}. Give both the same "
            "`latent_dim`."
        )
    if first.inputs[0] is second.inputs[0]:
        inputs, outputs = first.inputs[0], [first.output, second.output]
    else:
        inputs = keras.Input(shapes[0][1:], name="latents")
        outputs = [_applied(one, inputs) for one in (first, second)]
    return _model("generators", inputs, outputs, "generator")


def joint_discriminator(discriminators):
    """One model, images of both domains -> both logits, of a pair of models."""
    if isinstance(discriminators, keras.Model):
        return _checked("discriminators", discriminators, inputs=2, outputs=2)
    pair = _pair("discriminators", discriminators)
    inputs = [
        keras.Input(one.input_shape[1:], name=f"{name}_images")
        for name, one in zip(("first", "second"), pair, strict=True)
    ]
    outputs = [
        _applied(one, images) for one, images in zip(pair, inputs, strict=True)
    ]
    return _model("discriminators", inputs, outputs, "discriminator")


def parts(joint) -> tuple:
    """The two models of a joint discriminator, of the same layers."""
    ends = zip(joint.inputs, joint.outputs, strict=True)
    try:
        return tuple(
            keras.Model(images, logits, name=f"{joint.name}_{number}")
            for number, (images, logits) in enumerate(ends)
        )
    except ValueError as error:
        raise ValueError(
            "Each output of `discriminators` must depend on the input of its "
            f"own domain and on no other. Received: {error}. Give a pair of "
            "models."
        ) from error


def check_shapes(generator, discriminator) -> None:
    """Checks that each discriminator takes the images of its generator."""
    for images, taken in zip(
        generator.outputs, discriminator.inputs, strict=True
    ):
        checks.check_image_shapes(images, tuple(taken.shape))


def both_domains(data) -> tuple:
    """Images of both domains in what `fit` hands to a step.

    Args:
        data: A tuple of both, alone or as the first part of a tuple.

    Raises:
        ValueError: If there is only one domain, or more than two.
    """
    unpacked = keras.utils.unpack_x_y_sample_weight(data)
    given = [part for part in unpacked if part is not None]
    if len(given) == 1 and isinstance(given[0], list | tuple):
        given = list(given[0])
    if len(given) != 2:
        raise ValueError(
            "The data must be images of two domains. Received: data with "
            f"{len(given)} part(s). Call `fit(first_images, second_images)`, "
            "or use a data set of such tuples, which "
            "`keras_gan.datasets.domains` makes."
        )
    return tuple(given)


def check_lengths(images) -> None:
    """Checks that arrays of both domains have as many images."""
    first, second = map(len, images)
    if first != second:
        raise ValueError(
            "Arrays of the two domains must have as many images, because Keras "
            f"cuts them into batches together. Received: {first} and {second} "
            "images. Use `keras_gan.datasets.domains(first, second)`, which "
            "begins the smaller one anew."
        )


def _pair(argument, models) -> tuple:
    is_pair = isinstance(models, list | tuple) and len(models) == 2
    if not is_pair or not all(
        isinstance(one, keras.Model) and input_shapes(one) for one in models
    ):
        raise ValueError(
            f"`{argument}` must be a pair of models with known inputs, or one "
            f"model of both domains. Received: {models!r}. "
            "`keras_gan.networks.coupled` makes such pairs."
        )
    return tuple(_checked(argument, one, inputs=1, outputs=1) for one in models)


def _checked(argument, model, **expected):
    """The model, if it has as many inputs and outputs as expected."""
    found = {end: len(getattr(model, end) or []) for end in expected}
    if found != expected:
        wanted, received = (
            " and ".join(f"{count} {end}" for end, count in counts.items())
            for counts in (expected, found)
        )
        raise ValueError(
            f"`{argument}` must be a pair of models, each with one input and "
            "one output, or one model of both domains. Received: the model "
            f"{model.name!r} with {received}, where {wanted} are expected."
        )
    return model


def _applied(model, inputs):
    """Outputs of the layers of a model, which stay shared, on new inputs."""
    if isinstance(model, keras.Sequential):
        for layer in model.layers:
            inputs = layer(inputs)
        return inputs
    return keras.models.clone_model(
        model, input_tensors=inputs, clone_function=lambda layer: layer
    ).output


def _model(argument, inputs, outputs, name):
    try:
        return keras.Model(inputs, outputs, name=name)
    except ValueError as error:
        raise ValueError(
            f"`{argument}` must be two models whose layers have different "
            f"names, but for those that they share. Received: {error}"
        ) from error
