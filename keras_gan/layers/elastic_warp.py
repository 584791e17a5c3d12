"""Images whose pixels are moved by a learned affine map and a smooth field."""

from typing import Any

import keras
from keras import ops

from keras_gan.layers.augmentation.warp import bilinear
from keras_gan.utils.arguments import number_in


@keras.saving.register_keras_serializable(package="keras_gan")
class ElasticWarp(keras.layers.Layer):
    """Moves the pixels of images, which keeps lines sharp.

    The pixel at p, in [-1, 1] along both axes, is taken from

    ```
    p + affine * tanh(A) [p, 1] + elastic * tanh(field(p))
    ```

    by bilinear interpolation, from the nearest edge if that lies outside. A
    generator that predicts A and a field draws an image in another hand
    instead of drawing it anew.

    Args:
        affine: Largest number of the affine map, of 0 or more.
        elastic: How far the field can move a pixel, of 0 or more; 1 is half a
            side.

    Call arguments: `[images, field, numbers]` of shapes `(batch, height,
    width, channels)`, `(batch, any_height, any_width, 2)` and `(batch, 6)`. The
    field, (y, x), is enlarged by bilinear interpolation. `numbers` are A: of y
    its coefficients of y, x and 1, then those of x.

    Output shape: that of the images, whose height and width must be known.

    Raises:
        ValueError: If an argument is negative, or inputs have other shapes.

    Example:

    >>> images = np.arange(4.0).reshape(1, 1, 4, 1)
    >>> still = np.zeros((1, 2, 2, 2)), np.zeros((1, 6))
    >>> keras.ops.convert_to_numpy(ElasticWarp()([images, *still])).ravel()
    array([0., 1., 2., 3.], dtype=float32)
    """

    def __init__(
        self, affine: float = 0.35, elastic: float = 0.3, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.affine = number_in("affine", affine, "[0, inf)")
        self.elastic = number_in("elastic", elastic, "[0, inf)")

    def build(self, input_shape: Any) -> None:
        ranks = [len(one) for one in input_shape]
        ends = [one[-1] for one in input_shape][1:]
        if ranks != [4, 4, 2] or ends != [2, 6]:
            raise ValueError(
                "`ElasticWarp` must get `[images, field, numbers]` of shapes "
                "(batch, height, width, channels), (batch, any, any, 2) and "
                f"(batch, 6). Received: {input_shape}."
            )
        self.built = True

    def call(self, inputs: Any) -> Any:
        images, field, numbers = inputs
        sides = images.shape[1:3]
        y, x = (ops.linspace(-1.0, 1.0, side) for side in sides)
        field = ops.image.resize(
            ops.tanh(field), sides, data_format="channels_last"
        )
        field = self.elastic * ops.cast(field, images.dtype)
        numbers = self.affine * ops.tanh(numbers)[:, :, None, None]
        ones = ops.ones_like(y[:, None] + x)
        basis = ops.stack([y[:, None] * ones, x * ones, ones])
        places = []
        for axis, side in enumerate(sides):
            shift = ops.sum(numbers[:, 3 * axis : 3 * axis + 3] * basis, axis=1)
            place = basis[axis] + shift + field[..., axis]
            pixels = (place + 1.0) * (0.5 * (side - 1))
            places.append(ops.clip(pixels, 0.0, side - 1.0))
        # The pixels beside and below the last ones, which `bilinear` reads.
        images = ops.concatenate([images, images[:, -1:]], axis=1)
        images = ops.concatenate([images, images[:, :, -1:]], axis=2)
        return bilinear(images, places[1], places[0])

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        own = {"affine": self.affine, "elastic": self.elastic}
        return {**super().get_config(), **own}
