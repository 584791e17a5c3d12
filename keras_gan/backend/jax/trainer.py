"""Training and test steps of an adversarial model in JAX."""

import contextlib
import itertools
from typing import Any

import jax
import keras

from keras_gan.backend.jax.programs_by_key import programs_by_key
from keras_gan.backend.jax.several_steps import several_steps
from keras_gan.backend.jax.state import Scope, value_in
from keras_gan.backend.one_device import refuse_strategy
from keras_gan.backend.steps import training_step

# In Keras' order.
_STATE = (
    "trainable_variables",
    "non_trainable_variables",
    "optimizer_variables",
    "metrics_variables",
)


class Trainer:
    """A mix-in with the methods that `keras.Model` calls on JAX.

    The model defines how a batch is processed (`train_batch`, `test_batch`);
    this class turns that into a pure function of the model's state, which JAX
    can differentiate and compile.
    """

    optimizer: Any
    train_batch: Any
    test_batch: Any
    update_metrics: Any
    check_data_seen: Any
    check_step: Any
    test_function: Any
    run_eagerly: bool
    jit_compile: bool
    steps_per_execution: int
    trainable_variables: Any
    train_function: Any
    own_state: Any
    program_variables: Any
    program_key: Any
    program_context: Any
    jax_state_sync: Any
    compiled: bool
    _log_tracker: Any

    def __setattr__(self, name, value):
        # Keras would wrap each of the hundreds of arrays, in every step.
        if name == "_jax_state":
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    def scope(self):
        """Context in which the model's variables must be created."""
        refuse_strategy()
        return contextlib.nullcontext()

    def check_first_batch(self) -> None:
        """Does nothing, because the training function checks the batch.

        Callbacks run in another thread than the steps and must not touch the
        state of the model there.
        """

    def train_step(self, state, data):
        """Trains on one batch; returns the logs and the new state."""
        self.check_step(data)
        with training_step():
            return self._with_state(self.train_batch, state, data)

    def test_step(self, state, data):
        """Evaluates one batch; returns logs with images, and the new state."""
        return self._with_state(self.test_batch, state, data)

    def make_train_function(self, force=False):
        """Makes the function that `fit` calls for each step."""
        self._first_batch = True
        if self.train_function is not None and not force:
            return
        if self._has_programs_by_key():
            step = programs_by_key(
                self.train_step,
                self._key_reader(),
                self.program_context,
                self.steps_per_execution,
            )
        elif self._takes_several_steps():
            step = several_steps(self.train_step, self.steps_per_execution)
        else:
            super().make_train_function(force)  # type: ignore[misc]
            step = self.train_function

        def checked(state, iterator):
            logs, state = self._restoring_state(step, state, iterator)
            if self._first_batch:
                self._first_batch = False
                self._restoring_state(self._check_state, state)
            return logs, state

        self.train_function = checked

    def _has_programs_by_key(self) -> bool:
        # On a GPU a branch of one program does as well.
        on_processor = jax.default_backend() == "cpu"
        needed = on_processor and self._compiles_for_one_device()
        return needed and bool(self.program_variables())

    def _key_reader(self):
        """Function, state of a step -> `program_key` in that state."""
        wanted = {id(variable) for variable in self.program_variables()}
        places = [
            (place, variable)
            for place, variable in enumerate(self.non_trainable_variables)
            if id(variable) in wanted
        ]

        def read(state):
            # While `fit` runs, the variables themselves hold old values.
            with Scope((v, state[1][place]) for place, v in places):
                return self.program_key()

        return read

    def _takes_several_steps(self) -> bool:
        return self.steps_per_execution > 1 and self._compiles_for_one_device()

    def _compiles_for_one_device(self) -> bool:
        # Keras knows how to distribute the state, and has a loop of its own.
        on_one_device = keras.distribution.distribution() is None
        return self.jit_compile and not self.run_eagerly and on_one_device

    def make_test_function(self, force=False):
        """Makes the function that `evaluate` calls for each batch.

        Metrics of images are not part of the compiled program: they need double
        precision, which JAX can only turn on for a whole program.
        """
        if self.test_function is not None and not force:
            return
        step = self.test_step
        if not self.run_eagerly and self.jit_compile:
            step = jax.jit(step, donate_argnums=0)

        def several_steps(state, iterator):
            # Keras expects `StopIteration` when no batch is left.
            first = next(iterator)
            more = itertools.islice(iterator, self.steps_per_execution - 1)
            for data in itertools.chain([first], more):
                (logs, pairs), state = self._restoring_state(step, state, data)
                self.update_metrics(pairs)
            return logs, state

        self.test_function = several_steps

    @property
    def non_trainable_variables(self) -> list:
        """Non-trainable variables, including those of losses and penalties."""
        known = super().non_trainable_variables  # type: ignore[misc]
        found = {id(v): v for v in known}
        return list((found | {id(v): v for v in self.own_state()}).values())

    @property
    def metrics_variables(self) -> list:
        """Variables of the logs; image metrics are updated outside the step."""
        return self._log_tracker.variables if self.compiled else []

    def _check_state(self, state):
        with Scope(zip(self.metrics_variables, state[3], strict=True)):
            self.check_data_seen()

    def _restoring_state(self, function, state, *inputs):
        """`function(state, *inputs)`; on failure the model gets its state back.

        While `fit` runs, Keras keeps the weights outside the model.
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
            result = step(data)
        return result, tuple(
            [value_in(scope, variable) for variable in variables]
            for variables in kinds
        )
