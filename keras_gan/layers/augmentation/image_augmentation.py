"""The base class of layers that augment images."""

import abc
from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan.images import check_value_range
from keras_gan.layers.augmentation import targets
from keras_gan.layers.augmentation.input_checks import (
    check_arguments,
    check_batch,
    check_boxes,
    check_data,
    check_data_format,
    check_images,
    check_values,
)

Tensor = Any


@keras.saving.register_keras_serializable(package="keras_gan")
class ImageAugmentation(keras.layers.Layer, abc.ABC):
    """Base class of layers that change each image randomly.

    Use it as the `augmenter` of a `GAN`, in `tf.data.Dataset.map` before or
    after `batch`, in pipelines of Keras and KerasCV, and in models, where it is
    the identity at inference. Drawing and applying are separate methods, named
    as in Keras: `get_random_transformation` and `transform_images`.

    A subclass implements `draw(shape, seed)`, which returns the parameters for
    a batch, and `apply(images, drawn)`, which is differentiable and receives
    float32 images in [-1, 1] with the channels last, whatever the dtype of the
    layer. If it moves pixels it also implements `inverse_matrices`.

    Args:
        value_range: `(low, high)` of the images. Brightness and similar changes
            are relative to it.
        bounding_box_format: Format of bounding boxes, such as `"xyxy"`;
            required if the data have any.
        data_format: `"channels_last"` or `"channels_first"`. Default: that of
            Keras.
        seed: Integer that fixes the draws. None: random.
        **kwargs: `name` and `dtype`, as of any Keras layer.

    Input and output: a tensor of images `(batch, height, width, channels)` or
    `(height, width, channels)`, integers or floats; or a dict with `"images"`
    and more. `"segmentation_masks"` and `"bounding_boxes"` (a dict of `"boxes"`
    and `"labels"` or `"classes"`) are transformed with the images; everything
    else is returned unchanged. Images are returned as floats of the layer's
    dtype, rounded and clipped if they were integers. Images that are not
    changed stay identical bit for bit.

    Raises:
        ValueError: If an argument or the data are invalid.

    Example:

    >>> class Darker(ImageAugmentation):
    ...     def draw(self, shape, seed):
    ...         return {"by": keras.random.uniform(shape[:1], seed=seed)}
    ...     def apply(self, images, drawn):
    ...         return images - drawn["by"][:, None, None, None]
    >>> layer = Darker(value_range=(0, 255), seed=1)
    >>> data = {"images": np.ones((2, 4, 4, 3), "uint8"), "labels": np.ones(2)}
    >>> {name: value.dtype.name for name, value in layer(data).items()}
    {'images': 'float32', 'labels': 'float64'}
    """

    mask_fill: float | None = None
    """Value of masks beyond the edge. None: they are reflected."""

    def __init__(
        self,
        *,
        value_range: Sequence[float] = (-1, 1),
        bounding_box_format: str | None = None,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        # Positions and colors are computed in float32 under every policy.
        super().__init__(autocast=False, **kwargs)
        self.value_range = check_value_range(value_range)
        self.bounding_box_format = targets.check_format(bounding_box_format)
        self.data_format = check_data_format(data_format)
        self.seed = seed
        self.seed_generator = backend.ReplicaSeedGenerator(seed)
        self._element_seeds = backend.ElementSeeds(0 if seed is None else seed)
        self.supports_jit = True

    # For subclasses ---------------------------------------------------------

    @abc.abstractmethod
    def draw(self, shape: Sequence[Any], seed: Any) -> dict[str, Tensor]:
        """Draws the parameters for a batch of images.

        Args:
            shape: `(batch, height, width, channels)`.
            seed: `keras.random.SeedGenerator` or integer.

        Returns:
            Dict of tensors whose first axis is the batch.
        """

    @abc.abstractmethod
    def apply(self, images: Tensor, drawn: Mapping[str, Tensor]) -> Tensor:
        """Changes images, deterministically for given parameters.

        Args:
            images: Float32 `(batch, height, width, channels)` in [-1, 1].
            drawn: What `draw` returned.
        """

    def inverse_matrices(
        self, drawn: Mapping[str, Tensor], height: Any, width: Any
    ) -> Tensor | None:
        """Maps from result to image, `(batch, 3, 3)`; None: pixels stay.

        Coordinates are `(x, y)` in pixels from the center of the image.
        """
        return None

    # Use --------------------------------------------------------------------

    def augment_images(self, images: Tensor) -> Tensor:
        """Augments float images in [-1, 1] without checking their values.

        `GAN` calls it, because a generator in training may exceed its range.

        Args:
            images: Float tensor `(batch, ...)` of images.

        Raises:
            ValueError: If they are not a batch of images.
        """
        check_batch(images)
        images = self._channels_last(ops.cast(images, "float32"))
        drawn = self.draw(ops.shape(images), self.seed_generator)
        return self._own_format(self.apply(images, drawn))

    def __call__(self, inputs: Any, *others: Any, **kwargs: Any) -> Any:
        check_arguments(self.name, others)
        if backend.in_foreign_pipeline():
            return backend.through_arrays(
                self, (inputs,), self._element_seeds, **kwargs
            )
        check_data(
            _as_dict(inputs),
            self.value_range,
            self.bounding_box_format,
            self.data_format,
        )
        check_values(inputs, self.value_range)
        return super().__call__(inputs, **kwargs)

    def call(self, inputs: Any, training: bool = True) -> Any:
        data = _as_dict(inputs)
        drawn = self.get_random_transformation(data) if training else {}
        data = {**data, **self._transformed(data, drawn, training)}
        return data if isinstance(inputs, Mapping) else data["images"]

    def get_random_transformation(
        self, data: Any, training: bool = True, seed: Any = None
    ) -> dict[str, Tensor]:
        """Draws the parameters for each image of the data.

        Args:
            data: Images, or a dict of `"images"` and more.
            training: Unused; present for compatibility with Keras.
            seed: Integer that fixes the draws, or a `SeedGenerator`. Default:
                that of the layer.
        """
        images = data["images"] if isinstance(data, Mapping) else data
        check_images(images, self.data_format)
        shape = ops.shape(self._channels_last(_batched(images)))
        if seed is None:
            seed = backend.seeds_of_element() or self.seed_generator
        elif not isinstance(seed, keras.random.SeedGenerator):
            seed = _Seeds(seed)
        return self.draw(shape, seed)

    def transform_images(
        self, images: Tensor, transformation: Mapping, training: bool = True
    ) -> Tensor:
        """Changes images with drawn parameters.

        Args:
            images: Tensor of images, or of one image.
            transformation: What `get_random_transformation` returned.
            training: False leaves the images unchanged.

        Returns:
            Float tensor of the same shape; values may exceed the value range.
        """
        if not training:
            return ops.cast(images, self.compute_dtype)
        batch = self._channels_last(ops.cast(_batched(images), "float32"))
        batch = self._applied(batch, transformation)
        if not keras.backend.is_float_dtype(_dtype(images)):
            # Callers may cast the result back to bytes, which would wrap around
            # and truncate.
            batch = ops.clip(ops.round(batch), *self.value_range)
        batch = ops.cast(self._own_format(batch), self.compute_dtype)
        return _like(batch, images)

    def transform_labels(
        self, labels: Any, transformation: Mapping, training: bool = True
    ) -> Any:
        """Returns the labels, which no change affects."""
        return labels

    def transform_segmentation_masks(
        self, masks: Tensor, transformation: Mapping, training: bool = True
    ) -> Tensor:
        """Transforms masks like their images, with nearest neighbors.

        Args:
            masks: Tensor `(batch, height, width)`, or with a channel axis like
                that of the images.
            transformation: What `get_random_transformation` returned.
            training: False leaves the masks unchanged.
        """
        if not training:
            return masks
        masks = ops.convert_to_tensor(masks)
        has_channels = len(masks.shape) == 4
        masks = self._channels_last(masks) if has_channels else masks[..., None]
        masks = targets.transform_masks(
            masks, transformation, self.inverse_matrices, self.mask_fill
        )
        return self._own_format(masks) if has_channels else masks[..., 0]

    def transform_bounding_boxes(
        self,
        boxes: Mapping,
        transformation: Mapping,
        training: bool = True,
        *,
        image_size: tuple,
    ) -> dict[str, Tensor]:
        """Transforms boxes like their images.

        The result is the smallest box around the transformed corners, clipped
        to the image. Boxes without area get -1 in all coordinates and in their
        label, as in Keras.

        Args:
            boxes: Dict of `"boxes"` `(batch, boxes, 4)` and `"labels"` or
                `"classes"` `(batch, boxes)`, dense or ragged; the result is
                dense.
            transformation: What `get_random_transformation` returned.
            training: False leaves the boxes unchanged.
            image_size: Height and width of the images in pixels.
        """
        check_boxes(boxes, self.bounding_box_format)
        boxes = targets.dense(boxes)
        if not training:
            return boxes
        return targets.transform_boxes(
            boxes,
            transformation,
            self.inverse_matrices,
            self.bounding_box_format,
            image_size,
        )

    def _applied(self, images, transformation):
        """`apply` for images in the value range of the layer."""
        low, high = self.value_range
        if (low, high) == (-1.0, 1.0):
            return self.apply(images, transformation)
        middle, half = (high + low) / 2, (high - low) / 2
        scaled = (images - middle) / half
        applied = self.apply(scaled, transformation)
        changed = applied * half + middle
        # Scaling there and back is not exact: where nothing changed, return the
        # given value, with the derivative of the change.
        given = ops.stop_gradient(images)
        given = given - (ops.stop_gradient(changed) - changed)
        return ops.where(ops.equal(applied, scaled), given, changed)

    def _transformed(self, data, drawn, training):
        """Returns the parts of the data that may change."""
        images = data["images"]
        single = len(images.shape) == 3
        changed = {"images": self.transform_images(images, drawn, training)}
        if "labels" in data:
            changed["labels"] = self.transform_labels(
                data["labels"], drawn, training
            )
        if "segmentation_masks" in data:
            masks = _stacked(data["segmentation_masks"], single)
            masks = self.transform_segmentation_masks(masks, drawn, training)
            changed["segmentation_masks"] = _unstacked(masks, single)
        if "bounding_boxes" in data:
            boxes = self.transform_bounding_boxes(
                _stacked(targets.dense(data["bounding_boxes"]), single),
                drawn,
                training,
                image_size=ops.shape(self._channels_last(_batched(images)))[
                    1:3
                ],
            )
            changed["bounding_boxes"] = _unstacked(boxes, single)
        return changed

    # Shapes and configuration -----------------------------------------------

    def compute_output_spec(self, inputs: Any, training: bool = True) -> Any:
        # All tensors must be new: Keras records the origin of each.
        data = keras.tree.map_structure(
            lambda one: keras.KerasTensor(one.shape, one.dtype),
            dict(_as_dict(inputs)),
        )
        data["images"] = keras.KerasTensor(
            data["images"].shape, self.compute_dtype
        )
        return data if isinstance(inputs, Mapping) else data["images"]

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "value_range": self.value_range,
            "bounding_box_format": self.bounding_box_format,
            "data_format": self.data_format,
            "seed": self.seed,
        }

    def _channels_last(self, images):
        if self.data_format == "channels_first":
            return ops.moveaxis(images, 1, -1)
        return images

    def _own_format(self, images):
        if self.data_format == "channels_first":
            return ops.moveaxis(images, -1, 1)
        return images


