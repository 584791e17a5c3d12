"""Feature extractors: from images to features."""

import collections
import contextlib
import functools
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import keras
from keras import ops

from keras_gan import backend
from keras_gan.features.pixels import (
    as_bytes,
    check_bytes,
    convert_channels,
    optional_range,
)
from keras_gan.images import Range, check_image_shape


class _Network(NamedTuple):
    """A network with a name."""

    make: Callable[[str], keras.Model]
    channels: int
    heads: dict[str, str]


def _inception_v3(head: str, resize: str = "legacy") -> keras.Model:
    from keras_gan.features.inception_v3 import InceptionV3

    return InceptionV3(head=head, resize=resize)


def _efficientnet_lite0(head: str) -> keras.Model:
    from keras_gan.features.efficientnet_lite0 import efficientnet_lite0

    return efficientnet_lite0(head=head)


def _digits(head: str) -> keras.Model:
    from keras_gan.features.digits_classifier import digits_classifier

    return digits_classifier(head=head)


# Names of the outputs in `get`, and in the functions of the networks.
_INCEPTION_HEADS = {"features": "features", "scores": "unbiased_logits"}
_HEADS = {"features": "features", "scores": "logits"}
_NETWORKS = {
    "inception_v3": _Network(_inception_v3, 3, _INCEPTION_HEADS),
    **{
        f"inception_v3_{resize}": _Network(
            functools.partial(_inception_v3, resize=resize), 3, _INCEPTION_HEADS
        )
        for resize in ("clean", "pytorch_fid")
    },
    "efficientnet_lite0": _Network(_efficientnet_lite0, 3, _HEADS),
    "digits": _Network(_digits, 1, _HEADS),
}
NAMES = tuple(_NETWORKS)
"""Names of the networks that metrics can see with."""
# Statistics of features tell by their size where they are from.
_NAMES_OF_SIZES: dict[int | None, str] = {
    2048: "inception_v3",
    1280: "efficientnet_lite0",
    64: "digits",
}

# Each network exists once per process, for all metrics.
_made: dict[tuple, keras.Model] = {}
_compiled: dict[tuple, Callable] = {}
# The latest batches and their features, for metrics that see the same batches.
_recent: collections.deque = collections.deque(maxlen=4)


def get(
    identifier: Any,
    head: str = "features",
    *,
    value_range: Range | None = (-1, 1),
) -> "FeatureExtractor":
    """Returns the feature extractor that `identifier` refers to.

    Args:
        identifier: `"inception_v3"`, the same with the resizing of clean-fid
            (`"inception_v3_clean"`) or of pytorch-fid
            (`"inception_v3_pytorch_fid"`), `"efficientnet_lite0"`, `"digits"`,
            or any `keras.Model`, images -> features `(batch, num_features)`,
            which receives the images unchanged, or the config of such a model.
        head: Output of a named network: `"features"`, or `"scores"`, the
            logits of its classes. Ignored for a model.
        value_range: `(low, high)` of images; `None`: any (models only).

    Raises:
        ValueError: If `identifier` is none of these, or the output of the model
            has another shape.

    Example:

    >>> model = keras.Sequential([keras.layers.Flatten()])
    >>> get(model).build((4, 4, 1))
    16
    """
    value_range = optional_range(value_range)
    if isinstance(identifier, dict):
        identifier = keras.saving.deserialize_keras_object(identifier)
    if isinstance(identifier, keras.Model):
        return ModelExtractor(identifier, value_range)
    if isinstance(identifier, str) and identifier in _NETWORKS:
        return NamedExtractor(identifier, head, value_range)
    raise ValueError(
        "`feature_extractor` must be a name or a `keras.Model`, images -> "
        f"(batch, features). Received: {identifier!r}. The names are: "
        f"{', '.join(NAMES)}."
    )


def name_of_size(num_features: int | None) -> str | None:
    """The name of the network that returns so many features, if one does.

    Args:
        num_features: The number, or `None`.

    Example:

    >>> name_of_size(2048)
    'inception_v3'
    """
    return _NAMES_OF_SIZES.get(num_features)


def for_natural_images() -> str:
    """The name of the network to judge photographs by, on this machine.

    Inception, as in papers, if its weights are here; else EfficientNet-Lite0 if
    its package is installed; else Inception, whose weights are downloaded.

    Returns:
        `"inception_v3"` or `"efficientnet_lite0"`.

    Example:

    >>> for_natural_images() in NAMES
    True
    """
    from keras_gan.features import efficientnet_weights, inception_weights

    if inception_weights.are_at_hand():
        return "inception_v3"
    has_other = efficientnet_weights.are_at_hand()
    return "efficientnet_lite0" if has_other else "inception_v3"


def forget() -> None:
    """Drops the features that are kept for other metrics of the same batch."""
    _recent.clear()


