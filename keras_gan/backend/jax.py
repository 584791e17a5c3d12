"""The JAX form of what a GAN needs beyond `keras.ops`."""

import contextlib
from typing import Any

import jax
import keras
from jax import numpy as jnp

from keras_gan.backend.jax_state import Pure, Scope, value_in


class Score:
    """Images -> logits that remembers each batch it has scored.

    A loss and several penalties ask for the logits of the same images, and some
    penalties for their gradients too. Each batch is passed through the network
    once, and `input_gradients` goes back along that pass.
    """

    def __init__(self, function):
        self._function = function
        self._passes = {}

    def __call__(self, images):
        return self._pass(images)[1]

    def input_gradients(self, images):
        _check_floating(images)
        _, logits, backward = self._pass(images)
        return backward(jnp.ones_like(logits))[0]

    def _pass(self, images):
        # The object itself is kept beside the result: an id is only unique
        # among living objects.
        key = id(images)
        if key not in self._passes:
            self._passes[key] = (images, *self._run(images))
        return self._passes[key]

    def _run(self, images):
        images = jnp.asarray(images)
        pure = Pure(self._function)
        if not jnp.issubdtype(images.dtype, jnp.floating):
            return self._function(images), None
        logits, backward, assigned = jax.vjp(
            lambda x: pure((), x), images, has_aux=True
        )
        pure.assign(assigned)
        return logits, backward


def input_gradients(score, images):
    """Gradient of the summed scores with respect to the images.

    Args:
        score: Callable, images `(batch, ...)` -> logits `(batch, 1)`. A `Score`
            reuses the pass it has made of these very images.
        images: Float tensor `(batch, ...)`.

    Returns:
        Tensor of the shape of `images`, itself differentiable.

    Raises:
        TypeError: If the images are integers, which have no gradient.
    """
    if not isinstance(score, Score):
        score = Score(score)
    return score.input_gradients(images)


def _check_floating(images) -> None:
    dtype = jnp.asarray(images).dtype
    if not jnp.issubdtype(dtype, jnp.floating):
        raise TypeError(
            "`images` must be floating-point numbers for gradients with "
            f"respect to them. Received: dtype {dtype.name}. Cast them, and "
            "scale bytes with `images / 127.5 - 1.0`."
        )


def update_variables(function, variables, values) -> None:
    """Assigns `function(variable, value)` to each variable.

    Args:
        function: Callable of two tensors that returns the new value.
        variables: List of `keras.Variable` to write.
        values: List of `keras.Variable` of the same shapes to read.
    """
    for variable, value in zip(variables, values, strict=True):
        variable.assign(function(variable.value, value.value))


def copy_variables(variables, values) -> None:
    """Assigns `values` to `variables`."""
    update_variables(lambda _, value: value, variables, values)


