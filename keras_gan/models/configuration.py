"""The arguments of `GAN.compile`: checked, resolved, serialised."""

import warnings

import keras

from keras_gan import losses as losses_module
from keras_gan import penalties as penalties_module
from keras_gan.backend import BACKEND
from keras_gan.models.checks import is_integer
from keras_gan.models.objective import penalty_name
from keras_gan.optimizers import AdversarialOptimizer


def penalties(identifiers, loss, image_shape) -> list:
    """Penalty objects of names, configs or objects, or those of the loss."""
    if isinstance(identifiers, str) and identifiers == "auto":
        names = getattr(loss, "default_penalties", ())
        return [penalties_module.recommended(n, image_shape) for n in names]
    if identifiers is None:
        return []
    if not isinstance(identifiers, list | tuple):
        identifiers = [identifiers]
    chosen = [penalties_module.get(identifier) for identifier in identifiers]
    names = [penalty_name(penalty) for penalty in chosen]
    if len(set(names)) != len(names):
        raise ValueError(
            "`penalties` must have different names, because each is one entry "
            f"of the logs. Received: {names}. Give one another `name=`."
        )
    return chosen


def check(discriminator_steps, update, metrics, updates) -> None:
    """Checks the arguments that are neither objects nor Keras' own."""
    if not is_integer(discriminator_steps, at_least=1):
        raise ValueError(
            "`discriminator_steps` must be a positive integer. Received: "
            f"{discriminator_steps!r}."
        )
    if update not in updates:
        raise ValueError(
            f"`update` must be one of {sorted(updates)}. Received: {update!r}."
        )
    listed = metrics is None or isinstance(metrics, list | tuple)
    for metric in metrics or [] if listed else [metrics]:
        if not listed or not hasattr(metric, "update_state"):
            raise ValueError(
                "`metrics` must be a list of objects with `update_state("
                f"real_images, fake_images)`. Received: {metric!r}. Those of "
                "`keras_gan.metrics` are such objects."
            )
        _check_value_range(metric)
    names = [getattr(metric, "name", None) for metric in metrics or []]
    if len(set(names)) != len(names):
        raise ValueError(
            "`metrics` must have different names, because each is one entry "
            f"of the logs. Received: {names}. Give one another `name=`."
        )


def _check_value_range(metric) -> None:
    """Refuses a metric of other images than those of a GAN."""
    value_range = getattr(metric, "value_range", None)
    if value_range is not None and tuple(value_range) != (-1, 1):
        raise ValueError(
            f"`metrics` must take the images of a GAN, which are in [-1, 1]. "
            f"Received: {metric.name!r} with value_range="
            f"{tuple(value_range)}. Make it without `value_range`."
        )


def optimizers(generator, discriminator) -> AdversarialOptimizer:
    """The pair of two optimizers, or the pair that was given."""
    if not isinstance(generator, AdversarialOptimizer):
        return AdversarialOptimizer(generator, discriminator)
    if discriminator is not None:
        raise ValueError(
            "`discriminator_optimizer` must be left out when "
            "`generator_optimizer` is the pair. Received: "
            f"{discriminator!r}."
        )
    return generator


def build(stateful, metrics, image_shape) -> None:
    """Makes the state of losses, penalties and metrics, under the strategy."""
    for part in stateful:
        getattr(part, "build", lambda: None)()
    for metric in metrics or []:
        getattr(metric, "build", lambda shape: None)(image_shape)


def results(metrics) -> dict:
    """Values of metrics by name; a metric with several gives several."""
    values = {}
    for metric in metrics:
        result = metric.result()
        if not isinstance(result, dict):
            result = {metric.name: result}
        for name, value in result.items():
            name = f"{metric.name}_{name}" if name in values else name
            values[name] = float(value)
    return values


def serialize(gan) -> dict:
    """What `compile` was given, as Keras writes it into a `.keras` file."""
    one = keras.saving.serialize_keras_object
    try:
        return {
            "generator_optimizer": one(gan.optimizer),
            "loss": losses_module.serialize(gan.loss),
            "penalties": [penalties_module.serialize(p) for p in gan.penalties],
            "metrics": [one(metric) for metric in gan.sample_metrics],
            "discriminator_steps": gan.discriminator_steps,
            "update": gan.update,
            "run_eagerly": gan.run_eagerly,
            "steps_per_execution": gan.steps_per_execution,
            "jit_compile": gan.asked_jit_compile,
            "backend": BACKEND,
        }
    except (TypeError, AttributeError, NotImplementedError) as error:
        # The weights of a finished run must not be lost for a loss that has
        # no config.
        warnings.warn(
            "The model is saved without what `compile` was given, because a "
            f"part of that cannot be serialised: {error}. Compile it again "
            "after loading, or give that part `get_config`.",
            stacklevel=2,
        )
        return {}


def warn_of_metrics(error: Exception) -> None:
    """Says that a model was loaded without the metrics it was compiled with."""
    warnings.warn(
        "The model is loaded without its metrics, because one of them cannot "
        f"be made here: {error}. Mend that and load it again, or compile it "
        "with other metrics.",
        stacklevel=4,
    )


def deserialize(config) -> dict:
    """Arguments of `compile` from what `serialize` wrote.

    How a step is run is a matter of the backend that runs it.
    """
    one = keras.saving.deserialize_keras_object
    config = dict(config)
    if config.pop("backend", "tensorflow") != BACKEND:
        config["jit_compile"] = "auto"
    if BACKEND == "torch":  # Where Keras knows single steps only.
        config["steps_per_execution"] = 1
    return {
        **config,
        "generator_optimizer": one(config["generator_optimizer"]),
        "loss": losses_module.get(config["loss"]),
        "penalties": [penalties_module.get(p) for p in config["penalties"]],
        "metrics": [one(metric) for metric in config["metrics"]],
    }
