"""How far a discriminator's reconstructions are from its images."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.features import FeatureMaps, default_layers
from keras_gan.penalties import Reconstruction


@keras.saving.register_keras_serializable(package="keras_gan")
class ReconstructionError(keras.layers.Layer):
    """The mean absolute difference of images and of a smaller reconstruction.

    ```
    y[b] = sum over F of mean(|F(average of the pixels of x[b]) - F(r[b])|)
    ```

    By default F is the identity; or features of a network, as in
    `losses.PerceptualLoss`, of which the errors blur less.

    As an output of a discriminator, the images are those that it saw, after
    augmentation. A `GAN` adds `penalties.Reconstruction` by itself.

    Args:
        feature_extractor: `keras.Model` from images in [-1, 1] to one or
            several maps, or `"vgg19"` or `"efficientnet_lite0"`, with the
            layers that `losses.PerceptualLoss` takes. It is not trained. None:
            pixels.
        **kwargs: As in `keras.layers.Layer`. The output is always float32.

    Inputs: a list of images `(batch, height, width, channels)` and of
    reconstructions, whose sides divide those of the images. Output shape:
    `(batch, 1)`.

    Raises:
        ValueError: If the sides do not divide, or `feature_extractor` is no
            such network.
        FileNotFoundError: If the weights of a named network are not available.

    Example:

    >>> images, small = np.ones((2, 8, 8, 1)), np.zeros((2, 4, 4, 1))
    >>> errors = ReconstructionError()([images, small])
    >>> keras.ops.convert_to_numpy(errors).tolist()
    [[1.0], [1.0]]

    Reference:
        Liu et al., "Towards Faster and Stabilized GAN Training for
        High-fidelity Few-shot Image Synthesis", arXiv 2101.04775.
    """

    own_penalty = Reconstruction

    def __init__(self, feature_extractor: Any = None, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "dtype": "float32"})
        self.maps = None
        if feature_extractor is not None:
            layers = default_layers(feature_extractor, "perceptual")
            self.maps = FeatureMaps(feature_extractor, layers)

    def call(self, inputs: Any) -> Any:
        images, smaller = (ops.cast(one, "float32") for one in inputs)
        pool = _ratios(images.shape[1:3], smaller.shape[1:3])
        images = ops.average_pool(
            images, pool, pool, data_format="channels_last"
        )
        real, drawn = self._features(images), self._features(smaller)
        return sum(map(_error, real, drawn))

    def _features(self, images: Any) -> list[Any]:
        return [images] if self.maps is None else self.maps(images)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (input_shape[0][0], 1)

    def save_own_variables(self, store: Any) -> None:
        """Saves the weights of a user's network, too, which Keras does not."""
        super().save_own_variables(store)
        for number, variable in enumerate(self._variables_of_maps()):
            store[f"features_{number}"] = ops.convert_to_numpy(variable)

    def load_own_variables(self, store: Any) -> None:
        """Loads what `save_own_variables` saved."""
        for number, variable in enumerate(self._variables_of_maps()):
            variable.assign(np.asarray(store[f"features_{number}"]))

    def _variables_of_maps(self) -> list[Any]:
        return [] if self.maps is None else self.maps.variables

    def get_config(self) -> dict[str, Any]:
        extractor = None
        if self.maps is not None:
            extractor = self.maps.arguments()["feature_extractor"]
        return {**super().get_config(), "feature_extractor": extractor}


def _error(real: Any, drawn: Any) -> Any:
    errors = ops.abs(ops.cast(real - drawn, "float32"))
    return ops.mean(errors, axis=tuple(range(1, len(errors.shape))))[:, None]


def _ratios(sides: Any, smaller: Any) -> tuple[int, ...]:
    pairs = tuple(zip(sides, smaller, strict=True))
    if any(a % b for a, b in pairs):
        raise ValueError(
            "Sides of the images must be multiples of those of their "
            f"reconstructions. Received: {tuple(sides)} and {tuple(smaller)}."
        )
    return tuple(a // b for a, b in pairs)
