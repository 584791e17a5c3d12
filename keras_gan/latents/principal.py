"""`principal_directions`: along which activations vary the most."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.features.layer_outputs import output_of
from keras_gan.latents.classes import vary_within_classes, within_classes
from keras_gan.latents.directions import Directions
from keras_gan.latents.factorization import input_layers, signed
from keras_gan.latents.samples import every_class
from keras_gan.latents.spaces import LatentSpace, open_space
from keras_gan.utils.arguments import choice, integer, optional_seed
from keras_gan.utils.memory import check_memory

_BATCH = 64


def principal_directions(
    gan: Any,
    num_directions: int = 10,
    *,
    space: str | None = None,
    layer: str | None = None,
    num_samples: int = 10_000,
    seed: int | None = None,
) -> Directions:
    """Finds the directions of most variation by principal component analysis.

    In w these are the principal components of the styles. In z, where latents
    vary in all directions alike, they are the latents that explain the
    principal components of a layer's activations best: with the coordinates c_k
    of the samples along component k,

    ```
    direction k = sum_i c_ik z_i / sum_i c_ik^2
    ```

    Of a conditional generator only what varies within classes counts.

    Args:
        gan: GAN, generator or file, as for
            `keras_gan.sampling.open_generator`; the averaged generator is used.
        num_directions: How many, at least 1.
        space: `"z"` or `"w"`. None: w where the generator has styles.
        layer: Name of the layer in z. None: the first one that takes latents.
        num_samples: Number of random latents, more than directions; at least
            as many more as there are classes.
        seed: Integer that determines them. None: a random one.

    Returns:
        `Directions` named `"pca 1"` and so on, which explain less and less.

    Raises:
        ValueError: If an argument is not valid, or the activations do not
            vary.

    Example:

    >>> generator = keras_gan.networks.mlp_generator((8, 8, 1), latent_dim=4)
    >>> principal_directions(generator, 2, num_samples=100, seed=1).names
    ('pca 1', 'pca 2')

    Reference:
        [Härkönen et al., 2020](https://arxiv.org/abs/2004.02546) (GANSpace)
    """
    from sklearn.decomposition import PCA

    opened = open_space(gan, space)
    count = integer("num_directions", num_directions, at_least=1)
    # One for each mean that is taken away.
    fewest = count + (opened.source.num_classes or 1)
    integer("num_samples", num_samples, at_least=fewest)
    rng = np.random.default_rng(optional_seed(seed))
    labels = every_class(opened, num_samples)
    points = opened.draw(num_samples, labels, rng)
    values = points
    if opened.name == "z":
        values = _activations(opened, points, labels, layer)
    elif layer is not None:
        raise ValueError(
            f"`layer` must be None in w. Received: {layer!r}. Leave it out, or "
            'choose `space="z"`.'
        )
    if not vary_within_classes(values, labels):
        raise ValueError(
            "The principal components must be of something that varies within "
            f"classes. Received: {values.shape[1]} numbers that do not depend "
            "on the latents. Choose another `layer`, or train the generator."
        )
    count = min(count, opened.size, values.shape[1])
    pca = PCA(count, random_state=0)
    coordinates = pca.fit_transform(within_classes(values, labels))
    vectors, deviations = pca.components_, np.sqrt(pca.explained_variance_)
    if opened.name == "z":
        vectors, deviations = (
            coordinates.T @ within_classes(points, labels),
            np.ones(count),
        )
    names = tuple(f"pca {number + 1}" for number in range(count))
    return Directions.found_in(opened, signed(vectors), names, deviations)


def _activations(
    space: LatentSpace,
    points: np.ndarray,
    labels: np.ndarray | None,
    name: str | None,
) -> np.ndarray:
    """What a layer computes for latents, one row for each."""
    network = _up_to(space, name)
    size = int(np.prod(network.output_shape[1:]))
    check_memory(
        f"Activations of {len(points)} samples",
        8 * size * len(points),
        "Choose fewer `num_samples`, or a smaller `layer`.",
    )

    def outputs(latents, classes):
        inputs: Any = ops.convert_to_tensor(latents)
        if classes is not None:
            inputs = [inputs, ops.cast(classes, "int32")]
        values = ops.cast(network(inputs, training=False), "float32")
        return ops.reshape(values, (-1, size))

    outputs = backend.compiled(outputs)
    rows = []
    for start in range(0, len(points), _BATCH):
        part = slice(start, start + _BATCH)
        some = None if labels is None else labels[part]
        rows.append(ops.convert_to_numpy(outputs(points[part], some)))
    return np.concatenate(rows)


def _up_to(space: LatentSpace, name: str | None) -> keras.Model:
    """The generator up to a layer."""
    generator = space.source.generator
    if name is None:
        first = next(input_layers(space), None)
        if first is None:
            raise ValueError(
                "`layer` must be given for a generator in which no dense layer "
                "or convolution takes the latents. Received: None, and "
                f"{generator.name!r}. Choose one of "
                "`[layer.name for layer in generator.layers]`."
            )
        name = first[0].name
    choice("layer", name, [layer.name for layer in generator.layers])
    return keras.Model(generator.inputs, output_of(generator, name))
