"""`perceptual_path_length`: how smoothly images change with latents."""

import math
from typing import Any

import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.latents.interpolation import WAYS
from keras_gan.latents.matching import as_maps
from keras_gan.latents.samples import every_class
from keras_gan.latents.spaces import LatentSpace, open_space
from keras_gan.utils.arguments import (
    choice,
    number_in,
    optional_seed,
    positive_integer,
)
from keras_gan.utils.inner_layers import inner_layers

_BATCH = 32
_PERCENTILES = (1.0, 99.0)


def perceptual_path_length(
    gan: Any,
    feature_extractor: Any = None,
    *,
    layers: Any = None,
    num_samples: int = 1_000,
    space: str | None = None,
    sampling: str = "end",
    epsilon: float = 1e-4,
    seed: int | None = None,
) -> float:
    """Measures how far images move, as features see it, per step in latents.

    ```
    mean of d(G(x(t)), G(x(t + epsilon))) / epsilon^2
    d = sum over layers of mean over positions of |F/|F| - F'/|F'||^2
    ```

    over pairs of random latents, x(t) on the way from one to the other (a great
    circle in z, a line in w). The smallest and the largest percent are left
    out. Lower is smoother. Values compare only for the same features, space,
    sampling, and size of images; the published ones are of LPIPS.

    Args:
        gan: GAN, generator or file, as for
            `keras_gan.sampling.open_generator`; the averaged generator is used.
        feature_extractor: `"vgg19"`, `"efficientnet_lite0"`, any
            `keras.Model` or `features.FeatureMaps`. None: an image is one
            feature of as many numbers as it has.
        layers: As for `features.FeatureMaps`. None: of a named network those of
            a perceptual loss.
        num_samples: Number of pairs, at least 1.
        space: `"z"` or `"w"`. None: w where the generator has styles.
        sampling: `"end"`, t = 0, or `"full"`, t at random from [0, 1).
        epsilon: Step along the way, in (0, 0.1]. The generator must compute in
            float32.
        seed: Integer that determines the latents. None: a random one.

    Returns:
        A float, 0 or more.

    Raises:
        ValueError: If an argument is not valid.

    Example:

    >>> generator = keras_gan.networks.mlp_generator((8, 8, 1), latent_dim=4)
    >>> perceptual_path_length(generator, num_samples=50, seed=1) > 0.0
    True

    Reference:
        [Karras et al., 2019](https://arxiv.org/abs/1812.04948)
    """
    opened = open_space(gan, space)
    _check_float32(opened.source.generator)
    count = positive_integer("num_samples", num_samples)
    epsilon = number_in("epsilon", epsilon, "(0, 0.1]")
    choice("sampling", sampling, ("end", "full"))
    maps = as_maps(feature_extractor, layers) or _flat
    rng = np.random.default_rng(optional_seed(seed))
    distances = _distances(opened, maps, count, sampling, epsilon, rng)
    return trimmed_mean(distances) / epsilon**2


def _check_float32(generator: Any) -> None:
    """Raises an error where a small step would be lost to rounding."""
    lower = {
        layer.compute_dtype
        for layer in inner_layers(generator)
        if layer.compute_dtype in ("bfloat16", "float16")
    }
    if lower:
        raise ValueError(
            "`gan` must compute in float32, because a small step is less than "
            f"{' and '.join(sorted(lower))} can tell apart. Received: "
            f"{generator.name!r}. Build its generator again with the policy "
            "float32, and give it the weights: "
            "`generator.set_weights(gan.sampler.get_weights())`."
        )


def trimmed_mean(values: np.ndarray) -> float:
    """The mean of values without the smallest and the largest percent.

    Args:
        values: Floats `(count,)`, 1 or more. Up to 100 all count.

    Example:

    >>> trimmed_mean(np.array([1.0, 2.0, 6.0]))
    3.0
    """
    # Values that were measured: between them, few would have no mean.
    low = np.percentile(values, _PERCENTILES[0], method="lower")
    high = np.percentile(values, _PERCENTILES[1], method="higher")
    return float(np.mean(values[(low <= values) & (values <= high)]))


def _distances(
    space: LatentSpace,
    maps: Any,
    count: int,
    sampling: str,
    epsilon: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Distances of the features of neighbors, one for each pair."""

    def between(first, second, labels, noise):
        ends = [maps(space.tensors(x, labels, noise)) for x in (first, second)]
        return sum(
            ops.mean(ops.sum(ops.square(_unit(one) - _unit(other)), -1), 1)
            for one, other in zip(*ends, strict=True)
        )

    between = backend.compiled(between)
    way = WAYS["spherical" if space.name == "z" else "linear"]
    labels = every_class(space, count)
    found = []
    for start in range(0, count, _BATCH):
        size = min(_BATCH, count - start)
        some = None if labels is None else labels[start : start + size]
        first, last = (space.draw(size, some, rng) for _ in range(2))
        shares = rng.random((size, 1)) * (sampling == "full")
        near = [
            way(first, last, shares + step).astype("float32")
            for step in (0.0, epsilon)
        ]
        values = between(*near, some, space.noise.values)
        found.append(ops.convert_to_numpy(values))
    return np.concatenate(found)


def _flat(images: Any) -> list[Any]:
    return [ops.reshape(images, (-1, math.prod(images.shape[1:])))]


def _unit(values: Any) -> Any:
    """Features of unit length at each position, `(batch, positions, size)`."""
    values = ops.cast(values, "float32")
    *positions, size = values.shape[1:]
    values = ops.reshape(values, (-1, math.prod(positions), size))
    squares = ops.sum(ops.square(values), axis=-1, keepdims=True)
    return values * ops.rsqrt(squares + 1e-10)
