"""`project`: from an image back to a latent."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np

from keras_gan.latents.matching import (
    Matching,
    as_maps,
    checked_images,
    psnr,
)
from keras_gan.latents.optimization import Descent, Plan
from keras_gan.latents.spaces import LatentSpace, checked_labels, open_space
from keras_gan.latents.starts import starting_points
from keras_gan.utils.arguments import (
    checked_weight,
    choice,
    number_in,
    optional_seed,
    positive_integer,
)

# Points that are optimized at once.
_MOST_POINTS = 64


class Projection(NamedTuple):
    """Latents whose images are near given ones; see `project`.

    Attributes:
        latents: Float32 array `(count, size)`, of `"w+"` `(count, num_styles,
            size)`.
        images: Their images, float32 in [-1, 1].
        labels: Their classes, int32 `(count,)`, or `None`.
        noise: The noise of each noise layer for these images; empty for most
            generators.
        psnr: Peak signal-to-noise ratio of each image in dB.
        distances: What was minimized, for each image.
        space: The space of the latents, `"z"` or `"w"`.

    Example:

    >>> generator = keras_gan.networks.mlp_generator((8, 8, 1), latent_dim=4)
    >>> found = project(
    ...     generator, np.zeros((8, 8, 1)), steps=2, seed=1, verbose=False
    ... )
    >>> isinstance(found, Projection), found.psnr.shape
    (True, (1,))
    """

    latents: np.ndarray
    images: np.ndarray
    labels: np.ndarray | None
    noise: list[np.ndarray]
    psnr: np.ndarray
    distances: np.ndarray
    space: str


def project(
    gan: Any,
    images: Any,
    *,
    space: str | None = None,
    labels: Any = None,
    feature_extractor: Any = None,
    layers: Any = None,
    pixel_weight: float = 1.0,
    feature_weight: float = 1.0,
    noise_weight: float = 1e5,
    steps: int = 500,
    starts: int | None = None,
    learning_rate: float = 0.1,
    seed: int | None = None,
    report: Callable[[int, float], None] | None = None,
    verbose: bool = True,
) -> Projection:
    """Finds latents whose images are as near as possible to given images.

    Adam minimizes, for each image by itself,

    ```
    pixel_weight * mean((G(x) - image)^2)
    + feature_weight * mean over layers of |F(G) - F(image)|^2 / |F(image)|^2
    + noise_weight * correlation of neighbors in the generator's noise
    ```

    The learning rate rises over the first 5 % of the steps and falls, as a
    cosine, over the last quarter. In z there are several starts, the nearest of
    many random latents, of which the best end is returned. In w the start is
    the mean style, and noise that fades out is added to the styles. The noise
    of a style generator is found as well; its last term, summed over a pyramid
    of resolutions, keeps it from becoming a picture.

    Args:
        gan: GAN, generator or file, as for
            `keras_gan.sampling.open_generator`; the averaged generator is used.
        images: Floats `(height, width, channels)` or `(count, ...)` in [-1, 1],
            of the size of the generator's images.
        space: `"z"`, `"w"`, or `"w+"`: a style for each layer, which comes
            nearer and is worse to edit. None: w where the generator has styles.
        labels: Integers `(count,)`, or one for all, of a conditional generator.
            None: the classes of the nearest starts.
        feature_extractor: `"vgg19"`, `"efficientnet_lite0"`, any
            `keras.Model` or `features.FeatureMaps`. None: pixels alone.
        layers: As for `features.FeatureMaps`. None: of a named network those of
            a perceptual loss.
        pixel_weight: Factor of the distance of pixels, 0 or more.
        feature_weight: Factor of the distance of features, 0 or more.
        noise_weight: Factor of the correlation in the noise, 0 or more.
        steps: Number of steps, at least 1.
        starts: Number of starts of each image, at least 1. None: 4 in z, 1 in
            w.
        learning_rate: The largest learning rate, above 0.
        seed: Integer that determines the result. None: a random one.
        report: Called after each step with the number of steps so far and the
            mean distance before it. More than 64 points (images times starts)
            are optimized one part after the other; the number is then the mean
            over the parts.
        verbose: Whether to show the progress.

    Returns:
        `Projection`: `latents`, `images`, `labels`, `noise`, `psnr`,
        `distances` and `space`.

    Raises:
        ValueError: If an argument is not valid.

    Example:

    >>> generator = keras_gan.networks.mlp_generator((8, 8, 1), latent_dim=4)
    >>> image = generator(np.ones((1, 4), "float32"))[0]
    >>> found = project(generator, image, steps=60, seed=1, verbose=False)
    >>> found.latents.shape, bool(found.psnr[0] > 20.0)
    ((1, 4), True)

    Reference:
        [Karras et al., 2020](https://arxiv.org/abs/1912.04958)
    """
    choice("space", space, (None, "z", "w", "w+"))
    opened = open_space(gan, "w" if space == "w+" else space)
    images = checked_images(images, opened.source.image_shape)
    if labels is not None:
        labels = checked_labels(opened.source, labels, len(images))
    plan = Plan(
        steps=positive_integer("steps", steps),
        learning_rate=number_in("learning_rate", learning_rate, "(0, 1e3)"),
        noise_weight=checked_weight("noise_weight", noise_weight),
        shakes=opened.name == "w",
    )
    if starts is None:
        starts = 1 if opened.name == "w" else 4
    starts = positive_integer("starts", starts)
    matching = Matching(
        as_maps(feature_extractor, layers),
        checked_weight("pixel_weight", pixel_weight),
        checked_weight("feature_weight", feature_weight),
    )
    rng = np.random.default_rng(optional_seed(seed))
    begun = starting_points(opened, images, labels, starts, rng)
    if space == "w+":
        begun = begun._replace(points=opened.by_layer(begun.points))
    size = max(1, _MOST_POINTS // starts)
    parts = [slice(i, i + size) for i in range(0, len(images), size)]
    after_step = _progress(report, verbose, plan.steps, len(parts))
    found = []
    for part in parts:
        own = begun.of(part, starts)
        targets = [
            one.repeat(starts, axis=0)
            for one in matching.described(images[part])
        ]
        descent = Descent(opened, matching, targets, own, plan)
        descent.run(rng, after_step)
        found.append(_best(opened, matching, descent, targets, images[part]))
    return _joined(found)


def _best(
    space: LatentSpace,
    matching: Matching,
    descent: Descent,
    targets: Sequence[np.ndarray],
    images: np.ndarray,
) -> Projection:
    """The nearest of several ends of each image."""
    points, labels, noise = descent.points, descent.labels, descent.noise
    drawn = space.images(points, labels, noise)
    distances = matching.measured(drawn, targets)
    by_image = distances.reshape(len(images), -1)
    starts = by_image.shape[1]
    best = by_image.argmin(axis=1) + np.arange(len(images)) * starts
    return Projection(
        points[best],
        drawn[best],
        None if labels is None else labels[best],
        [one[best] for one in noise],
        psnr(drawn[best], images),
        distances[best],
        space.name,
    )


def _joined(parts: list[Projection]) -> Projection:
    """The projections of all parts of the images."""
    labels = [one.labels for one in parts if one.labels is not None]
    noise = zip(*(one.noise for one in parts), strict=True)
    return Projection(
        np.concatenate([one.latents for one in parts]),
        np.concatenate([one.images for one in parts]),
        np.concatenate(labels) if labels else None,
        [np.concatenate(maps) for maps in noise],
        np.concatenate([one.psnr for one in parts]),
        np.concatenate([one.distances for one in parts]),
        parts[0].space,
    )


def _progress(
    report: Callable[[int, float], None] | None,
    verbose: bool,
    steps: int,
    parts: int,
) -> Callable[[float], None]:
    """What is called after each step, with the distance before it."""
    bar = keras.utils.Progbar(steps) if verbose else None
    numbers = itertools.count(1)

    def after_step(distance: float) -> None:
        step = next(numbers) // parts
        if bar is not None:
            bar.update(step, [("distance", distance)])
        if report is not None:
            report(step, distance)

    return after_step
