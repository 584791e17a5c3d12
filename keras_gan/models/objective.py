"""What the two networks minimise on a batch."""

from keras import ops

from keras_gan.backend import Score, cond
from keras_gan.models import augmenter_layers as augmenters
from keras_gan.models.batch import call_network

# Entry of the logs -> attribute of an adaptive augmenter.
_ADAPTIVE_LOGS = {
    "augment_probability": "probability",
    "real_sign": "sign_statistic",
}


class AdversarialObjective:
    """Loss, penalties and augmentation around a discriminator.

    Args:
        discriminator: Images (and labels) -> logits.
        loss: Object with `discriminator_loss` and `generator_loss`.
        penalties: List of callables `(score, real_images, fake_images)`.
        augmenter: Layer, images -> images, or None. It stands between any image
            and the discriminator; penalties see the image before it. An
            adaptive layer in it is told what the discriminator says of real
            images.

    Attributes:
        log_names: Entries of the logs of a step, beside those of penalties.
    """

    log_names: tuple[str, ...] = (
        "d_loss",
        "g_loss",
        "d_real_accuracy",
        "d_fake_accuracy",
    )

    def __init__(self, discriminator, loss, penalties=(), augmenter=None):
        self.discriminator = discriminator
        self.loss = loss
        self.penalties = list(penalties)
        self.augmenter = augmenter
        self._adaptive = None
        if augmenter is not None:
            self._adaptive = next(
                iter(augmenters.adaptive_layers(augmenter)), None
            )

    def discriminator_terms(self, batch, fake_images, step):
        """Returns the discriminator's loss with penalties, and the logs."""
        function = self._scorer(batch.labels)
        return self._discriminator(
            Score(function), function, (batch.images, fake_images), step
        )

    def generator_terms(self, batch, fake_images):
        """Returns the generator's loss and the logs."""
        function = self._scorer(batch.labels)
        fake_logits = function(fake_images)
        real_logits = None
        if getattr(self.loss, "generator_uses_real_logits", True):
            real_logits = ops.stop_gradient(function(batch.images))
        return self._generator(
            function, function, fake_images, (real_logits, fake_logits)
        )

    def adversarial_terms(self, batch, fake_images, step):
        """Both losses from one pass of each image through the networks."""
        function = self._scorer(batch.labels)
        score = Score(function)
        d_loss, logs = self._discriminator(
            score, function, (batch.images, fake_images), step
        )
        g_loss, g_logs = self._generator(
            score,
            function,
            fake_images,
            (score(batch.images), score(fake_images)),
        )
        return d_loss, g_loss, {**logs, **g_logs}

    def test_terms(self, batch, fake_images):
        """The logs of both losses, without augmentation and penalties."""
        function = self._scorer(batch.labels, training=False)
        return self._test(function, (batch.images, fake_images))

    # The next three are given the images beside their logits, for objectives
    # that ask more of them than the logits say.

    def _test(self, function, images):
        real_logits, fake_logits = (function(one) for one in images)
        d_loss = self.loss.discriminator_loss(real_logits, fake_logits)
        g_loss = self.loss.generator_loss(real_logits, fake_logits)
        logs = _discriminator_logs(d_loss, real_logits, fake_logits)
        return {**logs, "g_loss": g_loss}

    def _generator(self, score, function, fake_images, logits):
        loss = self.loss.generator_loss(*logits)
        return loss, {"g_loss": loss}

    def _discriminator(self, score, function, images, step):
        real_logits, fake_logits = (score(one) for one in images)
        loss = self.loss.discriminator_loss(real_logits, fake_logits)
        logs = _discriminator_logs(loss, real_logits, fake_logits)
        for penalty in self.penalties:
            value = self._penalty(penalty, score, function, images, step)
            logs[penalty_name(penalty)] = value
            loss = loss + value
        # Last, so that every pass of this update is at one probability.
        if self._adaptive is not None:
            margins = self._real_margins(real_logits, fake_logits)
            self._adaptive.update_state(ops.stop_gradient(margins))
        return loss, logs

    def _real_margins(self, real_logits, fake_logits):
        """How sure D is of real images, as the loss has it."""
        margins = getattr(self.loss, "real_margins", None)
        return margins(real_logits, fake_logits) if margins else real_logits

    def augmenter_logs(self) -> dict:
        """What an adaptive augmenter does now; not a mean over the epoch."""
        values = {
            name: getattr(self._adaptive, attribute, None)
            for name, attribute in _ADAPTIVE_LOGS.items()
        }
        return {
            name: ops.cast(value, "float32")
            for name, value in values.items()
            if value is not None
        }

    def _scorer(self, labels, training=True):
        network = self._network(training)

        def function(images):
            inputs = images if labels is None else [images, labels]
            logits = call_network(network, inputs, training)
            return ops.cast(logits, "float32")

        return function

    def _network(self, training):
        """The discriminator, behind the augmenter where there is one."""
        augments = training and self.augmenter is not None
        return self._augmented if augments else self.discriminator

    def _augmented(self, inputs, training):
        """What the discriminator says of augmented images."""
        if not isinstance(inputs, list):
            inputs = augmenters.augment(self.augmenter, inputs)
        else:
            images, labels = inputs
            inputs = [augmenters.augment(self.augmenter, images), labels]
        return self.discriminator(inputs, training=training)

    def _penalty(self, penalty, score, function, images, step):
        real_images, fake_images = images
        if hasattr(penalty, "update_state"):
            penalty.update_state(score(real_images), score(fake_images))
        every = getattr(penalty, "every", 1)
        if every == 1:
            return penalty(score, real_images, fake_images)

        def due():
            # A pass of its own: what is scored inside a branch cannot be
            # remembered outside it.
            value = penalty(Score(function), real_images, fake_images)
            return ops.cast(value, "float32") * every

        return cond(
            ops.equal(step % every, 0), due, lambda: ops.zeros((), "float32")
        )


def penalty_name(penalty) -> str:
    """Log entry of a penalty: its `name`, or that of the callable."""
    name = getattr(penalty, "name", None) or getattr(penalty, "__name__", None)
    return name or type(penalty).__name__.lower()


def _discriminator_logs(loss, real_logits, fake_logits) -> dict:
    return {
        "d_loss": loss,
        "d_real_accuracy": share(real_logits > 0),
        "d_fake_accuracy": share(fake_logits < 0),
    }


def share(hits):
    """Share of true entries, as a float32 scalar."""
    # 0 and not NaN where a replica got no image of an incomplete batch.
    count = ops.cast(ops.size(hits), "float32")
    return ops.sum(ops.cast(hits, "float32")) / ops.maximum(count, 1.0)
