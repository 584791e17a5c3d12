"""Outputs of inner layers of networks, for losses and style transfer."""

import os
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
from keras import ops

from keras_gan import backend
from keras_gan.features.layer_outputs import output_of
from keras_gan.utils.arguments import choice
from keras_gan.utils.models import deserialized, input_shapes

Tensor = Any


class _Network(NamedTuple):
    """A network with a name, and layers by what they are usual for."""

    make: Callable[[Any], keras.Model]
    layers: dict[str, tuple[str, ...]]


def _vgg19(weights: Any) -> keras.Model:
    from keras_gan.features.vgg19 import vgg19

    return vgg19(weights)


def _efficientnet_lite0(weights: Any) -> keras.Model:
    from keras_gan.features.efficientnet_lite0 import efficientnet_lite0

    # Its maps belong to the pixels of the image.
    return efficientnet_lite0(weights, resize=False)


_VGG19_LAYERS = {
    "perceptual": ("block5_conv4:linear",),
    "content": ("block4_conv2",),
    "style": tuple(f"block{block}_conv1" for block in range(1, 6)),
    "encoder": tuple(f"block{block}_conv1" for block in range(1, 5)),
}
# Before activations, which hide what is above 6. The first layer finds edges
# and hardly sees colors, so the pixels are a layer too.
_LITE0_STYLE = (
    "images",
    "conv_stem:linear",
    "blocks-1-expand_conv:linear",
    "blocks-3-expand_conv:linear",
    "blocks-5-expand_conv:linear",
    "blocks-8-expand_conv:linear",
)
_LITE0_LAYERS = {
    "perceptual": ("blocks-10-add",),
    "content": ("blocks-10-add",),
    "style": _LITE0_STYLE,
    "encoder": _LITE0_STYLE[:5],
}
_NETWORKS = {
    "vgg19": _Network(_vgg19, _VGG19_LAYERS),
    "efficientnet_lite0": _Network(_efficientnet_lite0, _LITE0_LAYERS),
}
MAP_NAMES = tuple(_NETWORKS)
"""Names of the networks that losses of images can compare layers of."""

# Each network exists once per process, for all losses.
_made: dict[tuple, keras.Model] = {}


class FeatureMaps:
    """Turns images into the outputs of inner layers of a network.

    The network is not trained, and its variables are not among those of a
    model or layer that has this object as an attribute. Gradients with respect
    to the images pass through it. A network that has a name exists once per
    process and reads the images with its own preprocessing.

    Args:
        network: `"vgg19"`, `"efficientnet_lite0"`, any `keras.Model`, or the
            config of one. A model receives the images unchanged, but for a
            single channel, which is repeated if the model takes three.
        layers: Names of layers, for models made of `keras.Input`s and layers.
            `"block5_conv4"` is the output of this layer,
            `"block5_conv4:linear"` the same before its activation. None: what
            a model returns, one or several tensors; not for a name.
        weights: As in `features.vgg19` and `features.efficientnet_lite0`.
            Ignored for a model.

    Call arguments: images `(batch, height, width, channels)` in [-1, 1]; a
    named network takes 1 channel, which is repeated, 3, or 4, which are blended
    with white. Returns a list of tensors, one for each layer.

    Raises:
        ValueError: If there is no such network or layer.
        FileNotFoundError: If the weights of a named network are not available.

    Example:

    >>> network = keras.Sequential(
    ...     [
    ...         keras.Input((None, None, 3)),
    ...         keras.layers.Conv2D(8, 3, activation="relu", name="shallow"),
    ...         keras.layers.Conv2D(16, 3, strides=2, name="deep"),
    ...     ]
    ... )
    >>> maps = FeatureMaps(network, ["shallow:linear", "deep"])
    >>> [tuple(one.shape) for one in maps(np.zeros((2, 16, 16, 1)))]
    [(2, 14, 14, 8), (2, 6, 6, 16)]
    """

    def __init__(
        self,
        network: Any,
        layers: Sequence[str] | None = None,
        *,
        weights: str | os.PathLike | None = "auto",
    ) -> None:
        if isinstance(network, dict):
            network = deserialized(network)
        if not (isinstance(network, keras.Model) or network in MAP_NAMES):
            raise ValueError(
                "`feature_extractor` must be a `keras.Model`, or one of "
                f"{', '.join(map(repr, MAP_NAMES))}. Received: {network!r}. "
                "Load your own with `keras.saving.load_model`."
            )
        self.network = network
        self.layers = _checked_layers(network, layers)
        self.weights = _checked_weights(weights)
        self.model = self._with_outputs()
        self._checked: set[tuple] = set()

    def __call__(self, images: Tensor) -> list[Tensor]:
        inputs = self._inputs(ops.convert_to_tensor(images))
        self._check_size(tuple(inputs.shape[1:]))
        if backend.replica_count() == 1:
            outputs = self.model(inputs, training=False)
            return keras.tree.flatten(outputs)
        # A replica may have no images, which convolutions do not take.
        size = ops.shape(inputs)[0]
        row = ops.zeros((1, *inputs.shape[1:]), inputs.dtype)
        outputs = self.model(ops.concatenate([inputs, row]), training=False)
        return [one[:size] for one in keras.tree.flatten(outputs)]

    def spec(self, shape: Sequence[int | None]) -> list[Any]:
        """Returns what a call would, without values.

        Args:
            shape: Shape of the images, as the network itself takes them.
        """
        images = keras.KerasTensor(tuple(shape), "float32")
        return keras.tree.flatten(self.model.compute_output_spec(images))

    @property
    def variables(self) -> list:
        """The variables that must be saved: those of a user's model."""
        has_name = isinstance(self.network, str)
        return [] if has_name else self.network.variables

    def arguments(self) -> dict[str, Any]:
        """Returns the arguments for a config; a name stays a name."""
        network = self.network
        if not isinstance(network, str):
            network = keras.saving.serialize_keras_object(network)
        return {
            "feature_extractor": network,
            "layers": self.layers,
            "weights": self.weights,
        }

    def _with_outputs(self) -> keras.Model:
        has_name = isinstance(self.network, str)
        network = self._made() if has_name else self.network
        if self.layers is None:
            return network
        outputs = [output_of(network, name) for name in self.layers]
        return keras.Model(network.inputs, outputs, name=f"{network.name}_maps")

    def _made(self) -> keras.Model:
        """The network that has the name, which is made on first use."""
        key = (self.network, self.weights, backend.current_strategy())
        if key not in _made:
            with backend.outside_graphs():
                _made[key] = _NETWORKS[self.network].make(self.weights)
        return _made[key]

    def _check_size(self, shape: tuple[int | None, ...]) -> None:
        """Raises an error if a layer leaves nothing of images, once a shape."""
        if shape in self._checked or None in shape:
            return
        reason = ""
        try:
            left = [one.shape for one in self.spec((1, *shape))]
        except ValueError as error:  # A layer with too few pixels, perhaps.
            left, reason = [(0,)], f" ({' '.join(str(error).split())})"
        if any(0 in one for one in left):
            raise ValueError(
                "Images must suit `feature_extractor` and be large enough for "
                f"its layers. Received: images of shape {shape}{reason}. "
                "Enlarge them, or choose earlier `layers`."
            )
        self._checked.add(shape)

    def _inputs(self, images: Tensor) -> Tensor:
        if isinstance(self.network, str):
            return (_as_rgb(ops.cast(images, "float32")) + 1.0) * 127.5
        shapes = input_shapes(self.network)
        if shapes and (images.shape[-1], shapes[0][-1]) == (1, 3):
            return ops.repeat(images, 3, axis=-1)
        return images