class AdversarialTrainer:
    """The training and the test step of `GAN` in JAX.

    A mix-in. The model it is mixed into says what is minimised (its
    `objective`); this class makes it a function of the state that JAX can
    differentiate and compile.
    """

    optimizer: Any
    objective: Any
    update: str
    generator: Any
    discriminator: Any
    discriminator_batches: Any
    generate_batch: Any
    update_average: Any
    track: Any
    test_terms: Any
    jax_state_sync: Any
    own_state: Any
    compiled: bool
    sample_metrics: list
    _log_tracker: Any

    def scope(self):
        """Context in which the model's variables have to be made."""
        return contextlib.nullcontext()

    def read_state(self) -> None:
        """Brings variables up to date amid an epoch, to be read."""
        self.jax_state_sync()

    @property
    def non_trainable_variables(self) -> list:
        """Keras', and those of the loss and the penalties."""
        found = {id(v): v for v in super().non_trainable_variables}
        return list((found | {id(v): v for v in self.own_state()}).values())

    @property
    def metrics_variables(self) -> list:
        """Of the logs; metrics of images are updated outside the step."""
        return self._log_tracker.variables if self.compiled else []

    def train_step(self, state, data):
        """One step: all discriminator updates of a batch, one of G."""
        return self._with_state(self._train, state, data)

    def test_step(self, state, data):
        """Scores a batch of real images and as many generated ones."""
        return self._with_state(self._test, state, data)

    def _train(self, data):
        *earlier, last = self.discriminator_batches(data)
        logs = [self._update_discriminator(batch) for batch in earlier]
        logs += self._update_pair(last)
        self.update_average()
        return self.track(logs, last)

    def _test(self, data):
        logs, batch = self.test_terms(data)
        return self.track([logs], batch)

    def _with_state(self, step, state, data):
        kinds = [
            self.trainable_variables,
            self.non_trainable_variables,
            self.optimizer.variables,
            self.metrics_variables,
        ]
        if len(state) < len(kinds):  # A test step has no optimizer.
            del kinds[2]
        pairs = [
            pair
            for variables, values in zip(kinds, state, strict=True)
            for pair in zip(variables, values, strict=True)
        ]
        with Scope(pairs) as scope:
            logs = step(data)
        return logs, tuple(
            [value_in(scope, variable) for variable in variables]
            for variables in kinds
        )

    def _update_pair(self, batch):
        return self._updates[self.update](self, batch)

    def _update_alternating(self, batch):
        return [
            self._update_discriminator(batch),
            self._update_generator(batch),
        ]

    def _update_discriminator(self, batch):
        fake_images = self.generate_batch(batch)
        optimizer = self.optimizer.discriminator

        def loss():
            return self.objective.discriminator_terms(
                batch, fake_images, optimizer.iterations
            )

        return _minimize(loss, optimizer, self.discriminator)

    def _update_generator(self, batch):
        def loss():
            fake_images = self.generate_batch(batch)
            return self.objective.generator_terms(batch, fake_images)

        return _minimize(loss, self.optimizer.generator, self.generator)

    def _update_simultaneously(self, batch):
        """Both updates from one pass through each of the two networks."""
        pair = self.optimizer
        networks = [self.discriminator, self.generator]

        def losses():
            fake_images = self.generate_batch(batch)
            d_loss, g_loss, logs = self.objective.adversarial_terms(
                batch, fake_images, pair.discriminator.iterations
            )
            d_loss = pair.discriminator.scale_loss(d_loss)
            return (d_loss, pair.generator.scale_loss(g_loss)), logs

        variables = [v for net in networks for v in net.trainable_variables]
        losses_now, logs, backward = _differentiate(losses, variables)
        one, none = (f(losses_now[0]) for f in (jnp.ones_like, jnp.zeros_like))
        cut = len(self.discriminator.trainable_variables)
        # What each does not need is never computed, once this is compiled.
        _apply(pair.discriminator, backward((one, none))[:cut], networks[0])
        _apply(pair.generator, backward((none, one))[cut:], networks[1])
        return [logs]

    _updates = {
        "alternating": _update_alternating,
        "simultaneous": _update_simultaneously,
    }


def _minimize(function, optimizer, network):
    def scaled():
        loss, logs = function()
        return optimizer.scale_loss(loss), logs

    loss, logs, backward = _differentiate(scaled, network.trainable_variables)
    _apply(optimizer, backward(jnp.ones_like(loss)), network)
    return logs


def _differentiate(function, variables):
    """The result of `function() -> (losses, logs)`, and the way back."""
    pure = Pure(function, variables)

    def values_to_losses(values):
        (losses, logs), assigned = pure(values)
        return losses, (logs, assigned)

    losses, backward, (logs, assigned) = jax.vjp(
        values_to_losses, [v.value for v in variables], has_aux=True
    )
    pure.assign(assigned)
    return losses, logs, lambda upstream: backward(upstream)[0]


def _apply(optimizer, gradients, network) -> None:
    targets = network.trainable_variables
    state = optimizer.variables
    values, new_state = optimizer.stateless_apply(
        [v.value for v in state], gradients, [v.value for v in targets]
    )
    for variable, value in zip(targets, values, strict=True):
        variable.assign(value)
    for variable, value in zip(state, new_state, strict=True):
        variable.assign(value)
