"""The TensorFlow form of what a GAN needs beyond `keras.ops`."""

from typing import Any

import keras
import tensorflow as tf

from keras_gan.backend.scoring import BaseScore


class ReplicaSeedGenerator(keras.random.SeedGenerator):
    """A seed generator whose draws differ from replica to replica.

    The state of a `keras.random.SeedGenerator` is the same on every replica, so
    all of them would draw the same latents. The replica's number is folded into
    the seed at each draw, and the saved state stays that of one device.
    """

    # Odd and large: seeds of neighbouring runs (1, 2, 3, ...) never collide.
    _STRIDE = 1_000_003

    def next(self, ordered: bool = True) -> tf.Tensor:
        seed = super().next(ordered)
        if replica_count() == 1:
            return seed
        context = tf.distribute.get_replica_context()
        if context is None:
            return seed
        replica = tf.cast(context.replica_id_in_sync_group, seed.dtype)
        return seed + tf.stack([replica * self._STRIDE, tf.zeros_like(replica)])


class Score(BaseScore):
    """Images -> logits, under a tape that watches the images."""

    def forward(self, images):
        images = tf.convert_to_tensor(images)
        with tf.GradientTape(
            persistent=True, watch_accessed_variables=False
        ) as tape:
            tape.watch(images)
            outputs = self._function(images)

        def gradients():
            return tape.gradient(
                outputs[0],
                images,
                unconnected_gradients=tf.UnconnectedGradients.ZERO,
            )

        return outputs, gradients


input_gradients = Score.input_gradients_of


def replica_count() -> int:
    """Number of replicas that a step is run on at once."""
    return tf.distribute.get_strategy().num_replicas_in_sync


def in_several_replicas() -> bool:
    """Whether this runs on one of several replicas, not between them."""
    return replica_count() > 1 and tf.distribute.in_cross_replica_context() is (
        False
    )


def replica_mean(value):
    """Mean over replicas of a scalar; the scalar itself on one device."""
    if not in_several_replicas():
        return value
    context = tf.distribute.get_replica_context()
    return context.all_reduce(tf.distribute.ReduceOp.MEAN, value)


def replica_share(batch_size):
    """This replica's share of the global batch, as a float32 scalar.

    Keras sums gradients over replicas. A loss that is a mean over the local
    batch becomes, times this share, its part of the mean over the global batch,
    exactly so also when the last batch is cut unevenly.
    """
    if not in_several_replicas():
        return tf.constant(1.0)
    local = tf.cast(batch_size, tf.float32)
    context = tf.distribute.get_replica_context()
    return local / context.all_reduce(tf.distribute.ReduceOp.SUM, local)


def update_variables(function, variables, values) -> None:
    """Assigns `function(variable, value)` to each variable on every replica.

    Args:
        function: Callable of two tensors that returns the new value.
        variables: List of `keras.Variable` to write.
        values: List of `keras.Variable` of the same shapes to read.
    """
    targets = [variable.value for variable in variables]
    sources = [value.value for value in values]
    _assign(lambda a, b: a.assign(function(a, b)), targets, sources)


def copy_variables(variables, values) -> None:
    """Assigns `values` to `variables`; each replica gets the replicas' mean.

    Batch statistics differ between replicas, which see different images. Of a
    copy that is kept for inference every replica must have the same.
    """
    targets = [variable.value for variable in variables]
    sources = [tf.convert_to_tensor(value.value) for value in values]
    if sources and in_several_replicas():
        context = tf.distribute.get_replica_context()
        sources = context.all_reduce(tf.distribute.ReduceOp.MEAN, sources)
    _assign(lambda a, b: a.assign(b), targets, sources)


def _assign(assign, targets, sources) -> None:
    if not in_several_replicas():
        for target, source in zip(targets, sources, strict=True):
            assign(target, source)
        return

    def update(strategy, targets, sources):
        for target, source in zip(targets, sources, strict=True):
            strategy.extended.update(
                target, assign, args=(source,), group=False
            )

    tf.__internal__.distribute.interim.maybe_merge_call(
        update, tf.distribute.get_strategy(), targets, sources
    )


def compiled(function):
    """`function` as a graph that is traced once for all batch sizes."""
    return tf.function(function, reduce_retracing=True, autograph=False)


