"""Checks of augmenters before training starts."""

import keras
from keras import ops

from keras_gan.backend import devices
from keras_gan.models import augmenter_layers as augmenters
from keras_gan.models import augmenter_probe as probe
from keras_gan.models.turn import penalty_name
from keras_gan.utils.inner_layers import inner_layers


def check(augmenter, penalties, image_shape, jit_compile="auto") -> None:
    """Checks the augmenter of a GAN and those of its penalties.

    Each is called on a few random images, which builds it. Its random state is
    restored, so that the checks do not change the training run.

    Args:
        augmenter: Keras layer or None.
        penalties: List of penalties; some may have an `augmenter`.
        image_shape: Shape of one image, without the batch.
        jit_compile: As in `keras.Model.compile`.

    Raises:
        ValueError: If an augmenter cannot be used; the message names it.
    """
    penalty_augmenters = {
        penalty_name(penalty): penalty.augmenter
        for penalty in penalties
        if getattr(penalty, "augmenter", None) is not None
    }
    if augmenter is None and not penalty_augmenters:
        return
    check_kind(augmenter)
    _check_separate(augmenter, penalty_augmenters)
    images = probe.random_images(image_shape)
    if augmenter is not None:
        order = 1 + any(
            getattr(penalty, "uses_input_gradients", False)
            for penalty in penalties
        )
        on_gpu = jit_compile == "auto" and devices.has_gpu()
        trial = probe.Trial(augmenter, order, jit_compile is True or on_gpu)
        with probe.unchanged(augmenter):
            probe.check_gradients(augmenter, images, trial)
    for one in (augmenter, *penalty_augmenters.values()):
        if one is not None:
            _check_outputs(one, images)


def check_kind(augmenter) -> None:
    """Checks an augmenter without calling it.

    Raises:
        TypeError: If it is not a Keras layer.
        ValueError: If it has the wrong value range or data format, or more than
            one adaptive layer.
    """
    if augmenter is None:
        return
    # KerasCV's `Augmenter` is a layer by its class only.
    if not isinstance(augmenter, keras.layers.Layer) or not hasattr(
        augmenter, "name"
    ):
        raise TypeError(
            "`augmenter` must be a Keras layer, images -> images, or None. "
            f"Received: {type(augmenter).__name__}. "
            "Combine several with `keras.layers.Pipeline([...])`; "
            "`keras_gan.layers.augmenter(name)` creates a layer by name."
        )
    _check_value_range(augmenter)
    _check_data_format(augmenter)
    adaptive = augmenters.adaptive_layers(augmenter)
    if len(adaptive) > 1:
        raise ValueError(
            "`augmenter` must have one adaptive layer at most, because one "
            "statistic can only control one probability. Received: "
            f"{', '.join(probe.named(layer) for layer in adaptive)}. Replace "
            "them with one layer that has all of their operations."
        )


def _check_value_range(layer) -> None:
    """Checks the value range of a layer, or else of its sublayers."""
    value_range = getattr(layer, "value_range", None)
    if value_range is None:
        parts = inner_layers(layer, recursive=False)
        # Layers between two rescaling layers may have another value range.
        if not any(type(part).__name__ == "Rescaling" for part in parts):
            for part in parts:
                _check_value_range(part)
    elif tuple(value_range) != (-1, 1):
        raise ValueError(
            "`augmenter` must take the images of a GAN, which are in [-1, 1]. "
            f"Received: the layer {probe.named(layer)} with value_range="
            f"{tuple(value_range)}. Make it with `value_range=(-1, 1)`."
        )


def _check_data_format(augmenter) -> None:
    expected = keras.config.image_data_format()
    for layer in augmenters.layers_in(augmenter):
        received = getattr(layer, "data_format", expected)
        if augmenters.is_ours(layer) and received != expected:
            raise ValueError(
                "`augmenter` must have the data format of the networks, which "
                f"is Keras' own, {expected!r}. Received: the layer "
                f"{probe.named(layer)} with data_format={received!r}. Leave "
                "`data_format` out, or, if the networks use that format, call "
                f"`keras.config.set_image_data_format({received!r})` first."
            )


def _check_separate(augmenter, penalty_augmenters) -> None:
    owners: dict[int, str] = {}
    named = {"the GAN": augmenter} | {
        f"the penalty {name!r}": one for name, one in penalty_augmenters.items()
    }
    for owner, one in named.items():
        for layer in [] if one is None else augmenters.layers_in(one):
            other = owners.setdefault(id(layer), owner)
            if other != owner:
                raise ValueError(
                    f"The augmenters of {other} and of {owner} must be "
                    "different layers, because each is saved with its own "
                    f"random state. Received: {probe.named(layer)} in both. "
                    "Create a second one."
                )


def _check_outputs(augmenter, images) -> None:
    _check_value_range(augmenter)
    _check_data_format(augmenter)
    with probe.unchanged(augmenter):
        outputs = probe.outputs_of(augmenter, images)
    # Layers that were not called through `__call__` are not marked as built,
    # and a model with such layers cannot be trained under a strategy.
    for layer in reversed(augmenters.layers_in(augmenter)):
        if not layer.built:
            layer.build(images.shape)
    dtype = keras.backend.standardize_dtype(outputs.dtype)
    if tuple(ops.shape(outputs)) != images.shape or "float" not in dtype:
        raise ValueError(
            "`augmenter` must return floating-point images of the same shape "
            f"as its inputs. Received: the layer {probe.named(augmenter)}, "
            f"which returns {dtype} of shape {tuple(ops.shape(outputs))} for "
            f"float32 of shape {images.shape}. Remove operations that resize, "
            "crop, repeat or round."
        )
