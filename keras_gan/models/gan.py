"""`GAN`: a generator and a discriminator as one Keras model."""

import contextlib

import keras
from keras import ops

from keras_gan import losses
from keras_gan.backend import AdversarialTrainer, ReplicaSeedGenerator
from keras_gan.models import (
    augmenter_checks,
    checks,
    configuration,
    data_checks,
    sampling,
    state,
)
from keras_gan.models.objective import AdversarialObjective, penalty_name
from keras_gan.models.steps import STRANGE, AdversarialSteps
from keras_gan.models.tracker import LogTracker
from keras_gan.models.watch import watched


@keras.saving.register_keras_serializable(package="keras_gan")
class GAN(AdversarialSteps, AdversarialTrainer, keras.Model):
    """A generative adversarial network as a Keras model.

    Two networks are trained against each other: the generator G makes images
    from latents, the discriminator D tells them from real ones. Any two Keras
    models will do whose shapes fit; `compile`, `fit`, `evaluate`, `predict`,
    saving, callbacks, mixed precision and `tf.distribute` are those of Keras.

    Args:
        generator: Model, latents `(batch, latent_dim)` -> images
            `(batch, ...)`; conditional: `[latents, labels]` -> images.
        discriminator: Model, images -> logits `(batch, 1)`; conditional:
            `[images, labels]` -> logits. Logits, not probabilities.
        latent_dim: Size of the latents. Read from the generator if left out.
        num_classes: Number of classes of a conditional GAN, whose labels are
            integers `(batch,)` in `[0, num_classes)`.
        augmenter: Keras or KerasCV layer, images -> images, differentiable,
            that stands between every image and the discriminator while
            training.
        ema_momentum: Momentum in `[0, 1)` of the averaged generator, which
            `call`, `predict`, `generate` and `evaluate` use. None: no average.
        seed: Integer from which all latents are drawn. None: any.
        name: Name of the model.

    Raises:
        ValueError: If the networks do not fit each other or the arguments.

    Example:

    >>> images = np.random.uniform(-1, 1, (32, 8, 8, 1)).astype("float32")
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp((8, 8, 1)), seed=1)
    >>> gan.compile()
    >>> history = gan.fit(images, batch_size=16, verbose=0)
    >>> gan.generate(5).shape
    (5, 8, 8, 1)

    Reference:
        [Goodfellow et al., 2014](https://arxiv.org/abs/1406.2661).
    """

    def __init__(
        self,
        generator,
        discriminator,
        *,
        latent_dim=None,
        num_classes=None,
        augmenter=None,
        ema_momentum=0.999,
        seed=None,
        name="gan",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        num_classes, seed = checks.check_arguments(
            num_classes, ema_momentum, seed
        )
        self.latent_dim, self.image_shape = self.build_networks(
            generator, discriminator, latent_dim, num_classes
        )
        checks.warn_probabilities(discriminator)
        augmenter_checks.check_kind(augmenter)
        self.generator = generator
        self.discriminator = discriminator
        self.augmenter = augmenter
        self.num_classes = num_classes
        self.ema_momentum = ema_momentum
        self.seed = seed
        self.ema_generator = None
        if ema_momentum is not None:
            self.ema_generator = sampling.copy_of(
                generator, checks.fake_inputs(self.latent_dim, num_classes)
            )
        # Training, evaluation and sampling draw from seeds of their own, so
        # that looking at a run never changes it.
        offset = (lambda n: None) if seed is None else (lambda n: seed + n)
        self.seed_generator = ReplicaSeedGenerator(offset(0))
        self.evaluation_seed = ReplicaSeedGenerator(offset(0x5EED))
        self.sampling_seed = keras.random.SeedGenerator(offset(0xFACE))
        self.built = True

    def build_networks(
        self, generator, discriminator, latent_dim, num_classes
    ) -> tuple:
        """Builds the networks; returns `latent_dim` and the image's shape."""
        return checks.build(generator, discriminator, latent_dim, num_classes)

    def compile(
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        *,
        loss="relativistic",
        penalties="auto",
        discriminator_steps=1,
        update="alternating",
        metrics=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
    ):
        """Chooses how the two networks are trained.

        Args:
            generator_optimizer: Optimizer, name or config; left out, Adam as
                `AdversarialOptimizer` has it. The pair itself may stand here.
            discriminator_optimizer: The same for the discriminator.
            loss: Name, `AdversarialLoss`, or any object with
                `discriminator_loss` and `generator_loss`.
            penalties: List of penalties, or `"auto"`: those with which the
                loss is meant to be trained.
            discriminator_steps: Number of discriminator updates a step. Each
                batch is cut into that many equal parts.
            update: `"alternating"`: the generator sees the discriminator after
                its update. `"simultaneous"`: one pass serves both updates,
                which is faster.
            metrics: Metrics with `update_state(real_images, fake_images)`,
                computed by `evaluate` and on validation data.
            run_eagerly: As in `keras.Model.compile`.
            steps_per_execution: As in `keras.Model.compile`.
            jit_compile: As in `keras.Model.compile`.

        Raises:
            ValueError: If an argument is not one of these.
        """
        loss = losses.get(loss)
        penalties = configuration.penalties(penalties, loss, self.image_shape)
        configuration.check(discriminator_steps, update, metrics, self._updates)
        checks.warn_batch_normalization(self.discriminator, penalties)
        with self.scope():
            augmenter_checks.check(
                self.augmenter, penalties, self.image_shape, jit_compile
            )
            pair = configuration.optimizers(
                generator_optimizer, discriminator_optimizer
            )
            if state.has_float16(self.generator, self.discriminator):
                pair.scale_losses()
            super().compile(
                optimizer=pair,
                run_eagerly=run_eagerly,
                steps_per_execution=steps_per_execution,
                jit_compile=jit_compile,
                auto_scale_loss=False,
            )
            pair.build_parts(
                self.generator.trainable_variables,
                self.discriminator.trainable_variables,
            )
            configuration.build([loss, *penalties], metrics, self.image_shape)
            objective = self.make_objective(loss, penalties)
            both = [*objective.log_names, *STRANGE]
            names = [*both, *(penalty_name(p) for p in penalties)]
            self._train_logs = LogTracker(names, name="train")
            self._test_logs = LogTracker(both, name="test")
        self._log_tracker = self._train_logs
        self.asked_jit_compile = jit_compile
        self.sample_metrics = list(metrics or [])
        self.loss = loss
        self.penalties = penalties
        self.discriminator_steps = int(discriminator_steps)
        self.update = update
        self.objective = objective

    def make_objective(self, loss, penalties) -> AdversarialObjective:
        """What the two networks minimise, of the arguments of `compile`."""
        return AdversarialObjective(
            self.discriminator, loss, penalties, self.augmenter
        )

    # Training ---------------------------------------------------------------

    def fit(self, x=None, y=None, *, callbacks=None, **kwargs):
        """Trains on images, `(images, labels)` or a data set of either.

        Args:
            x: Array of images `(n, ...)` in [-1, 1], or a data set.
            y: Array of integer labels `(n,)`, for arrays of images.
            callbacks: As in `keras.Model.fit`.
            **kwargs: As in `keras.Model.fit`.

        Returns:
            The `keras.callbacks.History` of the run.

        Raises:
            ValueError: If the images or labels are not what the networks take.
            FloatingPointError: If a loss stops being finite.
        """
        self._assert_compile_called("fit")
        data_checks.check_fit(self, x, y, **kwargs)
        if not hasattr(x, "__array__"):
            # Keras warns of its own default where a data set comes in order.
            kwargs.setdefault("shuffle", False)
        self._log_tracker = self._train_logs
        with data_checks.indivisible_batches(self.discriminator_steps):
            return super().fit(
                x, y, callbacks=watched(callbacks, self), **kwargs
            )

    # Evaluation -------------------------------------------------------------

    def evaluate(self, x=None, y=None, *, return_dict=False, **kwargs):
        """Losses and metrics on real images and as many generated ones.

        The latents are the same at each call, and training is not touched.

        Args:
            x: Array of images in [-1, 1], or a data set.
            y: Array of integer labels, for arrays of images.
            return_dict: Return a dict instead of a list.
            **kwargs: As in `keras.Model.evaluate`.

        Returns:
            The four losses and accuracies, then each metric.
        """
        self._assert_compile_called("evaluate")
        data_checks.check_arrays(x, y, self.image_shape, self.num_classes)
        with self._testing(), data_checks.indivisible_batches(1):
            logs = super().evaluate(x, y, return_dict=True, **kwargs)
        logs.update(configuration.results(self.sample_metrics))
        return logs if return_dict else list(logs.values())

    def test_on_batch(self, x, y=None, *, return_dict=False):
        """As `evaluate`, on one batch.

        Args:
            x: Array of images in [-1, 1].
            y: Array of integer labels.
            return_dict: Return a dict instead of a list.

        Returns:
            The four losses and accuracies, then each metric.
        """
        self._assert_compile_called("test_on_batch")
        data_checks.check_arrays(x, y, self.image_shape, self.num_classes)
        with self._testing():
            logs = super().test_on_batch(x, y, return_dict=True)
        logs.update(configuration.results(self.sample_metrics))
        return logs if return_dict else list(logs.values())

    @contextlib.contextmanager
    def _testing(self):
        """Logs of `evaluate`, and the same latents as at each call."""
        state.rewind(self.evaluation_seed)
        self._log_tracker = self._test_logs
        try:
            yield
            self.assert_usual_data()
        finally:
            self._log_tracker = self._train_logs

    @property
    def metrics(self) -> list:
        """Means of the logs and the metrics given to `compile`."""
        if not self.compiled:
            return []
        return [self._log_tracker, *self.sample_metrics]

    def get_metrics_result(self) -> dict:
        """The values that `fit` and `evaluate` report."""
        return self.current_logs()

    # Sampling ---------------------------------------------------------------

    def call(self, inputs, training=False):
        """Images of latents, or of `[latents, labels]`, by the average."""
        return ops.cast(self.sampler(inputs, training=training), "float32")

    def generate(
        self,
        num_images,
        *,
        labels=None,
        truncation=None,
        seed=None,
        batch_size=64,
    ):
        """Draws images from the (averaged) generator.

        Args:
            num_images: Number of images, at least 1.
            labels: Label of all images, or integers `(num_images,)`. Left out,
                the classes take turns.
            truncation: Positive bound on the latents' absolute values: smaller
                gives more typical and less varied images. None: no bound.
            seed: Integer: the same images whenever the weights are the same.
                None: new ones at each call.
            batch_size: Number of images made at once.

        Returns:
            Float32 NumPy array `(num_images, ...)`.

        Raises:
            ValueError: If an argument is out of its range.

        Reference:
            [Brock et al., 2018](https://arxiv.org/abs/1809.11096) (truncation).
        """
        return sampling.generate(
            self,
            num_images,
            labels=labels,
            truncation=truncation,
            seed=seed,
            batch_size=batch_size,
        )

    # Saving -----------------------------------------------------------------

    def own_state(self) -> list:
        """Variables of the loss and the penalties, which Keras overlooks."""
        return state.compiled_variables(self)

    def save_own_variables(self, store) -> None:
        """Saves seeds and the penalties' state; the networks save theirs."""
        state.save(self, store)

    def load_own_variables(self, store) -> None:
        """Loads what `save_own_variables` saved."""
        state.load(self, store)

    def get_config(self) -> dict:
        serialize = keras.saving.serialize_keras_object
        return {
            "generator": serialize(self.generator),
            "discriminator": serialize(self.discriminator),
            "latent_dim": self.latent_dim,
            "num_classes": self.num_classes,
            "augmenter": serialize(self.augmenter),
            "ema_momentum": self.ema_momentum,
            "seed": self.seed,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        for part in ("generator", "discriminator", "augmenter"):
            config[part] = keras.saving.deserialize_keras_object(
                config[part], custom_objects=custom_objects
            )
        return cls(**config)

    def get_compile_config(self) -> dict:
        """Arguments of `compile`, serialised."""
        return configuration.serialize(self) if self.compiled else {}

    def compile_from_config(self, config) -> None:
        """Compiles as the serialised arguments say."""
        if not config:
            return
        try:
            self.compile(**configuration.deserialize(config))
        except (OSError, ValueError) as error:
            # A model must open also where a file of its metrics is missing.
            if not config["metrics"]:
                raise
            self.compile(**configuration.deserialize({**config, "metrics": []}))
            configuration.warn_of_metrics(error)
