"""`TranslatingModel`: what models that translate images share."""

import keras
import numpy as np
from keras import ops

from keras_gan.backend import FixedSeeds, compiled
from keras_gan.models import data_checks, tiles
from keras_gan.models.averaging import AveragedGenerator
from keras_gan.optimizers import AdversarialOptimizer
from keras_gan.utils.arguments import integer, positive_integer
from keras_gan.utils.redirected_seeds import drawing_alone
from keras_gan.utils.tensors import shapes_agree


class TranslatingModel(AveragedGenerator):
    """A mix-in for models whose generators map images to images.

    With one generator, images -> images, a subclass is complete: it sets
    `generator` and `ema_generator` (by `make_average`), and `translate` uses
    the average. Others (two directions, or attributes beside the images)
    override `translate` and call `translate_with` with one of their networks:

    ```python
    def translate(self, images, to="second", **options):
        network = self.averages[to]  # or the network itself without averages
        return self.translate_with(network, images, **options)


    def translate(self, images, attributes, **options):
        return self.translate_with(self.sampler, images, attributes, **options)
    ```
    """

    def translate(
        self, images, *, batch_size=16, tile=None, overlap=None, seed=0
    ):
        """Translates images with the (averaged) generator.

        Args:
            images: Array `(num_images, height, width, channels)` in [-1, 1].
                A generator for any size takes any size.
            batch_size: Number of images, or of tiles, translated at once.
            tile: Side of square tiles in pixels, or `(height, width)`: images
                larger than that are translated in parts, which bounds the
                memory. None: whole images.
            overlap: Number of pixels that neighboring tiles share. The outer
                quarter of it is dropped and the rest blended. From four times
                the distance on that a pixel can influence, tiles of a plain
                convolutional network give the same as whole images, if `tile -
                overlap` is a multiple of its strides. None: a quarter of the
                tile.
            seed: Integer seed of the noise that layers of the generator draw
                in inference, if they do.

        Returns:
            Float32 NumPy array, the images in the same order.

        Raises:
            ValueError: If the images do not have the size or the channels of
                the generator's inputs, are not in [-1, 1], or an argument is
                out of its range.
        """
        return self.translate_with(
            self.sampler,
            images,
            batch_size=batch_size,
            tile=tile,
            overlap=overlap,
            seed=seed,
        )

    def translate_with(
        self,
        network,
        images,
        *conditions,
        batch_size=16,
        tile=None,
        overlap=None,
        seed=0,
    ):
        """Translates images with one of the model's networks.

        Args:
            network: Built model, images -> images, or `[images, *conditions]`
                -> images.
            images: As in `translate`.
            *conditions: Arrays `(num_images, ...)` of further inputs, one row
                per image, which the caller has checked.
            batch_size: As in `translate`, as are the others.
            tile: As there.
            overlap: As there.
            seed: As there.

        Returns:
            Float32 NumPy array.

        Raises:
            ValueError: As in `translate`.
        """
        batch_size = positive_integer("batch_size", batch_size)
        seed = integer("seed", seed, at_least=0)
        shape = tuple(network.inputs[0].shape[1:])
        if tile is not None:
            tile, overlap = tiles.checked_tile(tile, overlap, shape[:-1])
        images = checked_images(images, shape, tile)
        call = self._translation_function(network)

        def run(*inputs):
            return _in_batches(call, inputs, batch_size, seed)

        if tile is None or not tiles.exceeds(images.shape[1:-1], tile):
            return run(images, *conditions)

        def one(image, *rows):
            def of_tiles(parts):
                repeated = [np.stack([row] * len(parts)) for row in rows]
                return run(parts, *repeated)

            return tiles.in_tiles(of_tiles, image, tile, overlap, batch_size)

        return np.stack(
            [one(*each) for each in zip(images, *conditions, strict=True)]
        )

    def _translation_function(self, network):
        """A compiled call; a new one each time would leak its graph."""
        known = getattr(self, "_translation_functions", None)
        if known is None:
            known = {}
            object.__setattr__(self, "_translation_functions", known)
        if id(network) not in known:

            def function(pair, *inputs):
                given = inputs[0] if len(inputs) == 1 else list(inputs)
                with drawing_alone(FixedSeeds(pair), [network]):
                    return ops.cast(network(given, training=False), "float32")

            # The network is kept, so that no other gets its identity.
            known[id(network)] = compiled(function), network
        return known[id(network)][0]


