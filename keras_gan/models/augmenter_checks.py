"""What must be true of augmenters before training starts."""

import keras
from keras import ops

from keras_gan.backend import devices
from keras_gan.models import augmenter_layers as augmenters
from keras_gan.models import augmenter_probe as probe
from keras_gan.models.turn import penalty_name


def check(augmenter, penalties, image_shape, jit_compile="auto") -> None:
    """Checks the augmenter of a GAN and those of its penalties.

    Each is tried on a few random images, which builds it; what it draws from is
    put back, so that the run is the same as without.

    Args:
        augmenter: Keras layer or None.
        penalties: List of penalties, of which some have an `augmenter`.
        image_shape: Shape of one image, without the batch.
        jit_compile: As in `keras.Model.compile`.

    Raises:
        ValueError: If an augmenter cannot be used, with its name.
    """
    of_penalties = {
        penalty_name(penalty): penalty.augmenter
        for penalty in penalties
        if getattr(penalty, "augmenter", None) is not None
    }
    if augmenter is None and not of_penalties:
        return
    check_kind(augmenter)
    _check_apart(augmenter, of_penalties)
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
    for one in (augmenter, *of_penalties.values()):
        if one is not None:
            _check_outputs(one, images)


def check_kind(augmenter) -> None:
    """Checks what can be said of an augmenter without calling it.

    Raises:
        TypeError: If it is no Keras layer.
        ValueError: If it is of another value range or data format, or has two
            controllers.
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
            "Several make one with `keras.layers.Pipeline([...])`; "
            "`keras_gan.layers.augmenter(name)` makes one of a name."
        )
    _check_value_range(augmenter)
    _check_data_format(augmenter)
    adaptive = augmenters.adaptive_layers(augmenter)
    if len(adaptive) > 1:
        raise ValueError(
            "`augmenter` must have one adaptive layer at most, because one "
            "statistic can only steer one probability. Received: "
            f"{', '.join(probe.named(layer) for layer in adaptive)}. Make one "
            "of them, with the operations of all."
        )


def _check_value_range(layer) -> None:
    """A layer that has a range answers for those inside it."""
    value_range = getattr(layer, "value_range", None)
    if value_range is None:
        parts = layer._flatten_layers(include_self=False, recursive=False)
        # What stands between two rescalings has another range with right.
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
                "`data_format` out, or for such networks call "
                f"`keras.config.set_image_data_format({received!r})` first."
            )


def _check_apart(augmenter, of_penalties) -> None:
    owners: dict[int, str] = {}
    named = {"the GAN": augmenter} | {
        f"the penalty {name!r}": one for name, one in of_penalties.items()
    }
    for owner, one in named.items():
        for layer in [] if one is None else augmenters.layers_in(one):
            other = owners.setdefault(id(layer), owner)
            if other != owner:
                raise ValueError(
                    f"The augmenters of {other} and of {owner} must be "
                    "different layers, because each is saved with its own "
                    f"random state. Received: {probe.named(layer)} in both. "
                    "Make a second one."
                )


def _check_outputs(augmenter, images) -> None:
    _check_value_range(augmenter)
    _check_data_format(augmenter)
    with probe.unchanged(augmenter):
        outputs = probe.outputs_of(augmenter, images)
    # Layers that are not called by `__call__` would count as unbuilt, and a
    # model with such layers cannot be trained under a strategy.
    for layer in reversed(augmenters.layers_in(augmenter)):
        if not layer.built:
            layer.build(images.shape)
    dtype = keras.backend.standardize_dtype(outputs.dtype)
    if tuple(ops.shape(outputs)) != images.shape or "float" not in dtype:
        raise ValueError(
            "`augmenter` must return floating-point images of the shape that "
            f"it is given. Received: the layer {probe.named(augmenter)}, which "
            f"makes {dtype} of shape {tuple(ops.shape(outputs))} of float32 of "
            f"shape {images.shape}. Leave out what resizes, crops, repeats or "
            "rounds."
        )
