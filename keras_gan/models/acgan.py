"""`ACGAN`: a GAN whose discriminator also classifies the images."""

import keras

from keras_gan.models import auxiliary
from keras_gan.models.gan import GAN
from keras_gan.utils.arguments import checked_weight


@keras.saving.register_keras_serializable(package="keras_gan")
class ACGAN(GAN):
    """A conditional GAN with an auxiliary classifier.

    The discriminator does not take labels. It has a second head that predicts
    the class of an image, besides the one that distinguishes real from
    generated images. The generator is trained to make images that are
    classified as their labels. The result is a conditional generator, and a
    classifier that shares the features of the discriminator (`classifier`).

    ```
    D: adversarial + weight * CE(real) + fake_weight * CE(generated)
    G: adversarial + weight * CE(generated)
    ```

    where CE is the mean cross-entropy between class logits and labels. All
    features of `GAN` (losses, penalties, augmentation, mixed precision,
    replicas, saving) are available. The logs have three more entries:
    `d_class_loss` (CE of real images), `g_class_loss` (CE of generated images)
    and `d_class_accuracy` (accuracy on real images).

    Args:
        generator: Model, `[latents, labels]` -> images.
        discriminator: Model, images -> `[logits, class_logits]` of shapes
            `(batch, 1)` and `(batch, num_classes)`, both without activation.
            `keras_gan.networks.with_classifier` creates one.
        num_classes: Number of classes, at least 2. Labels are integers
            `(batch,)` in `[0, num_classes)`.
        classification_weight: Weight of CE, 0 or more. With 0 the generator
            learns to ignore its labels.
        fake_classification_weight: Weight of CE of generated images in the
            discriminator's loss, 0 or more. In the paper it equals
            `classification_weight`. With 0 the classifier is not trained on
            generated images, which may not look like their class yet.
        name: Name of the model.
        **kwargs: As in `GAN`: `latent_dim`, `augmenter`, `ema_momentum`,
            `seed`.

    Raises:
        ValueError: If the networks do not match each other or the arguments.

    Example:

    >>> images = np.random.uniform(-1, 1, (32, 8, 8, 1)).astype("float32")
    >>> labels = np.arange(32) % 3
    >>> generator = keras_gan.networks.mlp_generator((8, 8, 1), num_classes=3)
    >>> discriminator = keras_gan.networks.with_classifier(
    ...     keras_gan.networks.mlp_discriminator((8, 8, 1)), num_classes=3
    ... )
    >>> gan = ACGAN(generator, discriminator, num_classes=3)
    >>> gan.compile()
    >>> history = gan.fit(images, labels, batch_size=16, verbose=0)
    >>> gan.generate(5, labels=2).shape
    (5, 8, 8, 1)
    >>> gan.classifier()(images).shape
    TensorShape([32, 3])

    Reference:
        [Odena, Olah and Shlens, 2016](https://arxiv.org/abs/1610.09585).
    """

    discriminator_takes_labels = False
    class_output = 1

    log_names = (
        *GAN.log_names,
        "d_class_loss",
        "g_class_loss",
        "d_class_accuracy",
    )

    def __init__(
        self,
        generator,
        discriminator,
        *,
        num_classes,
        classification_weight=1.0,
        fake_classification_weight=0.0,
        name="acgan",
        **kwargs,
    ):
        auxiliary.check_num_classes(num_classes)
        weights = {
            "classification_weight": classification_weight,
            "fake_classification_weight": fake_classification_weight,
        }
        checked = {k: checked_weight(k, v) for k, v in weights.items()}
        super().__init__(
            generator,
            discriminator,
            num_classes=num_classes,
            name=name,
            **kwargs,
        )
        self.classification_weight = checked["classification_weight"]
        self.fake_classification_weight = checked["fake_classification_weight"]

    def build_networks(
        self, generator, discriminator, latent_dim, num_classes
    ) -> tuple:
        """Builds the networks; returns `latent_dim` and the image's shape."""
        return auxiliary.build(
            generator, discriminator, latent_dim, num_classes
        )

    def discriminator_loss(self, turn) -> tuple:
        loss, logs = super().discriminator_loss(turn)
        scores, labels = turn.scores["images"], turn.batch.labels
        class_logits = scores.real.outputs[1]
        logs["d_class_loss"] = auxiliary.class_loss(class_logits, labels)
        logs["d_class_accuracy"] = auxiliary.class_accuracy(
            class_logits, labels
        )
        loss = loss + self.classification_weight * logs["d_class_loss"]
        if self.fake_classification_weight:
            fake_loss = auxiliary.class_loss(scores.fake.outputs[1], labels)
            loss = loss + self.fake_classification_weight * fake_loss
        return loss, logs

    def generator_loss(self, turn) -> tuple:
        loss, logs = super().generator_loss(turn)
        class_logits = turn.scores["images"].fake.outputs[1]
        class_loss = auxiliary.class_loss(class_logits, turn.batch.labels)
        loss = loss + self.classification_weight * class_loss
        return loss, {**logs, "g_class_loss": class_loss}

    # Not a property, because Keras reads all properties when it saves a model
    # and would save the discriminator's weights under this name.
    def classifier(self) -> keras.Model:
        """Returns the discriminator's second head as a separate model.

        Returns:
            A `keras.Model`: images in [-1, 1] -> float32 class logits
            `(batch, num_classes)`. It shares its weights with the
            discriminator.
        """
        images = keras.Input(self.image_shape, name="images")
        _, class_logits = self.discriminator(images)
        in_float32 = keras.layers.Identity(dtype="float32", name="classes")
        return keras.Model(
            images, in_float32(class_logits), name=f"{self.name}_classifier"
        )

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "classification_weight": self.classification_weight,
            "fake_classification_weight": self.fake_classification_weight,
        }
