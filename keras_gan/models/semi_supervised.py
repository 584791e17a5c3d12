"""`SemiSupervisedGAN`: a classifier that also learns from unlabeled images."""

import keras
from keras import ops

from keras_gan import losses
from keras_gan.models import auxiliary, averaging, label_checks, labeling
from keras_gan.models import batch as batches
from keras_gan.models import network_checks as checks
from keras_gan.models.gan import GAN
from keras_gan.models.partial_means import mean_where, share_of
from keras_gan.models.player import optimizer_of
from keras_gan.utils.arguments import checked_weight, choice, integer
from keras_gan.utils.models import Untracked, input_shapes
from keras_gan.utils.tensors import batch_mean

_OBJECTIVES = ("feature_matching", "adversarial")
_SHARE = "labeled_share"


@keras.saving.register_keras_serializable(package="keras_gan")
class SemiSupervisedGAN(GAN):
    """A classifier that is trained with few labels and many other images.

    The discriminator is the classifier. The log-sum-exp Z of its class logits l
    is the logit of an image being real. So images without labels, and generated
    ones, teach it what images look like, and the labels only have to say what
    the classes are called. The label -1 stands for none;
    `keras_gan.datasets.semi_supervised` makes batches of both kinds.

    ```
    D: CE(labeled) + mean softplus(-Z(unlabeled)) + mean softplus(Z(G(z)))
       + consistency_weight * mean (softmax(l(a(x))) - softmax(l'(x)))^2
    G: |mean h(unlabeled) - mean h(G(z))|^2     (feature matching), or
       mean softplus(-Z(G(z)))                  (adversarial)
    ```

    where CE is the cross-entropy and h are features in the classifier. The last
    term asks that an unlabeled image x, augmented (a) and seen through noise
    and dropout, is classified as the averaged classifier l' classifies x
    itself. A generator that takes labels is also trained by CE(G(z)). Of a
    batch without unlabeled images only CE remains, as of an ordinary
    classifier.

    The logs have three more entries: `class_loss` (CE), `accuracy` (of labeled
    images) and `labeled_share` (of the images). In evaluation they are those of
    the averaged classifier, so `val_accuracy` is that of `classifier()`.

    Args:
        generator: Model, latents -> images, or `[latents, labels]` -> images.
        discriminator: Functional or sequential model, images -> class logits
            `(batch, num_classes)`, without softmax. Batch normalization in it
            would tell batches of real images from generated ones.
        num_classes: Number of classes, at least 2. Labels are integers
            `(batch,)` in `[-1, num_classes)`.
        generator_loss: `"feature_matching"`, which gives the better classifier,
            or `"adversarial"`, which gives the better images.
        feature_layer: Name of the layer of the discriminator whose outputs are
            the features. Default: the input of its last `Dense`.
        consistency_weight: Weight w of the agreement with the average, 0 or
            more; 0 saves a pass.
        consistency_warmup: Number of steps n in which the weight rises to w,
            because an average that knows little would be agreed with for ever:
            `w * exp(-5 * (1 - min(1, step / n))^2)`. 0: it is always w.
        name: Name of the model.
        **kwargs: As in `GAN`: `latent_dim`, `augmenter` (of all images of the
            loss), `ema_momentum` (of the averages of both networks), `seed`.

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
        [Salimans et al., 2016](https://arxiv.org/abs/1606.03498);
        [Tarvainen and Valpola, 2017](https://arxiv.org/abs/1703.01780)
        (consistency with an average, whose weight rises).
    """

    discriminator_takes_labels = False
    class_output = 0

    log_names = (*GAN.log_names, "class_loss", "accuracy", _SHARE)

    def __init__(
        self,
        generator,
        discriminator,
        *,
        num_classes,
        generator_loss="feature_matching",
        feature_layer=None,
        consistency_weight=0.0,
        consistency_warmup=0,
        name="semi_supervised_gan",
        **kwargs,
    ):
        auxiliary.check_num_classes(num_classes)
        choice("generator_loss", generator_loss, _OBJECTIVES)
        weight = checked_weight("consistency_weight", consistency_weight)
        warmup = integer("consistency_warmup", consistency_warmup, at_least=0)
        takes_labels = len(input_shapes(generator) or []) == 2
        classes = int(num_classes)
        super().__init__(
            generator,
            discriminator,
            # Only a generator that takes labels makes it a conditional GAN.
            num_classes=classes if takes_labels else None,
            name=name,
            **kwargs,
        )
        labeling.check_classifier(discriminator, self.image_shape, classes)
        self.num_labels = classes
        self.generator_objective = generator_loss
        self.feature_layer = feature_layer
        self.consistency_weight = weight
        self.consistency_warmup = warmup
        self.ema_discriminator = None
        views = [labeling.with_features(discriminator, feature_layer)]
        if self.ema_momentum is not None:
            self.ema_discriminator = averaging.copy_of(
                discriminator, discriminator.inputs
            )
            views.append(
                labeling.with_features(self.ema_discriminator, feature_layer)
            )
        # Views of the networks, whose weights are saved with those.
        self._views = Untracked(views)

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
        """Configures how the two players are trained.

        Args:
            generator_optimizer: As in `GAN.compile`.
            discriminator_optimizer: The same.
            loss: `"non_saturating"`: Z is the logit of a probability.
            penalties: As in `GAN.compile`; none by default.
            **kwargs: As there.

        Raises:
            TypeError: If there is another argument, such as `optimizer`.
            ValueError: If an argument is not valid.
        """
        _check_loss(losses.get(loss))
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
        batches.check_labels(labels.shape, labels.dtype, self.num_labels)
        none = ops.equal(ops.cast(labels, "int32"), labeling.UNLABELED)
        batch = batches.unpack(
            (images, ops.where(none, 0, labels), *rest),
            self.image_shape,
            self.num_labels,
        )
        none = ops.reshape(none, (-1,))
        labels = ops.where(none, labeling.UNLABELED, batch.labels)
        return batch._replace(labels=labels)

    def sample(self, batch, training=True):
        """Returns generated images and, if they have classes, their labels."""
        if self.num_classes is None:
            of_any = batch._replace(labels=None)
            return {"images": super().sample(of_any, training)}
        seed = self.seed_generator if training else self.evaluation_seed
        size = (batches.batch_size(batch.labels),)
        drawn = keras.random.randint(size, 0, self.num_labels, seed=seed)
        labels = ops.where(
            batch.labels < 0, ops.cast(drawn, "int32"), batch.labels
        )
        images = super().sample(batch._replace(labels=labels), training)
        return {"images": images, "labels": labels}

    def scores(self, turn):
        return {
            "images": turn.score(
                self._scorer(turn.training),
                turn.batch.images,
                turn.samples["images"],
            )
        }

    def _scorer(self, training):
        """Returns images -> [Z, class logits, features]."""
        view = self._views.value[0 if training else -1]
        function = self.scorer(view, training)

        def scores(images):
            class_logits, features = function(images)
            real = ops.logsumexp(class_logits, axis=-1, keepdims=True)
            return [real, class_logits, features]

        return scores

    def discriminator_loss(self, turn) -> tuple:
        scores, labels = turn.scores["images"], turn.batch.labels
        unlabeled = ops.cast(labels < 0, "float32")
        known = 1.0 - unlabeled
        _, class_logits, _ = scores.real.outputs
        entropies = labeling.class_losses(class_logits, labels)
        adversarial = mean_where(
            ops.softplus(-scores.real.logits[:, 0]), unlabeled
        ) + batch_mean(ops.softplus(scores.fake.logits))
        # Without images that are only real, nothing opposes the fakes.
        adversarial = adversarial * ops.cast(share_of(unlabeled) > 0, "float32")
        loss = mean_where(entropies, known) + adversarial
        if self.consistency_weight and turn.training:
            # The average sees the images as they are: the best target there is.
            _, others, _ = self._scorer(False)(turn.batch.images)
            apart = labeling.differences(class_logits, others)
            weight = labeling.risen(
                self.consistency_weight, self._steps(), self.consistency_warmup
            )
            loss = loss + weight * mean_where(apart, unlabeled)
        hits = labeling.hits(class_logits, labels)
        return loss, {
            "d_loss": adversarial,
            "d_real_accuracy": batch_mean(scores.real.logits > 0),
            "d_fake_accuracy": batch_mean(scores.fake.logits < 0),
            # Sums over the labeled images; see `get_metrics_result`.
            "class_loss": batch_mean(entropies * known),
            "accuracy": batch_mean(hits * known),
            _SHARE: batch_mean(known),
        }

    def generator_loss(self, turn) -> tuple:
        loss, logs = super().generator_loss(turn)
        real, fake = turn.scores["images"].real, turn.scores["images"].fake
        if self.generator_objective == "feature_matching":
            weights = ops.cast(turn.batch.labels < 0, "float32")
            # Of a batch without unlabeled images all are used.
            none = share_of(weights) <= 0
            weights = ops.where(none, ops.ones_like(weights), weights)
            loss = labeling.distance_of_means(
                real.outputs[2], fake.outputs[2], weights
            )
            logs = {"g_loss": loss}
        if self.num_classes is not None:
            labels = turn.samples["labels"]
            loss = loss + auxiliary.class_loss(fake.outputs[1], labels)
        return loss, logs

    def after_step(self):
        """Updates both averages."""
        super().after_step()
        if self.ema_discriminator is None:
            return
        averaging.move_average(
            self.ema_discriminator,
            self.discriminator,
            averaging.momentum_after(self._steps(), self.ema_momentum),
        )

    def _steps(self):
        """Number of steps so far: the generator makes one update in each."""
        (player,) = (one for one in self.players if one.generates)
        return optimizer_of(player, self.optimizer).iterations

    def get_metrics_result(self) -> dict:
        """Returns the values that `fit` and `evaluate` report."""
        values = super().get_metrics_result()
        if _SHARE not in values:
            return values
        # Exact means over the labeled images, however they are spread.
        share = ops.maximum(values[_SHARE], 1e-9)
        means = {n: values[n] / share for n in ("class_loss", "accuracy")}
        return {**values, **means}

    # Checks of data ----------------------------------------------------------

    def fit(self, x=None, y=None, **kwargs):
        self._assert_compile_called("fit")
        self.check_data(x, y)
        label_checks.check_classes(x, y, self.num_labels)
        return super().fit(x, y, **kwargs)

    def check_data(self, x, y=None) -> None:
        label_checks.check_arrays(x, y, self.image_shape, self.num_labels)

    def flag_error(self, name: str) -> str:
        if name == "labels":
            return label_checks.wrong_labels("others", self.num_labels)
        return super().flag_error(name)

    # Use ---------------------------------------------------------------------

    # Not a property, because Keras reads all properties when it saves a model
    # and would save the weights under this name.
    def classifier(self) -> keras.Model:
        """Returns the (averaged) classifier as a model of its own.

        Returns:
            A `keras.Model`: images in [-1, 1] -> float32 class logits, not
            probabilities, `(batch, num_classes)`. It shares its weights with
            this model, so it learns on when this one does.
        """
        averaged = self.ema_discriminator
        network = self.discriminator if averaged is None else averaged
        images = keras.Input(self.image_shape, name="images")
        in_float32 = keras.layers.Identity(dtype="float32", name="classes")
        return keras.Model(
            images, in_float32(network(images)), name=f"{self.name}_classifier"
        )

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "num_classes": self.num_labels,
            "generator_loss": self.generator_objective,
            "feature_layer": self.feature_layer,
            "consistency_weight": self.consistency_weight,
            "consistency_warmup": self.consistency_warmup,
        }


def _check_loss(loss) -> None:
    """Raises an error unless the formula of the loss is that of the class."""
    plain = isinstance(loss, losses.NonSaturatingLoss) and not (
        loss.label_smoothing or loss.label_noise
    )
    if not plain:
        raise ValueError(
            '`loss` must be "non_saturating", because Z is the logit of a '
            f"probability. Received: {loss!r}. Leave it out."
        )
