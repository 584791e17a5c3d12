"""What a step of `GAN` consists of, told in `keras.ops`."""

from typing import Any

import keras
from keras import ops

from keras_gan.backend import copy_variables, update_variables
from keras_gan.models import batch as batches
from keras_gan.models import data_checks
from keras_gan.models.tracker import merge

# Shares of batches out of range, kept beside the logs and never shown.
STRANGE = {"_strange_images": "images", "_strange_labels": "labels"}


class AdversarialSteps:
    """The sentences of a step: its batches, images, average and logs.

    A mix-in of `GAN`, whose backend puts these together with gradients.
    """

    generator: Any
    ema_generator: Any
    ema_momentum: Any
    latent_dim: int
    image_shape: tuple[int, ...]
    num_classes: int | None
    discriminator_steps: int
    seed_generator: keras.random.SeedGenerator
    evaluation_seed: keras.random.SeedGenerator
    objective: Any
    sample_metrics: list
    _log_tracker: Any
    _train_logs: Any

    def discriminator_batches(self, data) -> list:
        """The parts of a batch, one for each discriminator update."""
        return batches.split(self._unpack(data), self.discriminator_steps)

    def _unpack(self, data):
        return batches.unpack(data, self.image_shape, self.num_classes)

    def sample_latents(self, batch, seed):
        """Standard normal latents for a batch of real images.

        Args:
            batch: Named tuple of `images` and `labels`.
            seed: `keras.random.SeedGenerator` to draw from.

        Returns:
            Tensor `(batch, latent_dim)`.
        """
        size = ops.shape(batch.images)[0]
        return keras.random.normal((size, self.latent_dim), seed=seed)

    def generate_batch(self, batch):
        """As many generated images as the batch has, of the same labels."""
        latents = self.sample_latents(batch, self.seed_generator)
        return self.images_of(self.generator, latents, batch.labels, True)

    def update_average(self) -> None:
        """Moves the averaged generator towards the generator."""
        if self.ema_generator is None:
            return
        rate = 1.0 - self.ema_momentum
        average, current = self.ema_generator, self.generator
        # The copy itself is frozen, so its weights are told apart by what the
        # generator's are.
        ids = map(id, current.weights)
        copies = dict(zip(ids, average.weights, strict=True))
        update_variables(
            lambda mean, value: mean + rate * (value - mean),
            [copies[id(v)] for v in current.trainable_weights],
            current.trainable_weights,
        )
        copy_variables(
            [copies[id(v)] for v in current.non_trainable_weights],
            current.non_trainable_weights,
        )

    def track(self, logs: list, batch) -> dict:
        """Adds the logs of a step to the epoch's means and returns these."""
        tracker = self._log_tracker
        values = merge(logs)
        values.update({k: batch.strange[v] for k, v in STRANGE.items()})
        tracker.update_state(values, ops.shape(batch.images)[0])
        return self.current_logs()

    def current_logs(self) -> dict:
        """Means of the logs so far, and the state of an adaptive augmenter."""
        values = shown(self._log_tracker.result())
        if self._log_tracker is self._train_logs:
            values.update(self.objective.augmenter_logs())
        return values

    def assert_usual_data(self) -> None:
        """Raises an error if data seen since the reset was out of range."""
        means = self._log_tracker.result()
        images, labels = (float(means[name]) for name in STRANGE)
        if images:
            message = data_checks.out_of_range("values beyond that range")
            raise ValueError(message)
        if labels:
            message = data_checks.wrong_labels("others", self.num_classes)
            raise ValueError(message)

    def test_terms(self, data):
        """Logs of one test batch, the batch, and as many generated images."""
        batch = self._unpack(data)
        latents = self.sample_latents(batch, self.evaluation_seed)
        fake_images = self.images_of(self.sampler, latents, batch.labels, False)
        logs = self.objective.test_terms(batch, fake_images)
        return logs, batch, fake_images

    def update_metrics(self, real_images, fake_images) -> None:
        """Shows the metrics given to `compile` a batch of either kind."""
        for metric in self.sample_metrics:
            metric.update_state(real_images, fake_images)

    @property
    def sampler(self):
        """The network that images are drawn from: the average, if any."""
        averaged = self.ema_generator
        return self.generator if averaged is None else averaged

    def images_of(self, network, latents, labels, training):
        """Float32 images that a network makes of latents and labels."""
        inputs = latents if labels is None else [latents, labels]
        images = batches.call_network(network, inputs, training)
        return ops.cast(images, "float32")


def shown(values: dict) -> dict:
    """The values that a user sees."""
    return {name: v for name, v in values.items() if name not in STRANGE}
