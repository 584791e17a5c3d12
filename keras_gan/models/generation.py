"""Generates images with a trained generator."""

import keras
import numpy as np
from keras import ops

from keras_gan.backend import FixedSeeds, compiled
from keras_gan.utils import style_space
from keras_gan.utils.arguments import is_integer
from keras_gan.utils.redirected_seeds import drawing_alone
from keras_gan.utils.tensors import truncated_normal
from keras_gan.utils.truncation import truncation_of


def generate(gan, num_images, *, labels, truncation, seed, batch_size):
    """Generates images with the (averaged) generator; see `GAN.generate`."""
    for name, value in (("num_images", num_images), ("batch_size", batch_size)):
        if not is_integer(value, at_least=1):
            raise ValueError(
                f"`{name}` must be a positive integer. Received: {value!r}. "
                "Pass 1 or more."
            )
    if seed is None:
        seed = gan.sampling_seed
    elif not is_integer(seed, at_least=0):
        raise ValueError(
            "`seed` must be an integer of 0 or more, or None for new images in "
            f"each call. Received: {seed!r}."
        )
    else:
        seed = int(seed)
    labels = _labels(labels, int(num_images), gan.num_classes)
    noise = _noise_seed(seed)
    found = truncation_of(gan.sampler, truncation)
    latents = _latents((int(num_images), gan.latent_dim), found.bound, seed)
    function = compiled_call(gan, in_styles=found.share is not None)
    batches = []
    for start in range(0, num_images, batch_size):
        part = slice(start, start + batch_size)
        pair = np.random.SeedSequence([*noise, start]).generate_state(2)
        inputs = [(pair >> 1).astype("int32")]
        if found.share is not None:
            shares = np.full(len(latents[part]), found.share, "float32")
            inputs.append(ops.convert_to_tensor(shares))
        inputs.append(latents[part])
        if labels is not None:
            inputs.append(ops.convert_to_tensor(labels[part]))
        images = function(*inputs)
        batches.append(keras.tree.map_structure(ops.convert_to_numpy, images))
    # A model of several domains returns one array per domain.
    return keras.tree.map_structure(lambda *x: np.concatenate(x), *batches)


def compiled_call(gan, in_styles=False):
    """Returns the compiled function of a seed and inputs to generated data.

    Args:
        gan: The model, with a `sampler` whose layers may draw noise.
        in_styles: Whether the first input is the share of styles to keep.
    """
    # Created once per model: a new graph in each call would leak memory.
    name = "_truncating_function" if in_styles else "_generate_function"
    function = getattr(gan, name, None)
    if function is None:

        def function(pair, *inputs):
            draw = _truncated if in_styles else _drawn
            with drawing_alone(FixedSeeds(pair), [gan.sampler]):
                return draw(gan, *inputs)

        function = compiled(function)
        object.__setattr__(gan, name, function)
    return function


def _drawn(gan, *inputs):
    return gan(inputs[0] if len(inputs) == 1 else list(inputs))


def _truncated(gan, shares, *inputs):
    """Images of styles that are moved towards the mean style."""
    mean = ops.convert_to_tensor(style_space.mean_style(gan.sampler))
    given = inputs[0] if len(inputs) == 1 else list(inputs)
    images = style_space.truncated(gan.sampler, mean, given, shares)
    return ops.cast(images, "float32")


def _noise_seed(seed) -> list[int]:
    """Numbers that fix the noise of layers of the generator."""
    if isinstance(seed, int):
        return [seed]
    return [int(n) for n in ops.convert_to_numpy(seed.state)]


def _latents(shape, bound, seed):
    if bound is None:
        return keras.random.normal(shape, seed=seed)
    uniform = keras.random.uniform(shape, -1.0, 1.0, seed=seed)
    return truncated_normal(uniform, bound)


def _labels(labels, num_images, num_classes):
    if num_classes is None:
        if labels is not None:
            raise ValueError(
                "`labels` must be None for a GAN without classes. Received: "
                f"{labels!r}. Create the GAN with `num_classes=`."
            )
        return None
    if labels is None:
        return np.arange(num_images, dtype="int32") % num_classes
    labels = np.asarray(labels)
    if labels.ndim == 0:
        labels = np.full(num_images, labels)
    fits = labels.shape == (num_images,) and np.issubdtype(
        labels.dtype, np.integer
    )
    if not fits or labels.min() < 0 or labels.max() >= num_classes:
        raise ValueError(
            f"`labels` must be {num_images} integers in [0, {num_classes}), "
            f"or one such integer for all. Received: {labels!r}."
        )
    return labels.astype("int32")
