"""The fill that `inpainting.py` compares with, for a Python that has it.

    python inpainting_peer.py holes.npz filled.npz

Reads `images` (in [0, 1]) and `masks` (1 in holes), both `(count, height,
width, channels)`, and writes `filled`. Needs NumPy and scikit-image only.
"""

import sys

import numpy as np


def filled(images: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Images whose holes are filled by scikit-image's biharmonic equation.

    Args:
        images: In [0, 1].
        masks: 1 in holes.
    """
    from skimage.restoration import inpaint_biharmonic

    results = [
        inpaint_biharmonic(image, mask[..., 0] > 0, channel_axis=-1)
        for image, mask in zip(images, masks, strict=True)
    ]
    return np.stack(results).clip(0, 1).astype("float32")


def main() -> None:
    source, target = sys.argv[1:]
    with np.load(source) as arrays:
        result = filled(arrays["images"], arrays["masks"])
    np.savez(target, filled=result)


if __name__ == "__main__":
    main()
