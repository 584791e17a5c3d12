"""Ways between points of a latent space, and the images along them."""

from typing import Any

import numpy as np

from keras_gan.latents.spaces import LatentSpace, open_space
from keras_gan.utils.arguments import choice, optional_seed, positive_integer

# Below this sine of the angle between two points, a great circle is a line, or
# any of many.
_SMALLEST_SINE = 1e-3


def interpolate(
    gan: Any,
    latents: Any = 5,
    num_steps: int = 24,
    *,
    space: str | None = None,
    method: str | None = None,
    closed: bool = False,
    labels: Any = None,
    seed: int | None = None,
) -> np.ndarray:
    """Draws the images on a way through points of a latent space.

    Normally distributed latents of many dimensions all have about the same
    length, but the middle of a straight line between two of them is shorter
    than any. So the way in z follows great circles, while that in w is
    straight; see `latent_path`.

    Args:
        gan: GAN, generator or file, as for
            `keras_gan.sampling.open_generator`; the averaged generator is used.
        latents: Points `(count, size)` to pass through, also `(count,
            num_styles, size)` in w; or a number of random ones, at least 2.
        num_steps: Images from one point to the next, at least 1.
        space: `"z"` or `"w"`. None: w where the generator has styles.
        method: `"linear"` or `"spherical"`. None: spherical in z, linear in w.
        closed: Whether to return to the first point, for an endless film.
        labels: Class of all images of a conditional generator. In w, random
            points may have one each, and given points have their classes in
            them.
        seed: Integer that determines random points. None: a random one.

    Returns:
        Float32 images in [-1, 1], `(num_images, height, width, channels)`:
        `(count - 1) num_steps + 1` images, or `count num_steps` if closed.

    Raises:
        ValueError: If an argument is not valid.

    Example:

    >>> generator = keras_gan.networks.mlp_generator((8, 8, 1), latent_dim=4)
    >>> interpolate(generator, 3, num_steps=10, seed=1).shape
    (21, 8, 8, 1)
    >>> interpolate(generator, 3, num_steps=10, closed=True).shape
    (30, 8, 8, 1)

    Reference:
        [White, 2016](https://arxiv.org/abs/1609.04468) (spherical)
    """
    opened = open_space(gan, space)
    return images_on_way(
        opened, latents, num_steps, method, closed, labels, seed
    )


def images_on_way(
    space: LatentSpace,
    latents: Any,
    num_steps: int,
    method: str | None,
    closed: bool,
    labels: Any,
    seed: int | None,
) -> np.ndarray:
    """What `interpolate` returns, of a space that is open for several ways.

    Args:
        space: The space, whose generator is compiled once.
        latents: As for `interpolate`.
        num_steps: As for `interpolate`.
        method: As for `interpolate`.
        closed: As for `interpolate`.
        labels: As for `interpolate`.
        seed: As for `interpolate`.

    Raises:
        ValueError: As `interpolate`.
    """
    rng = np.random.default_rng(optional_seed(seed))
    points, labels = space.points(latents, labels, rng)
    if method is None:
        method = "spherical" if space.name == "z" else "linear"
    path = latent_path(points, num_steps, method=method, closed=closed)
    if labels is not None and space.name == "z":
        if len(set(labels.tolist())) > 1:
            raise ValueError(
                "`labels` must be one class for all images in z, where there "
                f"is no way from class to class. Received: {labels.tolist()}. "
                "Draw a film for each class."
            )
        labels = labels[:1].repeat(len(path))
    return space.images(path, labels)


def latent_path(
    points: Any,
    num_steps: int,
    *,
    method: str = "spherical",
    closed: bool = False,
) -> np.ndarray:
    """Points on a way, at equal shares of each piece between given points.

    Between neighbors a and b, at share t of the way:

    ```
    linear:     (1 - t) a + t b
    spherical:  direction (sin((1 - t) v) a/|a| + sin(t v) b/|b|) / sin(v)
                length (1 - t) |a| + t |b|
                with the angle v between a and b
    ```

    Args:
        points: Floats `(count, ..., size)`, two points at least.
        num_steps: Steps from one point to the next, at least 1.
        method: `"linear"` or `"spherical"`. Where two points are on one line
            with 0, the latter is a straight line.
        closed: Whether to go on to the first point, which is not repeated.

    Returns:
        Float32 array `(count_on_the_way, ..., size)`.

    Raises:
        ValueError: If an argument is not valid.

    Example:

    >>> corners = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> latent_path(corners, 2).round(3)
    array([[1.   , 0.   ],
           [0.707, 0.707],
           [0.   , 1.   ]], dtype=float32)
    """
    points = np.asarray(points, "float32")
    if points.ndim < 2 or len(points) < 2:
        raise ValueError(
            "`latents` must be at least 2 points. Received: an array of shape "
            f"{points.shape}."
        )
    num_steps = positive_integer("num_steps", num_steps)
    between = WAYS[choice("method", method, WAYS)]
    starts = points if closed else points[:-1]
    ends = np.roll(points, -1, axis=0)[: len(starts)]
    shares = np.arange(num_steps, dtype="float32") / num_steps
    shares = shares.reshape(-1, *(1,) * (points.ndim - 1))
    # (count, num_steps, ..., size)
    path = between(starts[:, None], ends[:, None], shares)
    path = path.reshape(-1, *points.shape[1:]).astype("float32")
    return path if closed else np.concatenate([path, points[-1:]])


def _lines(
    starts: np.ndarray, ends: np.ndarray, shares: np.ndarray
) -> np.ndarray:
    return (1.0 - shares) * starts + shares * ends


def _great_circles(
    starts: np.ndarray, ends: np.ndarray, shares: np.ndarray
) -> np.ndarray:
    first_length, last_length = (
        np.linalg.norm(one, axis=-1, keepdims=True) for one in (starts, ends)
    )
    first = starts / np.maximum(first_length, 1e-12)
    last = ends / np.maximum(last_length, 1e-12)
    cosine = np.clip(np.sum(first * last, axis=-1, keepdims=True), -1.0, 1.0)
    angle = np.arccos(cosine)
    sine = np.sin(angle)
    is_line = (sine < _SMALLEST_SINE) | (first_length * last_length == 0.0)
    sine = np.where(is_line, 1.0, sine)
    turned = np.sin((1.0 - shares) * angle) * first
    turned = (turned + np.sin(shares * angle) * last) / sine
    turned = turned * _lines(first_length, last_length, shares)
    return np.where(is_line, _lines(starts, ends, shares), turned)


WAYS = {"linear": _lines, "spherical": _great_circles}
"""Points between two, by the name of the way: starts, ends, shares of it."""
