"""New generated images for every epoch."""

from typing import Any

import keras


class PoolRefresher(keras.callbacks.Callback):
    """Replaces a part of the pools of `GANDataGenerator` after each epoch.

    A pool makes a slow generator as fast as memory, but its images repeat. To
    keep the model from memorizing them, the share `refresh_share` of each pool
    is replaced between epochs. The pipeline is not traced or shuffled again.

    Args:
        *layers: `GANDataGenerator`s of the pipeline or of the model.

    Raises:
        TypeError: If one of them is not a `GANDataGenerator`.
        ValueError: If there are none, or one was made without `pool_size`.

    Example:

    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp((8, 8, 1)))
    >>> layer = keras_gan.layers.GANDataGenerator(gan, pool_size=16)
    >>> before = np.array(layer.pool.images)
    >>> PoolRefresher(layer).on_epoch_end(0)
    >>> changed = (np.array(layer.pool.images) != before).any((1, 2, 3))
    >>> int(changed.sum())
    2
    """

    def __init__(self, *layers: Any) -> None:
        super().__init__()
        if not layers:
            raise ValueError(
                "`layers` must be at least one `GANDataGenerator`. Received: "
                "none."
            )
        for layer in layers:
            if not hasattr(layer, "refresh_pool"):
                raise TypeError(
                    "`layers` must be `GANDataGenerator`s. Received: "
                    f"{type(layer).__name__}. For a model, pass the layer "
                    "inside it: `model.get_layer(name)`."
                )
            if layer.pool is None:
                raise ValueError(
                    "`layers` must have pools. Received: "
                    f"{layer.name!r} with pool_size=None, which draws new "
                    "images all the time and needs no refresher."
                )
        self.layers = layers

    def on_epoch_end(self, epoch, logs=None):
        """Refreshes the pools."""
        for layer in self.layers:
            layer.refresh_pool()
