"""`StarGAN`: changes attributes of images, learned without pairs."""

import keras
from keras import ops

from keras_gan import backend
from keras_gan.models import (
    attribute_networks,
    attributes,
    augmenter_checks,
    data_checks,
    translation,
)
from keras_gan.models import batch as batches
from keras_gan.models import network_checks as checks
from keras_gan.models.attribute_editing import EditsAttributes
from keras_gan.models.two_player_model import TwoPlayerModel
from keras_gan.utils.arguments import checked_weight
from keras_gan.utils.tensors import batch_mean


@keras.saving.register_keras_serializable(package="keras_gan")
class StarGAN(EditsAttributes, TwoPlayerModel):
    """One generator that changes any of several attributes of images.

    The attributes may be one of several classes (a season, the style of a
    painter: `exclusive=True`) or several at once (smiling, glasses). The data
    is images with their attributes, not pairs. The generator takes an image and
    the attributes that it is to have. The discriminator has a second head that
    predicts attributes, and an image that gets other attributes and then its
    own again must be the same as before.

    ```
    loss of D = adversarial + classification_weight * CE(x, own attributes)
    loss of G = adversarial + classification_weight * CE(G(x, t), t)
                + cycle_weight * mean(|G(G(x, t), own attributes) - x|)
    ```

    where CE is the cross-entropy, summed over the attributes, and the targets t
    are the attributes of the batch in another order. All features of `GAN`
    (losses, penalties, augmentation, both update orders, precision,
    distribution, saving, resuming) are available. The logs have four more
    entries: `d_class_loss` (CE of real images), `g_class_loss` (CE of edited
    images), `d_class_accuracy` (of real images) and `cycle_loss`.

    Args:
        generator: Model, `[images, attributes]` -> images, with attributes of
            shape `(batch, num_attributes)`.
        discriminator: Model, images -> `[logits, attribute_logits]` of shapes
            `(batch, ...)` and `(batch, num_attributes)`, both without
            activation.
        exclusive: Whether each image has exactly one of the attributes. They
            may then be integers `(batch,)`, and CE is that of a softmax.
            Otherwise they are `(batch, num_attributes)` of 0 and 1.
        augmenter: As in `GAN`.
        ema_momentum: Momentum in `[0, 1)` of the averaged generator, as in
            `GAN`. None: no average.
        seed: Integer seed of all draws. None: a random one.
        name: Name of the model.

    Raises:
        ValueError: If the networks do not match each other or the arguments.

    Example:

    >>> layers = keras.layers
    >>> images, wanted = keras.Input((8, 8, 1)), keras.Input((2,))
    >>> planes = layers.Reshape((8, 8, 2))(layers.RepeatVector(64)(wanted))
    >>> x = layers.Concatenate()([images, planes])
    >>> x = layers.Conv2D(1, 3, padding="same", activation="tanh")(x)
    >>> generator = keras.Model([images, wanted], x)
    >>> features = layers.Flatten()(layers.Conv2D(4, 3, strides=2)(images))
    >>> heads = [layers.Dense(1)(features), layers.Dense(2)(features)]
    >>> gan = StarGAN(generator, keras.Model(images, heads), seed=1)
    >>> gan.compile()
    >>> photos = np.random.uniform(-1, 1, (40, 8, 8, 1)).astype("float32")
    >>> labels = np.random.randint(0, 2, (40, 2))
    >>> history = gan.fit(photos, labels, batch_size=20, verbose=0)
    >>> gan.translate(photos[:5], [1, 0], strength=0.5).shape
    (5, 8, 8, 1)

    Reference:
        [Choi et al., 2017](https://arxiv.org/abs/1711.09020).
    """

    log_names = (
        *TwoPlayerModel.log_names,
        "d_class_loss",
        "g_class_loss",
        "d_class_accuracy",
        "cycle_loss",
    )

    def __init__(
        self,
        generator,
        discriminator,
        *,
        exclusive=False,
        augmenter=None,
        ema_momentum=0.999,
        seed=None,
        name="star_gan",
        **kwargs,
    ):
        _, seed = checks.check_arguments(None, ema_momentum, seed)
        super().__init__(name=name, seed=seed, **kwargs)
        self.image_shape, self.num_attributes = attribute_networks.build(
            generator, discriminator, exclusive
        )
        checks.unfreeze("generator", generator)
        checks.unfreeze("discriminator", discriminator)
        augmenter_checks.check_kind(augmenter)
        self.generator = generator
        self.discriminator = discriminator
        self.exclusive = bool(exclusive)
        self.augmenter = augmenter
        self.seed = seed
        self.make_average(ema_momentum, generator.inputs)
        self.make_classifier()

    def compile(  # type: ignore[override]
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        *,
        loss="wasserstein",
        penalties="auto",
        classification_weight=1.0,
        cycle_weight=10.0,
        discriminator_steps=5,
        **kwargs,
    ):
        """Configures how the two players are trained.

        Args:
            generator_optimizer: Optimizer, name or config; or an
                `AdversarialOptimizer` for both players. Default: Adam with
                learning rate 1e-4 and `beta_1=0.5`. Published runs decay it in
                their second half: `keras_gan.optimizers.LinearDecay`.
            discriminator_optimizer: The same for the discriminator.
            loss: As in `GAN.compile`. `"wasserstein"` as published, or
                `"non_saturating"`.
            penalties: As in `GAN.compile`. The default belongs to the loss:
                `GradientPenalty` to `"wasserstein"`, none to
                `"non_saturating"`.
            classification_weight: Weight of CE in both losses, 0 or more.
            cycle_weight: Weight of the cycle, 0 or more.
            discriminator_steps: As in `GAN.compile`: each batch is split into
                as many parts, so that `batch_size=80` gives every update a
                batch of 16, as published.
            **kwargs: As in `GAN.compile`: `update`, `metrics`, `run_eagerly`,
                `steps_per_execution`, `jit_compile`.

        Raises:
            TypeError: If there is another argument, such as `optimizer`.
            ValueError: If an argument is not valid.
        """
        weights = {
            "classification_weight": classification_weight,
            "cycle_weight": cycle_weight,
        }
        checked = {k: checked_weight(k, v) for k, v in weights.items()}
        with self.scope():
            optimizers = translation.optimizers(
                generator_optimizer,
                discriminator_optimizer,
                learning_rate=1e-4,
            )
        super().compile(
            *optimizers,
            loss=loss,
            penalties=penalties,
            discriminator_steps=discriminator_steps,
            **kwargs,
        )
        self.classification_weight = checked["classification_weight"]
        self.cycle_weight = checked["cycle_weight"]

    def image_shapes(self) -> dict:
        return {"images": self.image_shape}

    # Training ----------------------------------------------------------------

    def unpack(self, data):
        batch = batches.unpack(data, self.image_shape, None)
        own, wrong = attributes.unpack(attributes.of_data(data), *self._kind)
        flags = {**batch.out_of_range, "labels": wrong}
        return batch._replace(labels=own, out_of_range=flags)

    def target_attributes(self, batch, seed):
        """Returns the attributes that the images of a batch are to have.

        Args:
            batch: Named tuple of `images` and `labels`, the own attributes.
            seed: `keras.random.SeedGenerator` to draw from.

        Returns:
            Tensor `(batch, num_attributes)`: the own ones in another order. If
            there are several replicas, those of the whole batch.
        """
        size = batches.batch_size(batch.labels)
        lots = keras.random.uniform((size, 1), dtype="float32", seed=seed)
        rows = ops.concatenate([batch.labels, lots], axis=-1)
        return backend.on_whole_batch(_sorted_by_lot, rows)

    def sample(self, batch, training=True):
        """Returns edited images and the attributes that they are to have."""
        seed = self.seed_generator if training else self.evaluation_seed
        wanted = self.target_attributes(batch, seed)
        images = self._edited(batch.images, wanted, training)
        return {"images": images, "attributes": wanted}

    def scores(self, turn):
        function = self.scorer(self.discriminator, turn.training)
        scores = turn.score(function, turn.batch.images, turn.samples["images"])
        return {"images": scores}

    def discriminator_loss(self, turn) -> tuple:
        loss, logs = super().discriminator_loss(turn)
        logits, own = turn.scores["images"].real.outputs[1], turn.batch.labels
        found = attributes.class_loss(logits, own, self.exclusive)
        logs["d_class_loss"] = found
        logs["d_class_accuracy"] = attributes.accuracy(
            logits, own, self.exclusive
        )
        return loss + self.classification_weight * found, logs

    def generator_loss(self, turn) -> tuple:
        loss, logs = super().generator_loss(turn)
        (real, own, _), edited = turn.batch, turn.samples
        found = attributes.class_loss(
            turn.scores["images"].fake.outputs[1],
            edited["attributes"],
            self.exclusive,
        )
        again = self._edited(edited["images"], own, turn.training)
        cycle = batch_mean(ops.abs(again - real))
        loss = loss + self.classification_weight * found
        loss = loss + self.cycle_weight * cycle
        return loss, {**logs, "g_class_loss": found, "cycle_loss": cycle}

    def _edited(self, images, wanted, training):
        network = self.generator if training else self.sampler
        outputs = batches.call_network(network, [images, wanted], training)
        return ops.cast(outputs, "float32")

    # Checks of data ----------------------------------------------------------

    def fit(self, x=None, y=None, **kwargs):
        self._assert_compile_called("fit")
        if data_checks.in_memory(x):
            own = attributes.of_data((x, y))
            number = data_checks.num_examples(x)
            attributes.check_array(own, number, *self._kind)
            attributes.warn_if_constant(own, *self._kind)
        return super().fit(x, y, **kwargs)

    def check_data(self, x, y=None) -> None:
        data_checks.check_arrays(x, y, self.image_shape, None)
        if data_checks.in_memory(x):
            own = attributes.of_data((x, y))
            number = data_checks.num_examples(x)
            attributes.check_array(own, number, *self._kind)

    def flags(self, batch) -> dict:
        return batch.out_of_range

    def flag_error(self, name: str) -> str:
        if name == "images":
            return data_checks.out_of_range("values beyond that range")
        return attributes.wrong_values(*self._kind)

    @property
    def _kind(self) -> tuple:
        return self.num_attributes, self.exclusive

    # Saving ----------------------------------------------------------

    def compile_arguments(self) -> dict:
        return {
            **super().compile_arguments(),
            "classification_weight": self.classification_weight,
            "cycle_weight": self.cycle_weight,
        }

    def get_config(self) -> dict:
        serialize = keras.saving.serialize_keras_object
        return {
            "generator": serialize(self.generator),
            "discriminator": serialize(self.discriminator),
            "exclusive": self.exclusive,
            "augmenter": serialize(self.augmenter),
            "ema_momentum": self.ema_momentum,
            "seed": self.seed,
            "name": self.name,
        }


def _sorted_by_lot(rows):
    """Attributes in the order of the lots in the last column."""
    return ops.take(rows[:, :-1], ops.argsort(rows[:, -1]), axis=0)
