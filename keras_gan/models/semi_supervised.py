"""`SemiSupervisedGAN`: a classifier that also learns from unlabeled images."""

import keras
from keras import ops

from keras_gan.models import averaging, labeling
from keras_gan.models import batch as batches
from keras_gan.models import network_checks as checks
from keras_gan.models.gan import GAN
from keras_gan.models.player import optimizer_of
from keras_gan.utils.arguments import checked_weight, choice
from keras_gan.utils.models import input_shapes

_OBJECTIVES = ("feature_matching", "adversarial")


@keras.saving.register_keras_serializable(package="keras_gan")
class SemiSupervisedGAN(GAN):
    """A classifier that is trained with few labels and many other images.

    The discriminator is the classifier. Its class logits l also say whether an
    image is real: their log-sum-exp Z is the logit of that. So images without
    labels, and generated ones, teach it what images look like, and the labels
    only have to say what the classes are called.

    ```
    D: CE(labeled) + unlabeled_weight * (softplus(-Z(x)) + softplus(Z(G(z))))
       + consistency_weight * |softmax(l(x)) - softmax(l(x'))|^2
    G: |mean h(x) - mean h(G(z))|^2          (feature matching), or
       softplus(-Z(G(z)))                    (adversarial)
    ```

    where h are the features before the class logits, x all images of the batch,
    labeled or not, and x' another augmentation of x. Feature matching gives the
    better classifier, the adversarial loss the better images. The label -1
    stands for none; `keras_gan.datasets.semi_supervised` mixes both kinds. The
    logs have two more entries: `class_loss` (CE) and `accuracy` (of labeled
    images), in evaluation those of the averaged classifier.

    Args:
        generator: Model, latents -> images, or `[latents, labels]` -> images.
        discriminator: Model, images -> `[class_logits, features]` of shapes
            `(batch, num_classes)` and `(batch, n)`, without activation.
            `keras_gan.networks.with_features` makes one of a classifier.
        num_classes: Number of classes, at least 2. Labels are integers
            `(batch,)` in `[-1, num_classes)`.
        generator_objective: `"feature_matching"` or `"adversarial"`.
        unlabeled_weight: Weight of the adversarial loss of D, 0 or more.
        consistency_weight: Weight of the agreement of two augmentations, 0 or
            more; 0 saves a pass.
        name: Name of the model.
        **kwargs: As in `GAN`: `latent_dim`, `augmenter`, `ema_momentum` (of
            the averaged generator and the averaged classifier), `seed`.

    Raises:
        ValueError: If the networks do not match each other or the arguments.

    Example:

    >>> images = np.random.uniform(-1, 1, (32, 8, 8, 1)).astype("float32")
    >>> labels = np.where(np.arange(32) < 6, np.arange(32) % 3, -1)
    >>> pair = keras_gan.networks.semi_supervised((8, 8, 1), 3, width=4)
    >>> gan = SemiSupervisedGAN(*pair, num_classes=3)
    >>> gan.compile()
    >>> history = gan.fit(images, labels, batch_size=16, verbose=0)
    >>> gan.classifier().predict(images, verbose=0).shape
    (32, 3)

    Reference:
        [Salimans et al., 2016](https://arxiv.org/abs/1606.03498).
    """

    discriminator_takes_labels = False

    log_names = (*GAN.log_names, "class_loss", "accuracy")

    def __init__(
        self,
        generator,
        discriminator,
        *,
        num_classes,
        generator_objective="feature_matching",
        unlabeled_weight=1.0,
        consistency_weight=0.0,
        name="semi_supervised_gan",
        **kwargs,
    ):
        labeling.check_num_classes(num_classes)
        choice("generator_objective", generator_objective, _OBJECTIVES)
        weights = {
            "unlabeled_weight": unlabeled_weight,
            "consistency_weight": consistency_weight,
        }
        checked = {k: checked_weight(k, v) for k, v in weights.items()}
        takes_labels = len(input_shapes(generator) or []) == 2
        super().__init__(
            generator,
            discriminator,
            # Only a generator that takes labels makes it a conditional GAN.
            num_classes=num_classes if takes_labels else None,
            name=name,
            **kwargs,
        )
        labeling.check_outputs(discriminator, self.image_shape, num_classes)
        self.num_labels = int(num_classes)
        self.generator_objective = generator_objective
        self.unlabeled_weight = checked["unlabeled_weight"]
        self.consistency_weight = checked["consistency_weight"]
        self.ema_classifier = None
        if self.ema_momentum is not None:
            images = keras.KerasTensor((1, *self.image_shape))
            self.ema_classifier = averaging.copy_of(discriminator, images)

    def build_networks(
        self, generator, discriminator, latent_dim, num_classes
    ) -> tuple:
        """Builds the networks; returns `latent_dim` and the image's shape."""
        latent_dim, images = checks.build_generator(
            generator, latent_dim, num_classes
        )
        return latent_dim, tuple(images.shape[1:])

    def compile(  # type: ignore[override]
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        *,
        loss="non_saturating",
        penalties=(),
        **kwargs,
    ):
        """Configures training as `GAN.compile` does, with other defaults.

        Args:
            generator_optimizer: As in `GAN.compile`.
            discriminator_optimizer: The same.
            loss: Adversarial loss of Z, as in `GAN.compile`.
            penalties: As there; none by default.
            **kwargs: The other arguments of `GAN.compile`.
        """
        super().compile(
            generator_optimizer,
            discriminator_optimizer,
            loss=loss,
            penalties=penalties,
            **kwargs,
        )

    # Training ----------------------------------------------------------------

    def unpack(self, data):
        images, labels, *rest = labeling.parts(data)
        known = labeling.is_known(labels, self.num_labels)
        stand_ins = ops.where(known, labels, 0)
        batch = batches.unpack(
            (images, stand_ins, *rest), self.image_shape, self.num_labels
        )
        return batch._replace(labels=ops.where(known, batch.labels, -1))

    def sample(self, batch, training=True):
        if self.num_classes is None:
            drawn = super().sample(batch._replace(labels=None), training)
            return {"images": drawn}
        seed = self.seed_generator if training else self.evaluation_seed
        drawn = keras.random.randint(
            (batches.batch_size(batch.images),), 0, self.num_labels, seed=seed
        )
        labels = ops.where(batch.labels < 0, drawn, batch.labels)
        images = super().sample(batch._replace(labels=labels), training)
        return {"images": images, "labels": labels}

    def scores(self, turn):
        images = turn.batch.images
        function = self._scorer(turn)
        fake = turn.samples["images"]
        return {"images": turn.score(function, real=images, fake=fake)}

    def discriminator_loss(self, turn) -> tuple:
        adversarial, logs = super().discriminator_loss(turn)
        class_logits = turn.scores["images"].real.outputs[1]
        labels = turn.batch.labels
        logs["class_loss"] = labeling.class_loss(class_logits, labels)
        logs["accuracy"] = labeling.accuracy(class_logits, labels)
        loss = logs["class_loss"] + self.unlabeled_weight * adversarial
        if self.consistency_weight and turn.training:
            _, others, _ = self._scorer(turn)(turn.batch.images)
            difference = labeling.disagreement(class_logits, others)
            loss = loss + self.consistency_weight * difference
        return loss, logs

    def generator_loss(self, turn) -> tuple:
        real, fake = (
            turn.scores["images"].real,
            self.generated(turn, "images"),
        )
        if self.generator_objective == "adversarial":
            loss, logs = super().generator_loss(turn)
        else:
            loss = labeling.distance_of_means(real.outputs[2], fake.outputs[2])
            logs = {"g_loss": loss}
        if self.num_classes is not None:
            labels = turn.samples["labels"]
            loss = loss + labeling.class_loss(fake.outputs[1], labels)
        return loss, logs

    def after_step(self):
        super().after_step()
        if self.ema_classifier is None:
            return
        (player,) = (one for one in self.players if not one.generates)
        updates = optimizer_of(player, self.optimizer).iterations
        momentum = averaging.momentum_after(updates, self.ema_momentum)
        averaging.move_average(
            self.ema_classifier, self.discriminator, momentum
        )

    def _scorer(self, turn):
        """Returns images -> [Z, class logits, features]."""
        network = self.discriminator if turn.training else self._averaged()
        function = self.scorer(network, turn.training)

        def scores(images):
            class_logits, features = function(images)
            real = ops.logsumexp(class_logits, axis=-1, keepdims=True)
            return [real, class_logits, features]

        return scores

    def _averaged(self):
        averaged = self.ema_classifier
        return self.discriminator if averaged is None else averaged

    # Checks of data ----------------------------------------------------------

    def check_fit(self, x, y=None, **kwargs) -> None:
        super().check_fit(x, y, **kwargs)
        labeling.check_classes(x, y, self.num_labels)

    def check_data(self, x, y=None) -> None:
        labeling.check_arrays(x, y, self.image_shape, self.num_labels)

    def flag_error(self, name: str) -> str:
        if name == "labels":
            return labeling.wrong_labels("others", self.num_labels)
        return super().flag_error(name)

    # Use ---------------------------------------------------------------------

    # Not a property, because Keras reads all properties when it saves a model
    # and would save the weights under this name.
    def classifier(self) -> keras.Model:
        """Returns the (averaged) classifier as a model of its own.

        Returns:
            A `keras.Model`: images in [-1, 1] -> float32 class logits
            `(batch, num_classes)`. It shares its weights with this model.
        """
        images = keras.Input(self.image_shape, name="images")
        class_logits, _ = self._averaged()(images, training=False)
        in_float32 = keras.layers.Identity(dtype="float32", name="classes")
        return keras.Model(
            images, in_float32(class_logits), name=f"{self.name}_classifier"
        )

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "num_classes": self.num_labels,
            "generator_objective": self.generator_objective,
            "unlabeled_weight": self.unlabeled_weight,
            "consistency_weight": self.consistency_weight,
        }
