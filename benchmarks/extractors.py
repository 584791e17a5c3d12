"""Check a feature extractor of natural images: names, distances, speed.

    python benchmarks/extractors.py --photographs sr_set5_set14_bsd68.zip
    python benchmarks/extractors.py --images cifar10-train.zip
    python benchmarks/extractors.py --images cifar10-train.zip --sizes 500 5000
    python benchmarks/extractors.py --speed

- photographs: what the network sees on each photograph of a zip, as numbers of
  ImageNet's classes. Fails if it does not know the four below.
- images: Fréchet distances between two halves of a folder or zip of images with
  classes, the second one more and more damaged; or of so many undamaged images
  each.
- speed: images/s from images to features.
"""

import argparse
import functools
import io
import pathlib
import sys
import time
import zipfile

import keras
import numpy as np
from PIL import Image
from scipy import ndimage

from keras_gan import datasets, features
from keras_gan.metrics import FeatureStatistics, frechet_distance

# Part of the file's name -> class of ImageNet.
KNOWN = {"baboon": 372, "monarch": 323, "zebra": 340, "102061": 483}
NAMES = {372: "baboon", 323: "monarch", 340: "zebra", 483: "castle"}
SIDES = (32, 64)
NOISE = (0.05, 0.1, 0.2)
BLUR = (0.5, 0.7, 1.0)
MISSING = (1, 2, 3, 5)


def name_photographs(path: pathlib.Path, extractor: str) -> bool:
    """Prints the best three classes of each; returns whether all are known."""
    network = features.get(extractor, "scores", value_range=(0, 255)).network
    print("| photograph | classes (probability) |")
    print("|---|---|")
    wrong = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if pathlib.Path(name).suffix not in (".png", ".jpg", ".bmp"):
                continue
            with Image.open(io.BytesIO(archive.read(name))) as image:
                pixels = np.asarray(image.convert("RGB"), "float32")
            scores = network(middle(pixels)[None])
            [shares] = np.asarray(
                keras.ops.convert_to_numpy(keras.ops.softmax(scores))
            )
            best = np.argsort(-shares)[:3].tolist()
            words = [f"{described(i)} ({shares[i]:.2f})" for i in best]
            print(f"| {name} | {', '.join(words)} |")
            wanted = KNOWN.get(pathlib.Path(name).stem)
            wrong += [name] * (wanted not in (None, best[0]))
    print(f"\nnamed wrongly: {', '.join(wrong) or 'none'} of {len(KNOWN)}")
    return not wrong


def described(index: int) -> str:
    """The number of a class, and its name if it is one of `NAMES`."""
    return f"{index} {NAMES.get(index, '')}".strip()


def middle(pixels: np.ndarray) -> np.ndarray:
    """The largest square in the middle, as classifiers are tested."""
    side = min(pixels.shape[:2])
    top, left = ((size - side) // 2 for size in pixels.shape[:2])
    return pixels[top : top + side, left : left + side]


def measure_damage(path: str, extractor: str, num_images: int) -> None:
    """Prints distances to the first half for each damage of the second."""
    source = datasets.open_source(path)
    order = np.random.default_rng(0).permutation(len(source))
    chosen = order[: 3 * num_images]
    pixels, labels = source.read(chosen), np.asarray(source.labels)[chosen]
    extract = functools.partial(features_of, extractor)
    real = FeatureStatistics.from_features(extract(pixels[:num_images]))
    pool, classes = pixels[num_images:], labels[num_images:]
    found = extract(pool)

    def distance(rows: np.ndarray) -> str:
        damaged = FeatureStatistics.from_features(rows)
        return f"{frechet_distance(*both(real), *both(damaged)):.3g}"

    whole = distance(found[:num_images])
    second = pool[:num_images]
    rows = {}
    rows["noise, sigma / range: 0, " + listed(NOISE)] = [
        distance(extract(noisy(second, sigma))) for sigma in NOISE
    ]
    rows["blur, sigma in px: 0, " + listed(BLUR)] = [
        distance(extract(blurred(second, sigma))) for sigma in BLUR
    ]
    rows["classes missing: 0, " + listed(MISSING)] = [
        distance(found[classes >= number][:num_images]) for number in MISSING
    ]
    print(f"{num_images:,} images of each, features of {extractor}\n")
    print("| damage | distance, from none to most |")
    print("|---|---|")
    for damage, values in rows.items():
        print(f"| {damage} | {', '.join([whole, *values])} |", flush=True)


def measure_sizes(path: str, extractor: str, sizes: list[int]) -> None:
    """Prints distances between as many images and as many others."""
    source = datasets.open_source(path)
    order = np.random.default_rng(0).permutation(len(source))
    found = features_of(extractor, source.read(order[: 2 * max(sizes)]))
    halves = np.split(found, 2)
    print("| images of each | distance |")
    print("|---|---|")
    for size in sizes:
        first, second = (
            both(FeatureStatistics.from_features(half[:size]))
            for half in halves
        )
        print(f"| {size:,} | {frechet_distance(*first, *second):.3g} |")


def listed(values) -> str:
    return ", ".join(f"{value:g}" for value in values)


def both(statistics: FeatureStatistics) -> tuple[np.ndarray, np.ndarray]:
    return statistics.mu, statistics.sigma


def noisy(pixels: np.ndarray, sigma: float) -> np.ndarray:
    noise = np.random.default_rng(1).normal(0, 255 * sigma, pixels.shape)
    return np.clip(np.round(pixels + noise), 0, 255).astype("uint8")


def blurred(pixels: np.ndarray, sigma: float) -> np.ndarray:
    soft = ndimage.gaussian_filter(
        pixels.astype("float32"), (0, sigma, sigma, 0)
    )
    return np.round(soft).astype("uint8")


def features_of(
    extractor: str, pixels: np.ndarray, batch_size: int = 50
) -> np.ndarray:
    extract = features.get(extractor, value_range=(0, 255))
    batches = np.split(pixels, range(batch_size, len(pixels), batch_size))
    return np.concatenate(
        [keras.ops.convert_to_numpy(extract(batch)) for batch in batches]
    )


def measure_speed(extractor: str, batch_size: int = 50) -> None:
    """Prints the best of five batches for each size of images."""
    print("| extractor | backend | pixels | images/s |")
    print("|---|---|---|---|")
    rng = np.random.default_rng(0)
    for side in SIDES:
        shape = (batch_size, side, side, 3)
        pixels = rng.integers(0, 256, shape, "uint8")
        features_of(extractor, pixels)
        seconds = []
        for _ in range(5):
            start = time.perf_counter()
            features_of(extractor, pixels)
            seconds.append(time.perf_counter() - start)
        words = (extractor, keras.backend.backend(), side)
        rate = batch_size / min(seconds)
        print(f"| {' | '.join(map(str, words))} | {rate:.3g} |", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--photographs", type=pathlib.Path, metavar="ZIP")
    parser.add_argument("--images", metavar="PATH")
    parser.add_argument("--sizes", type=int, nargs="+", metavar="N")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--num-images", type=int, default=1_500)
    parser.add_argument("--extractor", default="efficientnet_lite0")
    options = parser.parse_args()
    is_right = True
    if options.photographs:
        is_right = name_photographs(options.photographs, options.extractor)
    if options.images and options.sizes:
        measure_sizes(options.images, options.extractor, options.sizes)
    elif options.images:
        measure_damage(options.images, options.extractor, options.num_images)
    if options.speed:
        measure_speed(options.extractor)
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