class FeatureExtractor:
    """Turns images into float32 features `(batch, num_features)`.

    `get` makes an extractor from a name or a `keras.Model`.

    Args:
        value_range: `(low, high)` of images, or `None` if it is not known.

    Example:

    >>> extractor = get(keras.Sequential([keras.layers.Flatten()]))
    >>> isinstance(extractor, FeatureExtractor)
    True
    >>> tuple(extractor(np.zeros((8, 4, 4, 1))).shape)
    (8, 16)
    """

    def __init__(self, value_range: Range | None) -> None:
        self.value_range = value_range

    def build(self, image_shape: Sequence[int | None]) -> int:
        """Builds the network if necessary; returns the number of features.

        Args:
            image_shape: Shape of one image, without the batch.
        """
        raise NotImplementedError

    def __call__(self, images: Any) -> Any:
        """Returns the features of a batch of images.

        The network runs once if several metrics receive the same tensor (the
        same object, not an equal one).
        """
        check_bytes(images, self.value_range)
        shape = tuple(images.shape[1:])
        self._check_shape(shape)
        if not ops.is_tensor(images) or hasattr(images, "assign"):
            # The content of an array or a variable may change.
            return self._run(ops.convert_to_tensor(images), shape)
        key = (self._identity(), self.value_range, backend.current_graph())
        for seen, known, features in tuple(_recent):
            if seen is images and known == key:
                return features
        features = self._run(images, shape)
        _recent.append((images, key, features))
        return features

    @property
    def identifier(self) -> Any:
        """The name or the model from which `get` made the extractor."""
        raise NotImplementedError

    @property
    def variables(self) -> list:
        """The variables to save with a metric."""
        return []

    def _identity(self) -> Any:
        raise NotImplementedError

    def _check_shape(self, image_shape: tuple) -> None:
        pass

    def _run(self, images: Any, image_shape: tuple) -> Any:
        raise NotImplementedError


class ModelExtractor(FeatureExtractor):
    """A user's model, which receives the images unchanged.

    Args:
        model: `keras.Model`, images -> `(batch, num_features)`.
        value_range: `(low, high)` of images, or `None`.
    """

    def __init__(self, model: keras.Model, value_range: Range | None) -> None:
        super().__init__(value_range)
        self.model = model
        with contextlib.suppress(AttributeError, NotImplementedError):
            # Other than functional models know their shape only after a call.
            _check_output_shape(model.output_shape)

    def build(self, image_shape: Sequence[int | None]) -> int:
        with backend.outside_graphs():
            if not self.model.built:
                self.model(ops.zeros((1, *image_shape)), training=False)
            images = keras.KerasTensor((None, *image_shape), "float32")
            output = self.model.compute_output_spec(images)
        return _check_output_shape(getattr(output, "shape", None))

    @property
    def identifier(self) -> Any:
        return self.model

    @property
    def variables(self) -> list:
        return self.model.variables

    def _identity(self) -> Any:
        return self.model

    def _run(self, images: Any, image_shape: tuple) -> Any:
        if not keras.backend.is_float_dtype(images.dtype):
            images = ops.cast(images, "float32")
        features = self.model(images, training=False)
        _check_output_shape(getattr(features, "shape", None))
        return ops.cast(features, "float32")


class NamedExtractor(FeatureExtractor):
    """A named network, which receives images as bytes.

    So the features are those of the image as it would be saved: rounded to 256
    levels, grayscale repeated or RGB converted to gray, RGBA blended with
    white.

    Args:
        name: One of `NAMES`.
        head: `"features"` or `"scores"`.
        value_range: `(low, high)` of images.
    """

    def __init__(self, name: str, head: str, value_range: Range | None) -> None:
        if value_range is None:
            raise ValueError(
                "`value_range` must be the range of the images, such as "
                f"(-1, 1), for `feature_extractor={name!r}`. Received: None."
            )
        super().__init__(value_range)
        self.name = name
        self.head = _NETWORKS[name].heads[head]

    def build(self, image_shape: Sequence[int | None]) -> int:
        self._check_shape(tuple(image_shape))
        return _check_output_shape(self.network.output_shape)

    @property
    def identifier(self) -> Any:
        return self.name

    @property
    def network(self) -> keras.Model:
        """The network, which is made on first use."""
        key = (self.name, self.head, backend.current_strategy())
        if key not in _made:
            if backend.in_several_replicas():
                raise ValueError(
                    f"The network {self.name!r} must be made before replicas "
                    "use it. Call the metric's `build(image_shape)` within "
                    "the strategy's scope."
                )
            with backend.outside_graphs(), _undisturbed():
                network = _NETWORKS[self.name].make(self.head)
                network.trainable = False
                _made[key] = network
        return _made[key]

    def _identity(self) -> Any:
        return self.name, self.head, backend.current_strategy()

    def _check_shape(self, image_shape: tuple) -> None:
        if len(image_shape) == 3 and None in image_shape:
            raise ValueError(
                f"{self.name!r} resizes images, so their size must be known. "
                f"Received: image_shape={image_shape}. Resize the images "
                "first."
            )
        check_image_shape(image_shape)

    def _run(self, images: Any, image_shape: tuple) -> Any:
        if not backend.executing_eagerly():
            return self._features(images)
        # One graph for each size of images, for any batch size.
        key = (image_shape, str(images.dtype), *self._identity())
        key += tuple(self.value_range or ())
        if key not in _compiled:
            self.build(image_shape)
            _compiled[key] = backend.compiled(self._features)
        return _compiled[key](images)

    def _features(self, images: Any) -> Any:
        pictures = as_bytes(images, self.value_range or (0, 255))
        channels = _NETWORKS[self.name].channels
        features = self.network(
            convert_channels(pictures, channels), training=False
        )
        return ops.cast(features, "float32")


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Uses the float32 policy, and preserves the state of Python's `random`."""
    state, policy = random.getstate(), keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        random.setstate(state)
        keras.config.set_dtype_policy(policy)


def _check_output_shape(shape: Any) -> int:
    known = isinstance(shape, Sequence) or hasattr(shape, "rank")
    # That of a model of several outputs has their shapes.
    is_size = known and len(shape) == 2 and isinstance(shape[-1], int)
    if not is_size or not shape[-1]:
        raise ValueError(
            "`feature_extractor` must return features of shape (batch, "
            f"num_features). Received: {shape}. End it with a pooling layer, "
            "such as `keras.layers.GlobalAveragePooling2D()`, or `Flatten`."
        )
    return int(shape[-1])
