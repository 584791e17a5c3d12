"""Functions of tensors that losses, penalties and samplers share."""

import math
from collections.abc import Sequence
from typing import Any

from keras import ops

from keras_gan.utils.arguments import is_number

Tensor = Any

# The nearest number to 1 where the inverse error function is finite on every
# backend: TensorFlow computes it of (1 + x) / 2, rounded to float32.
_BELOW_ONE = 1.0 - 2.0**-23


def batch_mean(values: Tensor) -> Tensor:
    """Returns the mean of all `values` in float32, and 0 (not NaN) of none.

    The last batch of an epoch may leave a replica without a single image.

    Args:
        values: Tensor of any shape.

    Example:

    >>> float(batch_mean(np.array([1.0, 2.0])))
    1.5
    """
    values = ops.cast(values, "float32")
    count = ops.cast(ops.size(values), "float32")
    return ops.sum(values) / ops.maximum(count, 1.0)


def shapes_agree(
    first: Sequence[int | None], second: Sequence[int | None]
) -> bool:
    """Whether two shapes are equal where both are known.

    Args:
        first: Shape, `None` for a length that is not known.
        second: Another one.

    Example:

    >>> shapes_agree((None, 3), (8, 3)), shapes_agree((8, 3), (8, 1))
    (True, False)
    """
    return len(first) == len(second) and all(
        None in pair or pair[0] == pair[1]
        for pair in zip(first, second, strict=True)
    )


def truncated_normal(uniform: Tensor, bound: float) -> Tensor:
    """Turns uniform draws into draws from a truncated normal distribution.

    The inverse transform of the part of the standard normal distribution that
    lies within the bound: nothing is rejected, so the shape stays fixed.

    ```
    x = sqrt(2) erfinv(u erf(bound / sqrt(2)))
    ```

    Args:
        uniform: Draws from [-1, 1), of any shape.
        bound: Largest absolute value of a result, above 0.

    Returns:
        Float32 tensor of the shape of `uniform`.

    Example:

    >>> float(truncated_normal(np.array([0.0, 0.999999]), 2.0)[0])
    0.0
    """
    root = math.sqrt(2.0)
    mass = ops.erf(ops.convert_to_tensor(bound / root, "float32"))
    shares = ops.cast(uniform, "float32") * mass
    # Rounding may move a draw beyond the bound, and to infinity if the bound is
    # so large that `mass` is 1.
    shares = ops.clip(shares, -_BELOW_ONE, _BELOW_ONE)
    return ops.clip(root * ops.erfinv(shares), -bound, bound)


def checked_truncation(truncation: Any) -> float | None:
    """Returns the bound of latents as a float, or `None`.

    Args:
        truncation: Largest absolute value of a latent, above 0; `None` for no
            bound.

    Raises:
        ValueError: If it is anything else.
    """
    if truncation is None:
        return None
    if not (is_number(truncation) and float(truncation) > 0.0):
        raise ValueError(
            "`truncation` must be positive, the largest absolute value of a "
            f"latent. Received: {truncation!r}. None turns it off."
        )
    return float(truncation)