class _Seeds(keras.random.SeedGenerator):
    """The seeds of one transformation, a different one for each draw.

    With an integer all draws would be the same, and a seed generator with a
    variable cannot be created inside a graph.
    """

    def __init__(self, seed):
        self._seed = int(seed)
        self._count = 0

    def next(self, ordered=True):
        self._count += 1
        # JAX makes a key of 32-bit numbers only.
        dtype = "uint32" if backend.BACKEND == "jax" else "int64"
        return ops.convert_to_tensor([self._seed, self._count - 1], dtype)


def _as_dict(inputs):
    return inputs if isinstance(inputs, Mapping) else {"images": inputs}


def _batched(images):
    images = ops.convert_to_tensor(images)
    return images if len(images.shape) == 4 else images[None]


def _like(batch, images):
    return batch if len(images.shape) == 4 else batch[0]


def _stacked(tensors, single):
    """Turns the data of a single image into a batch of one."""
    if not single:
        return tensors
    return keras.tree.map_structure(
        lambda one: ops.convert_to_tensor(one)[None], tensors
    )


def _unstacked(tensors, single):
    return (
        keras.tree.map_structure(lambda one: one[0], tensors)
        if single
        else tensors
    )


def _dtype(images):
    return keras.backend.standardize_dtype(images.dtype)
