"""`AdversarialOptimizer`: several optimizers that Keras sees as one."""

import math
from typing import Any

import keras
from keras import ops

# The moment decay rates that go with zero-centered penalties (R3GAN,
# StyleGAN2): no momentum, a short average of squared gradients. With them and
# these penalties, networks learn several times as fast as at DCGAN's 2e-4.
_DEFAULTS = {
    "learning_rate": 1e-3,
    "beta_1": 0.0,
    "beta_2": 0.99,
    "epsilon": 1e-8,
}
# Stands for a part that does not exist, where None means the default.
_ABSENT: Any = object()
_HOW_TO_BUILD = (
    "Compile a `keras_gan.GAN` with it, or call `build_parts` with the "
    "variables of each part."
)


@keras.saving.register_keras_serializable(package="keras_gan")
class AdversarialOptimizer(keras.optimizers.Optimizer):
    """Combines the optimizers of all players into one Keras optimizer.

    An adversarial model has one optimizer per player, but a Keras model has
    only one. This class is assigned to `model.optimizer`, so saving,
    learning-rate callbacks and everything else that uses `model.optimizer` work
    unchanged. Its variables are those of its parts. Setting `learning_rate`
    scales the rates of all parts and keeps their ratios.

    Args:
        generator: Keras optimizer (or its name or config) of the generator.
            Default: Adam with learning rate 1e-3, `beta_1=0`, `beta_2=0.99`,
            `epsilon=1e-8`.
        discriminator: The same for the discriminator.
        name: Name of the combined optimizer.
        **parts: Optimizers by player name, for players with other names; `None`
            means the default Adam. If any are given, there are parts named
            "generator" and "discriminator" only if these are given too; `of`
            creates an optimizer with any one of these two alone.

    Raises:
        ValueError: If two parts are the same object, a part is not an
            optimizer, or Keras' optimizers have an attribute of the same name.

    Example:

    >>> pair = keras_gan.optimizers.AdversarialOptimizer(
    ...     generator=keras.optimizers.Adam(1e-4, beta_1=0.0),
    ...     discriminator=keras.optimizers.Adam(4e-4, beta_1=0.0),
    ... )
    >>> pair.learning_rate = 5e-5
    >>> round(float(pair.discriminator.learning_rate) * 1e5)
    20

    Reference:
        [Heusel et al., 2017](https://arxiv.org/abs/1706.08500) (two time
        scales).
    """

    def __init__(
        self,
        generator=None,
        discriminator=None,
        *,
        name="adversarial_optimizer",
        **parts,
    ):
        super().__init__(learning_rate=0.0, name=name)
        self.names: tuple[str, ...] = ()
        pair = {"generator": generator, "discriminator": discriminator}
        if parts:
            pair = {name: one for name, one in pair.items() if one is not None}
        pair = {name: one for name, one in pair.items() if one is not _ABSENT}
        parts = {**pair, **parts}
        _check_names(self, parts)
        self.names = tuple(parts)
        for role, identifier in parts.items():
            setattr(self, role, _part(identifier, role))
        _check_distinct(self.names, self.parts)
        self._learning_rate_ratios = _ratios(self.parts)

    @classmethod
    def of(cls, parts, *, name="adversarial_optimizer"):
        """Creates an optimizer that has the given parts and no others.

        Args:
            parts: Dict of optimizers (or names, or configs) by player name,
                where None means the default Adam.
            name: Name of the combined optimizer.

        Returns:
            An `AdversarialOptimizer`.

        Raises:
            ValueError: As in `AdversarialOptimizer`, or if there are no parts.

        Example:

        >>> AdversarialOptimizer.of({"generator": "adam"}).names
        ('generator',)
        """
        if not isinstance(parts, dict) or not parts:
            raise ValueError(
                "`parts` must be a dict of optimizers by player name. "
                f'Received: {parts!r}. Write `{{"critic": "adam"}}`.'
            )
        absent = {"generator": _ABSENT, "discriminator": _ABSENT}
        # `cls` leaves out a pair's parts that are None.
        given = {role: _part(one, role) for role, one in parts.items()}
        return cls(**{**absent, **given}, name=name)

    @property
    def parts(self) -> list:
        """The optimizers, in the order of `names`."""
        return [getattr(self, name) for name in self.names]

    @property
    def variables(self) -> list:
        """Variables of all parts, in the order of `names`."""
        return [v for part in self.parts for v in part.variables]

    @property
    def iterations(self):
        """Number of updates made by the first part.

        This is the number of training steps only if the model updates the first
        player once per step, as `GAN` does with the generator.
        """
        return self.parts[0].iterations

    @property
    def learning_rate(self):
        """The first part's learning rate; setting it scales all parts.

        Raises:
            TypeError: If a part has a schedule, or the new rate is not a
                number.
            ValueError: If the new rate is negative or not finite. After an
                error no part is changed.
        """
        return self.parts[0].learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate):
        rate = _checked_rate(learning_rate)
        for name, part in zip(self.names, self.parts, strict=True):
            if _rate(part) is None:
                raise TypeError(
                    "`learning_rate` can be set only if no part has a "
                    f"schedule. Received: the part {name!r} with a schedule. "
                    "Create it with a number as its learning rate, or leave "
                    "out the callback that changes the rate."
                )
        ratios = self._learning_rate_ratios
        for part, ratio in zip(self.parts, ratios, strict=True):
            part.learning_rate = rate * ratio

    def scale_losses(self) -> None:
        """Wraps each part in a `LossScaleOptimizer` of its own.

        The losses have gradients of different sizes, and an update of one that
        overflows must not hold up the others.
        """
        wrap = keras.optimizers.LossScaleOptimizer
        for name, part in zip(self.names, self.parts, strict=True):
            if not isinstance(part, wrap):
                setattr(self, name, wrap(part, name=f"{name}_loss_scale"))

    def build_parts(self, *variables) -> None:
        """Creates the state of all parts.

        Args:
            *variables: Lists of the variables that each part trains, in the
                order of `names`.
        """
        owned = [list(group) for group in variables]
        for part, group in zip(self.parts, owned, strict=True):
            if not part.built:
                part.build(list(group))
            elif not {id(v) for v in group} <= _trained_by(part):
                raise ValueError(
                    "An optimizer must be used for one model only, because it "
                    "keeps the moments of that model's weights. Received: "
                    f"{part.name!r}, which was built for other weights. Make "
                    "a new one."
                )
        self._owned = dict(zip(self.names, owned, strict=True))
        self._share_averages()
        self.built = True

    def _share_averages(self) -> None:
        """Lets `keras.callbacks.SwapEMAWeights` find the averages of parts."""
        parts = [getattr(one, "inner_optimizer", one) for one in self.parts]
        averaging = [part for part in parts if part.use_ema]
        if averaging:
            self._trainable_variables = [
                v for part in averaging for v in part._trainable_variables
            ]
            self._model_variables_moving_average = [
                v
                for part in averaging
                for v in part._model_variables_moving_average
            ]

    def build(self, variables) -> None:
        """Checks that `build_parts` was called; Keras calls this method."""
        if not self.built:
            raise ValueError(
                "`AdversarialOptimizer` must know which part trains which "
                f"variables. Received: one list of {len(variables)} variables. "
                f"{_HOW_TO_BUILD}"
            )

    def _assert_built(self) -> None:
        if not self.built:
            raise ValueError(
                "`AdversarialOptimizer` must be built before it is applied. "
                f"Received: an optimizer that is not built. {_HOW_TO_BUILD}"
            )

    def apply(self, grads, trainable_variables=None) -> None:
        """Applies each gradient with the part that trains its variable."""
        self._assert_built()
        if trainable_variables is None:
            trainable_variables = [
                v for own in self._owned.values() for v in own
            ]
        owner = {id(v): n for n, own in self._owned.items() for v in own}
        unknown = [v.path for v in trainable_variables if id(v) not in owner]
        if unknown:
            raise ValueError(
                "`trainable_variables` must be variables that the optimizer was"
                f" built for. Received: {', '.join(unknown)}. {_HOW_TO_BUILD}"
            )
        pairs = list(zip(grads, trainable_variables, strict=True))
        for name, part in zip(self.names, self.parts, strict=True):
            chosen = [(g, v) for g, v in pairs if owner[id(v)] == name]
            if chosen:
                gradients, targets = zip(*chosen, strict=True)
                part.apply(list(gradients), list(targets))

    def finalize_variable_values(self, var_list) -> None:
        """Lets each part finalize the variables that it trains."""
        del var_list  # `build_parts` assigned the variables to the parts.
        self._assert_built()
        for name, part in zip(self.names, self.parts, strict=True):
            part.finalize_variable_values(self._owned[name])

    def save_own_variables(self, store) -> None:
        """Saves nothing, because Keras saves the parts separately."""

    def load_own_variables(self, store) -> None:
        """Loads nothing, because Keras loads the parts separately."""

    def get_config(self) -> dict:
        return {
            **{n: _serialized(getattr(self, n)) for n in self.names},
            "learning_rate_ratios": list(self._learning_rate_ratios),
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        ratios = config.pop("learning_rate_ratios", None)
        # In older files, which always have two parts.
        if (ratio := config.pop("learning_rate_ratio", None)) is not None:
            ratios = [1.0, ratio]
        for role in set(config) - {"name"}:
            config[role] = keras.saving.deserialize_keras_object(
                _portable_config(config[role]), custom_objects=custom_objects
            )
        name = config.pop("name", "adversarial_optimizer")
        optimizer = cls.of(config, name=name)
        if ratios is not None:
            optimizer._learning_rate_ratios = list(ratios)
        return optimizer


def _serialized(optimizer) -> dict:
    """Returns a config of an optimizer that can be loaded on every backend."""
    return _portable_config(keras.saving.serialize_keras_object(optimizer))


def _portable_config(config):
    """Replaces the modules of Keras' optimizers with `keras.optimizers`.

    On PyTorch, Keras' optimizers are separate classes. Keras 3.15 would use
    their module from the config on other backends too, where they do not work.
    """
    if not isinstance(config, dict):
        return config
    config = {key: _portable_config(value) for key, value in config.items()}
    package = str(config.get("module")).split(".")[0]
    if package == "keras" and hasattr(
        keras.optimizers, str(config.get("class_name"))
    ):
        config |= {"module": "keras.optimizers", "registered_name": None}
    return config


def _checked_rate(learning_rate) -> float:
    message = (
        "`learning_rate` must be a finite number, 0 or more. Received: "
        f"{learning_rate!r}. Pass a number such as 2e-4; a schedule is an "
        "argument of the optimizer of each player."
    )
    try:
        rate = float(learning_rate)
    except (TypeError, ValueError) as error:
        raise TypeError(message) from error
    if not 0 <= rate < math.inf:
        raise ValueError(message)
    return rate


def _part(identifier, role):
    """Returns the optimizer that `identifier` names; Adam if it is None."""
    if identifier is None:
        return keras.optimizers.Adam(name=f"{role}_adam", **_DEFAULTS)
    try:
        optimizer = keras.optimizers.get(identifier)
    except (TypeError, ValueError) as error:
        raise type(error)(f"`{role}`: {error}") from error
    if isinstance(optimizer, AdversarialOptimizer):
        raise ValueError(
            f"`{role}` must be the optimizer of one player. Received: an "
            f"`AdversarialOptimizer`, {identifier}. Pass it to `compile` as "
            "the only optimizer."
        )
    return optimizer


def _check_names(optimizer, parts) -> None:
    taken = {*dir(type(optimizer)), *vars(optimizer)}
    if used := [name for name in parts if name in taken]:
        raise ValueError(
            "The parts of an optimizer must not have names that are attributes "
            f"of Keras' optimizers. Received: {', '.join(used)}. Rename the "
            "player, or pass arguments of an optimizer to the part itself."
        )


def _check_distinct(names, parts) -> None:
    for number, part in enumerate(parts):
        for other, earlier in zip(names, parts[:number], strict=False):
            if part is earlier:
                raise ValueError(
                    f"`{other}` and `{names[number]}` must be two optimizers, "
                    "because each keeps the moments of its own variables. "
                    f"Received: the same object twice, {part}. Make two "
                    "optimizers."
                )


def _trained_by(part) -> set[int]:
    """Identities of the variables that an optimizer was built for."""
    part = getattr(part, "inner_optimizer", part)
    return {id(variable) for variable in part._trainable_variables}


def _ratios(parts) -> list[float]:
    """Learning rates of the parts divided by the first (1 for schedules)."""
    rates = [_rate(part) for part in parts]
    if None in rates or not rates[0]:
        return [1.0] * len(parts)
    return [rate / rates[0] for rate in rates]


def _rate(part):
    part = getattr(part, "inner_optimizer", part)
    if not isinstance(part._learning_rate, keras.Variable):
        return None
    return float(ops.convert_to_numpy(part.learning_rate))
