"""The start of BAGAN in `imbalanced.py`: an autoencoder and class statistics.

Mariani et al., "BAGAN: Data Augmentation with Balancing GAN", arXiv 1803.09655.
"""

from typing import Any

import keras
import numpy as np
from imbalanced_settings import Arrays, Setting
from keras import ops

CODE = 32
"""Length of the autoencoder's codes."""


@keras.saving.register_keras_serializable(package="imbalanced")
class ClassCodes(keras.layers.Layer):
    """Turns standard normal latents into codes of a class: mean + root * z.

    Args:
        num_classes: Number of classes.
        **kwargs: As of any Keras layer.

    Call arguments: `[latents, labels]`, `(batch, CODE)` and `(batch,)`.
    """

    def __init__(self, num_classes: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_classes = num_classes
        self.means = self.add_weight(
            shape=(num_classes, CODE), trainable=False, name="means"
        )
        self.roots = self.add_weight(
            shape=(num_classes, CODE, CODE), trainable=False, name="roots"
        )
        self.built = True

    def fill(self, codes: np.ndarray, labels: np.ndarray) -> None:
        """Sets the means and the roots of the covariances.

        A class of few images has no covariance of full rank, so each is mixed
        with that of all classes around their means, which counts as much as
        `CODE` images.
        """
        classes = range(self.num_classes)
        means = np.stack([codes[labels == one].mean(0) for one in classes])
        around = codes - means[labels]
        pooled = around.T @ around / len(around)
        self.means.assign(means)
        roots = []
        for one in classes:
            own = around[labels == one]
            mixed = (own.T @ own + CODE * pooled) / (len(own) + CODE)
            roots.append(np.linalg.cholesky(mixed + 1e-6 * np.eye(CODE)))
        self.roots.assign(np.stack(roots))

    def call(self, inputs: Any) -> Any:
        latents, labels = inputs
        means = ops.take(self.means, labels, axis=0)
        roots = ops.take(self.roots, labels, axis=0)
        return means + ops.squeeze(roots @ latents[..., None], axis=-1)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_classes": self.num_classes}


def started(
    train: Arrays,
    decoder: keras.Model,
    discriminator: keras.Model,
    setting: Setting,
    seed: int,
) -> keras.Model:
    """Trains an autoencoder, and returns the generator that starts from it.

    Args:
        train: Images (0 to 255) and labels.
        decoder: Model, codes -> images in [-1, 1]; it is trained.
        discriminator: Conditional discriminator; all layers but the last are
            trained as the encoder.
        setting: `Setting`.
        seed: Integer.

    Returns:
        Model, `[latents, labels]` -> images.
    """
    images = train[0] / np.float32(127.5) - 1
    labels = train[1]
    classes = int(labels.max()) + 1
    features = discriminator.get_layer("unconditional_logits").input
    code = keras.layers.Dense(CODE, name="code")(features)
    encoder = keras.Model(discriminator.inputs[0], code)
    autoencoder = keras.Model(encoder.inputs, decoder(encoder.outputs[0]))
    autoencoder.compile(keras.optimizers.Adam(1e-3), "mse")
    random = np.random.default_rng(seed)
    # Every class equally often, or the rare one would not be learned.
    counts = np.bincount(labels)
    chosen = random.choice(
        len(images),
        setting.gan_steps * setting.batch_size,
        p=1 / (classes * counts[labels]),
    )
    autoencoder.fit(
        images[chosen],
        images[chosen],
        batch_size=setting.batch_size,
        verbose=0,
    )
    codes = ClassCodes(classes, name="class_codes")
    codes.fill(encoder.predict(images, verbose=0), labels)
    inputs = [keras.Input((CODE,)), keras.Input((), dtype="int32")]
    return keras.Model(inputs, decoder(codes(inputs)), name="bagan")
