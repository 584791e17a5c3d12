"""`TwoPlayerModel`: a model of a generator and a discriminator."""

import contextlib
import functools

import keras
from keras import ops

from keras_gan import losses, penalties
from keras_gan.models import (
    augmenter_checks,
    configuration,
    data_checks,
    growing,
    network_checks,
    player_penalties,
    state,
    weighted_layers,
)
from keras_gan.models import augmenter_layers as augmenters
from keras_gan.models.adversarial_model import AdversarialModel
from keras_gan.models.batch import call_network, split
from keras_gan.models.player import Player
from keras_gan.utils.models import Untracked
from keras_gan.utils.tensors import batch_mean

# Name in the logs -> attribute of an adaptive augmenter.
_ADAPTIVE_LOGS = {
    "augment_probability": "probability",
    "real_sign": "sign_statistic",
}


@keras.saving.register_keras_serializable(package="keras_gan")
class TwoPlayerModel(AdversarialModel):
    """An adversarial model of the players "generator" and "discriminator".

    The base of `GAN` and of systems in which each player has several networks.
    It supports all adversarial losses, penalties and update orders, and an
    augmenter before the discriminators. With several scores (domains), the
    losses are summed over them.

    A subclass sets `generator`, `discriminator` and `augmenter` (a layer that
    is applied before the discriminators, or None), and implements
    `image_shapes`, `sample` and `scores`, the last with the help of `scorer`.

    Args:
        **kwargs: As in `AdversarialModel`.

    Example:

    >>> class Pair(keras_gan.models.TwoPlayerModel):
    ...     augmenter = None
    ...
    ...     def image_shapes(self):
    ...         return {"points": (2,)}
    ...
    ...     def sample(self, batch, training=True):
    ...         return self.generator(self.draw(ops.shape(batch), training))
    ...
    ...     def scores(self, turn):
    ...         score = self.scorer(self.discriminator, turn.training)
    ...         return {"points": turn.score(score)}
    >>> model = Pair(seed=1)
    >>> model.generator, model.discriminator = keras_gan.networks.mlp(
    ...     (2,), latent_dim=2, hidden=(8,)
    ... )
    >>> model.compile(loss="hinge")
    >>> logs = model.train_on_batch(np.ones((8, 2)), return_dict=True)
    >>> sorted(logs)
    ['d_fake_accuracy', 'd_loss', 'd_real_accuracy', 'g_loss']
    """

    log_names: tuple[str, ...] = (
        "d_loss",
        "g_loss",
        "d_real_accuracy",
        "d_fake_accuracy",
    )
    freeze_layers = 0

    def compile(  # type: ignore[override]
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        *,
        loss="relativistic",
        penalties="auto",
        discriminator_steps=1,
        update="alternating",
        freeze_layers=0,
        metrics=None,
        run_eagerly=False,
        steps_per_execution=1,
        jit_compile="auto",
        **unknown,
    ):
        """Configures how the two players are trained.

        Args:
            generator_optimizer: Optimizer, name or config; or an
                `AdversarialOptimizer` for both players. Default: the Adam of
                `AdversarialOptimizer`.
            discriminator_optimizer: The same for the discriminator.
            loss: Name, `AdversarialLoss`, or any object with
                `discriminator_loss` and `generator_loss`.
            penalties: List of penalties, each of the player that its attribute
                `player` names (usually the discriminator), or `"auto"`: the
                penalties that belong to the loss, with the settings of
                `penalties.recommended`. Those of layers such as
                `layers.SANHead` are added.
            discriminator_steps: Number of discriminator updates per step. Each
                batch is split into that many equal parts.
            update: `"alternating"`: the generator is updated after the
                discriminator. `"simultaneous"`: both are updated from one pass,
                which is faster.
            freeze_layers: Number of layers with weights, from the images on,
                that the discriminator does not train. For a GAN that goes on
                from weights learned on more images (`GAN.take_weights`).
            metrics: Metrics with `update_state(real_images, fake_images)`,
                computed by `evaluate` and on validation data.
            run_eagerly: As in `keras.Model.compile`.
            steps_per_execution: As in `keras.Model.compile`.
            jit_compile: As in `keras.Model.compile`.
            **unknown: None; what other models take is explained.

        Raises:
            TypeError: If there is another argument, such as `optimizer`.
            ValueError: If an argument is not valid.

        Reference:
            [Mo, Cho and Shin, 2020](https://arxiv.org/abs/2002.10964)
            (`freeze_layers`).
        """
        configuration.refuse_arguments(unknown)
        loss = losses.get(loss)
        shape = next(iter(self.image_shapes().values()))
        chosen = self._chosen_penalties(penalties, loss, shape)
        configuration.check_updates(discriminator_steps, update)
        configuration.check_metrics(metrics)
        weighted_layers.first_layers(self.discriminators, freeze_layers)
        of_scores = player_penalties.of_player(chosen, "discriminator")
        with self.scope():
            augmenter_checks.check(
                self.augmenter, of_scores, shape, jit_compile
            )
            optimizer = configuration.pair_of_optimizers(
                generator_optimizer, discriminator_optimizer
            )
            getattr(loss, "build", lambda: None)()
            configuration.check_loss(loss)
        with self.compiling_with(
            penalties=chosen, freeze_layers=int(freeze_layers)
        ):
            super().compile(
                optimizer,
                metrics=metrics,
                run_eagerly=run_eagerly,
                steps_per_execution=steps_per_execution,
                jit_compile=jit_compile,
            )
        self.loss = loss
        self.discriminator_steps = int(discriminator_steps)
        self.update = update
        self._adaptive = Untracked(augmenters.adaptive_layer(self.augmenter))

    def _chosen_penalties(self, given, loss, shape) -> list:
        """Returns all penalties, checked with the networks of their players."""
        chosen = configuration.penalties(given, loss, shape)
        chosen = player_penalties.with_own(chosen, self.discriminators)
        networks = {
            "generator": self.generators,
            "discriminator": self.discriminators,
        }
        player_penalties.check(chosen, networks)
        of_scores = player_penalties.of_player(chosen, "discriminator")
        for network in self.discriminators:
            network_checks.warn_batch_normalization(network, of_scores)
        return chosen

    @contextlib.contextmanager
    def compiling_with(self, **chosen):
        """Context with other attributes; after an error with those of before.

        Args:
            **chosen: The attributes, such as `penalties`.
        """
        before = {n: getattr(self, n, ()) for n in (*chosen, "players")}
        for name, value in chosen.items():
            setattr(self, name, value)
        try:
            yield
        except BaseException:
            for name, value in before.items():
                setattr(self, name, value)
            raise

    # Players -----------------------------------------------------------------

    @property
    def generators(self) -> tuple:
        """The networks of the generator."""
        return (self.generator,)

    @property
    def discriminators(self) -> tuple:
        """The networks of the discriminator."""
        return (self.discriminator,)

    def make_players(self):
        return (
            Player(
                "generator",
                self.generators,
                self.generator_loss,
                penalties=self.penalties_of("generator"),
                generates=True,
            ),
            Player(
                "discriminator",
                self.discriminators,
                self.discriminator_loss,
                penalties=self.penalties_of("discriminator"),
                frozen=tuple(
                    weighted_layers.first_layers(
                        self.discriminators, self.freeze_layers
                    )
                ),
            ),
        )

    def penalties_of(self, player) -> tuple:
        """Returns the penalties of a player.

        Args:
            player: `"generator"` or `"discriminator"`.
        """
        return tuple(player_penalties.of_player(self.penalties, player))

    def turns(self, batch):
        generator, discriminator = self.players
        *earlier, last = split(batch, self.discriminator_steps)
        for part in earlier:
            yield (discriminator,), part
        if self.update == "simultaneous":
            yield (discriminator, generator), last
        else:
            yield (discriminator,), last
            yield (generator,), last

    def discriminator_loss(self, turn) -> tuple:
        """Returns the discriminator's loss without penalties, and its logs."""
        logs = [self._logs_of(scores) for scores in turn.scores.values()]
        total = sum_of([entry["d_loss"] for entry in logs])
        mean = {n: sum_of([e[n] for e in logs]) / len(logs) for n in logs[0]}
        return total, {**mean, "d_loss": total}

    def generator_loss(self, turn) -> tuple:
        """Returns the generator's loss and its logs."""
        uses_real = getattr(self.loss, "generator_uses_real_logits", True)
        terms = []
        for name, scores in turn.scores.items():
            fake_logits = self.generated(turn, name).logits
            real_logits = scores.real.logits if uses_real else None
            terms.append(self.loss.generator_loss(real_logits, fake_logits))
        total = sum_of(terms)
        return total, {"g_loss": total}

    def generated(self, turn, name):
        """Returns `Scored` of the fakes that the generator is to improve.

        Args:
            turn: The `Turn`.
            name: Name of the scores.
        """
        return turn.scores[name].fake

    def _logs_of(self, scores) -> dict:
        real, fake = scores.real.logits, scores.fake.logits
        return {
            "d_loss": self.loss.discriminator_loss(real, fake),
            "d_real_accuracy": batch_mean(real > 0),
            "d_fake_accuracy": batch_mean(fake < 0),
        }

    def check_fit(self, x, y=None, **kwargs) -> None:
        super().check_fit(x, y, **kwargs)
        data_checks.check_steps(x, self.discriminator_steps, **kwargs)

    # Augmentation ------------------------------------------------------------

    def scorer(self, discriminator, training, labels=None):
        """Returns images -> float32 outputs of an (augmented) discriminator.

        Args:
            discriminator: The network.
            training: Whether it is called in training mode, with augmentation.
            labels: A second input beside the images, or None.
        """
        network = functools.partial(self.discriminate, discriminator)

        def function(images):
            inputs = images if labels is None else [images, labels]
            outputs = call_network(network, inputs, training)
            return keras.tree.map_structure(
                lambda output: ops.cast(output, "float32"), outputs
            )

        return function

    def discriminate(self, discriminator, inputs, training):
        """Returns a discriminator's outputs for (augmented) images.

        Args:
            discriminator: The network.
            inputs: Images, or a list of images and another input.
            training: Whether it is called in training mode, with augmentation.
        """
        if training and self.augmenter is not None:
            images, *others = keras.tree.flatten(inputs)
            images = augmenters.augment(self.augmenter, images)
            inputs = [images, *others] if others else images
        return discriminator(inputs, training=training)

    def layers_of(self, player) -> list:
        layers = super().layers_of(player)
        if player.name == "discriminator" and self.augmenter is not None:
            layers += state.with_layers([self.augmenter])
        return layers

    def after_turn(self, turn):
        # At the end, so that all passes of a turn use the same probability.
        names = [player.name for player in turn.players]
        if self._adaptive.value is None or "discriminator" not in names:
            return
        for scores in turn.scores.values():
            real, fake = scores.real.logits, scores.fake.logits
            margins = getattr(self.loss, "real_margins", None)
            real = margins(real, fake) if margins else real
            self._adaptive.value.update_state(ops.stop_gradient(real))

    def current_state_logs(self) -> dict:
        values = {
            name: getattr(self._adaptive.value, attribute, None)
            for name, attribute in _ADAPTIVE_LOGS.items()
        }
        values |= growing.logs(self._growing_layers.value)
        return {
            name: ops.cast(value, "float32")
            for name, value in values.items()
            if value is not None
        }

    # Saving ------------------------------------------------------------------

    def stateful_parts(self) -> list:
        return [self.loss, *self.penalties]

    def compile_arguments(self) -> dict:
        return {
            "generator_optimizer": keras.saving.serialize_keras_object(
                self.optimizer
            ),
            "loss": losses.serialize(self.loss),
            "penalties": [penalties.serialize(p) for p in self.penalties],
            "discriminator_steps": self.discriminator_steps,
            "update": self.update,
            "freeze_layers": self.freeze_layers,
        }

    def deserialized_arguments(self, config) -> dict:
        return {
            **config,
            "generator_optimizer": keras.saving.deserialize_keras_object(
                config["generator_optimizer"]
            ),
            "loss": config["loss"] and losses.get(config["loss"]),
            "penalties": [penalties.get(p) for p in config["penalties"]],
        }


def sum_of(values):
    """Returns the sum of scalars without adding them to a Python 0."""
    first, *others = values
    for value in others:
        first = first + value
    return first
