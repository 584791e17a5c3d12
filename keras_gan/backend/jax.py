"""The JAX form of what a GAN needs beyond `keras.ops`."""

import contextlib
import itertools
from typing import Any

import jax
from jax import numpy as jnp

from keras_gan.backend.jax_state import Pure, Scope, value_in
from keras_gan.backend.one_device import refuse_strategy
from keras_gan.backend.scoring import BaseScore


class Score(BaseScore):
    """Images -> logits, with the way back that JAX finds along the pass."""

    def forward(self, images):
        images = jnp.asarray(images)
        if not jnp.issubdtype(images.dtype, jnp.floating):
            return self._function(images), None
        pure = Pure(self._function)
        outputs: list
        assigned: list
        outputs, backward, assigned = jax.vjp(
            lambda x: pure((), x), images, has_aux=True
        )
        pure.assign(assigned)

        def gradients():
            upstream = [jnp.zeros_like(output) for output in outputs]
            upstream[0] = jnp.ones_like(outputs[0])
            return backward(upstream)[0]

        return outputs, gradients


input_gradients = Score.input_gradients_of


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


# As Keras orders it.
_STATE = (
    "trainable_variables",
    "non_trainable_variables",
    "optimizer_variables",
    "metrics_variables",
)


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
    update_metrics: Any
    test_function: Any
    run_eagerly: bool
    jit_compile: bool
    steps_per_execution: int
    assert_usual_data: Any
    trainable_variables: Any
    train_function: Any
    own_state: Any
    jax_state_sync: Any
    compiled: bool
    sample_metrics: list
    _log_tracker: Any

    def scope(self):
        """Context in which the model's variables have to be made."""
        refuse_strategy()
        return contextlib.nullcontext()

    def check_first_batch(self) -> None:
        """Nothing: the training function has done so.

        Callbacks run beside the steps, in a thread of their own, where the
        state of the model must not be touched.
        """

    def make_train_function(self, force=False):
        """Makes the function that `fit` calls for each step."""
        self._first_batch = True
        if self.train_function is not None and not force:
            return
        super().make_train_function(force)  # type: ignore[misc]
        step = self.train_function

        def checked(state, iterator):
            logs, state = self._kept(step, state, iterator)
            if self._first_batch:
                self._first_batch = False
                self._kept(self._check_state, state)
            return logs, state

        self.train_function = checked

    def _check_state(self, state):
        with Scope(zip(self.metrics_variables, state[3], strict=True)):
            self.assert_usual_data()

    def _kept(self, function, state, *inputs):
        """`function(state, *inputs)`; if it fails, the model has its state.

        For the time of `fit` Keras takes the weights away from the model.
        """
        try:
            return function(state, *inputs)
        except StopIteration:
            raise
        except Exception:
            if not any(leaf.is_deleted() for leaf in jax.tree.leaves(state)):
                names = [
                    name
                    for name in _STATE
                    if len(state) == len(_STATE)
                    or name != "optimizer_variables"
                ]
                self._jax_state = dict(zip(names, state, strict=True))
                self._jax_state_synced = False
                self.jax_state_sync()
            raise

    @property
    def non_trainable_variables(self) -> list:
        """Keras', and those of the loss and the penalties."""
        known = super().non_trainable_variables  # type: ignore[misc]
        found = {id(v): v for v in known}
        return list((found | {id(v): v for v in self.own_state()}).values())

    @property
    def metrics_variables(self) -> list:
        """Of the logs; metrics of images are updated outside the step."""
        return self._log_tracker.variables if self.compiled else []

    def train_step(self, state, data):
        """One step: all discriminator updates of a batch, one of G."""
        return self._with_state(self._train, state, data)

    def test_step(self, state, data):
        """Scores a batch of real images and as many generated ones.

        Returns:
            The logs and the two kinds of images, and the new state.
        """
        return self._with_state(self._test, state, data)

    def make_test_function(self, force=False):
        """Makes the function that `evaluate` calls for each batch.

        Metrics of images are left out of the compiled program: their sums are
        of double precision, which JAX has for whole programs only.
        """
        if self.test_function is not None and not force:
            return
        step = self.test_step
        if not self.run_eagerly and self.jit_compile:
            step = jax.jit(step, donate_argnums=0)

        def several_steps(state, iterator):
            # Where there is no batch left, Keras wants to be told.
            first = next(iterator)
            more = itertools.islice(iterator, self.steps_per_execution - 1)
            for data in itertools.chain([first], more):
                (logs, *images), state = self._kept(step, state, data)
                self.update_metrics(*images)
            return logs, state

        self.test_function = several_steps

    def _train(self, data):
        *earlier, last = self.discriminator_batches(data)
        logs = [self._update_discriminator(batch) for batch in earlier]
        logs += self._update_pair(last)
        self.update_average()
        return self.track(logs, last)

    def _test(self, data):
        logs, batch, fake_images = self.test_terms(data)
        return self.track([logs], batch), batch.images, fake_images

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
