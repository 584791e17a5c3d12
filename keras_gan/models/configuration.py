"""Checks, resolves and serializes the arguments of `compile`."""

import warnings

import keras

from keras_gan import penalties as penalties_module
from keras_gan.backend import BACKEND
from keras_gan.models.turn import penalty_name
from keras_gan.optimizers import AdversarialOptimizer
from keras_gan.utils.arguments import choice, is_integer
from keras_gan.utils.stack import level_outside

UPDATES = ("alternating", "simultaneous")


def penalties(identifiers, loss, image_shape) -> list:
    """Returns the penalties that `compile` was given; "auto": the loss's."""
    if isinstance(identifiers, str) and identifiers == "auto":
        names = getattr(loss, "default_penalties", ())
        return [penalties_module.recommended(n, image_shape) for n in names]
    if identifiers is None:
        return []
    if not isinstance(identifiers, list | tuple):
        identifiers = [identifiers]
    chosen = [penalties_module.get(identifier) for identifier in identifiers]
    check_different("penalties", map(penalty_name, chosen))
    return chosen


def check_loss(loss) -> None:
    """Raises an error if an adversarial loss does not return scalars."""
    logits = keras.KerasTensor((2, 1), "float32")
    for method in (loss.discriminator_loss, loss.generator_loss):
        traced = keras.layers.Lambda(lambda x, method=method: method(x, x))
        try:
            shape = traced.compute_output_spec(logits).shape
        except NotImplementedError:
            # A loss that only works on values is checked in the first step.
            continue
        if shape != ():
            raise ValueError(
                f"`loss` must return scalars. Received: {method.__name__!r} of "
                f"{loss!r} with shape {shape}. Take the mean over the batch."
            )


def check_updates(discriminator_steps, update) -> None:
    """Checks the arguments for the number and the order of updates."""
    if not is_integer(discriminator_steps, at_least=1):
        raise ValueError(
            "`discriminator_steps` must be a positive integer. Received: "
            f"{discriminator_steps!r}. Pass 1 or more."
        )
    choice("update", update, UPDATES)


def check_executions(steps_per_execution) -> None:
    """Raises an error unless it is a number of steps."""
    if not is_integer(steps_per_execution, at_least=1):
        raise ValueError(
            "`steps_per_execution` must be a positive integer. Received: "
            f"{steps_per_execution!r}. Pass 1, or more to do several steps in "
            "one call."
        )


def check_metrics(metrics) -> None:
    """Checks the metrics that `compile` was given."""
    if not isinstance(metrics, dict):
        metrics = {None: metrics}
    for some in metrics.values():
        listed = some is None or isinstance(some, list | tuple)
        for metric in some or [] if listed else [some]:
            if not listed or not hasattr(metric, "update_state"):
                raise ValueError(
                    "`metrics` must be a list of objects with `update_state("
                    f"real_images, fake_images)`. Received: {metric!r}. Use "
                    "metrics from `keras_gan.metrics`."
                )
            _check_value_range(metric)
    names = [getattr(metric, "name", None) for metric in flat_metrics(metrics)]
    check_different("metrics", names)


def check_different(argument, names) -> None:
    """Raises an error if two entries of the logs would have the same name."""
    names = list(names)
    if len(set(names)) != len(names):
        raise ValueError(
            f"`{argument}` must have different names, because each is one "
            f"entry of the logs. Received: {names}. Rename one with `name=`."
        )


def flat_metrics(metrics) -> list:
    """All metrics of a list, or of a dict of lists."""
    if isinstance(metrics, dict):
        return [metric for some in metrics.values() for metric in some or []]
    return list(metrics or [])


def scores_of_metrics(metrics) -> list:
    """For each metric the name of the scores that it uses; None: the first."""
    if isinstance(metrics, dict):
        return [name for name, some in metrics.items() for _ in some or []]
    return [None] * len(metrics or [])


def _check_value_range(metric) -> None:
    """Raises an error if a metric expects images outside [-1, 1]."""
    value_range = getattr(metric, "value_range", None)
    if value_range is not None and tuple(value_range) != (-1, 1):
        raise ValueError(
            f"`metrics` must take the images of a GAN, which are in [-1, 1]. "
            f"Received: {metric.name!r} with value_range="
            f"{tuple(value_range)}. Create it without `value_range`."
        )


def optimizer_for(players, optimizer) -> AdversarialOptimizer:
    """Returns one optimizer for all players; Adam where none is given.

    Raises:
        ValueError: If a player has no optimizer, or an optimizer no player.
    """
    names = [player.name for player in players]
    if optimizer is None:
        optimizer = dict.fromkeys(names)
    if not isinstance(optimizer, dict | AdversarialOptimizer):
        raise ValueError(
            "`optimizer` must be a dict of optimizers by the names of the "
            f"players, or an `AdversarialOptimizer`. Received: {optimizer!r}. "
            f"The players are: {', '.join(names)}."
        )
    if isinstance(optimizer, dict):
        _check_parts(optimizer, names)
        # In the order of the players, not of the dict.
        optimizer = AdversarialOptimizer.of({n: optimizer[n] for n in names})
    _check_parts(optimizer.names, names)
    return optimizer


