"""How far generated images are from the images that they were made from."""

import numpy as np
from numpy.typing import ArrayLike


def source_distance_ratio(
    sources: ArrayLike, generated: ArrayLike, others: ArrayLike
) -> float:
    """Measures whether a generator of class images copies its sources.

    The mean distance of generated images to their sources, in units of that
    between two real images of one class:

    ```
    mean(||G(x, z) - x||) / mean(||x' - x||)
    ```

    0 for copies, and about 1 for images that differ from x as other images of
    its class do. It says nothing about whether they are of that class.

    Args:
        sources: Images x, or features of them, `(num_images, ...)`.
        generated: What was made of them, `(num_images, ...)` in the same order,
            or `(num_images, n, ...)`, as `DAGAN.augment` returns it.
        others: Of each source another real image x' of its class,
            `(num_images, ...)`.

    Returns:
        The ratio, 0 or more; infinity if all `others` are their sources.

    Raises:
        ValueError: If the shapes do not belong together.

    Example:

    >>> real, other = np.random.default_rng(0).normal(size=(2, 50, 4, 4, 1))
    >>> source_distance_ratio(real, real, other)
    0.0
    >>> round(source_distance_ratio(real, (real + other) / 2, other), 6)
    0.5

    Reference:
        [Antoniou et al., 2017](https://arxiv.org/abs/1711.04340) (DAGAN).
    """
    sources, generated, others = (
        np.asarray(one, "float64") for one in (sources, generated, others)
    )
    if generated.ndim == sources.ndim:
        generated = generated[:, None]
    shape = generated.shape[:1] + generated.shape[2:]
    if not sources.size or {sources.shape, others.shape} != {shape}:
        raise ValueError(
            "`generated` and `others` must have images for each of the "
            f"sources, of their shape. Received: sources {sources.shape}, "
            f"generated {shape} (n of each aside) and others {others.shape}. "
            "Pass them in the same order."
        )
    made = _mean_norm(generated - sources[:, None], axes=2)
    real = _mean_norm(others - sources, axes=1)
    return float(made / real) if real else float("inf")


def _mean_norm(differences: np.ndarray, axes: int) -> np.floating:
    flat = differences.reshape(*differences.shape[:axes], -1)
    return np.linalg.norm(flat, axis=-1).mean()
