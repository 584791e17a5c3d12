"""Transforms segmentation masks and bounding boxes like their images."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import ops

from keras_gan.layers.augmentation.warp import warp_nearest

Tensor = Any

FORMATS = (
    "xyxy",
    "yxyx",
    "xywh",
    "center_xywh",
    "center_yxhw",
    "rel_xyxy",
    "rel_yxyx",
    "rel_xywh",
    "rel_center_xywh",
)

# Names of the labels of boxes in Keras and KerasCV.
LABELS = ("labels", "classes")


def check_format(bounding_box_format: str | None) -> str | None:
    """Returns the format, if Keras knows it.

    Raises:
        ValueError: If Keras does not know the format.
    """
    if bounding_box_format is None:
        return None
    if str(bounding_box_format).lower() not in FORMATS:
        raise ValueError(
            f"`bounding_box_format` must be one of {', '.join(FORMATS)}. "
            f"Received: bounding_box_format={bounding_box_format!r}."
        )
    return bounding_box_format.lower()


def transform_masks(
    masks: Tensor,
    drawn: Mapping[str, Tensor],
    inverse_matrices: Callable,
    fill: float | None,
) -> Tensor:
    """Transforms masks with nearest neighbors, without new values.

    Args:
        masks: `(batch, height, width, channels)`.
        drawn: Parameters drawn for the images.
        inverse_matrices: Parameters, height and width -> matrices, or None.
        fill: Value beyond the edge. None: the mask is reflected.

    Returns:
        Tensor of the shape and dtype of `masks`.
    """
    matrices = inverse_matrices(drawn, *ops.shape(masks)[1:3])
    return masks if matrices is None else warp_nearest(masks, matrices, fill)


def transform_boxes(
    boxes: Mapping[str, Any],
    drawn: Mapping[str, Tensor],
    inverse_matrices: Callable,
    bounding_box_format: str | None,
    sides: tuple,
) -> dict[str, Any]:
    """Transforms boxes into the smallest ones around their moved corners.

    Args:
        boxes: Dict of `"boxes"` `(batch, boxes, 4)` and `"labels"` or
            `"classes"` `(batch, boxes)`, -1 where there is no box.
        drawn: Parameters drawn for the images.
        inverse_matrices: Parameters, height and width -> matrices, or None.
        bounding_box_format: Format of the boxes.
        sides: Height and width of the images.

    Returns:
        The dict with the boxes transformed and clipped to the image, and -1 for
        boxes without area.
    """
    matrices = inverse_matrices(drawn, *sides)
    if matrices is None:
        return dict(boxes)
    own = boxes["boxes"]
    convert = functools.partial(
        keras.utils.bounding_boxes.convert_format,
        height=sides[0],
        width=sides[1],
    )
    corners = convert(
        ops.cast(own, "float32"), source=bounding_box_format, target="xyxy"
    )
    moved = _clipped(_moved(corners, matrices, sides), sides)
    labels = {name: boxes[name] for name in LABELS if name in boxes}
    kept = (_area(moved) > 0.0) & ops.any(own != -1, axis=-1)
    for numbers in labels.values():
        kept = kept & _exists(numbers)
    moved = convert(moved, source="xyxy", target=bounding_box_format)
    moved = _where(kept, moved)
    if not keras.backend.is_float_dtype(own.dtype):
        moved = ops.round(moved)
    labels = {name: _where(kept, numbers) for name, numbers in labels.items()}
    return {**boxes, **labels, "boxes": ops.cast(moved, own.dtype)}


def dense(boxes: Mapping[str, Any]) -> dict[str, Any]:
    """Pads ragged boxes, as in KerasCV's pipelines, with -1."""
    return {
        name: value.to_tensor(default_value=-1)
        if hasattr(value, "to_tensor")
        else ops.convert_to_tensor(value)
        for name, value in boxes.items()
    }


def _exists(labels):
    """Returns which labels are not padding; they may be one-hot."""
    exist = labels != -1
    return ops.any(exist, axis=-1) if len(labels.shape) == 3 else exist


def _where(kept, values):
    """Keeps the values of some boxes and sets the others to -1."""
    kept = kept[..., None] if len(values.shape) == 3 else kept
    return ops.where(kept, values, ops.cast(-1, values.dtype))


def _moved(corners, matrices, sides):
    """Boxes `xyxy` around corners that are moved by inverse matrices."""
    height, width = (ops.cast(side, "float32") for side in sides)
    x = ops.take(corners, [0, 2, 0, 2], axis=-1) - width / 2
    y = ops.take(corners, [1, 1, 3, 3], axis=-1) - height / 2
    # From image to result, the inverse of the maps for pixels.
    forward = ops.linalg.inv(matrices)[:, :, :, None, None]
    new_x = forward[:, 0, 0] * x + forward[:, 0, 1] * y + forward[:, 0, 2]
    new_y = forward[:, 1, 0] * x + forward[:, 1, 1] * y + forward[:, 1, 2]
    new_x, new_y = new_x + width / 2, new_y + height / 2
    # Corner by corner: TensorFlow cannot reduce an axis of zero boxes.
    sides_of_hull = [
        functools.reduce(function, ops.unstack(places, 4, axis=-1))
        for function in (ops.minimum, ops.maximum)
        for places in (new_x, new_y)
    ]
    return ops.stack(sides_of_hull, axis=-1)


def _clipped(corners, sides):
    height, width = (ops.cast(side, "float32") for side in sides)
    limits = ops.stack([width, height, width, height])
    return ops.clip(corners, 0.0, limits)


def _area(corners):
    return (corners[..., 2] - corners[..., 0]) * (
        corners[..., 3] - corners[..., 1]
    )
