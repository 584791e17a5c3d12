"""Segmentation masks and bounding boxes that move with their images."""

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


def check_format(bounding_box_format: str | None) -> str | None:
    """Returns the format, or says which there are.

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
    """Moves masks, by the nearest pixel: no value comes in between.

    Args:
        masks: `(batch, height, width)`, or with a last axis of channels.
        drawn: Parameters drawn for the images.
        inverse_matrices: Parameters, height and width -> matrices, or None.
        fill: Value beyond the edge. None: the mask is mirrored.
    """
    masks = ops.convert_to_tensor(masks)
    has_channels = len(masks.shape) == 4
    wide = masks if has_channels else masks[..., None]
    matrices = inverse_matrices(drawn, *ops.shape(wide)[1:3])
    if matrices is None:
        return masks
    moved = warp_nearest(wide, matrices, fill)
    return moved if has_channels else moved[..., 0]


def transform_boxes(
    boxes: Mapping[str, Any],
    drawn: Mapping[str, Tensor],
    inverse_matrices: Callable,
    bounding_box_format: str,
    sides: tuple,
) -> dict[str, Any]:
    """Moves boxes: the smallest ones around their moved corners.

    Args:
        boxes: Dict of `"boxes"` `(batch, boxes, 4)` and `"labels"` or
            `"classes"` `(batch, boxes)`, -1 where there is no box.
        drawn: Parameters drawn for the images.
        inverse_matrices: Parameters, height and width -> matrices, or None.
        bounding_box_format: Of the boxes.
        sides: Height and width of the images.

    Returns:
        The dict with the boxes moved and cut at the edges, and -1 for those of
        which nothing is left.
    """
    height, width = sides
    matrices = inverse_matrices(drawn, height, width)
    if matrices is None:
        return dict(boxes)
    own = _dense(boxes["boxes"])
    convert = keras.utils.bounding_boxes.convert_format
    corners = convert(
        ops.cast(own, "float32"),
        source=bounding_box_format,
        target="xyxy",
        height=height,
        width=width,
    )
    moved = _clipped(_moved(corners, matrices, sides), sides)
    kept = _area(moved) > 0.0
    name = "classes" if "classes" in boxes else "labels"
    labels = _dense(boxes[name]) if name in boxes else None
    if labels is not None:
        kept = kept & (labels != -1)
        boxes = {**boxes, name: ops.where(kept, labels, -1)}
    moved = convert(
        moved,
        source="xyxy",
        target=bounding_box_format,
        height=height,
        width=width,
    )
    moved = ops.where(kept[..., None], moved, -1.0)
    return {**boxes, "boxes": ops.cast(moved, own.dtype)}


def _moved(corners, matrices, sides):
    """Boxes `xyxy` around the corners of boxes, moved by inverse matrices."""
    height, width = (ops.cast(side, "float32") for side in sides)
    x = ops.take(corners, [0, 2, 0, 2], axis=-1) - width / 2
    y = ops.take(corners, [1, 1, 3, 3], axis=-1) - height / 2
    # From image to result: the other way than the pixels are fetched.
    forward = ops.linalg.inv(matrices)[:, :, :, None, None]
    new_x = forward[:, 0, 0] * x + forward[:, 0, 1] * y + forward[:, 0, 2]
    new_y = forward[:, 1, 0] * x + forward[:, 1, 1] * y + forward[:, 1, 2]
    new_x, new_y = new_x + width / 2, new_y + height / 2
    sides_of_hull = [
        function(places, axis=-1)
        for function in (ops.min, ops.max)
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


def _dense(values):
    # KerasCV's pipelines hold boxes in ragged tensors.
    if hasattr(values, "to_tensor"):
        return values.to_tensor(default_value=-1)
    return ops.convert_to_tensor(values)
