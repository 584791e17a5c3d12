"""Combines networks and data of two domains."""

import keras

from keras_gan.models import network_checks as checks
from keras_gan.models.state import all_layers
from keras_gan.utils.models import input_shapes

_COUPLED = "`keras_gan.networks.coupled` creates such pairs."


def joint_generator(generators):
    """Combines two generators into one model, latents -> images of both.

    A file of one model with two outputs records which layers they share; files
    of two models would not.
    """
    if isinstance(generators, keras.Model):
        return _checked("generators", generators, inputs=1, outputs=2)
    first, second = _checked_pair("generators", generators, _COUPLED)
    shapes = [tuple(one.input_shape) for one in (first, second)]
    if any(len(shape) != 2 for shape in shapes):
        raise ValueError(
            "`generators` must take latents of shape (batch, latent_dim). "
            f"Received: inputs of shapes {shapes[0]} and {shapes[1]}. Pass the "
            "generators first, then the discriminators."
        )
    if shapes[0] != shapes[1]:
        raise ValueError(
            "`generators` must take the same latents. Received: latents of "
            f"shapes {shapes[0]} and {shapes[1]}. Give both the same "
            "`latent_dim`."
        )
    inputs = first.inputs[0]
    if inputs is not second.inputs[0] or _equal_names(first, second):
        inputs = keras.Input(shapes[0][1:], name="latents")
        outputs = _outputs_on([inputs] * 2, (first, second), "generator")
    else:
        outputs = [first.output, second.output]
    return keras.Model(inputs, outputs, name="generator")


def joint_discriminator(discriminators, hint=_COUPLED):
    """Combines two discriminators into one model, images of both -> logits."""
    return joint_of_images("discriminator", discriminators, hint)


def joint_of_images(role, models, hint):
    """Combines two models of images into one, images of both -> both outputs.

    Args:
        role: Name of the joint model.
        models: Pair of models, images of the first and of the second domain
            -> one tensor; or one model of both.
        hint: Last sentence of the error for anything else.
    """
    argument = f"{role}s"
    if isinstance(models, keras.Model):
        return _checked(argument, models, inputs=2, outputs=2)
    pair = _checked_pair(argument, models, hint)
    inputs = [
        keras.Input(one.input_shape[1:], name=f"{name}_images")
        for name, one in zip(("first", "second"), pair, strict=True)
    ]
    return keras.Model(inputs, _outputs_on(inputs, pair, role), name=role)


def parts(joint, argument="discriminators") -> tuple:
    """Splits a joint model of images into two with the same layers."""
    ends = zip(joint.inputs, joint.outputs, strict=True)
    try:
        return tuple(
            keras.Model(images, logits, name=f"{joint.name}_{number}")
            for number, (images, logits) in enumerate(ends)
        )
    except ValueError as error:
        raise ValueError(
            f"Each output of `{argument}` must depend on the input of its "
            f"own domain and on no other. Received: {error}. Pass a pair of "
            "models."
        ) from error


def check_shapes(generator, discriminator) -> None:
    """Checks that each discriminator takes the images of its generator."""
    for images, taken in zip(
        generator.outputs, discriminator.inputs, strict=True
    ):
        checks.check_image_shapes(images, tuple(taken.shape))


def both_domains(data) -> tuple:
    """Returns the images of both domains in the data that `fit` passes on.

    Args:
        data: Tuple of the images of both, or a tuple with it as first element.

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
    """Checks that the arrays of both domains have the same length."""
    first, second = map(len, images)
    if first != second:
        raise ValueError(
            "Arrays of the two domains must have the same number of images, "
            "because Keras splits them into batches together. Received: "
            f"{first} and {second} images. Use "
            "`keras_gan.datasets.domains(first, second)`, which repeats the "
            "smaller one."
        )


def _checked_pair(argument, models, hint) -> tuple:
    """Returns a pair of models with one input and one output each."""
    is_pair = isinstance(models, list | tuple) and len(models) == 2
    if not is_pair or not all(
        isinstance(one, keras.Model) and input_shapes(one) for one in models
    ):
        raise ValueError(
            f"`{argument}` must be a pair of models with known inputs, or one "
            f"model of both domains. Received: {models!r}. {hint}"
        )
    return tuple(_checked(argument, one, inputs=1, outputs=1) for one in models)


def _checked(argument, model, **expected):
    """Returns the model if its numbers of inputs and outputs are right."""
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


def _outputs_on(inputs, pair, role) -> list:
    """Calls two models, each on its input; shared layers stay shared.

    A model must not have two layers of one name. So models with layers of equal
    names become sub-models, which is possible only if they share no layers.
    """
    names = _equal_names(*pair)
    if not names:
        return [_called(*both) for both in zip(pair, inputs, strict=True)]
    if _shared_layers(*pair):
        raise ValueError(
            f"`{role}s` must be two models whose layers have different names, "
            "except for shared layers. Received: several layers named "
            f"{', '.join(names)}. Rename those of one model with `name=`."
        )
    ends = zip(("first", "second"), pair, inputs, strict=True)
    return [
        keras.Model(one.inputs, one.output, name=f"{name}_{role}")(given)
        for name, one, given in ends
    ]


def _equal_names(first, second) -> list:
    """Names that different layers or operations of two models have."""
    ours, theirs = ({x.name: x for x in _parts(m)} for m in (first, second))
    return sorted(n for n in ours if theirs.get(n, ours[n]) is not ours[n])


def _parts(model) -> list:
    """The layers and operations of a model, without its inputs."""
    found = getattr(model, "operations", None) or model.layers
    return [x for x in found if not isinstance(x, keras.layers.InputLayer)]


def _shared_layers(first, second) -> set:
    ours, theirs = (
        {
            id(layer)
            for layer in all_layers(model)
            if not isinstance(layer, keras.layers.InputLayer)
        }
        for model in (first, second)
    )
    return ours & theirs


def _called(model, inputs):
    """Calls the layers of a model on new inputs; the layers stay shared."""
    if isinstance(model, keras.Sequential):
        for layer in model.layers:
            inputs = layer(inputs)
        return inputs
    return keras.models.clone_model(
        model, input_tensors=inputs, clone_function=lambda layer: layer
    ).output
