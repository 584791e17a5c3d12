"""Moving latents along directions, and pictures of that."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_gan.images import image_grid
from keras_gan.latents.directions import Directions
from keras_gan.latents.spaces import LatentSpace
from keras_gan.utils.arguments import optional_seed

STRENGTHS = (-3.0, -1.5, 0.0, 1.5, 3.0)


def edit(
    gan: Any,
    latents: Any,
    direction: Directions,
    strengths: Sequence[float] = STRENGTHS,
    *,
    labels: Any = None,
    layers: slice | Sequence[int] | None = None,
    noise: Sequence[np.ndarray] | None = None,
    seed: int | None = None,
) -> np.ndarray:
    """Moves latents along a direction and draws what becomes of the images.

    ```
    image = G(latent + strength * deviation * vector)
    ```

    A strength of 1 is one standard deviation of the latents, so that the same
    strengths suit directions of every kind and space.

    Args:
        gan: GAN, generator or file, as for
            `keras_gan.sampling.open_generator`; the averaged generator is used.
        latents: Points of the direction's space: `(count, size)`, also `(count,
            num_styles, size)` in w, as `sample_latents` and `project` return
            them; or a number of random ones.
        direction: One direction of this generator, such as `directions[0]`.
        strengths: Finite numbers, in standard deviations; 0 is no change.
        labels: Integers `(count,)`, or one for all, of a conditional generator.
            Given points in w have their classes in them.
        layers: Which of the styles in w are moved: a slice, or numbers from 0,
            the coarsest. None: all.
        noise: Noise as `project` returns it. None: the same for all images.
        seed: Integer that determines random latents. None: a random one.

    Returns:
        Float32 images in [-1, 1], `(count, len(strengths), height, width,
        channels)`.

    Raises:
        ValueError: If the direction or the noise is of another generator, or
            an argument is not valid.

    Example:

    >>> generator = keras_gan.networks.mlp_generator((8, 8, 1), latent_dim=4)
    >>> directions = keras_gan.latents.factorize(generator)
    >>> edit(generator, 2, directions[0], [-1, 0, 1]).shape
    (2, 3, 8, 8, 1)
    """
    if len(direction) != 1:
        raise ValueError(
            f"`direction` must be one. Received: {len(direction)} directions. "
            "Choose one, such as `directions[0]`."
        )
    steps = checked_strengths(strengths)
    space = direction.space_in(gan)
    rng = np.random.default_rng(optional_seed(seed))
    points, labels = space.points(latents, labels, rng)
    return _moved(space, points, labels, noise, direction, steps, layers)


def grid(
    gan: Any,
    latents: Any,
    directions: Directions,
    strengths: Sequence[float] = STRENGTHS,
    *,
    labels: Any = None,
    noise: Sequence[np.ndarray] | None = None,
    seed: int | None = None,
    scale: int | None = None,
) -> np.ndarray:
    """A picture of what directions do at several strengths.

    There is a row for each latent and a column for each strength; the rows of
    the first direction come first.

    Args:
        gan: As for `edit`.
        latents: As for `edit`.
        directions: Directions of this generator.
        strengths: As for `edit`.
        labels: As for `edit`.
        noise: As for `edit`.
        seed: As for `edit`.
        scale: Integer factor of enlargement. None: small images are enlarged.

    Returns:
        uint8 array `(height, width, channels)`.

    Raises:
        ValueError: As `edit`.

    Example:

    >>> generator = keras_gan.networks.mlp_generator((8, 8, 1), latent_dim=4)
    >>> directions = keras_gan.latents.factorize(generator)
    >>> picture = grid(generator, 2, directions[:3], [-2, 0, 2], scale=1)
    >>> picture.shape  # 6 rows and 3 columns
    (62, 32, 1)
    """
    if not len(directions):
        raise ValueError("`directions` must be at least one. Received: 0.")
    steps = checked_strengths(strengths)
    space = directions.space_in(gan)
    rng = np.random.default_rng(optional_seed(seed))
    points, labels = space.points(latents, labels, rng)
    rows = [
        _moved(space, points, labels, noise, one, steps) for one in directions
    ]
    images = np.concatenate(rows)
    columns = images.shape[1]
    return image_grid(
        images.reshape(-1, *images.shape[2:]), columns, scale=scale
    )


def checked_strengths(strengths: Any) -> np.ndarray:
    """Returns strengths as a float32 array, if they are finite numbers.

    Args:
        strengths: What was given.

    Raises:
        ValueError: If there are none, or one is not finite.
    """
    array = np.asarray(strengths)
    is_right = array.ndim == 1 and len(array) and array.dtype.kind in "fiu"
    if not is_right or not np.isfinite(array).all():
        raise ValueError(
            "`strengths` must be one or more finite numbers. Received: "
            f"{strengths!r}."
        )
    return array.astype("float32")


def _moved(
    space: LatentSpace,
    points: np.ndarray,
    labels: np.ndarray | None,
    noise: Sequence[np.ndarray] | None,
    direction: Directions,
    steps: np.ndarray,
    layers: slice | Sequence[int] | None = None,
) -> np.ndarray:
    """What `edit` returns, of a space that is open."""
    noise = space.noise.checked(noise, len(points))
    step = direction.vectors[0] * direction.deviations[0]
    if layers is not None:
        points, step = _by_layer(space, points, step, layers)
    times = len(steps)
    # (strengths, 1 for each axis that the step lacks, size)
    missing = (1,) * (points.ndim - step.ndim - 1)
    moves = np.multiply.outer(steps, step).reshape(times, *missing, *step.shape)
    moved = points[:, None] + moves
    images = space.images(
        moved.reshape(-1, *points.shape[1:]).astype("float32"),
        None if labels is None else labels.repeat(times),
        [_repeated(one, times) for one in noise],
    )
    return images.reshape(len(points), times, *images.shape[1:])


def _repeated(noise: np.ndarray, times: int) -> np.ndarray:
    """Noise of each latent for all its images; one for all stays one."""
    return noise if len(noise) == 1 else noise.repeat(times, axis=0)


def _by_layer(space, points, step, layers) -> tuple[np.ndarray, np.ndarray]:
    """Points with a style for each layer, and a step of some layers."""
    if space.name != "w":
        raise ValueError(
            "`layers` needs a direction in w, where each layer has a style. "
            f"Received: one in {space.name}. Leave it out."
        )
    chosen = np.zeros((space.num_styles, 1), "float32")
    try:
        chosen[layers if isinstance(layers, slice) else list(layers)] = 1.0
    except (IndexError, TypeError) as error:
        raise ValueError(
            f"`layers` must be a slice or numbers from 0 to "
            f"{space.num_styles - 1}. Received: {layers!r}."
        ) from error
    if not chosen.any():
        raise ValueError(
            "`layers` must choose at least one style, numbers from 0 to "
            f"{space.num_styles - 1}. Received: {layers!r}."
        )
    return space.by_layer(points), chosen * step
