"""`AdversarialOptimizer`: several optimizers that Keras sees as one."""

import keras
from keras import ops

# DCGAN's learning rate with the moments of the zero-centered penalties: no
# momentum, and a short memory of the squared gradients (R3GAN, StyleGAN2).
_DEFAULTS = {
    "learning_rate": 2e-4,
    "beta_1": 0.0,
    "beta_2": 0.99,
    "epsilon": 1e-8,
}
_HOW_TO_BUILD = (
    "Compile a `keras_gan.GAN` with it, or call `build_parts` with the "
    "variables of each part."
)


@keras.saving.register_keras_serializable(package="keras_gan")
class AdversarialOptimizer(keras.optimizers.Optimizer):
    """The optimizers of all players as one.

    An adversarial model has an optimizer per player, Keras models have one.
    This one stands in `model.optimizer`, so that saving, learning-rate
    callbacks and everything else that knows `model.optimizer` work unchanged.
    Its variables are those of its parts, and setting `learning_rate` moves all
    parts and keeps their ratios.

    Args:
        generator: Keras optimizer (or its name or config) of the generator.
            Left out, Adam with learning rate 2e-4, `beta_1=0`, `beta_2=0.99`,
            `epsilon=1e-8`.
        discriminator: The same for the discriminator.
        name: Name of the whole.
        **parts: Optimizers of players with other names, `None` for the same
            Adam. With them, there are parts for a generator and a discriminator
            only if these are given.

    Raises:
        ValueError: If two parts are the same object, one is not an optimizer,
            or a name is taken by an attribute of Keras' optimizers.

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
        parts = {**pair, **parts}
        _check_names(self, parts)
        self.names = tuple(parts)
        for role, identifier in parts.items():
            setattr(self, role, optimizer_of(identifier, role))
        _check_distinct(self.names, self.parts)
        self._learning_rate_ratios = _ratios(self.parts)

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
        """Number of updates made by the first part (the generator)."""
        return self.parts[0].iterations

    @property
    def learning_rate(self):
        """The first part's learning rate; setting it scales all parts."""
        return self.parts[0].learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate):
        first, *others = self.parts
        first.learning_rate = learning_rate
        ratios = self._learning_rate_ratios[1:]
        for part, ratio in zip(others, ratios, strict=True):
            part.learning_rate = float(learning_rate) * ratio

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
        """Makes the state of all parts.

        Args:
            *variables: For each part, in the order of `names`, the list of
                variables that it trains.
        """
        owned = [list(group) for group in variables]
        for part, group in zip(self.parts, owned, strict=True):
            if not part.built:
                part.build(list(group))
        self._owned = dict(zip(self.names, owned, strict=True))
        self.built = True

    def build(self, variables) -> None:
        """Called by Keras; the parts are built by `build_parts`."""
        if not self.built:
            raise ValueError(
                "`AdversarialOptimizer` must know which part trains which "
                f"variables. Received: one list of {len(variables)}. "
                f"{_HOW_TO_BUILD}"
            )

    def _assert_built(self) -> None:
        if not self.built:
            raise ValueError(
                "`AdversarialOptimizer` must be built before it is applied. "
                f"Received: one that is not. {_HOW_TO_BUILD}"
            )

    def apply(self, grads, trainable_variables=None) -> None:
        """Applies gradients, each by the part that trains the variable."""
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
        """Lets each part finalize the variables it trains."""
        del var_list  # Each part knows its own.
        self._assert_built()
        for name, part in zip(self.names, self.parts, strict=True):
            part.finalize_variable_values(self._owned[name])

    def save_own_variables(self, store) -> None:
        """Nothing of its own: Keras saves the parts after this."""

    def load_own_variables(self, store) -> None:
        """Nothing of its own: Keras loads the parts after this."""

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
        # Files from before there could be more than two parts.
        if (ratio := config.pop("learning_rate_ratio", None)) is not None:
            ratios = [1.0, ratio]
        for role in set(config) - {"name"}:
            config[role] = keras.saving.deserialize_keras_object(
                _of_any_backend(config[role]), custom_objects=custom_objects
            )
        whole = cls(**config)
        if ratios is not None:
            whole._learning_rate_ratios = list(ratios)
        return whole


def _serialized(optimizer) -> dict:
    """The config of an optimizer, of use on every backend."""
    return _of_any_backend(keras.saving.serialize_keras_object(optimizer))


def _of_any_backend(config):
    """Names Keras' own optimizers as its users do.

    On PyTorch they are classes of their own, by whose module Keras 3.15 would
    make them on other backends too, where they cannot be used.
    """
    if not isinstance(config, dict):
        return config
    config = {key: _of_any_backend(value) for key, value in config.items()}
    package = str(config.get("module")).split(".")[0]
    if package == "keras" and hasattr(
        keras.optimizers, str(config.get("class_name"))
    ):
        config |= {"module": "keras.optimizers", "registered_name": None}
    return config


def optimizer_of(identifier, role):
    """The optimizer that `identifier` names, Adam where it is None."""
    if identifier is None:
        return keras.optimizers.Adam(name=f"{role}_adam", **_DEFAULTS)
    try:
        optimizer = keras.optimizers.get(identifier)
    except TypeError as error:
        raise TypeError(f"`{role}`: {error}") from error
    if isinstance(optimizer, AdversarialOptimizer):
        raise ValueError(
            f"`{role}` must be the optimizer of one player. Received: an "
            f"`AdversarialOptimizer`, {identifier}. Pass that to `compile` "
            "alone, without optimizers of single players."
        )
    return optimizer


def _check_names(optimizer, parts) -> None:
    taken = {*dir(type(optimizer)), *vars(optimizer)}
    if used := [name for name in parts if name in taken]:
        raise ValueError(
            "The parts of an optimizer must not have names that Keras' "
            f"optimizers use themselves. Received: {', '.join(used)}. Rename "
            "the player, or give such arguments to the parts."
        )


def _check_distinct(names, parts) -> None:
    for number, part in enumerate(parts):
        for other, earlier in zip(names, parts[:number], strict=False):
            if part is earlier:
                raise ValueError(
                    f"`{other}` and `{names[number]}` must be two optimizers, "
                    "because each keeps the moments of its own variables. "
                    f"Received: the same object twice, {part}. Make two of "
                    "them."
                )


def _ratios(parts) -> list[float]:
    """Learning rate of each part over the first one's (1 for schedules)."""
    rates = [_rate(part) for part in parts]
    if None in rates or not rates[0]:
        return [1.0] * len(parts)
    return [rate / rates[0] for rate in rates]


def _rate(part):
    part = getattr(part, "inner_optimizer", part)
    if not isinstance(part._learning_rate, keras.Variable):
        return None
    return float(ops.convert_to_numpy(part.learning_rate))
