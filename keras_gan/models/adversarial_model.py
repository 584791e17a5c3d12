"""`AdversarialModel`: the training step of every system of players."""

import keras

from keras_gan import backend
from keras_gan.models import growing, state
from keras_gan.models.batch import as_tensors, batch_size
from keras_gan.models.fitting import Fitting
from keras_gan.models.player import check_gradients, check_turns, optimizer_of
from keras_gan.models.turn import Turn, loss_of, terms_of, weighted
from keras_gan.utils.added_losses import collected


@keras.saving.register_keras_serializable(package="keras_gan")
class AdversarialModel(Fitting, backend.Trainer, keras.Model):
    """A Keras model of players that are trained against each other.

    The base of `GAN` and of every other system. A subclass defines the players
    (`make_players`), how samples are generated (`sample`), what is scored
    (`scores`) and who is updated when (`turns`). See `docs/custom_systems.md`.

    Args:
        seed: Integer seed of all random draws. None: a random one.
        **kwargs: As in `keras.Model`.

    Attributes:
        log_names: Names of the logs that come first, in this order.

    Example:

    >>> class Critics(AdversarialModel):
    ...     def __init__(self, generator, critic):
    ...         super().__init__(seed=1)
    ...         self.generator, self.critic = generator, critic
    ...
    ...     def make_players(self):
    ...         critic, generator = (self.critic,), (self.generator,)
    ...         play = keras_gan.Player
    ...         return (
    ...             play("critic", critic, self.gap),
    ...             play("generator", generator, self.score, generates=True),
    ...         )
    ...
    ...     def sample(self, batch, training=True):
    ...         return self.generator(self.draw(ops.shape(batch), training))
    ...
    ...     def scores(self, turn):
    ...         return {"points": turn.score(self.critic)}
    ...
    ...     def gap(self, turn):
    ...         points = turn.scores["points"]
    ...         return ops.mean(points.fake.logits - points.real.logits)
    ...
    ...     def score(self, turn):
    ...         return -ops.mean(turn.scores["points"].fake.logits)
    >>> linear = lambda: keras.Sequential(
    ...     [keras.Input((2,)), keras.layers.Dense(2)]
    ... )
    >>> model = Critics(linear(), linear())
    >>> model.compile({"critic": "sgd", "generator": "adam"})
    >>> logs = model.train_on_batch(np.ones((8, 2)), return_dict=True)
    >>> sorted(logs)
    ['critic_loss', 'generator_loss']
    """

    log_names: tuple[str, ...] = ()

    def __init__(self, *, seed=None, **kwargs):
        super().__init__(**kwargs)
        # Training and evaluation have separate seeds, so that evaluating a
        # model does not change its training.
        self.seed_generator, self.evaluation_seed = state.seed_generators(seed)
        self.built = True

    def make_players(self):
        """Returns the players, a sequence of `Player`; called by `compile`."""
        raise NotImplementedError

    def unpack(self, data):
        """Returns the batch, any structure of tensors, from `fit`'s data."""
        return keras.utils.unpack_x_y_sample_weight(data)[0]

    def sample(self, batch, training=True):
        """Returns samples for a batch, any structure; averages in testing."""
        raise NotImplementedError

    def scores(self, turn):
        """Returns a dict of `Scores` by name; see `Turn.score`."""
        return {}

    def turns(self, batch):
        """Yields (players updated in one pass, their part of the batch)."""
        for player in self.players:
            yield (player,), batch

    def after_turn(self, turn):
        """Called after the losses of a turn, for other uses of its scores."""

    def after_step(self):
        """Called after all turns of a step, to update averages of networks."""

    def train_batch(self, data):
        """Trains on a batch, turn by turn; returns the logs."""
        batch = self.unpack(as_tensors(data))
        turns = check_turns(self.players, self.turns(batch))
        logs = [self._update(players, part) for players, part in turns]
        growing.count_step(self._growing_layers.value)
        self.after_step()
        return self.track(logs, batch)

    def _update(self, players, batch):
        """Updates some players from one pass; returns the logs."""
        for player in players:
            for layer in self._spectral_layers.value[player.name]:
                layer.update_vectors()
        samples = None
        if not any(player.generates for player in players):
            samples = backend.held_constant(lambda: self.sample(batch))
        optimizers = [optimizer_of(p, self.optimizer) for p in players]
        share = backend.replica_share(batch_size(batch))

        def losses():
            scaled, logs = [], {}
            with collected() as added:
                drawn = self.sample(batch) if samples is None else samples
                turn = Turn(self, batch, drawn, players, added=added)
                for player, optimizer in zip(players, optimizers, strict=True):
                    loss, entries = terms_of(player, turn, optimizer.iterations)
                    scaled.append(optimizer.scale_loss(weighted(loss, share)))
                    logs[player.name] = entries
                self.after_turn(turn)
            return scaled, logs

        groups = [player.variables for player in players]
        gradients, logs = backend.gradients(losses, groups)
        check_gradients(players, gradients)
        for update in zip(optimizers, gradients, groups, strict=True):
            backend.apply_gradients(*update)
        return logs

    def test_batch(self, data):
        """Evaluates a batch; returns the logs, and real with fake images."""
        batch = self.unpack(as_tensors(data))
        turn = Turn(self, batch, self.sample(batch, False), training=False)
        logs = [{p.name: loss_of(p, turn)[1]} for p in self.players]
        pairs = {
            name: (scores.real.images, scores.fake.images)
            for name, scores in turn.scores.items()
        }
        return self.track(logs, batch), pairs
