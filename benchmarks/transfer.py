"""What a GAN of MNIST is worth to few images of something else.

    python benchmarks/transfer.py ../shared/data --check
    python benchmarks/transfer.py ../shared/data --base mnist.keras \\
        --targets fashion --freeze 0 2 --steps 500

A GAN is trained on the 60,000 digits of MNIST, and kept in `--base`. Then GANs
are trained on 200 images of Fashion-MNIST, and on the drawings of one alphabet
of Omniglot (reduced to 28 px, white on black): from random weights, and from
those of the first GAN, with and without the first layers of the discriminator
frozen. The latter train for a tenth of the steps only, at a higher rate.

Distances are Fréchet distances to images that were not trained on (of an
alphabet every other drawing) in the features of a network that knows digits.
Bounds (`--check`): for each target, the lowest distance of those that began
with digits is below that from random weights after ten times as many steps.
"""

import argparse
import gzip
import sys
import zipfile
from pathlib import Path

import keras_gan  # noqa: F401 (first, to silence startup messages)

# isort: split
import keras
import numpy as np

from keras_gan import datasets, metrics, networks

FASHION = "fashion_mnist_idx.zip"
OMNIGLOT = "omniglot_small_105.zip"
SIDE = 28
LATENT_DIM = 64
NUM_JUDGED = 2000
SHARE = 10
"""How many times as many steps one has that starts from nothing."""


def digits(folder: Path) -> np.ndarray:
    """All images of MNIST, as bytes."""
    with np.load(folder / "mnist.npz") as arrays:
        return arrays["x_train"][..., None]


def fashion(folder: Path, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Some images of Fashion-MNIST, and others to compare with."""
    with zipfile.ZipFile(folder / FASHION) as archive:
        parts = [
            gzip.decompress(archive.read(f"{part}-images-idx3-ubyte.gz"))
            for part in ("train", "t10k")
        ]
    images, others = (
        np.frombuffer(part, "uint8", offset=16).reshape(-1, SIDE, SIDE, 1)
        for part in parts
    )
    chosen = np.random.default_rng(0).permutation(len(images))[:number]
    return images[chosen], others


def alphabet(folder: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Half of the drawings of an alphabet, white on black, and the others."""
    source = datasets.open_source(
        str(folder / OMNIGLOT), image_size=SIDE, channels=1
    )
    names = np.array(source.info.class_names)
    batches = datasets.load(
        source, shuffle=False, labels=True, value_range=(0, 255)
    )
    images, labels = map(np.concatenate, zip(*batches, strict=True))
    chosen = np.char.startswith(names[labels], f"{name}__")
    drawings = np.round(255 - images[chosen]).astype("uint8")
    return drawings[::2], drawings[1::2]


def make_gan(options: argparse.Namespace) -> keras_gan.GAN:
    """A new GAN."""
    pair = networks.dcgan(
        (SIDE, SIDE, 1),
        latent_dim=LATENT_DIM,
        width=options.width,
        seed=options.seed,
    )
    return keras_gan.GAN(*pair, seed=options.seed)


def train(
    gan: keras_gan.GAN,
    images: np.ndarray,
    steps: int,
    options: argparse.Namespace,
    *,
    learning_rate: float = 2e-3,
    freeze_layers: int = 0,
) -> None:
    """Trains for some steps, by default at the rate of `keras-gan train`."""
    rate = keras.optimizers.schedules.CosineDecay(learning_rate, steps, 0.05)
    adams = [
        keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99, epsilon=1e-8)
        for _ in range(2)
    ]
    gan.compile(*adams, freeze_layers=freeze_layers)
    stream = datasets.load(
        images, batch_size=options.batch_size, seed=options.seed, repeat=True
    )
    gan.fit(stream, steps_per_epoch=steps, verbose=0)


def distance(
    gan: keras_gan.GAN, others: np.ndarray, options: argparse.Namespace
) -> float:
    """The distance of samples of the average to images."""
    metric = metrics.FrechetInceptionDistance(options.feature_extractor)
    for batch in np.array_split(others, len(others) // 250 + 1):
        metric.update_real((batch / 127.5 - 1).astype("float32"))
    samples = gan.generate(NUM_JUDGED, seed=options.seed, batch_size=250)
    for batch in np.array_split(samples, len(samples) // 250 + 1):
        metric.update_fake(np.clip(batch, -1, 1))
    return float(metric.result())


def base(options: argparse.Namespace) -> keras_gan.GAN:
    """The GAN of digits, trained or of an earlier call."""
    if options.base.exists():
        return keras.saving.load_model(options.base, compile=False)
    gan = make_gan(options)
    train(gan, digits(options.folder), options.base_steps, options)
    gan.save(options.base)
    return gan


def compared(
    first: keras_gan.GAN,
    images: np.ndarray,
    others: np.ndarray,
    options: argparse.Namespace,
) -> dict[str, float]:
    """Distances by how a GAN was started."""
    few = max(1, options.steps // SHARE)
    found = {}
    for steps in (options.steps, few):
        gan = make_gan(options)
        train(gan, images, steps, options)
        name = f"random weights, {steps:,} steps"
        found[name] = distance(gan, others, options)
    for frozen in options.freeze:
        gan = make_gan(options)
        gan.take_weights(first)
        train(
            gan,
            images,
            few,
            options,
            learning_rate=options.learning_rate,
            freeze_layers=frozen,
        )
        name = f"digits, {few:,} steps, {frozen} layers frozen"
        found[name] = distance(gan, others, options)
    return found


def within_bounds(found: dict[str, float]) -> bool:
    """Whether a start from digits ends nearer than ten times as many steps."""
    longest, _, *started = found.values()
    return min(started) < longest


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Reads the options."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("folder", type=Path, help="mnist.npz and the zips of the others")
    add("--base", type=Path, default=Path("transfer_mnist.keras"))
    add("--base-steps", type=int, default=4000)
    add("--steps", type=int, default=1000)
    add("--targets", nargs="+", default=["fashion", "Greek"])
    add("--images", type=int, default=200)
    add("--freeze", type=int, nargs="+", default=[0, 1])
    add("--width", type=int, default=16)
    add("--batch-size", type=int, default=64)
    add("--learning-rate", type=float, default=1e-2, help="after digits")
    add("--feature-extractor", default="digits")
    add("--seed", type=int, default=0)
    add("--check", action="store_true", help="exit with 1 beyond the bounds")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> None:
    """Trains and prints a row for each start."""
    options = parse(arguments)
    first = base(options)
    passed = True
    print("| images | start | distance |\n|---|---|---|", flush=True)
    for target in options.targets:
        images, others = (
            fashion(options.folder, options.images)
            if target == "fashion"
            else alphabet(options.folder, target)
        )
        found = compared(first, images, others, options)
        for name, value in found.items():
            print(f"| {len(images)} of {target} | {name} | {value:.1f} |")
        passed &= within_bounds(found)
    if options.check and not passed:
        sys.exit(1)


if __name__ == "__main__":
    main()
