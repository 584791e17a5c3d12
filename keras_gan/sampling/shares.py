"""Shares of classes, as users specify them."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_gan.utils.arguments import is_integer, is_number


def class_shares(balance: Any, num_classes: int | None) -> np.ndarray | None:
    """Returns the shares of the classes, which sum to 1.

    Args:
        balance: `None` for no shares; `"uniform"`; or a dict from class numbers
            to shares (0 for classes left out).
        num_classes: Number of classes; `None` if there are none.

    Returns:
        Float64 array `(num_classes,)`, or `None`.

    Raises:
        ValueError: If a class does not exist, or the shares do not sum to 1.

    Example:

    >>> class_shares({0: 0.75, 2: 0.25}, 3).tolist()
    [0.75, 0.0, 0.25]
    """
    if balance is None:
        return None
    if num_classes is None:
        raise ValueError(
            "`balance` needs a GAN with classes. Received: balance="
            f"{balance!r} and a GAN without. Train a conditional GAN "
            "(`num_classes=`, on the command line --conditional), or one GAN "
            "per class."
        )
    if isinstance(balance, str) and balance == "uniform":
        return np.full(num_classes, 1.0 / num_classes)
    if not isinstance(balance, Mapping):
        raise ValueError(
            '`balance` must be "uniform", a dict {class: share} or None. '
            f"Received: {balance!r}."
        )
    shares = np.zeros(num_classes)
    for number, share in balance.items():
        _check_class(number, num_classes)
        if not is_number(share) or not 0 <= float(share) <= 1:
            raise ValueError(
                "`balance` must have shares in [0, 1]. Received: "
                f"{share!r} for class {number}."
            )
        shares[int(number)] = float(share)
    if not math.isclose(shares.sum(), 1.0, abs_tol=1e-6):
        raise ValueError(
            "The shares of `balance` must sum to 1. Received: "
            f"{dict(balance)}, which sum to {shares.sum():.6g}."
        )
    return shares / shares.sum()


def _check_class(number: Any, num_classes: int) -> None:
    if not is_integer(number, at_least=0) or number >= num_classes:
        raise ValueError(
            "`balance` must name classes of the GAN, integers "
            f"from 0 to {num_classes - 1}. Received: {number!r}."
        )
