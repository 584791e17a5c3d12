"""Losses that compare translated images with their targets."""

from keras import ops

from keras_gan import losses
from keras_gan.models.configuration import check_different
from keras_gan.models.turn import penalty_name


def get(reconstruction) -> list:
    """Returns the reconstruction losses that `compile` was given.

    Args:
        reconstruction: List of callables, one of them, None, or "auto".

    Raises:
        ValueError: If one is not a callable, or two have the same name.
    """
    if isinstance(reconstruction, str) and reconstruction == "auto":
        return [losses.PixelLoss(100.0)]
    if reconstruction is None:
        return []
    if not isinstance(reconstruction, list | tuple):
        reconstruction = [reconstruction]
    for term in reconstruction:
        if not callable(term) or isinstance(term, type):
            raise ValueError(
                "`reconstruction` must be a list of losses, callables "
                f"`(targets, translations) -> scalar`. Received: {term!r}. Use "
                "those of `keras_gan.losses`, such as `PixelLoss(100.0)`."
            )
    check_different("reconstruction", map(penalty_name, reconstruction))
    return list(reconstruction)


def check_alone(terms, penalties) -> None:
    """Checks that a generator can be trained without a discriminator.

    Args:
        terms: The reconstruction losses.
        penalties: The penalties of the discriminator.

    Raises:
        ValueError: If it cannot, or would have penalties.
    """
    if not terms:
        raise ValueError(
            "`reconstruction` must have at least one loss if there is no "
            "adversarial one. Received: loss=None and no reconstruction loss. "
            "Leave `reconstruction` out for an L1 loss."
        )
    if penalties and penalties != "auto":
        raise ValueError(
            "`penalties` must be empty without an adversarial loss, because "
            "they are part of the discriminator's. Received: loss=None and "
            f"penalties={penalties!r}. Leave them out, or choose a loss."
        )


def values(terms, targets, translations) -> dict:
    """Returns the values of reconstruction losses by name, float32 scalars.

    Raises:
        ValueError: If one is not a scalar.
    """
    found = {
        penalty_name(term): ops.cast(term(targets, translations), "float32")
        for term in terms
    }
    for name, value in found.items():
        if tuple(value.shape):
            raise ValueError(
                "`reconstruction` must be losses that return scalars. "
                f"Received: {name!r} with shape {tuple(value.shape)}. Take the "
                "mean over the batch."
            )
    return found