class AdversarialTrainer:
    """The training and the test step of `GAN` in TensorFlow.

    A mix-in. The model it is mixed into says what is minimised (its
    `objective`); this class knows tapes, gradients and replicas.
    """

    optimizer: Any
    objective: Any
    update: str
    generator: Any
    discriminator: Any
    distribute_strategy: Any
    discriminator_batches: Any
    generate_batch: Any
    update_average: Any
    track: Any
    test_terms: Any
    assert_usual_data: Any
    update_metrics: Any

    def scope(self):
        """Context in which the model's variables have to be made."""
        return self.distribute_strategy.scope()

    def check_first_batch(self) -> None:
        """Raises an error if the first batch was out of range."""
        self.assert_usual_data()

    def train_step(self, data):
        """One step: all discriminator updates of a batch, one of G."""
        *earlier, last = self.discriminator_batches(data)
        logs = [self._update_discriminator(batch) for batch in earlier]
        logs += self._update_pair(last)
        self.update_average()
        return self._replica_logs(self.track(logs, last))

    def test_step(self, data):
        """Scores a batch of real images and as many generated ones."""
        logs, batch, fake_images = self.test_terms(data)
        self.update_metrics(batch.images, fake_images)
        return self._replica_logs(self.track([logs], batch))

    def _update_pair(self, batch):
        return self._updates[self.update](self, batch)

    def _update_alternating(self, batch):
        return [
            self._update_discriminator(batch),
            self._update_generator(batch),
        ]

    def _update_discriminator(self, batch):
        fake_images = self.generate_batch(batch)
        variables = self.discriminator.trainable_variables
        with _tape(variables) as tape:
            loss, logs = self.objective.discriminator_terms(
                batch, fake_images, self.optimizer.discriminator.iterations
            )
            loss = self._scaled(loss, self.optimizer.discriminator, batch)
        gradients = tape.gradient(loss, variables)
        self.optimizer.discriminator.apply(gradients, variables)
        return logs

    def _update_generator(self, batch):
        variables = self.generator.trainable_variables
        with _tape(variables) as tape:
            fake_images = self.generate_batch(batch)
            loss, logs = self.objective.generator_terms(batch, fake_images)
            loss = self._scaled(loss, self.optimizer.generator, batch)
        gradients = tape.gradient(loss, variables)
        self.optimizer.generator.apply(gradients, variables)
        return logs

    def _update_simultaneously(self, batch):
        """Both updates from one pass through each of the two networks."""
        of_discriminator = self.discriminator.trainable_variables
        of_generator = self.generator.trainable_variables
        pair = self.optimizer
        with _tape(of_discriminator + of_generator, persistent=True) as tape:
            fake_images = self.generate_batch(batch)
            d_loss, g_loss, logs = self.objective.adversarial_terms(
                batch, fake_images, pair.discriminator.iterations
            )
            d_loss = self._scaled(d_loss, pair.discriminator, batch)
            g_loss = self._scaled(g_loss, pair.generator, batch)
        d_gradients = tape.gradient(d_loss, of_discriminator)
        g_gradients = tape.gradient(g_loss, of_generator)
        pair.discriminator.apply(d_gradients, of_discriminator)
        pair.generator.apply(g_gradients, of_generator)
        return [logs]

    _updates = {
        "alternating": _update_alternating,
        "simultaneous": _update_simultaneously,
    }

    def _scaled(self, loss, optimizer, batch):
        share = replica_share(keras.ops.shape(batch.images)[0])
        return optimizer.scale_loss(loss * share)

    def _replica_logs(self, logs):
        # Between workers Keras reduces each value along its first axis, which
        # a scalar does not have.
        strategy = self.distribute_strategy
        if isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
            return {name: value[None] for name, value in logs.items()}
        return logs


def _tape(variables, persistent=False):
    # Watching only what is trained keeps the other network's weight gradients
    # from ever being computed.
    tape = tf.GradientTape(
        persistent=persistent, watch_accessed_variables=False
    )
    return _Watching(tape, variables)


class _Watching:
    def __init__(self, tape, variables):
        self._tape = tape
        self._variables = variables

    def __enter__(self):
        tape = self._tape.__enter__()
        for variable in self._variables:
            tape.watch(variable.value)
        return tape

    def __exit__(self, *error):
        return self._tape.__exit__(*error)
