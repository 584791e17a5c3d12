"""`FIDCallback`: the Fréchet inception distance during training."""

from typing import Any

from keras_gan import images as image_tools
from keras_gan.callbacks.metrics_callback import MetricsCallback
from keras_gan.metrics import FrechetInceptionDistance


class FIDCallback(MetricsCallback):
    """Adds `fid` to an epoch's logs, before the callbacks that follow it.

    Use it when there is no validation data. The statistics of the real images
    are computed once and cached on disk, the latents of the generated images
    are always the same, and training is not affected in any way. Put the
    callback before `ModelCheckpoint(monitor="fid", mode="min")`,
    `EarlyStopping`, `CSVLogger` and `TensorBoard` in the list.

    Args:
        real: Array `(n, ...)` of images in `value_range`, a pair `(images,
            labels)`, a dataset of batches of either, or the path of an `.npz`
            with `mu` and `sigma`, as written by pytorch-fid.
        num_images: Number of images to generate. Few images give a larger
            distance than many: compare only distances of the same number.
        every: Compute the distance every this many epochs.
        feature_extractor: As `FrechetInceptionDistance` takes it.
        value_range: `(low, high)` of the images, real and generated.
        name: Name of the value in the logs.
        batch_size: Number of images generated at once.
        seed: Integer that fixes the latents.
        cache_directory: Folder for statistics of real images. Default: a
            folder in Keras' home. False: no cache.

    Raises:
        ValueError: If an argument is invalid.

    Example:

    >>> images = np.random.uniform(-1, 1, (80, 8, 8, 1)).astype("float32")
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp((8, 8, 1), hidden=(16,)))
    >>> gan.compile()
    >>> fid = FIDCallback(images, num_images=80, feature_extractor="digits")
    >>> history = gan.fit(images, callbacks=[fid], verbose=0).history
    >>> history["fid"][0] > 0
    True

    Reference:
        [Heusel et al., 2017](https://arxiv.org/abs/1706.08500).
    """

    def __init__(
        self,
        real: Any,
        num_images: int = 10_000,
        every: int = 1,
        *,
        feature_extractor: Any = "inception_v3",
        value_range: image_tools.Range = (-1, 1),
        name: str = "fid",
        batch_size: int = 64,
        seed: int = 0,
        cache_directory: Any = None,
    ) -> None:
        is_path = isinstance(real, str) or hasattr(real, "__fspath__")
        metric = FrechetInceptionDistance(
            feature_extractor,
            value_range,
            real_statistics=real if is_path else None,
            name=name,
        )
        super().__init__(
            # Statistics take the place of images.
            None if is_path else real,
            [metric],
            num_images=num_images,
            every=every,
            batch_size=batch_size,
            seed=seed,
            cache_directory=cache_directory,
        )
