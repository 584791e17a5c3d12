"""Compare learned inpainting with a diffusion fill, on held-out images.

    python benchmarks/inpainting.py mnist.npz --minutes 5 --out inpainting.png
    python benchmarks/inpainting.py photographs/CBSD68 --crop 64 \\
        --test photographs/CSet14

`Pix2Pix` with gated convolutions and a discriminator with spectral
normalization is trained on images with free-form holes. Other images get holes
once, and these are filled by it and by the biharmonic equation, as scikit-image
solves it. `--peer-python` is a Python that has scikit-image, if this one has
not.

Bounds: the mean absolute error within the holes is at least 25 % lower, and
known pixels come back bit for bit. The picture has images with holes, both
fills and the originals, row by row.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import keras_gan  # noqa: F401 (first, to silence startup messages)

# isort: split
import keras
import numpy as np

from keras_gan import datasets, images, losses, metrics, networks
from keras_gan.callbacks import TimeBudget

PEER = Path(__file__).with_name("inpainting_peer.py")
NUM_SHOWN = 12
LEAST_GAIN = 0.25
# An L1 distance makes holes of digits black at first, which is most likely at
# each pixel, and there tanh has no gradient left to learn more.
KIND = "l2"


def pairs(options: argparse.Namespace, part: str):
    """The data set of one part, `"train"` or `"test"`."""
    own = part == "test" and options.test
    return datasets.inpainting_pairs(
        own or options.data,
        split=None if options.test else part,
        crop=options.crop,
        channels=options.channels,
        batch_size=options.batch_size,
        seed=options.seed,
        shuffle=part == "train",
        repeat=part == "train",
        drop_remainder=part == "train",
    )


def held_out(options: argparse.Namespace) -> tuple[np.ndarray, np.ndarray]:
    """Sources and targets to judge by, always with the same holes."""
    batches, count = [], 0
    for batch in pairs(options, "test"):
        batches.append([part.numpy() for part in batch])
        count += len(batches[-1][0])
        if count >= options.num_test:
            break
    sources, targets = (
        np.concatenate(part) for part in zip(*batches, strict=True)
    )
    return sources[: options.num_test], targets[: options.num_test]


def trained(options: argparse.Namespace, shape: tuple) -> keras_gan.Pix2Pix:
    """A model that was trained for some minutes."""
    source = (*shape[:-1], shape[-1] + 1)
    start = {"width": options.width, "seed": options.seed}
    model = keras_gan.Pix2Pix(
        networks.gated_unet_generator(source, **start),
        networks.sn_patch_discriminator(shape, source, **start),
        seed=options.seed,
    )
    adams = [
        keras.optimizers.Adam(options.learning_rate, beta_1=0.5) for _ in "gd"
    ]
    model.compile(
        *adams,
        loss="hinge",
        reconstruction=[losses.PixelLoss(options.pixel_weight, kind=KIND)],
    )
    model.fit(
        pairs(options, "train"),
        steps_per_epoch=100,
        epochs=100_000,
        callbacks=[TimeBudget(options.minutes)],
        verbose=0,
    )
    return model


def biharmonic(sources: np.ndarray, python: str) -> np.ndarray:
    """Images whose holes another Python filled, in [-1, 1]."""
    with tempfile.TemporaryDirectory() as folder:
        holes, filled = (Path(folder, name) for name in ("a.npz", "b.npz"))
        both = sources[..., :-1] / 2 + 0.5, sources[..., -1:]
        np.savez(holes, **dict(zip(("images", "masks"), both, strict=True)))
        subprocess.run([python, str(PEER), str(holes), str(filled)], check=True)
        with np.load(filled) as arrays:
            return arrays["filled"] * 2 - 1


def judged(fill: np.ndarray, targets: np.ndarray, masks: np.ndarray) -> dict:
    """The figures of the table: errors, and whether known pixels are kept.

    Args:
        fill: Filled images, in [-1, 1].
        targets: The originals.
        masks: 1 in holes, one channel.
    """
    hole = np.broadcast_to(masks > 0, targets.shape)
    known = ~hole
    similarity = metrics.SSIM()
    similarity.update_state(targets, fill)
    return {
        "l1": float(np.abs(fill - targets)[hole].mean()),
        "ssim": float(similarity.result()),
        "kept": fill[known].tobytes() == targets[known].tobytes(),
    }


def within_bounds(peer: dict, own: dict) -> bool:
    """Whether our figures are good enough beside the peer's."""
    return own["kept"] and own["l1"] <= (1 - LEAST_GAIN) * peer["l1"]


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Returns the options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("data", help="images, with a split `test` unless --test is given")
    add("--test", help="other images to judge by")
    add("--minutes", type=float, default=5.0)
    add("--crop", type=int, help="pixels of random crops")
    add("--channels", type=int)
    add("--num-test", type=int, default=1000)
    add("--batch-size", type=int, default=32)
    add("--width", type=int, default=16)
    add("--learning-rate", type=float, default=1e-3)
    add("--pixel-weight", type=float, default=50.0)
    add("--seed", type=int, default=1)
    add("--peer-python", default=sys.executable, help="has scikit-image")
    add("--out", default="inpainting.png", help="picture to write")
    return parser.parse_args(arguments)


def main() -> None:
    options = parse()
    keras.utils.set_random_seed(options.seed)
    sources, targets = held_out(options)
    masks = sources[..., -1:]
    print(f"{len(targets)} images, {masks.mean():.0%} of them holes")
    fills = {"biharmonic": biharmonic(sources, options.peer_python)}
    model = trained(options, targets.shape[1:])
    fills["Pix2Pix"] = model.translate(sources, batch_size=100)
    print("| fill | L1 in the hole | SSIM | known pixels kept |")
    print("|---|---|---|---|")
    found = {}
    for name, fill in fills.items():
        found[name] = figures = judged(fill, targets, masks)
        print(
            f"| {name} | {figures['l1']:.4f} | {figures['ssim']:.3f} | "
            f"{'yes' if figures['kept'] else 'no'} |"
        )
    print(f"{int(model.optimizer.iterations):,} steps")
    rows = [sources[..., :-1], *fills.values(), targets]
    grid = images.image_grid(
        np.concatenate([row[:NUM_SHOWN] for row in rows]), columns=NUM_SHOWN
    )
    images.write_image(options.out, grid.repeat(2, axis=0).repeat(2, axis=1))
    passed = within_bounds(found["biharmonic"], found["Pix2Pix"])
    print("Within the bounds." if passed else "Not within the bounds.")
    sys.exit(not passed)


if __name__ == "__main__":
    main()