def checked_images(images, shape, tile=None) -> np.ndarray:
    """Returns images to translate as an array, if a generator takes them.

    Args:
        images: Array or tensor `(num_images, ..., channels)` in [-1, 1].
        shape: Shape of one input of the generator; None is any size.
        tile: Sides of tiles, or None if whole images are translated.

    Raises:
        ValueError: If it does not take them.
    """
    if ops.is_tensor(images):
        images = ops.convert_to_numpy(images)
    images = np.asarray(images)
    taken = shape if tile is None else (*[None] * (len(shape) - 1), shape[-1])
    if not shapes_agree(images.shape[1:], taken):
        raise ValueError(_wrong_shape(images.shape, shape))
    too_small = tile is not None and any(
        known is not None and side < known
        for known, side in zip(shape[:-1], images.shape[1:-1], strict=True)
    )
    if too_small:
        raise ValueError(_wrong_shape(images.shape, shape))
    data_checks.check_arrays(images, None, images.shape[1:], None)
    return images.astype("float32", copy=False)


def _wrong_shape(received, shape) -> str:
    sides = ", ".join("any" if one is None else str(one) for one in shape)
    return (
        "`images` must have the shape of the generator's inputs, (num_images, "
        f"{sides}). Received: shape {tuple(received)}. "
        f"{_shape_cure(tuple(received), shape)}"
    )


def _shape_cure(received, shape) -> str:
    if len(received) == len(shape):
        if received[-1] == shape[-1]:
            return "Add the batch axis of a single image with `images[None]`."
        return "Add the channel axis with `images[..., None]`."
    if received[-1] != shape[-1]:
        return f"Convert them to {shape[-1]} channel(s)."
    size = tuple(shape[:-1])
    return (
        f"Resize them, translate parts of larger images with `tile={size}`, or "
        "train a generator for any size, with `image_shape=(None, None, "
        f"{shape[-1]})`."
    )


def _in_batches(call, inputs, batch_size, seed) -> np.ndarray:
    """Results for all rows; batches have one size if there are several."""
    results = []
    for start in range(0, len(inputs[0]), batch_size):
        parts = [one[start : start + batch_size] for one in inputs]
        count = len(parts[0])
        if count < batch_size and start:
            # A batch of another size would be compiled on its own.
            parts = [_filled(part, batch_size) for part in parts]
        pair = np.random.SeedSequence([seed, start]).generate_state(2)
        tensors = [ops.convert_to_tensor(part) for part in parts]
        images = call((pair >> 1).astype("int32"), *tensors)
        results.append(ops.convert_to_numpy(images)[:count])
    return np.concatenate(results)


def _filled(rows, count) -> np.ndarray:
    return np.concatenate([rows, np.repeat(rows[-1:], count - len(rows), 0)])


def optimizers(generator, discriminator, learning_rate=2e-4) -> tuple:
    """Returns the optimizers of both players, by default those of pix2pix.

    Args:
        generator: Optimizer, its name or config, or an `AdversarialOptimizer`
            for both players. None: Adam with `beta_1=0.5`.
        discriminator: The same for the discriminator.
        learning_rate: Learning rate of these, by default that of pix2pix.

    Reference:
        [Isola et al., 2017](https://arxiv.org/abs/1611.07004).
    """
    if isinstance(generator, AdversarialOptimizer):
        return generator, discriminator
    return tuple(
        keras.optimizers.Adam(learning_rate, beta_1=0.5, name=f"{role}_adam")
        if given is None
        else given
        for role, given in (
            ("generator", generator),
            ("discriminator", discriminator),
        )
    )
