"""`ImagePool`: shows a discriminator older fakes too."""

import keras
from keras import ops

from keras_gan import backend
from keras_gan.utils.arguments import integer

# Far from the seeds that a model derives from its own for other draws.
_SEED = 0xB001


@keras.saving.register_keras_serializable(package="keras_gan")
class ImagePool(keras.layers.Layer):
    """A pool of earlier fakes, from which some take the place of new ones.

    A discriminator that only sees the newest fakes forgets what it knew about
    earlier ones, and the generator goes back to them. So the last fakes are
    kept. While the pool is filling, all new images are stored and returned.
    Then each new image is, with probability 1/2, exchanged with a random image
    of the pool: the old one is returned, and the new one takes its place.

    The images of a batch are exchanged with different images of the pool, so
    at most `pool_size` of them are. The pool is saved with its model, and
    shared by all replicas, which give the same images as one device would.

    Args:
        pool_size: Number of images in the pool, at least 1.
        image_shape: Shape of one image, without the batch.
        seed: Integer seed of the draws. None: a random one.
        **kwargs: As in `keras.layers.Layer`.

    Attributes:
        images: Variable `(pool_size, ...)`, the images.
        count: Variable, how many of them there are so far.

    Raises:
        ValueError: If `pool_size` is not positive, or the shape is not known.

    Example:

    >>> pool = ImagePool(4, (8, 8, 1), seed=1)
    >>> first = pool.exchange(ops.zeros((4, 8, 8, 1)))
    >>> second = pool.exchange(ops.ones((4, 8, 8, 1)))
    >>> bool(ops.any(second == 0)), int(pool.count)
    (True, 4)

    Reference:
        [Shrivastava et al., 2016](https://arxiv.org/abs/1612.07828).
    """

    def __init__(self, pool_size, image_shape, *, seed=None, **kwargs):
        kwargs = {"trainable": False, "dtype": "float32", **kwargs}
        super().__init__(autocast=False, **kwargs)
        self.pool_size = integer("pool_size", pool_size, at_least=1)
        self.image_shape = _known(image_shape)
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        shape = (self.pool_size, *self.image_shape)
        self.images = self._state("images", shape, "float32")
        self.count = self._state("count", (), "int32")
        self.built = True

    def exchange(self, images):
        """Stores new images and returns as many, of which some are older.

        Args:
            images: Tensor `(batch, ...)`. No gradient flows back to it.

        Returns:
            Float32 tensor of the same shape.
        """
        images = ops.stop_gradient(ops.cast(images, "float32"))
        return backend.on_whole_batch(self._exchange, images)

    def _exchange(self, images):
        places, stored, traded = self._places(ops.shape(images)[0])
        pool = ops.convert_to_tensor(self.images)
        old = ops.take(pool, places, axis=0)
        # Which image of the batch, if any, goes to each place of the pool.
        every_place = ops.arange(self.pool_size, dtype="int32")
        goes = ops.expand_dims(every_place, 1) == ops.expand_dims(places, 0)
        goes = ops.logical_and(goes, stored)
        new = ops.take(images, ops.argmax(ops.cast(goes, "int32"), 1), axis=0)
        self.images.assign(_where(ops.any(goes, axis=1), new, pool))
        return _where(traded, old, images)

    def _places(self, number):
        """Draws what happens to each image of a batch.

        Returns:
            The place in the pool of each image, and two booleans for each:
            whether it is stored there, and whether it is exchanged.
        """
        count = ops.convert_to_tensor(self.count)
        rows = ops.cast(ops.arange(number), "int32")
        is_full = count >= self.pool_size
        lots = keras.random.uniform(
            (self.pool_size,), dtype="float32", seed=self.seed_generator
        )
        coins = keras.random.uniform(
            (number,), dtype="float32", seed=self.seed_generator
        )
        inside = ops.minimum(rows, self.pool_size - 1)
        shuffled = ops.cast(ops.argsort(lots), "int32")
        drawn = ops.take(shuffled, inside, axis=0)
        free = ops.minimum(count + rows, self.pool_size - 1)
        fills = count + rows < self.pool_size
        traded = (rows < self.pool_size) & (coins < 0.5) & is_full
        self.count.assign(ops.minimum(count + number, self.pool_size))
        return ops.where(is_full, drawn, free), fills | traded, traded

    def get_config(self):
        return {
            **super().get_config(),
            "pool_size": self.pool_size,
            "image_shape": self.image_shape,
            "seed": self.seed,
        }

    def _state(self, name, shape, dtype):
        return self.add_weight(
            shape=shape,
            dtype=dtype,
            initializer="zeros",
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
            name=name,
        )


def image_pools(pool_size, shapes, seed) -> list:
    """Returns a pool for each shape of images; none of size 0.

    Args:
        pool_size: Number of images in each pool.
        shapes: Shapes of one image.
        seed: Integer seed of the model, or None.
    """
    if not pool_size:
        return []
    return [
        ImagePool(
            pool_size, shape, seed=None if seed is None else seed + number
        )
        for number, shape in enumerate(shapes, _SEED)
    ]


def _where(chosen, ours, theirs):
    """`ops.where` with one boolean per image."""
    ones = (1,) * (len(ours.shape) - 1)
    return ops.where(ops.reshape(chosen, (-1, *ones)), ours, theirs)


def _known(image_shape) -> tuple:
    shape = tuple(image_shape)
    if None in shape:
        raise ValueError(
            "The size of the images in a pool must be known. Received: "
            f"image_shape={shape}. Build the discriminators for images of one "
            "size, or turn the pool off with `pool_size=0`."
        )
    return tuple(map(int, shape))
