"""`attribute_direction`: the direction of something that can be measured."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.latents.classes import vary_within_classes, within_classes
from keras_gan.latents.directions import Directions
from keras_gan.latents.measures import MEASURES
from keras_gan.latents.samples import every_class
from keras_gan.latents.spaces import (
    LatentSpace,
    checked_labels,
    open_space,
)
from keras_gan.utils.arguments import choice, integer, optional_seed

_BATCH = 64
_FEWEST = 10
# Of the normal equations, as a share of their size: as many samples as
# dimensions would otherwise be explained by noise.
_RIDGE = 0.01


def attribute_direction(
    gan: Any,
    attribute: Any,
    *,
    latents: Any = None,
    labels: Any = None,
    keep: Any = None,
    space: str | None = None,
    num_samples: int = 4_000,
    name: str | None = None,
    seed: int | None = None,
) -> Directions:
    """Finds the direction in which an attribute of the images grows.

    A linear model predicts the attribute from the latents: ridge regression of
    numbers, logistic regression of yes and no. The direction is that of its
    coefficients. Of a conditional generator only what varies within classes
    counts. With `keep` the part of it that changes other attributes is
    removed: the projection on the coefficients of these.

    Args:
        gan: GAN, generator or file, as for
            `keras_gan.sampling.open_generator`; the averaged generator is used.
        attribute: What to change: a function, images `(batch, height, width,
            channels)` in [-1, 1] -> `(batch,)`; a classifier, `keras.Model`,
            images -> one logit; one of `"brightness"`, `"contrast"`,
            `"thickness"` and `"slant"`; or an array of numbers or booleans,
            one for each of `latents`.
        latents: Points `(count, size)` that an array describes. None: random.
        labels: Integers `(count,)`, the classes of `latents` of a conditional
            generator. None, for random latents: all in turn.
        keep: What not to change, as `attribute`, but a function or model may
            return several numbers `(batch, n)`, such as a classifier's logits,
            and an array may have several columns.
        space: `"z"` or `"w"`. None: w where the generator has styles.
        num_samples: Number of random latents, at least 10; there should be
            more than the latents have dimensions.
        name: What to call it. None: that of the attribute.
        seed: Integer that determines random latents. None: a random one.

    Returns:
        `Directions`, of one.

    Raises:
        ValueError: If an argument is not valid, or the attribute is the same
            for all images of a class.

    Example:

    >>> generator = keras_gan.networks.mlp_generator((8, 8, 1), latent_dim=4)
    >>> attribute_direction(
    ...     generator, "brightness", num_samples=100, seed=1
    ... ).names
    ('brightness',)

    Reference:
        [Shen et al., 2020](https://arxiv.org/abs/2005.09635) (InterFaceGAN)
    """
    opened = open_space(gan, space)
    points, values, kept, labels = _samples(
        opened, attribute, keep, latents, labels, num_samples, seed
    )
    vector = coefficients(points, values, labels)
    if kept is not None:
        others = [
            coefficients(points, one, labels)
            for one in kept.T
            if vary_within_classes(one, labels)
        ]
        vector = _without(vector, others)
    if name is None:
        name = getattr(attribute, "__name__", None)
        name = attribute if isinstance(attribute, str) else name or "attribute"
    return Directions.found_in(opened, vector[None], (name,))


def coefficients(
    points: np.ndarray, values: np.ndarray, labels: np.ndarray | None = None
) -> np.ndarray:
    """How a linear model predicts values from points: a vector `(size,)`.

    Args:
        points: Floats `(count, size)`.
        values: Numbers `(count,)`; of only two different ones, the model is a
            logistic regression.
        labels: Their classes: differences between classes are left out.
    """
    from sklearn.linear_model import LogisticRegression, Ridge

    points = within_classes(points, labels)
    if len(np.unique(values)) == 2:
        model: Any = LogisticRegression(max_iter=1_000)
        return model.fit(points, values == values.max()).coef_[0]
    scaled = within_classes(values, labels) / values.std()
    model = Ridge(alpha=_RIDGE * len(points) * float(points.var()))
    return model.fit(points, scaled).coef_


def _samples(
    space: LatentSpace,
    attribute: Any,
    keep: Any,
    latents: Any,
    labels: Any,
    num_samples: int,
    seed: Any,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray | None]:
    """Points, their attribute, what to keep of them, and their classes."""
    rng = np.random.default_rng(optional_seed(seed))
    if latents is None:
        _check_functions(attribute=attribute, keep=keep)
        latents = integer("num_samples", num_samples, at_least=_FEWEST)
        if labels is None:
            labels = every_class(space, latents)
    else:
        latents = _checked_latents(space, latents)
        labels = checked_labels(space.source, labels, len(latents))
    points, labels = space.points(latents, labels, rng)
    images: list[np.ndarray] = []
    if _is_function(attribute) or _is_function(keep):
        images = [space.images(points, labels)]
    values = _measured("attribute", attribute, images)
    values = _checked("attribute", values, (len(points),))
    if len(points) < _FEWEST or not vary_within_classes(values, labels):
        spread = np.ptp(within_classes(values, labels))
        raise ValueError(
            f"`attribute` must vary over at least {_FEWEST} samples, also "
            f"those of one class. Received: {len(points)}, from "
            f"{values.min():g} to {values.max():g}, within classes by "
            f"{spread:g}. Choose what differs between images."
        )
    kept = None
    if keep is not None:
        kept = np.asarray(_measured("keep", keep, images))
        kept = _checked("keep", kept, (len(points), *kept.shape[1:]))
        kept = kept.reshape(len(points), -1)
    return points, values, kept, labels


def _is_function(given: Any) -> bool:
    return isinstance(given, str) or callable(given)


def _check_functions(**given: Any) -> None:
    """Raises an error if an array describes latents that nobody gave."""
    for name, value in given.items():
        if value is not None and not _is_function(value):
            raise ValueError(
                f"`latents` must be given where `{name}` is an array, which "
                "says something about each of them. Received: None. Draw them "
                "with `sample_latents`, or pass a function of images."
            )


def _checked_latents(space: LatentSpace, latents: Any) -> np.ndarray:
    array = np.asarray(latents)
    if array.ndim != 2:
        raise ValueError(
            "`latents` must be points of shape (count, size), from which a "
            f"direction can be learned. Received: an array of shape "
            f"{array.shape}. Draw them with `sample_latents`."
        )
    return space.checked(array)


def _measured(name: str, given: Any, images: list[np.ndarray]) -> np.ndarray:
    """What a function, classifier or measure says of images, in batches."""
    if not _is_function(given):
        return given
    if isinstance(given, str):
        given = MEASURES[choice(name, given, MEASURES)]
    function: Callable = given
    if isinstance(given, keras.Model):
        function = backend.compiled(lambda batch: given(batch, training=False))
    [images_] = images
    found = [
        ops.convert_to_numpy(function(images_[start : start + _BATCH]))
        for start in range(0, len(images_), _BATCH)
    ]
    values = np.concatenate(found)
    is_column = name == "attribute" and values.shape[1:] == (1,)
    return values[:, 0] if is_column else values


def _checked(name: str, values: Any, shape: tuple[int, ...]) -> np.ndarray:
    values = np.asarray(values)
    is_right = values.shape == shape and values.dtype.kind in "fiub"
    if not is_right or not np.isfinite(values).all():
        raise ValueError(
            f"`{name}` must be finite numbers, or booleans, of shape {shape}. "
            f"Received: an array of {values.dtype} of shape {values.shape}."
        )
    return values.astype("float64")


def _without(vector: np.ndarray, others: list[np.ndarray]) -> np.ndarray:
    """A vector without its projection on others."""
    if not others:
        return vector
    left = vector - np.linalg.lstsq(np.transpose(others), vector, rcond=None)[
        0
    ] @ np.asarray(others)
    if np.linalg.norm(left) < 1e-6 * np.linalg.norm(vector):
        raise ValueError(
            "`keep` must leave something of the attribute to change. Received: "
            f"{len(others)} attributes that determine it."
        )
    return left
