"""`AdversarialOptimizer`: two optimizers that Keras sees as one."""

import keras
from keras import ops

# DCGAN's learning rate with the moments of the zero-centred penalties: no
# momentum, and a short memory of the squared gradients (R3GAN, StyleGAN2).
_DEFAULTS = {
    "learning_rate": 2e-4,
    "beta_1": 0.0,
    "beta_2": 0.99,
    "epsilon": 1e-8,
}
_HOW_TO_BUILD = (
    "Compile a `keras_gan.GAN` with it, or call "
    "`build_parts(generator_variables, discriminator_variables)`."
)


@keras.saving.register_keras_serializable(package="keras_gan")
class AdversarialOptimizer(keras.optimizers.Optimizer):
    """The generator's and the discriminator's optimizer as one.

    A GAN has two optimizers, Keras models have one. This pair stands in
    `gan.optimizer`, so that saving, learning-rate callbacks and everything else
    that knows `model.optimizer` work unchanged. Its variables are those of the
    two, and setting `learning_rate` moves both and keeps their ratio.

    Args:
        generator: Keras optimizer (or its name or config) of the generator.
            Left out, Adam with learning rate 2e-4, `beta_1=0`, `beta_2=0.99`,
            `epsilon=1e-8`.
        discriminator: The same for the discriminator.
        name: Name of the pair.

    Raises:
        ValueError: If both are the same object, or one is not an optimizer.

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
    ):
        super().__init__(learning_rate=0.0, name=name)
        self.generator = _optimizer(generator, "generator")
        self.discriminator = _optimizer(discriminator, "discriminator")
        if self.generator is self.discriminator:
            raise ValueError(
                "`generator` and `discriminator` must be two optimizers, "
                "because each keeps the moments of its own weights. Received: "
                f"the same object twice, {self.generator}. Make two of them."
            )
        self._learning_rate_ratio = _ratio(self.generator, self.discriminator)

    @property
    def parts(self) -> list:
        """The two optimizers, generator first."""
        return [self.generator, self.discriminator]

    @property
    def variables(self) -> list:
        """Variables of both, the generator's first."""
        return self.generator.variables + self.discriminator.variables

    @property
    def iterations(self):
        """Number of generator updates made."""
        return self.generator.iterations

    @property
    def learning_rate(self):
        """The generator's learning rate; setting it scales both."""
        return self.generator.learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate):
        self.generator.learning_rate = learning_rate
        self.discriminator.learning_rate = (
            float(learning_rate) * self._learning_rate_ratio
        )

    def scale_losses(self) -> None:
        """Wraps each part in a `LossScaleOptimizer` of its own.

        The two losses have gradients of different sizes, and a step of one that
        overflows must not hold up the other.
        """
        wrap = keras.optimizers.LossScaleOptimizer
        for role in ("generator", "discriminator"):
            part = getattr(self, role)
            if not isinstance(part, wrap):
                setattr(self, role, wrap(part, name=f"{role}_loss_scale"))

    def build_parts(self, generator_variables, discriminator_variables) -> None:
        """Makes the state of both for the weights that each one trains."""
        for part, variables in zip(
            self.parts,
            (generator_variables, discriminator_variables),
            strict=True,
        ):
            if not part.built:
                part.build(list(variables))
        self._own_variables = {
            id(part): list(variables)
            for part, variables in zip(
                self.parts,
                (generator_variables, discriminator_variables),
                strict=True,
            )
        }
        self.built = True

    def build(self, variables) -> None:
        """Keras' own hook; the parts are built by `build_parts`."""
        if not self.built:
            raise ValueError(
                "`AdversarialOptimizer` has to know which weights are whose. "
                f"Received: one list of {len(variables)} variables. "
                f"{_HOW_TO_BUILD}"
            )

    def _assert_built(self) -> None:
        if not self.built:
            raise ValueError(
                "`AdversarialOptimizer` must be built before it is applied. "
                f"Received: one that is not. {_HOW_TO_BUILD}"
            )

    def apply(self, grads, trainable_variables=None) -> None:
        """Applies gradients of any of the weights, each by its own part."""
        self._assert_built()
        owned = [self._own_variables[id(part)] for part in self.parts]
        if trainable_variables is None:
            trainable_variables = owned[0] + owned[1]
        known = {id(variable) for variable in owned[0] + owned[1]}
        strange = [v.path for v in trainable_variables if id(v) not in known]
        if strange:
            raise ValueError(
                "`trainable_variables` must be weights that the pair was built "
                f"for. Received: {', '.join(strange)}. {_HOW_TO_BUILD}"
            )
        pairs = list(zip(grads, trainable_variables, strict=True))
        for part, variables in zip(self.parts, owned, strict=True):
            own = {id(v) for v in variables}
            chosen = [(g, v) for g, v in pairs if id(v) in own]
            if chosen:
                gradients, targets = zip(*chosen, strict=True)
                part.apply(list(gradients), list(targets))

    def finalize_variable_values(self, var_list) -> None:
        """Lets each part finalise the weights it trains."""
        del var_list  # Each part knows its own.
        self._assert_built()
        for part in self.parts:
            part.finalize_variable_values(self._own_variables[id(part)])

    def save_own_variables(self, store) -> None:
        """Nothing of its own: Keras saves the two parts after this."""

    def load_own_variables(self, store) -> None:
        """Nothing of its own: Keras loads the two parts after this."""

    def get_config(self) -> dict:
        return {
            "generator": _serialized(self.generator),
            "discriminator": _serialized(self.discriminator),
            "learning_rate_ratio": self._learning_rate_ratio,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        ratio = config.pop("learning_rate_ratio", None)
        for role in ("generator", "discriminator"):
            config[role] = keras.saving.deserialize_keras_object(
                _of_any_backend(config[role]), custom_objects=custom_objects
            )
        pair = cls(**config)
        if ratio is not None:
            pair._learning_rate_ratio = ratio
        return pair


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


def _optimizer(identifier, role):
    """The optimizer that `identifier` names, Adam where it is None."""
    if identifier is None:
        return keras.optimizers.Adam(name=f"{role}_adam", **_DEFAULTS)
    optimizer = keras.optimizers.get(identifier)
    if isinstance(optimizer, AdversarialOptimizer):
        raise ValueError(
            f"`{role}` must be the optimizer of one network. Received: "
            f"a pair, {identifier}. Pass the pair to `compile` as "
            "`generator_optimizer=pair` and leave the other out."
        )
    return optimizer


def _ratio(generator, discriminator) -> float:
    """Discriminator's over generator's learning rate (1 for schedules)."""
    rates = []
    for part in (generator, discriminator):
        part = getattr(part, "inner_optimizer", part)
        if not isinstance(part._learning_rate, keras.Variable):
            return 1.0
        rates.append(float(ops.convert_to_numpy(part.learning_rate)))
    return rates[1] / rates[0] if rates[0] else 1.0
