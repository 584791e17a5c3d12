"""Steer a trained generator of digits: project, edit, and what becomes of it.

    python benchmarks/steering.py mnist.npz --minutes 3 --out docs/images
    python benchmarks/steering.py mnist.npz --network stylegan2 --minutes 10
    python benchmarks/steering.py mnist.npz --model runs/mnist-1/model.keras

A conditional GAN is trained on MNIST, unless there is a model of one. Then

- 10 of its own images are projected: the PSNR is at least 30 dB for 9 of them;
- 50 test images are projected: the mean distance of their pixels is at most
  half of that to the image at the mean latent of their class;
- thickness, slant and brightness are moved over five strengths from -2 to 2:
  each grows from each strength to the next in at least 90 % of 200 samples, and
  a classifier of digits keeps the class in at least 80 % of all images, those
  that are unchanged aside.

The pictures, with `--out`, are `steering_projection.png` (test images and
their projections), `steering_attributes.png` (the three attributes at five
strengths), `steering_factorize.png` (directions of the weights) and
`steering_interpolation.png`.
"""

import argparse
from pathlib import Path

import keras_gan  # noqa: F401 (first, to silence startup messages)

# isort: split
import keras
import numpy as np

from keras_gan import features, images, latents, networks
from keras_gan.latents.measures import MEASURES
from keras_gan.utils import style_space

SHAPE, NUM_CLASSES = (28, 28, 1), 10
WIDTHS = {"dcgan": 16, "stylegan2": 16}
ATTRIBUTES = ("thickness", "slant", "brightness")
STRENGTHS = (-2.0, -1.0, 0.0, 1.0, 2.0)
NUM_OWN, NUM_REAL, NUM_EDITED = 10, 50, 200
# The bounds: decibels and how many have them, share of the distance of the
# mean latent, shares of samples and of images.
LEAST_PSNR, LEAST_COUNT = 30.0, 9
MOST_LEFT = 0.5
LEAST_MONOTONE, LEAST_KEPT = 0.9, 0.8


def trained(network: str, data: tuple, options) -> keras_gan.GAN:
    """A conditional GAN after some minutes."""
    pair = getattr(networks, network)(
        SHAPE,
        num_classes=NUM_CLASSES,
        width=options.width or WIDTHS[network],
        seed=options.seed,
    )
    recipe = networks.recipe(network, SHAPE)
    gan = keras_gan.GAN(
        *pair,
        num_classes=NUM_CLASSES,
        ema_momentum=recipe.ema_momentum,
        seed=options.seed,
    )
    gan.compile(**recipe.compile_arguments())
    gan.fit(
        *data,
        batch_size=recipe.batch_size,
        epochs=100_000,
        callbacks=[keras_gan.callbacks.TimeBudget(options.minutes)],
        verbose=0,
    )
    print(f"{int(gan.optimizer.iterations):,} steps", flush=True)
    return gan


def own_images(gan: keras_gan.GAN, seed: int) -> np.ndarray:
    """The PSNR of own images that are projected."""
    drawn = np.clip(gan.generate(NUM_OWN, seed=seed), -1.0, 1.0)
    labels = np.arange(NUM_OWN) % NUM_CLASSES
    found = latents.project(gan, drawn, labels=labels, seed=seed, verbose=False)
    return found.psnr


