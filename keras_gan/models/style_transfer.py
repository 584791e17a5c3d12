"""`StyleTransfer`: the content of one image in the style of another."""

import keras
import numpy as np
from keras import ops

from keras_gan.features import FeatureMaps, default_layers
from keras_gan.layers.adaptive_instance_normalization import (
    statistics,
    with_statistics,
)
from keras_gan.layers.padding_to_multiple import PaddingToMultiple
from keras_gan.models import batch as batches
from keras_gan.models import coupling, data_checks
from keras_gan.models import network_checks as checks
from keras_gan.models import styles as style_data
from keras_gan.models.adversarial_model import AdversarialModel
from keras_gan.models.averaging import copy_of, momentum_after, move_average
from keras_gan.models.pixel_optimization import PixelOptimization
from keras_gan.models.player import Player, optimizer_of
from keras_gan.models.style_translation import StyleTranslation
from keras_gan.optimizers import AdversarialOptimizer
from keras_gan.utils.arguments import checked_weight
from keras_gan.utils.models import Untracked
from keras_gan.utils.tensors import batch_mean

_EPSILON = 1e-8


@keras.saving.register_keras_serializable(package="keras_gan")
class StyleTransfer(PixelOptimization, StyleTranslation, AdversarialModel):
    """Paints the content of one image in the style of another.

    In two ways, both with the features of a network that is not trained:

    - `optimize` changes the pixels of one image until its features are those of
      the content and their Gram matrices those of the style (Gatys et al.). It
      needs no training, and seconds to minutes for each image.
    - `translate` needs one pass through the encoder and a decoder for an image
      in any style, which need not have been in the training data (AdaIN). `fit`
      trains the decoder on pairs of any contents and styles:

    ```
    t = std(E(style)) * (E(content) - mean) / std + mean(E(style))
    loss = content_weight * |E(D(t)) - t|^2 / |t|^2
           + style_weight * mean over layers of the squared differences of means
             and standard deviations, relative to those of the style
    ```

    Both losses are relative to the size of the features, so weights for one
    network suit another.

    Args:
        decoder: Model, features of the last of `layers` -> images, such as
            `keras_gan.networks.style_decoder(...)`. None: only `optimize`.
        feature_extractor: `"vgg19"`, `"efficientnet_lite0"` or a `keras.Model`,
            images in [-1, 1] -> features, as in `features.FeatureMaps`.
        layers: Names of layers of the encoder from shallow to deep; `decoder`
            inverts the last. None: the usual ones of a named network, what a
            model returns.
        weights: Weights of a named network, as in `features.FeatureMaps`.
        ema_momentum: Momentum in `[0, 1)` of the averaged decoder, shorter
            early in training as in `GAN`. None: no average.
        seed: Integer seed of random draws of the decoder, such as dropout.
        name: Name of the model.

    Raises:
        ValueError: If the decoder does not invert the encoder, or an argument
            is invalid.
        FileNotFoundError: If the weights of a named network are not available.

    Example:

    >>> encoder = keras.Sequential(
    ...     [
    ...         keras.Input((None, None, 3)),
    ...         keras.layers.Conv2D(8, 3, padding="same", activation="relu"),
    ...         keras.layers.AveragePooling2D(2),
    ...     ]
    ... )
    >>> decoder = keras_gan.networks.style_decoder(
    ...     8, widths=(8,), convolutions=(1,)
    ... )
    >>> model = StyleTransfer(decoder, encoder)
    >>> model.compile()
    >>> images = np.random.uniform(-1, 1, (8, 16, 16, 3)).astype("float32")
    >>> history = model.fit(images, images[::-1], batch_size=4, verbose=0)
    >>> model.translate(images[:3], images[5:6], strength=0.5).shape
    (3, 16, 16, 3)

    Reference:
        - Huang and Belongie, "Arbitrary Style Transfer in Real-time with
          Adaptive Instance Normalization", arXiv 1703.06868.
        - Gatys et al., "A Neural Algorithm of Artistic Style", arXiv
          1508.06576.
    """

    log_names = ("loss", "content_loss", "style_loss")

    def __init__(
        self,
        decoder=None,
        feature_extractor="vgg19",
        layers=None,
        *,
        weights="auto",
        ema_momentum=0.999,
        seed=None,
        name="style_transfer",
        **kwargs,
    ):
        _, seed = checks.check_arguments(None, ema_momentum, seed)
        super().__init__(name=name, seed=seed, **kwargs)
        if layers is None:
            layers = default_layers(feature_extractor, "encoder")
        self.encoder = FeatureMaps(feature_extractor, layers, weights=weights)
        self.decoder = decoder
        self.ema_momentum = ema_momentum
        self.ema_decoder = None
        self.seed = seed
        if decoder is None:
            return
        features, stride = style_data.check(self.encoder, decoder)
        # Keras would call a model with a layer that was never called.
        self.padding = Untracked(PaddingToMultiple(stride))
        if ema_momentum is not None:
            self.ema_decoder = copy_of(decoder, features)

    def compile(
        self,
        optimizer=None,
        *,
        content_weight=1.0,
        style_weight=10.0,
        **kwargs,
    ):
        """Configures how the decoder is trained.

        Args:
            optimizer: Optimizer of the decoder. Default: Adam with a learning
                rate of 1e-4.
            content_weight: Factor of the content's loss, 0 or more.
            style_weight: Factor of the style's loss, 0 or more.
            **kwargs: `run_eagerly`, `steps_per_execution` and `jit_compile`, as
                in `keras.Model.compile`.

        Raises:
            ValueError: If an argument is not valid, or there is no decoder.
        """
        self.check_decoder()
        content_weight = checked_weight("content_weight", content_weight)
        style_weight = checked_weight("style_weight", style_weight)
        if optimizer is None:
            optimizer = keras.optimizers.Adam(1e-4)
        if not isinstance(optimizer, dict | AdversarialOptimizer):
            optimizer = {"decoder": optimizer}
        super().compile(optimizer, **kwargs)
        self.content_weight = content_weight
        self.style_weight = style_weight

    # Training ----------------------------------------------------------------

    def make_players(self):
        decoder = (self.decoder,)
        return (Player("decoder", decoder, self.decoder_loss, generates=True),)

    def unpack(self, data):
        parts = [
            batches.unpack(images, tuple(images.shape[1:]), None)
            for images in coupling.both_domains(data)
        ]
        contents, styles = (part.out_of_range["images"] for part in parts)
        return batches.Batch(
            tuple(part.images for part in parts),
            out_of_range={"images": ops.maximum(contents, styles)},
        )

    def sample(self, batch, training=True):
        contents, styles = batch.images
        of_styles = [statistics(one) for one in self.encoder(styles)]
        target = with_statistics(self.deep_features(contents), *of_styles[-1])
        decoder = self.decoder if training else self.sampler
        images = batches.call_network(decoder, target, training)
        return {
            "images": ops.cast(images, "float32"),
            "target": target,
            "styles": of_styles,
        }

    def decoder_loss(self, turn) -> tuple:
        """Returns the loss of the decoder, and the logs."""
        samples = turn.samples
        maps = self.encoder(samples["images"])
        content = _relative([maps[-1]], [samples["target"]])
        styles = [
            _relative(statistics(one), wanted)
            for one, wanted in zip(maps, samples["styles"], strict=True)
        ]
        style = ops.mean(ops.stack(styles))
        loss = self.content_weight * content + self.style_weight * style
        values = (loss, content, style)
        return loss, dict(zip(self.log_names, values, strict=True))

    def after_step(self):
        if self.ema_decoder is not None:
            updates = optimizer_of(self.players[0], self.optimizer).iterations
            momentum = momentum_after(updates, self.ema_momentum)
            move_average(self.ema_decoder, self.decoder, momentum)

    def check_data(self, x, y=None) -> None:
        if not data_checks.in_memory(x):
            return
        images = coupling.both_domains((x, y))
        coupling.check_lengths(images)
        for one in images:
            data_checks.check_arrays(one, None, one.shape[1:], None)

    def flags(self, batch) -> dict:
        return batch.out_of_range

    def flag_error(self, name: str) -> str:
        return data_checks.out_of_range("values beyond that range")

    # Saving ------------------------------------------------------------------

    def compile_arguments(self) -> dict:
        return {
            **super().compile_arguments(),
            "content_weight": self.content_weight,
            "style_weight": self.style_weight,
        }

    def save_own_variables(self, store) -> None:
        """Saves the weights of a user's encoder, too, which Keras does not."""
        super().save_own_variables(store)
        for number, variable in enumerate(self.encoder.variables):
            store[f"encoder_{number}"] = ops.convert_to_numpy(variable)

    def load_own_variables(self, store) -> None:
        """Loads what `save_own_variables` saved."""
        super().load_own_variables(store)
        for number, variable in enumerate(self.encoder.variables):
            variable.assign(np.asarray(store[f"encoder_{number}"]))

    def get_config(self) -> dict:
        decoder = self.decoder
        if decoder is not None:
            decoder = keras.saving.serialize_keras_object(decoder)
        return {
            "decoder": decoder,
            **self.encoder.arguments(),
            "ema_momentum": self.ema_momentum,
            "seed": self.seed,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Creates the model, with its decoder and its encoder."""
        one = keras.saving.deserialize_keras_object
        networks = {
            name: one(value, custom_objects=custom_objects)
            for name, value in config.items()
            if isinstance(value, dict)
        }
        return cls(**{**config, **networks})


def _relative(found, wanted):
    """Mean over images of squared differences, relative to what is wanted.

    Args:
        found: Tensors `(batch, ...)`.
        wanted: As many tensors of the same shapes.
    """
    errors, sizes = 0.0, _EPSILON
    for one, other in zip(found, wanted, strict=True):
        axes = tuple(range(1, len(other.shape)))
        one, other = ops.cast(one, "float32"), ops.cast(other, "float32")
        errors = errors + ops.sum(ops.square(one - other), axis=axes)
        sizes = sizes + ops.sum(ops.square(other), axis=axes)
    return batch_mean(errors / sizes)
