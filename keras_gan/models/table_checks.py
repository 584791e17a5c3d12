"""Checks of the networks and the data of `TableGAN`."""

from keras_gan.layers import TablePreprocessor
from keras_gan.utils.models import input_shapes


def check_networks(generator, discriminator, preprocessor) -> tuple:
    """Returns the size of the latents and the number of rows in a pack.

    Raises:
        ValueError, TypeError: If the networks are not those of the table.
    """
    if not isinstance(preprocessor, TablePreprocessor):
        raise TypeError(
            "`preprocessor` must be a `keras_gan.layers.TablePreprocessor`. "
            f"Received: {type(preprocessor).__name__}."
        )
    layout = preprocessor.adapted()
    width, more = layout.width, layout.condition_width
    taken = input_shapes(generator) or []
    given = [tuple(one.shape) for one in generator.outputs or []]
    fits = [shape[1:] for shape in taken[1:]] == ([(more,)] if more else [])
    if not (fits and len(taken) and given == [(None, width)] * 2):
        expected = (
            f"[latents, conditions (batch, {more})]" if more else "latents"
        )
        raise ValueError(
            f"`generator` must take {expected} and return [rows, logits], each "
            f"(batch, {width}), for this table. Received: inputs {taken}, "
            f"outputs {given}. `keras_gan.networks.table(preprocessor)` makes "
            "networks that fit."
        )
    seen = (input_shapes(discriminator) or [()])[0]
    if len(seen) != 3 or seen[2] != width + more or not seen[1]:
        raise ValueError(
            "`discriminator` must take rows and conditions in packs, (batch, "
            f"pack, {width + more}), for this table. Received: input {seen}. "
            "`keras_gan.networks.table(preprocessor)` makes networks that fit."
        )
    return taken[0][-1], seen[1]


def check_batch(batch_size, unit) -> None:
    """Raises an error unless a batch can be cut into packs and parts.

    Args:
        batch_size: Rows in a batch.
        unit: The rows of a pack times the discriminator's steps.
    """
    if batch_size < 1 or batch_size % unit:
        raise ValueError(
            "`batch_size` must be a multiple of the rows that the "
            "discriminator sees at once, times `discriminator_steps`: of "
            f"{unit}. Received: batch_size={batch_size}. Pass "
            f"{max(1, batch_size // unit) * unit}."
        )


def check_options(y, kwargs) -> None:
    """Raises an error for data that a table does not have."""
    if y is not None:
        raise ValueError(
            "A table holds its labels, too. Received: `y` besides the table. "
            "Add it as a column."
        )
    if kwargs.get("sample_weight") is not None:
        raise ValueError(
            "`sample_weight` is not supported. Received: weights of rows. "
            "Leave it out."
        )
    if kwargs.get("validation_split"):
        raise ValueError(
            "`validation_split` is not supported. Received: validation_split="
            f"{kwargs['validation_split']}. Split the table yourself and pass "
            "`validation_data=`."
        )
