"""Measure super-resolution x2 of photographs, with and without a GAN.

    python benchmarks/super_resolution.py photographs.zip --minutes 10

The zip has the folders CBSD68, to train with, and CSet5 and CSet14, to test
with. The first stage trains an SRResNet with the L1 loss alone, the second goes
on with a perceptual and an adversarial loss, as ESRGAN does. The table has the
PSNR of RGB and of luma (2 pixels at the borders left out) on Set5, and the
Fréchet distance of the features of patches of both test sets, which shows what
PSNR does not: how natural the texture is.
"""

import argparse
import tempfile
import warnings
import zipfile
from pathlib import Path

import keras_gan  # noqa: F401 (first, to silence startup messages)

# isort: split
import keras
import numpy as np

from keras_gan import datasets, losses, metrics, networks
from keras_gan.callbacks import TimeBudget
from keras_gan.images import bicubic_resize, to_uint8, write_image

SCALE = 2
TRAIN, TEST, MORE = "CBSD68", "CSet5", "CSet14"
PATCH = 96
STEPS_PER_EPOCH = 100
# Width and blocks: small enough for two cores.
SIZES = {"small": (32, 6), "full": (64, 16)}


def pairs_of(folder: Path) -> list:
    """Whole images `(low, high)` of both resolutions."""
    opened = datasets.SuperResolutionImages(
        folder, scale=SCALE, crop=None, channels=3
    )
    return [
        opened.draw(index, np.random.default_rng(0))
        for index in range(len(opened))
    ]


def patches(image: np.ndarray) -> np.ndarray:
    """The patches of an image, side by side."""
    rows, columns = (side // PATCH for side in image.shape[:2])
    image = image[: rows * PATCH, : columns * PATCH]
    image = image.reshape(rows, PATCH, columns, PATCH, 3)
    return image.swapaxes(1, 2).reshape(-1, PATCH, PATCH, 3)


def measure(enlarge, test: list, more: list, extractor: str) -> list[float]:
    """PSNR of RGB and luma, SSIM of luma, and the Fréchet distance."""
    chosen = [
        metrics.PSNR(crop=SCALE),
        metrics.PSNR("y", crop=SCALE),
        metrics.SSIM("y", crop=SCALE),
    ]
    distance = metrics.FrechetInceptionDistance(feature_extractor=extractor)
    for number, (low, high) in enumerate(test + more):
        made = np.clip(enlarge(low), -1, 1)
        if number < len(test):
            for metric in chosen:
                metric.update_state(high[None], made[None])
        distance.update_state(patches(high), patches(made))
    return [float(metric.result()) for metric in [*chosen, distance]]


def train(model, data, minutes: float) -> int:
    """Trains for some minutes; returns the number of steps."""
    budget = TimeBudget(minutes)
    model.fit(
        data,
        steps_per_epoch=STEPS_PER_EPOCH,
        epochs=100_000,
        verbose=0,
        callbacks=[budget],
    )
    return budget.steps


def report(name: str, values: list[float], steps: int | None) -> None:
    rgb, luma, similarity, distance = values
    print(
        f"| {name} | {rgb:.2f} | {luma:.2f} | {similarity:.4f} | "
        f"{distance:.1f} | {steps or ''} |",
        flush=True,
    )


def picture(path: Path, ways: dict, pairs: list) -> None:
    """Writes what each way makes of images, and the originals, in rows."""
    rows = []
    for low, high in pairs:
        made = [way(low) for way in ways.values()] + [high]
        middle = [side // 2 for side in high.shape[:2]]
        places = [
            slice(side - PATCH // 2, side + PATCH // 2) for side in middle
        ]
        rows.append(np.concatenate([m[tuple(places)] for m in made], axis=1))
    image = np.concatenate(rows).clip(-1, 1)
    write_image(path, to_uint8(image.repeat(2, axis=0).repeat(2, axis=1)))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("photographs", type=Path)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--crop", type=int, default=64)
    parser.add_argument("--extractor", default="efficientnet_lite0")
    parser.add_argument("--picture", type=Path)
    return parser.parse_args()


def main() -> None:
    options = arguments()
    # The distances of few patches are compared with each other only.
    warnings.filterwarnings("ignore", "A Fréchet distance")
    keras.utils.set_random_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(options.photographs) as archive:
            archive.extractall(folder)
        root = Path(folder)
        data = datasets.super_resolution_pairs(
            root / TRAIN,
            scale=SCALE,
            crop=options.crop,
            channels=3,
            batch_size=options.batch_size,
            seed=0,
            repeat=True,
        )
        run(options, data, pairs_of(root / TEST), pairs_of(root / MORE))


def run(options, data, test: list, more: list) -> None:
    print("| | PSNR | PSNR, luma | SSIM, luma | Fréchet | steps |")
    print("|---|---|---|---|---|---|")
    ways = {"bicubic": lambda low: bicubic_resize(low, scale=SCALE)}

    def show(name, enlarge, steps=None):
        ways[name] = enlarge
        report(name, measure(enlarge, test, more, options.extractor), steps)

    show("bicubic", ways["bicubic"])
    width, blocks = SIZES[options.size]
    generator = networks.srresnet_generator(
        (None, None, 3), SCALE, width=width, blocks=blocks, seed=0
    )
    discriminator = networks.unet_discriminator((None, None, 3), width=16)
    model = keras_gan.Pix2Pix(generator, discriminator, seed=0)

    def enlarge(low):
        return model.translate(low[None], batch_size=1)[0]

    model.compile(
        keras.optimizers.Adam(1e-3, 0.9, 0.99),
        loss=None,
        reconstruction=[losses.PixelLoss(1.0)],
    )
    steps = train(model, data, options.minutes)
    show("L1", enlarge, steps)
    first_stage = keras.models.clone_model(model.generator)
    first_stage.set_weights(model.generator.get_weights())
    model.compile(
        keras.optimizers.Adam(1e-4, 0.9, 0.99),
        keras.optimizers.Adam(1e-4, 0.9, 0.99),
        loss="relativistic",
        adversarial_weight=5e-3,
        reconstruction=[
            losses.PixelLoss(0.01),
            losses.PerceptualLoss(options.extractor),
        ],
        penalties=None,
    )
    steps = train(model, data, options.minutes)
    ways["L1"] = lambda low: keras.ops.convert_to_numpy(first_stage(low[None]))[
        0
    ]
    show("adversarial", enlarge, steps)
    if options.picture:
        picture(options.picture, ways, [test[2], *more[-2:]])


if __name__ == "__main__":
    main()
