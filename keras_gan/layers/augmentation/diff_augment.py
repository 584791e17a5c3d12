"""Differentiable augmentation with a fixed policy."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import keras
from keras import ops

from keras_gan import backend
from keras_gan.layers.augmentation.image_augmentation import ImageAugmentation

Tensor = Any


@keras.saving.register_keras_serializable(package="keras_gan")
class DiffAugment(ImageAugmentation):
    """Differentiable augmentation (DiffAugment) with a fixed policy.

    Every image that the discriminator sees, real or generated, is changed, and
    the gradient for the generator passes through the change. It is cheaper than
    `AdaptiveAugment` and needs no tuning. For images in [-1, 1], with uniform
    draws for each image:

    - color: brightness + U(-.5, .5), saturation x U(0, 2) about the mean over
      the channels, contrast x U(.5, 1.5) about the mean over the image.
    - translation: by up to an eighth of each side, in whole pixels; the rest is
      filled with the middle of the value range.
    - cutout: a rectangle of half of each side is set to the middle of the value
      range; its center is a random pixel, so it may lie partly outside.

    The paper uses color and cutout for large datasets and all three for small
    ones.

    Args:
        policy: Names of the changes, `"color"`, `"translation"` and
            `"cutout"`, in order of application, separated by commas.
        value_range: `(low, high)` of the images.
        bounding_box_format: Format of bounding boxes, if there are any, such as
            `"xyxy"`.
        data_format: `"channels_last"` or `"channels_first"`. Default: that of
            Keras.
        seed: Integer that fixes the draws. None: random.
        **kwargs: `name` and `dtype`, as of any Keras layer.

    Input and output: images `(batch, height, width, channels)` or `(height,
    width, channels)`, or a dict as in `ImageAugmentation`.

    Raises:
        ValueError: If an argument is invalid.

    Example:

    >>> layer = DiffAugment("color,cutout", seed=1)
    >>> tuple(layer(np.zeros((8, 32, 32, 3), "float32")).shape)
    (8, 32, 32, 3)
    >>> gan = keras_gan.GAN(
    ...     *keras_gan.networks.mlp((8, 8, 1)), augmenter=DiffAugment()
    ... )

    Reference:
        [Zhao et al., 2020](https://arxiv.org/abs/2006.10738)
    """

    mask_fill = 0.0

    def __init__(
        self, policy: str = "color,translation,cutout", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._changes = _names(policy)

    @property
    def policy(self) -> str:
        """Names of the changes, in order, separated by commas."""
        return ",".join(self._changes)

    def draw(self, shape: Sequence[Any], seed: Any) -> dict[str, Tensor]:
        parameters = {
            name: parameter
            for change in self._changes
            for name, parameter in CHANGES[change].parameters.items()
        }
        count = sum(one.size for one in parameters.values())
        uniforms = keras.random.uniform(
            (shape[0], count), dtype="float32", seed=seed
        )
        sides = ops.cast(ops.stack([shape[2], shape[1]]), "float32")
        drawn, first = {}, 0
        for name, parameter in parameters.items():
            last = first + parameter.size
            value = parameter.value(uniforms[:, first:last], sides)
            drawn[name] = value if parameter.size > 1 else value[:, 0]
            first = last
        return drawn

    def apply(self, images: Tensor, drawn: Mapping[str, Tensor]) -> Tensor:
        # Images of unknown size would cost a compilation for each size.
        known = None not in images.shape[1:]
        function = _fused if known else _changed
        return function(images, dict(drawn), changes=self._changes)

    def inverse_matrices(self, drawn, height, width) -> Tensor | None:
        if "translation" not in drawn:
            return None
        x, y = ops.unstack(drawn["translation"], axis=1)
        one, zero = ops.ones_like(x), ops.zeros_like(x)
        rows = ((one, zero, -x), (zero, one, -y), (zero, zero, one))
        return ops.stack([ops.stack(row, axis=-1) for row in rows], axis=-2)

    def get_config(self) -> dict[str, Any]:
        return {"policy": self.policy, **super().get_config()}


class Parameter(NamedTuple):
    """A parameter that is drawn for each image.

    Attributes:
        size: Number of uniform draws per image.
        value: Uniform numbers in [0, 1), `(batch, size)`, and the sides of the
            images, `(width, height)` in pixels -> the parameter.
    """

    size: int
    value: Callable[[Tensor, Tensor], Tensor]


class Change(NamedTuple):
    """One change of the policy.

    Attributes:
        parameters: The parameters to draw, by name.
        apply: Float32 images in [-1, 1] and drawn parameters -> images.
    """

    parameters: Mapping[str, Parameter]
    apply: Callable[[Tensor, Mapping[str, Tensor]], Tensor]


def _shift(uniform: Tensor, sides: Tensor) -> Tensor:
    most = ops.floor(sides / 8.0 + 0.5)
    return ops.floor(uniform * (2.0 * most + 1.0)) - most


def _center(uniform: Tensor, sides: Tensor) -> Tensor:
    # A hole of even size has no center pixel: its center lies between two
    # pixels or at an edge of the image.
    return ops.floor(uniform * (sides + 1.0 - _hole(sides) % 2.0))


def _hole(sides):
    return ops.floor(sides / 2.0 + 0.5)


def _color(images: Tensor, drawn: Mapping[str, Tensor]) -> Tensor:
    """Brightness, saturation and contrast, one after the other."""
    brightness, saturation, contrast = (
        drawn[name][:, None, None, None]
        for name in ("brightness", "saturation", "contrast")
    )
    return _faded(images, saturation, contrast) + brightness


@ops.custom_gradient
def _faded(images, saturation, contrast):
    """Saturation and contrast, which brightness does not change.

    As a matrix that the images are multiplied by, it is symmetric, so that it
    is its own gradient. XLA cannot take that of what is broadcast over a batch
    of unknown size.
    """
    gray = ops.mean(images, axis=3, keepdims=True)
    mean = ops.mean(gray, axis=(1, 2), keepdims=True)
    # Saturation keeps both means, so that one pass over the image is enough.
    offset = (1.0 - contrast) * mean + contrast * (1.0 - saturation) * gray

    def gradient(*upstream_gradients, upstream=None):
        if upstream is None:
            (upstream,) = upstream_gradients
        # New tensors, because TensorFlow may call this in another graph.
        parameters = 1.0 * saturation, 1.0 * contrast
        return _faded(upstream, *parameters), None, None

    return contrast * saturation * images + offset, gradient


def _translate(images: Tensor, drawn: Mapping[str, Tensor]) -> Tensor:
    return _translated(images, ops.cast(drawn["translation"], "int32"))


@ops.custom_gradient
def _translated(images, shifts):
    """Shifts images by whole pixels `(x, y)`, filling with 0."""
    batch, height, width, channels = ops.shape(images)
    columns = ops.arange(width, dtype="int32")[None, :] - shifts[:, :1]
    rows = ops.arange(height, dtype="int32")[None, :] - shifts[:, 1:]
    inside = (
        _inside(rows, height)[:, :, None] & _inside(columns, width)[:, None]
    )
    first = ops.arange(batch, dtype="int32")[:, None, None] * (height * width)
    places = first + rows[:, :, None] * width + columns[:, None, :]
    pixels = ops.reshape(images, (batch * height * width, channels))
    taken = ops.take(pixels, ops.where(inside, places, 0), axis=0)

    def gradient(*upstream_gradients, upstream=None):
        if upstream is None:
            (upstream,) = upstream_gradients
        # The transpose of a shift is the reverse shift. A gather is faster than
        # a scatter, and exact on every device.
        return _translated(upstream, -shifts), None

    return ops.where(inside[..., None], taken, 0.0), gradient


def _inside(places, side):
    return (places >= 0) & (places < side)


def _cut_out(images: Tensor, drawn: Mapping[str, Tensor]) -> Tensor:
    _, height, width, _ = ops.shape(images)
    across = _covered(width, drawn["cutout"][:, 0])
    down = _covered(height, drawn["cutout"][:, 1])
    hole = down[:, :, None] & across[:, None, :]
    return ops.where(hole[..., None], 0.0, images)


def _covered(side, centers):
    hole = _hole(ops.cast(side, "float32"))
    first = centers[:, None] - hole // 2.0
    places = ops.cast(ops.arange(side), "float32")[None, :]
    return (places >= first) & (places < first + hole)


CHANGES = {
    "color": Change(
        {
            "brightness": Parameter(1, lambda uniform, _: uniform - 0.5),
            "saturation": Parameter(1, lambda uniform, _: 2.0 * uniform),
            "contrast": Parameter(1, lambda uniform, _: uniform + 0.5),
        },
        _color,
    ),
    "translation": Change({"translation": Parameter(2, _shift)}, _translate),
    "cutout": Change({"cutout": Parameter(2, _center)}, _cut_out),
}
"""Name -> change.

Units: `translation` and `cutout` (its center) are `(x, y)` in pixels,
`brightness` half the value range.
"""


def _changed(images, drawn, changes):
    for change in changes:
        images = CHANGES[change].apply(images, drawn)
    return images


_fused = backend.fused(_changed)


def _names(policy: Any) -> tuple[str, ...]:
    given = policy.split(",") if isinstance(policy, str) else []
    names = tuple(name.strip() for name in given)
    if not names or set(names) - set(CHANGES) or len(set(names)) < len(names):
        raise ValueError(
            f"`policy` must be names out of {', '.join(CHANGES)}, each at most "
            f"once, separated by commas. Received: policy={policy!r}. The "
            "paper's is 'color,translation,cutout'."
        )
    return names
