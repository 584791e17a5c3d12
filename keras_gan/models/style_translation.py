"""`StyleTransfer.translate`: one pass through an encoder and a decoder."""

from collections.abc import Callable
from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.features import FeatureMaps
from keras_gan.layers.adaptive_instance_normalization import (
    statistics,
    with_statistics,
)
from keras_gan.models import styles as style_data
from keras_gan.models import tiles
from keras_gan.utils.arguments import number_in, positive_integer
from keras_gan.utils.models import Untracked


class _Compiled(NamedTuple):
    """Compiled functions, made once: a new graph takes memory each time."""

    describe_styles: Callable
    describe_contents: Callable
    draw: Callable
    # With the statistics of whole contents. TensorFlow compiles a function for
    # one number of arguments.
    draw_tiles: Callable


class StyleTranslation:
    """A mix-in for models that have an encoder and a decoder.

    Attributes:
        encoder: `features.FeatureMaps`.
        decoder: Model, last features of the encoder -> images, or None.
        ema_decoder: Its average, or None.
        padding: Holds a layer that pads images to sizes that the decoder makes.
    """

    encoder: FeatureMaps
    decoder: keras.Model | None
    ema_decoder: keras.Model | None
    padding: Untracked

    @property
    def sampler(self):
        """The decoder that makes images: the average, if there is one."""
        averaged = self.ema_decoder
        return self.decoder if averaged is None else averaged

    def call(self, inputs, training=False):
        """Returns the contents in the styles, `[contents, styles]`."""
        contents, styles = inputs
        moments = statistics(self.encoder(styles)[-1])
        return self._drawn(contents, *moments, 1.0)

    def translate(
        self,
        images,
        styles,
        *,
        strength=1.0,
        weights=None,
        batch_size=16,
        tile=None,
        overlap=None,
    ):
        """Paints images in one style, in one style each, or in a mixture.

        Args:
            images: Contents, `(num_images, height, width, channels)` in
                [-1, 1], of any size.
            styles: Styles, `(num_styles, ...)`, one for all images or one for
                each.
            strength: From 0, the content as the decoder reconstructs it, to 1.
            weights: One number of 0 or more for each style: every image gets
                this mixture of the styles. None: no mixture.
            batch_size: Number of images, or of tiles, in a pass.
            tile: Side of square tiles in pixels, or `(height, width)`: contents
                larger than that are painted in parts, which bounds the memory.
                All parts get the same style: what is replaced are the
                statistics of the whole content. None: whole images.
            overlap: Number of pixels that neighboring tiles share, as in
                `Pix2Pix.translate`. None: a quarter of the tile.

        Returns:
            Float32 NumPy array `(num_images, height, width, channels)` in
            [-1, 1].

        Raises:
            ValueError: If an argument is not valid, or there is no decoder.
        """
        self.check_decoder()
        positive_integer("batch_size", batch_size)
        if tile is not None:
            tile, overlap = tiles.checked_tile(tile, overlap, (None, None))
        strength = np.float32(number_in("strength", strength, "[0, 1]"))
        images = style_data.checked_images("images", images)
        styles = style_data.checked_images("styles", styles)
        shares = style_data.shares(len(images), len(styles), weights)
        describe = self._functions().describe_styles
        of_styles = _in_batches(describe, batch_size, styles)
        moments = [shares @ of_style for of_style in of_styles]
        # A number would be a new graph each time.
        strengths = np.full((len(images), 1, 1, 1), strength)
        if tile is None or not tiles.exceeds(images.shape[1:-1], tile):
            draw = self._functions().draw
            return _in_batches(draw, batch_size, images, *moments, strengths)[0]
        return np.stack(
            [
                self._painted_in_tiles(image, given, tile, overlap, batch_size)
                for image, *given in zip(
                    images, *moments, strengths, strict=True
                )
            ]
        )

    def _painted_in_tiles(self, image, given, tile, overlap, batch_size):
        """One image; all its tiles with the same statistics."""
        given = [*given, *self._content_statistics(image, tile)]
        draw = self._functions().draw_tiles

        def painted(parts):
            repeated = [np.stack([one] * len(parts)) for one in given]
            return _in_batches(draw, batch_size, parts, *repeated)[0]

        return tiles.in_tiles(painted, image, tile, overlap, batch_size)

    def _content_statistics(self, image, tile) -> list[np.ndarray]:
        """Mean and deviation of the features of an image, from its parts."""
        parts = tiles.disjoint(image, tile)
        sizes = np.array([part[..., 0].size for part in parts])
        describe = self._functions().describe_contents
        found = [_in_batches(describe, 1, part[None]) for part in parts]
        means, deviations = map(np.concatenate, zip(*found, strict=True))
        shares = sizes / sizes.sum()
        mean = shares @ means
        # That within the parts, and that between them.
        variance = shares @ (deviations**2 + (means - mean) ** 2)
        return [mean.astype("float32"), np.sqrt(variance).astype("float32")]

    def check_decoder(self) -> None:
        """Raises an error if there is no decoder."""
        if self.decoder is None:
            raise ValueError(
                "`decoder` must be a model for all but `optimize`. Received: "
                "None. Build one with `keras_gan.networks.style_decoder`."
            )

    def deep_features(self, images):
        """The last features of images that are padded to fit the decoder."""
        return self.encoder(self.padding.value(images))[-1]

    def _drawn(self, images, mean, deviation, strength, *own):
        """Images whose features get these statistics, to some extent."""
        _, height, width, _ = ops.shape(images)
        features = ops.cast(self.deep_features(images), "float32")
        target = with_statistics(features, mean, deviation, own)
        target = features + strength * (target - features)
        drawn = ops.cast(self.sampler(target, training=False), "float32")
        return ops.clip(drawn[:, :height, :width], -1.0, 1.0)

    def _functions(self) -> _Compiled:
        functions = getattr(self, "_translate_functions", None)
        if functions is None:
            functions = _Compiled(
                backend.compiled(
                    lambda styles: statistics(self.encoder(styles)[-1])
                ),
                backend.compiled(
                    lambda images: statistics(self.deep_features(images))
                ),
                backend.compiled(lambda *inputs: [self._drawn(*inputs)]),
                backend.compiled(lambda *inputs: [self._drawn(*inputs)]),
            )
            object.__setattr__(self, "_translate_functions", functions)
        return functions


def _in_batches(function, size, *arrays) -> list:
    """Returns what a function returns for arrays, as NumPy arrays."""
    arrays = tuple(map(ops.convert_to_tensor, arrays))
    found = [
        function(*(one[start : start + size] for one in arrays))
        for start in range(0, len(arrays[0]), size)
    ]
    return [
        np.concatenate([ops.convert_to_numpy(one) for one in parts])
        for parts in zip(*found, strict=True)
    ]
