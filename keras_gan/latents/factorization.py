"""`factorize`: directions that are found in the weights of a generator."""

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.latents.directions import Directions
from keras_gan.latents.spaces import LatentSpace, StyleSpace, open_space
from keras_gan.utils.arguments import positive_integer
from keras_gan.utils.inner_layers import inner_layers

# Cosine of a vector with itself after rounding to half precision, at least.
_SAME = 0.999


def factorize(
    gan: Any,
    num_directions: int | None = None,
    *,
    space: str | None = None,
    layers: Sequence[str] | None = None,
    normalize: bool | None = None,
) -> Directions:
    """Finds the directions that change the output of layers the most.

    The latents enter a generator through a linear map: those that make the
    styles of a style generator, or the first layer of another one. With
    its matrix A, a step along the unit vector n changes what comes out by `A^T
    n`, so the directions that count are

    ```
    the eigenvectors of A A^T, by falling eigenvalue
    ```

    No image is drawn. Directions are signed so that their largest entry is
    positive.

    Args:
        gan: GAN, generator or file, as for
            `keras_gan.sampling.open_generator`; the averaged generator is used.
        num_directions: How many, at least 1. None: all.
        space: `"z"` or `"w"`. None: w where the generator has styles.
        layers: Names of the layers whose weights are used. None: in w all that
            take a style, in z the first one with a kernel.
        normalize: Whether each column of A is scaled to length 1, so that all
            units of all layers count the same. None: in w, as published.

    Returns:
        `Directions` named `"factorize 1"` and so on.

    Raises:
        ValueError: If there is no such layer.

    Example:

    >>> generator = keras_gan.networks.mlp_generator((8, 8, 1), latent_dim=4)
    >>> factorize(generator, 2).names
    ('factorize 1', 'factorize 2')

    Reference:
        [Shen and Zhou, 2021](https://arxiv.org/abs/2007.06600) (SeFa)
    """
    opened = open_space(gan, space)
    matrix = _matrix(opened, layers)
    count = opened.size
    if num_directions is not None:
        count = min(count, positive_integer("num_directions", num_directions))
    if opened.name == "w" if normalize is None else normalize:
        lengths = np.linalg.norm(matrix, axis=0, keepdims=True)
        matrix = matrix / np.maximum(lengths, 1e-12)
    # The eigenvalues of a symmetric matrix are real, and rise.
    _, vectors = np.linalg.eigh(matrix @ matrix.T)
    names = tuple(f"factorize {number + 1}" for number in range(count))
    return Directions.found_in(opened, signed(vectors.T[::-1][:count]), names)


def signed(vectors: np.ndarray) -> np.ndarray:
    """Returns vectors whose largest entry is positive, which fixes the sign.

    Args:
        vectors: Floats `(count, size)`.

    Example:

    >>> signed(np.array([[1.0, -2.0]])).tolist()
    [[-1.0, 2.0]]
    """
    largest = np.abs(vectors).argmax(axis=1)[:, None]
    return vectors * np.sign(np.take_along_axis(vectors, largest, axis=1))


def input_layers(space: LatentSpace) -> Iterator[tuple[Any, np.ndarray]]:
    """Yields the layers that take latents, and their matrices.

    Args:
        space: The space of the latents.

    Yields:
        The layer, and `(size, outputs)` in float64.
    """
    network = space.source.generator
    if isinstance(space, StyleSpace):
        network = space.synthesis
    for layer in inner_layers(network):
        kernel = _kernel(layer)
        # A conditional generator appends an embedding of the class to z.
        if kernel is not None and len(kernel) >= space.size:
            if _takes_latents(network, layer, space.size):
                yield layer, kernel[: space.size]


def _takes_latents(network: keras.Model, layer: Any, size: int) -> bool:
    """Whether the input of a layer begins with the latents, or is a style.

    Other layers may have kernels of the same shape: what enters the layer is
    compared with what enters the network. Its scale may differ.

    Args:
        network: Latents (and labels), or styles -> images.
        layer: A layer inside it.
        size: Length of a latent or a style.
    """
    try:
        before = keras.Model(network.inputs, layer.input)
    except (AttributeError, TypeError, ValueError):
        return False  # It is used more than once, or inside another model.
    rng = np.random.default_rng(0)
    latents, *others = network.inputs
    given = rng.standard_normal((1, *latents.shape[1:])).astype("float32")
    labels = [np.zeros((1, *one.shape[1:]), "int32") for one in others]
    inputs = [ops.convert_to_tensor(one) for one in (given, *labels)]
    entered = before(inputs if labels else inputs[0], training=False)
    if isinstance(entered, list):
        return False
    entered = ops.convert_to_numpy(ops.cast(entered, "float32")).ravel()[:size]
    rows = given.reshape(-1, size)
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(entered)
    return bool(np.max(rows @ entered / (lengths + 1e-12)) > _SAME)


def _kernel(layer: Any) -> np.ndarray | None:
    """The kernel of a layer as a matrix, inputs first; `None` without one."""
    # That of a wrapper, such as spectral normalization, is one layer deeper.
    layer = getattr(layer, "layer", layer)
    kernel = getattr(layer, "kernel", None)
    if kernel is None or len(kernel.shape) not in (2, 4):
        return None
    values = ops.convert_to_numpy(ops.cast(kernel, "float32"))
    values = values.astype("float64")
    if values.ndim == 2:
        return values
    is_transposed = isinstance(layer, keras.layers.Conv2DTranspose)
    axis = 3 if is_transposed else 2
    values = np.moveaxis(values, axis, 0)
    return values.reshape(len(values), -1)


def _matrix(space: LatentSpace, names: Sequence[str] | None) -> np.ndarray:
    found = list(input_layers(space))
    if names is not None:
        by_name = {layer.name: matrix for layer, matrix in found}
        unknown = [name for name in names if name not in by_name]
        if unknown or not names:
            raise ValueError(
                "`layers` must name layers that take latents: "
                f"{', '.join(by_name) or 'there are none'}. Received: "
                f"{list(names)}."
            )
        return np.concatenate([by_name[name] for name in names], axis=1)
    if not found:
        raise ValueError(
            "`gan` must have a dense layer or a convolution that takes the "
            f"latents, to factorize its kernel. Received: "
            f"{space.source.generator.name!r}, where no kernel takes them. Use "
            "`principal_directions` with a `layer`."
        )
    if space.name == "z":
        return found[0][1]
    return np.concatenate([matrix for _, matrix in found], axis=1)
