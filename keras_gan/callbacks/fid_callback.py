"""`FIDCallback`: the Fréchet inception distance as training goes on."""

from typing import Any

from keras_gan import images as image_tools
from keras_gan.callbacks.metrics_callback import MetricsCallback
from keras_gan.metrics import FrechetInceptionDistance


class FIDCallback(MetricsCallback):
    """Adds `fid` to an epoch's logs, before the callbacks that follow it.

    For those who have no validation data. The statistics of the real images
    are computed once and kept on disk; the latents of the generated ones are
    always the same; training does not change by a bit. Put it in front of
    `ModelCheckpoint(monitor="fid", mode="min")`, `EarlyStopping`,
    `CSVLogger` and `TensorBoard`.

    Args:
        real: Array `(n, ...)` of images in `value_range`, a pair `(images,
            labels)`, a data set of batches of either, or the path of an `.npz`
            with `mu` and `sigma`, as pytorch-fid writes it.
        num_images: Images to generate. A distance of few images is larger
            than one of many: compare only distances of equal numbers.
        every: Epochs from one distance to the next.
        feature_extractor: As `FrechetInceptionDistance` takes it.
        value_range: `(low, high)` of the images, real and generated.
        name: Name of the value in the logs.
        batch_size: Images generated at once.
        seed: Integer that fixes the latents.
        cache_directory: Folder for statistics of real images. Left out, one in
            Keras' own. False: none.

    Raises:
        ValueError: If an argument is not as described.

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
