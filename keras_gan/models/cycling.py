"""Networks, weights of losses and checks for `CycleGAN`."""

import keras

from keras_gan.losses import LeastSquaresLoss
from keras_gan.models import coupling
from keras_gan.models import network_checks as checks
from keras_gan.models.two_domains import NAMES
from keras_gan.utils.arguments import checked_weight
from keras_gan.utils.tensors import shapes_agree

WEIGHTS = ("cycle_weight", "identity_weight", "adversarial_weight")
# Of the cycle's weight, as published.
_IDENTITY_WEIGHT = 0.5
_HINTS = {
    "generator": "The first translates images of the first domain to the "
    "second, the other one back.",
    "discriminator": "The first judges images of the first domain.",
}


def joint(role, models):
    """Combines a pair of models into one, images of both domains -> outputs."""
    return coupling.joint_of_images(role, models, _HINTS[role])


def image_shapes(generator, discriminator) -> dict:
    """Returns the shapes of one image by domain, the second domain first.

    Generators may take images of any size, as long as the discriminators say
    which size is trained.

    Args:
        generator: Joint model, images of the first and of the second domain ->
            their translations, to the second and to the first.
        discriminator: Joint model, images of both -> logits.

    Raises:
        ValueError: If the networks do not take each other's images, or none of
            them says which size they have.
    """
    shapes = {}
    for place, name in enumerate(NAMES):
        made = generator.outputs[1 - place]
        given = tuple(generator.inputs[place].shape)
        judged = tuple(discriminator.inputs[place].shape)
        checks.check_image_shapes(made, judged)
        if not shapes_agree(tuple(made.shape), given):
            raise ValueError(
                "`generators` must translate images back into the shape that "
                f"they had. Received: images of the {name} domain of shape "
                f"{given[1:]}, which become images of shape "
                f"{tuple(made.shape)[1:]}. {_HINTS['generator']}"
            )
        known = zip(judged[1:], tuple(made.shape)[1:], given[1:], strict=True)
        shapes[name] = tuple(a or b or c for a, b, c in known)
        if None in shapes[name]:
            raise ValueError(
                "The size of the images to train on must be known. Received: "
                f"networks for images of shape {shapes[name]} in the {name} "
                "domain. Build the discriminators for images of one size; the "
                "generators may still take any."
            )
    if any(None in tuple(one.shape)[1:] for one in generator.outputs):
        _check_sizes(generator, shapes)
    return {name: shapes[name] for name in reversed(NAMES)}


def _check_sizes(generator, shapes) -> None:
    """Checks what generators of any size make of the images to train on."""
    images = [
        keras.KerasTensor((None, *shapes[name]), "float32") for name in NAMES
    ]
    made = checks.outputs_of(generator, images, "generators")
    for name, one in zip(reversed(NAMES), made, strict=True):
        shape = tuple(one.shape)[1:]
        if not shapes_agree(shape, shapes[name]):
            raise ValueError(
                "`generators` must make images of the size that the "
                f"discriminators take. Received: images of shape {shape} for a "
                f"discriminator of images of shape {shapes[name]}, the "
                f"{name} domain. Resize the images of both domains to one size "
                "and build the discriminators for it."
            )


def weights(cycle, identity, adversarial, *, shapes, loss) -> dict:
    """Returns the weights of the generators' losses by name.

    Args:
        cycle: Weight of the cycle, 0 or more.
        identity: Weight of the identity loss as a fraction of it. None: as
            published, or 0 if the domains have images of different shapes.
        adversarial: Weight of the adversarial loss. None: as published.
        shapes: Dict of the shapes of one image.
        loss: The adversarial loss.

    Raises:
        ValueError: If one is not valid.
    """
    if adversarial is None:
        # The published loss of the generators has no factor of 1/2.
        adversarial = 2.0 if isinstance(loss, LeastSquaresLoss) else 1.0
    values = (cycle, _identity_weight(identity, shapes), adversarial)
    return {
        name: checked_weight(name, value)
        for name, value in zip(WEIGHTS, values, strict=True)
    }


def _identity_weight(value, shapes):
    first, second = (shapes[name] for name in NAMES)
    if value is None:
        return _IDENTITY_WEIGHT if first == second else 0.0
    if value and first != second:
        raise ValueError(
            "`identity_weight` must be 0 or None for domains whose images have "
            "different shapes, because a generator does not take the images "
            f"that it makes. Received: identity_weight={value!r}, with images "
            f"of shapes {first} and {second}. Leave it out, or convert the "
            "images of both domains to the same shape."
        )
    return value