def default_layers(network: Any, use: str) -> list[str] | None:
    """The layers of a named network that are usual for a purpose.

    Args:
        network: The name; anything else has no usual layers.
        use: `"perceptual"`, `"content"`, `"style"` or `"encoder"` (of shallow
            to deep layers, the last of which AdaIN transforms).

    Example:

    >>> default_layers("vgg19", "content")
    ['block4_conv2']
    """
    named = isinstance(network, str) and network in _NETWORKS
    return list(_NETWORKS[network].layers[use]) if named else None


def for_style() -> str:
    """The name of the network for style transfer, on this machine.

    VGG19 if its weights are here; else EfficientNet-Lite0 if its package is
    installed; else VGG19, whose weights are downloaded.

    Returns:
        `"vgg19"` or `"efficientnet_lite0"`.

    Example:

    >>> for_style() in MAP_NAMES
    True
    """
    from keras_gan.features import efficientnet_weights, vgg19_weights

    if vgg19_weights.are_at_hand():
        return "vgg19"
    has_other = efficientnet_weights.are_at_hand()
    return "efficientnet_lite0" if has_other else "vgg19"


def _checked_weights(weights: Any) -> str | None:
    if weights is None or isinstance(weights, str | os.PathLike):
        return weights if weights is None else os.fspath(weights)
    raise ValueError(
        "`weights` must be 'auto', the path of a file of weights, or None. "
        f"Received: weights={weights!r}. The factor of a loss is `weight`."
    )


def _checked_layers(network: Any, layers: Any) -> list[str] | None:
    if isinstance(layers, str):
        layers = [layers]
    if layers is None and not isinstance(network, str):
        return None
    is_list = isinstance(layers, Sequence) and len(layers) > 0
    if not is_list or not all(isinstance(name, str) for name in layers):
        raise ValueError(
            "`layers` must be names of layers of `feature_extractor`, one at "
            f"least. Received: layers={layers!r}. Choose some of "
            "`[layer.name for layer in model.layers]`."
        )
    if not isinstance(network, str) and input_shapes(network) is None:
        raise ValueError(
            "`layers` can be named only in a model made of `keras.Input`s and "
            f"layers. Received: layers={list(layers)} of {network!r}. Leave "
            "them out to use what the model returns."
        )
    return list(layers)


def _as_rgb(images: Tensor) -> Tensor:
    """Converts float images in [-1, 1] of 1, 3 or 4 channels to three."""
    channels = images.shape[-1]
    choice("channels", channels, (1, 3, 4))
    if channels == 4:
        opacity = (images[..., 3:] + 1.0) / 2.0
        return images[..., :3] * opacity + 1.0 - opacity
    return ops.repeat(images, 3, axis=-1) if channels == 1 else images
