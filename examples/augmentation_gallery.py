"""Draw every operation of the augmentation layers at three strengths.

    python examples/augmentation_gallery.py --out gallery
    python examples/augmentation_gallery.py --image cat.png

Drawing random parameters and applying them are separate methods, so you can
also choose the parameters: `layer.transform_images(images, {"rotation":
angles})`. The first column shows the original image.
"""

import argparse
import math
from pathlib import Path

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import numpy as np
from keras import ops

from keras_gan import images as image_tools

# Weak, medium and strong: 1/2, 1 and 2 standard deviations of normally
# distributed parameters, thirds of the range of uniformly distributed ones.
ADAPTIVE = {
    "flip": [1],
    "quarter_turns": [1, 2, 3],
    "shift": [(0.04, -0.04), (0.08, -0.08), (0.125, -0.125)],
    "scale": [2**0.1, 2**0.2, 2**0.4],
    "rotation": [math.pi / 12, math.pi / 6, math.pi / 3],
    "stretch": [2**0.1, 2**0.2, 2**0.4],
    "fractional_shift": [(0.06, 0.06), (0.125, 0.125), (0.25, 0.25)],
    "brightness": [0.1, 0.2, 0.4],
    "contrast": [2**0.25, 2**0.5, 2],
    "luma_flip": [1],
    "hue": [math.pi / 3, 2 * math.pi / 3, math.pi],
    "saturation": [2**0.5, 2, 4],
    "band_1": [2**0.5, 2, 4],
    "band_2": [2**0.5, 2, 4],
    "band_3": [2**0.5, 2, 4],
    "band_4": [2**0.5, 2, 4],
    "noise": [0.05, 0.1, 0.2],
    "cutout": [(0.3, 0.3), (0.5, 0.5), (0.9, 0.6)],
}
# DiffAugment's positions are in whole pixels; these are fractions of the side.
DIFFERENTIABLE = {
    "brightness": [-0.25, 0.25, 0.5],
    "saturation": [0, 1.5, 2],
    "contrast": [0.5, 1.25, 1.5],
    "translation": [(0.04, -0.04), (0.08, -0.08), (0.125, -0.125)],
    "cutout": [(0.3, 0.3), (0.5, 0.5), (0.9, 0.6)],
}
COLOR = {"brightness": 0.0, "saturation": 1.0, "contrast": 1.0}
LABEL_WIDTH = 116  # pixels
GAP = 4


def load_image(path: Path | None, size: int) -> np.ndarray:
    """The central square of an image, float32 `(size, size, 3)` in [-1, 1]."""
    if path is None:
        from sklearn.datasets import load_sample_image

        pixels = load_sample_image("china.jpg")
    else:
        pixels = image_tools.read_image(path)
    pixels = image_tools.convert_channels(pixels, 3)
    pixels = image_tools.resize(pixels, (size, size))
    return image_tools.from_uint8(pixels)


def adaptive_row(image: np.ndarray, name: str, strengths) -> np.ndarray:
    """The image changed by one operation of `AdaptiveAugment`."""
    batch = np.repeat(image[None], len(strengths), axis=0)
    drawn = {name: np.array(strengths, "float32")}
    if name == "noise":
        noise = np.random.default_rng(0).standard_normal(batch.shape)
        drawn["white_noise"] = noise.astype("float32")
    return changed(keras_gan.layers.AdaptiveAugment([name]), batch, drawn)


def differentiable_row(image: np.ndarray, name: str, strengths) -> np.ndarray:
    """The image changed by one operation of `DiffAugment`."""
    batch = np.repeat(image[None], len(strengths), axis=0)
    values = np.array(strengths, "float32")
    if name in COLOR:
        same = {key: np.full(len(values), COLOR[key]) for key in COLOR}
        drawn = {**same, name: values}
    else:
        drawn = {name: np.round(values * image.shape[0])}
    policy = "color" if name in COLOR else name
    layer = keras_gan.layers.DiffAugment(policy)
    drawn = {key: value.astype("float32") for key, value in drawn.items()}
    return changed(layer, batch, drawn)


def changed(layer, batch: np.ndarray, drawn: dict) -> np.ndarray:
    """A batch, changed by a layer with given draws."""
    drawn = {name: ops.convert_to_tensor(one) for name, one in drawn.items()}
    images = layer.transform_images(ops.convert_to_tensor(batch), drawn)
    return ops.convert_to_numpy(images)


def write_gallery(path: Path, image: np.ndarray, rows: dict, row) -> None:
    """Writes a picture with a labeled row per operation, in two columns."""
    from PIL import Image, ImageDraw

    side = image.shape[0] + GAP
    height = math.ceil(len(rows) / 2)
    width = LABEL_WIDTH + 4 * side
    picture = Image.new("RGB", (2 * width, height * side), "white")
    pen = ImageDraw.Draw(picture)
    for index, (name, strengths) in enumerate(rows.items()):
        left, top = index // height * width, index % height * side
        middle = top + side // 2 - 5
        pen.text((left + 6, middle), name.replace("_", " "), "black")
        cells = [image, *row(image, name, strengths)]
        for column, cell in enumerate(cells):
            pixels = Image.fromarray(image_tools.to_uint8(cell))
            picture.paste(pixels, (left + LABEL_WIDTH + column * side, top))
    picture.save(path)
    print(f"Wrote {path}")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--image", type=Path, help="default: a pagoda")
    parser.add_argument("--size", type=int, default=96, help="pixels per side")
    parser.add_argument("--out", type=Path, default=Path("gallery"))
    options = parser.parse_args(arguments)

    image = load_image(options.image, options.size)
    options.out.mkdir(parents=True, exist_ok=True)
    galleries = {
        "augmentation-adaptive.png": (ADAPTIVE, adaptive_row),
        "augmentation-diffaugment.png": (DIFFERENTIABLE, differentiable_row),
    }
    for name, (rows, row) in galleries.items():
        write_gallery(options.out / name, image, rows, row)


if __name__ == "__main__":
    main()