def _check_parts(given, names) -> None:
    if set(given) != set(names):
        raise ValueError(
            f"`optimizer` must have one part per player, {sorted(names)}. "
            f"Received: {sorted(given)}. Name each player once; None means "
            "Adam."
        )


def refuse_arguments(unknown: dict) -> None:
    """Raises an error if there are arguments that `compile` does not take."""
    if "optimizer" in unknown:
        raise TypeError(
            "The generator and the discriminator have an optimizer each. "
            f"Received: optimizer={unknown['optimizer']!r}. Pass "
            "`generator_optimizer=` and `discriminator_optimizer=`, or an "
            "`AdversarialOptimizer` as the first of them."
        )
    if unknown:
        raise TypeError(
            f"compile() got an unexpected keyword argument {min(unknown)!r}"
        )


def pair_of_optimizers(generator, discriminator) -> AdversarialOptimizer:
    """Combines two optimizers, or returns the one given for both."""
    if not isinstance(generator, AdversarialOptimizer):
        return AdversarialOptimizer(generator, discriminator)
    if discriminator is not None:
        raise ValueError(
            "`discriminator_optimizer` must be left out if "
            "`generator_optimizer` is an `AdversarialOptimizer` for both. "
            f"Received: {discriminator!r}."
        )
    return generator


def build(model, metrics) -> None:
    """Creates the state of penalties and metrics, under the strategy."""
    for part in model.stateful_parts():
        getattr(part, "build", lambda: None)()
    shapes = model.image_shapes()
    unknown = set(scores_of_metrics(metrics)) - {None, *shapes}
    if shapes and unknown:
        raise ValueError(
            "`metrics` must be given by the names of the model's scores, "
            f"{sorted(shapes)}. Received: {sorted(unknown)}."
        )
    first = next(iter(shapes.values()), None)
    for metric, name in zip(
        flat_metrics(metrics), scores_of_metrics(metrics), strict=True
    ):
        shape = shapes.get(name, first)
        if shape is not None and hasattr(metric, "build"):
            metric.build(shape)


def check_penalties(players) -> None:
    """Raises an error if two penalties of the players have the same name."""
    owners: dict = {}
    for player in players:
        for name in map(penalty_name, player.penalties):
            if name in owners:
                raise ValueError(
                    "Penalties must have different names, because each is one "
                    f"entry of the logs. Received: {name!r} of "
                    f"{owners[name]!r} and of {player.name!r}. Rename one "
                    "with `name=`."
                )
            owners[name] = player.name


def results(metrics) -> dict:
    """Returns the values of metrics by name; a metric may have several."""
    values = {}
    for metric in metrics:
        result = metric.result()
        if not isinstance(result, dict):
            result = {metric.name: result}
        for name, value in result.items():
            name = f"{metric.name}_{name}" if name in values else name
            values[name] = float(value)
    return values


def serialize(model) -> dict:
    """Serializes the arguments of `compile` for a `.keras` file."""
    try:
        return {
            **model.compile_arguments(),
            "metrics": _serialized_metrics(model),
            "run_eagerly": model.run_eagerly,
            "steps_per_execution": model.steps_per_execution,
            "jit_compile": model.asked_jit_compile,
            "backend": BACKEND,
        }
    except (TypeError, AttributeError, NotImplementedError) as error:
        # A loss without a config must not prevent saving the trained weights.
        warnings.warn(
            "The model is saved without its `compile` arguments, because a "
            f"part of them cannot be serialized: {error}. Compile it again "
            "after loading, or give that part `get_config`.",
            stacklevel=2,
        )
        return {}


def _serialized_metrics(model):
    """Serializes the metrics in the form that `compile` takes."""
    one = keras.saving.serialize_keras_object
    names = model.metric_scores
    if all(name is None for name in names):
        return [one(metric) for metric in model.sample_metrics]
    by_name: dict = {name: [] for name in names}
    for name, metric in zip(names, model.sample_metrics, strict=True):
        by_name[name].append(one(metric))
    return by_name


def compile_with(model, config) -> None:
    """Compiles a model with arguments from `serialize`."""
    arguments = _adapted_to_backend(config)
    arguments = model.deserialized_arguments(arguments)
    metrics = arguments.pop("metrics")
    try:
        model.compile(**arguments, metrics=_deserialized(metrics))
    except (OSError, ValueError) as error:
        # The model must load even if a file that a metric needs is missing.
        if not metrics:
            raise
        model.compile(**arguments, metrics=[])
        warnings.warn(
            "The model is loaded without its metrics, because one of them "
            f"cannot be created here: {error}. Fix that and load it again, or "
            "compile it with other metrics.",
            stacklevel=level_outside(),
        )


def _deserialized(metrics):
    one = keras.saving.deserialize_keras_object
    if isinstance(metrics, dict):
        return {name: [one(m) for m in some] for name, some in metrics.items()}
    return [one(metric) for metric in metrics]


def _adapted_to_backend(config) -> dict:
    """Replaces arguments that another backend saved and this one cannot use."""
    config = dict(config)
    if config.pop("backend", "tensorflow") != BACKEND:
        config["jit_compile"] = "auto"
    if BACKEND == "torch":  # Keras supports only single steps on PyTorch.
        config["steps_per_execution"] = 1
    return config