def real_images(
    gan: keras_gan.GAN, given: np.ndarray, labels: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Projections of images, their distances, and those of the mean latent."""
    found = latents.project(gan, given, labels=labels, seed=seed, verbose=False)
    means = np.stack([mean_latent(gan, int(label)) for label in labels])
    at_mean = latents.edit(
        gan, means, latents.factorize(gan)[0], [0.0], labels=labels
    )[:, 0]
    distances = [
        np.square(one - given).mean(axis=(1, 2, 3))
        for one in (found.images, at_mean)
    ]
    return found.images, *distances


def mean_latent(gan: keras_gan.GAN, label: int) -> np.ndarray:
    """The mean latent of a class, in the usual space of the generator."""
    if style_space.parts(gan.sampler) is None:
        return np.zeros(gan.latent_dim, "float32")
    styles = latents.sample_latents(gan, 10_000, labels=label, seed=0)
    return styles.mean(axis=0)


def edited(
    gan: keras_gan.GAN, attribute: str, seed: int
) -> tuple[float, float, float, np.ndarray]:
    """Shares of samples that grow, and of images that keep their class.

    Returns:
        Samples whose attribute grows with each strength; changed images that
        keep the class; samples all of whose images do; the mean attribute.
    """
    direction = latents.attribute_direction(gan, attribute, seed=seed)
    labels = np.arange(NUM_EDITED) % NUM_CLASSES
    moved = latents.edit(
        gan, NUM_EDITED, direction, STRENGTHS, labels=labels, seed=seed
    )
    flat = moved.reshape(-1, *SHAPE)
    values = MEASURES[attribute](flat).reshape(NUM_EDITED, -1)
    kept = same_class(classes(flat).reshape(NUM_EDITED, -1))
    return (
        grows(values),
        float(kept.mean()),
        float(kept.all(axis=1).mean()),
        values.mean(axis=0),
    )


def grows(values: np.ndarray) -> float:
    """The share of rows that rise from each number to the next."""
    return float(np.all(np.diff(values, axis=1) > 0.0, axis=1).mean())


def same_class(found: np.ndarray) -> np.ndarray:
    """Whether changed images have the class of the unchanged one.

    Args:
        found: Classes, a row for each sample, unchanged in the middle.
    """
    middle = found.shape[1] // 2
    return np.delete(found, middle, axis=1) == found[:, [middle]]


def classes(drawn: np.ndarray) -> np.ndarray:
    """What a classifier sees in images in [-1, 1]."""
    model = features.digits_classifier("logits")
    scores = model.predict((drawn + 1.0) * 127.5, batch_size=250, verbose=0)
    return scores.argmax(axis=1)


def write_pictures(gan, given, projected, folder: Path, seed: int) -> None:
    """Writes the pictures of the guide."""
    folder.mkdir(parents=True, exist_ok=True)
    shown = np.concatenate([given[:10], projected[:10]])
    write(folder / "steering_projection.png", shown, columns=10)
    rows = []
    for attribute in ATTRIBUTES:
        direction = latents.attribute_direction(gan, attribute, seed=seed)
        moved = latents.edit(
            gan, 2, direction, STRENGTHS, labels=[2, 5], seed=seed
        )
        rows.append(np.concatenate(list(moved)))
    write(folder / "steering_attributes.png", np.concatenate(rows), columns=10)
    rows = [
        np.concatenate(
            list(latents.edit(gan, 2, one, STRENGTHS, labels=[2, 5], seed=seed))
        )
        for one in latents.factorize(gan, 3)
    ]
    write(folder / "steering_factorize.png", np.concatenate(rows), columns=10)
    rows = [
        latents.interpolate(gan, 2, 9, labels=label, seed=seed)
        for label in (3, 8)
    ]
    write(
        folder / "steering_interpolation.png", np.concatenate(rows), columns=10
    )


def write(path: Path, shown: np.ndarray, columns: int) -> None:
    """Writes a grid of images."""
    grid = images.image_grid(np.clip(shown, -1, 1), columns=columns, scale=2)
    images.write_image(path, grid)


def report(gan: keras_gan.GAN, test: tuple, seed: int) -> tuple:
    """Prints the figures; whether they are within the bounds, and images."""
    psnr = own_images(gan, seed)
    count = int((psnr >= LEAST_PSNR).sum())
    print(
        f"own images: {count} of {NUM_OWN} with {LEAST_PSNR:g} dB or more, "
        f"from {psnr.min():.1f} to {psnr.max():.1f} dB"
    )
    projected, near, at_mean = real_images(gan, *test, seed)
    left = near / at_mean
    print(
        f"test images: {near.mean() / at_mean.mean():.3f} of the distance of "
        f"the mean latent is left, {left.max():.3f} at most, "
        f"{(left <= MOST_LEFT).mean():.0%} have half or less",
        flush=True,
    )
    passed = count >= LEAST_COUNT and near.mean() <= MOST_LEFT * at_mean.mean()
    print("| attribute | grows | class kept | in all images | means |")
    print("|---|---|---|---|---|")
    for attribute in ATTRIBUTES:
        growing, kept, all_kept, means = edited(gan, attribute, seed)
        passed &= growing >= LEAST_MONOTONE and kept >= LEAST_KEPT
        print(
            f"| {attribute} | {growing:.1%} | {kept:.1%} | {all_kept:.1%} | "
            f"{', '.join(f'{one:.2f}' for one in means)} |",
            flush=True,
        )
    return bool(passed), projected


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("data", help="MNIST as mnist.npz")
    parser.add_argument("--network", choices=tuple(WIDTHS), default="dcgan")
    parser.add_argument("--width", type=int)
    parser.add_argument("--model", help="a trained conditional GAN, .keras")
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="folder for pictures")
    options = parser.parse_args()
    with np.load(options.data) as arrays:
        train, test = (
            (
                images.from_uint8(arrays[f"x_{part}"][:most, ..., None]),
                arrays[f"y_{part}"][:most].astype("int32"),
            )
            for part, most in (("train", None), ("test", NUM_REAL))
        )
    if options.model:
        gan = keras.saving.load_model(options.model, compile=False)
    else:
        gan = trained(options.network, train, options)
    passed, projected = report(gan, test, options.seed)
    if options.out:
        write_pictures(gan, test[0], projected, options.out, options.seed)
    print("Within the bounds." if passed else "Not within the bounds.")


if __name__ == "__main__":
    main()
