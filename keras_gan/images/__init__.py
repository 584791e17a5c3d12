"""Images as arrays and as files: value ranges, grids, reading, writing.

Arrays are channels last, `(height, width, channels)`, with 1 channel
(grayscale), 3 (RGB) or 4 (RGBA). Files are read and written with Pillow, which
is imported on first use.
"""

from keras_gan.images.arranging import image_grid, resize
from keras_gan.images.bars import bar_chart
from keras_gan.images.bicubic import bicubic_resize
from keras_gan.images.formats import has_image_suffix, is_image
from keras_gan.images.reading import Path, image_shape, read_image
from keras_gan.images.values import (
    Range,
    check_image_shape,
    check_value_range,
    convert_channels,
    from_uint8,
    to_uint8,
)
from keras_gan.images.video import check_ffmpeg, write_video
from keras_gan.images.writing import encode_png, write_animation, write_image

__all__ = [
    "Path",
    "Range",
    "bar_chart",
    "bicubic_resize",
    "check_ffmpeg",
    "check_image_shape",
    "check_value_range",
    "convert_channels",
    "encode_png",
    "from_uint8",
    "has_image_suffix",
    "image_grid",
    "image_shape",
    "is_image",
    "read_image",
    "resize",
    "to_uint8",
    "write_animation",
    "write_image",
    "write_video",
]
