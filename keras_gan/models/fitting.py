"""`compile`, `fit` and `evaluate` of adversarial models."""

import contextlib
from typing import Any

import keras

from keras_gan import backend
from keras_gan.models import configuration, data_checks, growing, state
from keras_gan.models.file_checks import check_checkpoints
from keras_gan.models.finite_losses import with_finite_losses
from keras_gan.models.logged_model import LoggedModel
from keras_gan.models.player import check_players
from keras_gan.models.saved_model import SavedModel
from keras_gan.models.tracker import LogTracker
from keras_gan.utils import added_losses
from keras_gan.utils.models import Untracked
from keras_gan.utils.redirected_seeds import drawing_from


class Fitting(LoggedModel, SavedModel):
    """Base class of `AdversarialModel`: everything except its steps."""

    players: tuple
    seed_generator: keras.random.SeedGenerator
    evaluation_seed: keras.random.SeedGenerator
    log_names: tuple[str, ...]
    scope: Any
    make_players: Any
    _checks_steps = True

    def compile(
        self,
        optimizer=None,
        *,
        metrics=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
    ):
        """Configures how the players are trained.

        Args:
            optimizer: Dict of optimizers (or their names) by player name, where
                None means the default Adam of `AdversarialOptimizer`; or an
                `AdversarialOptimizer`. Default: Adam for all.
            metrics: List of metrics with `update_state(real, fake)`, which
                `evaluate` computes on the first of the model's scores; or a
                dict of such lists by names of scores.
            run_eagerly: As in `keras.Model.compile`.
            steps_per_execution: As in `keras.Model.compile`, 1 or more.
            jit_compile: As in `keras.Model.compile`.

        Raises:
            ValueError: If a player has no optimizer or an optimizer no player,
                the players are not valid, or `steps_per_execution` is not a
                positive integer.
        """
        configuration.check_metrics(metrics)
        configuration.check_executions(steps_per_execution)
        with self.scope():
            players = check_players(self.make_players(), self)
            configuration.check_penalties(players)
            optimizer = configuration.optimizer_for(players, optimizer)
            self.players = players
            if state.has_float16(*(n for n, _ in self.trained_networks())):
                optimizer.scale_losses()
            super().compile(
                optimizer=optimizer,
                run_eagerly=run_eagerly,
                steps_per_execution=steps_per_execution,
                jit_compile=jit_compile,
                auto_scale_loss=False,
            )
            by_name = {p.name: p.variables for p in self.players}
            optimizer.build_parts(*(by_name[n] for n in optimizer.names))
            configuration.build(self, metrics)
            self._train_logs = LogTracker(self.log_names, name="train")
            self._test_logs = LogTracker(self.log_names, name="test")
        self._log_tracker = self._train_logs
        self._spectral_layers = Untracked(
            {p.name: state.spectral_layers(p.networks) for p in self.players}
        )
        self._growing_layers = Untracked(
            {p.name: growing.growing_layers(p.networks) for p in self.players}
        )
        state.seed_dropout(self)
        for player in self.players:
            added_losses.watch(self.layers_of(player))
        self.asked_jit_compile = jit_compile
        self.sample_metrics = configuration.flat_metrics(metrics)
        self.metric_scores = configuration.scores_of_metrics(metrics)

    def trained_networks(self) -> list:
        """Returns pairs of a network and whether it is differentiated twice."""
        return [
            (network, player.uses_input_gradients)
            for player in self.players
            for network in player.networks
        ]

    # What compiled steps depend on -------------------------------------------

    def program_variables(self) -> list:
        """Returns the variables that `program_key` depends on."""
        return growing.variables_of(self._growing_layers.value)

    def program_key(self):
        """Returns what the program of the next step depends on."""
        return growing.levels_in_use(self._growing_layers.value)

    def program_context(self, key):
        """Returns the context in which the program for a key is made."""
        return growing.with_levels(key)

    # Methods that a system may override ---------------------------------------

    def layers_of(self, player) -> list:
        """Returns the layers whose added losses are part of a player's loss."""
        return state.with_layers(player.networks)

    def stateful_parts(self) -> list:
        """Returns losses and penalties, whose state Keras does not track.

        By default these are the attributes of the model with seed generators
        of their own, and the penalties of all players.
        """
        held = [one for one in vars(self).values() if state.has_seeds(one)]
        penalties = [one for p in self.players for one in p.penalties]
        return list({id(one): one for one in held + penalties}.values())

    def check_data(self, x, y=None) -> None:
        """Raises an error if data in memory is not valid for the model."""

    def check_fit(self, x, y=None, *, validation_data=None, **kwargs) -> None:
        """Raises an error if the arguments of `fit` are not valid."""
        self.check_data(x, y)
        if validation_data is not None:
            x, y, _ = keras.utils.unpack_x_y_sample_weight(validation_data)
            self.check_data(x, y)

    def image_shapes(self) -> dict:
        """Returns the shapes of one image by names of scores."""
        return {}

    # Keras' methods ----------------------------------------------------------

    def fit(self, x=None, y=None, *, callbacks=None, **kwargs):
        """Trains the players, as `keras.Model.fit` does.

        Args:
            x: Arrays or a data set, in the form that `unpack` expects.
            y: More arrays, if `x` is arrays.
            callbacks: As in `keras.Model.fit`.
            **kwargs: As in `keras.Model.fit`.

        Returns:
            The `keras.callbacks.History` of the run.

        Raises:
            ValueError: If the data is not valid for the model, or
                `steps_per_epoch` not a multiple of `steps_per_execution`.
            FloatingPointError: If a loss or weight becomes NaN or infinite.
        """
        self._assert_compile_called("fit")
        check_checkpoints(callbacks)
        data_checks.check_no_weights(**kwargs)
        self.check_fit(x, y, **kwargs)
        data_checks.check_executions(self, x, **kwargs)
        if not data_checks.in_memory(x):
            # Keras' default would cause a warning for data sets in order.
            kwargs.setdefault("shuffle", False)
        self._log_tracker = self._train_logs
        parts = getattr(self, "discriminator_steps", 1)
        with self._data_checked(), data_checks.explained(parts):
            return super().fit(
                x, y, callbacks=with_finite_losses(callbacks, self), **kwargs
            )

    def evaluate(self, x=None, y=None, *, return_dict=False, **kwargs):
        """Computes losses and metrics on real data and as much generated data.

        The random draws are the same in each call and do not affect training.

        Args:
            x: Arrays or a data set, in the form that `unpack` expects.
            y: More arrays, if `x` is arrays.
            return_dict: Return a dict instead of a list.
            **kwargs: As in `keras.Model.evaluate`.

        Returns:
            The losses and accuracies, then each metric.
        """
        self._assert_compile_called("evaluate")
        self.check_data(x, y)
        with self._testing(), data_checks.explained():
            logs = super().evaluate(x, y, return_dict=True, **kwargs)
        logs.update(configuration.results(self.sample_metrics))
        return logs if return_dict else list(logs.values())

    def train_on_batch(self, x, y=None, *, return_dict=False, **kwargs):
        """Trains the players on one batch, after the checks of `fit`.

        Args:
            x: Arrays, in the form that `unpack` expects.
            y: More arrays.
            return_dict: Return a dict instead of a list.
            **kwargs: As in `keras.Model.train_on_batch`.

        Returns:
            The losses and the other logs.

        Raises:
            ValueError: If the data is not valid for the model.
        """
        self._assert_compile_called("train_on_batch")
        data_checks.check_no_weights(**kwargs)
        self.check_fit(x, y, batch_size=data_checks.num_examples(x))
        self._log_tracker = self._train_logs
        with self._data_checked():
            return super().train_on_batch(
                x, y, return_dict=return_dict, **kwargs
            )

    def test_on_batch(self, x, y=None, *, return_dict=False):
        """Does what `evaluate` does, on one batch.

        Args:
            x: Arrays, in the form that `unpack` expects.
            y: More arrays.
            return_dict: Return a dict instead of a list.

        Returns:
            The losses and accuracies, then each metric.
        """
        self._assert_compile_called("test_on_batch")
        self.check_data(x, y)
        with self._testing():
            logs = super().test_on_batch(x, y, return_dict=True)
        logs.update(configuration.results(self.sample_metrics))
        return logs if return_dict else list(logs.values())

    @contextlib.contextmanager
    def _testing(self):
        """Context that uses the logs and the fixed draws of `evaluate`."""
        state.rewind(self.evaluation_seed)
        self._log_tracker = self._test_logs
        try:
            # Not `[self]`, whose own generators hold that seed: its draws would
            # come from itself.
            noise = drawing_from(self.evaluation_seed, state.all_layers(self))
            with self._data_checked(), noise:
                yield
            self.check_data_seen()
        finally:
            self._log_tracker = self._train_logs

    @contextlib.contextmanager
    def _data_checked(self):
        """Context of methods that check the data themselves."""
        outer, self._checks_steps = self._checks_steps, False
        try:
            yield
        finally:
            self._checks_steps = outer

    def check_step(self, data) -> None:
        """Checks the data of a `train_step` that is called directly."""
        if self._checks_steps and backend.executing_eagerly():
            x, y, _ = keras.utils.unpack_x_y_sample_weight(data)
            self.check_data(x, y)

    def draw(self, shape, training=True):
        """Draws normal numbers, from training's or evaluation's seed."""
        seed = self.seed_generator if training else self.evaluation_seed
        return keras.random.normal(shape, seed=seed)
