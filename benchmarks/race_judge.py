"""Images and distances of `race.py`."""

import importlib.util
import json
from pathlib import Path

import numpy as np

IMAGES = "images.npy"
STATISTICS = "statistics.npz"
REFERENCE = "reference.npy"
NEIGHBORS = 2_000
"""Images of each kind for precision and recall."""


def prepare(data: Path, folder: Path, held_out: int) -> None:
    """Writes bytes to train with, and others to compare with.

    Of small sets, all images are used for both.

    Args:
        data: Any data set.
        folder: Where to write.
        held_out: Number of images that no entry sees.
    """
    from keras_gan.metrics import FrechetInceptionDistance

    if (folder / STATISTICS).exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    images = bytes_of(data)
    images = images[np.random.default_rng(0).permutation(len(images))]
    is_small = len(images) < 3 * held_out
    reference = images if is_small else images[:held_out]
    np.save(folder / IMAGES, images if is_small else images[held_out:])
    np.save(folder / REFERENCE, reference)
    distance = FrechetInceptionDistance(extractor(images))
    for batch in np.array_split(reference, len(reference) // 250 + 1):
        distance.update_real(to_floats(batch))
    # Written last, so that its existence shows that everything is there.
    distance.save_real_statistics(folder / STATISTICS)


def bytes_of(data: Path) -> np.ndarray:
    """Returns all images of a data set; of an npz also without TensorFlow."""
    if not importlib.util.find_spec("tensorflow"):
        with np.load(data) as arrays:
            images = arrays["x_train"]
        return images[..., None] if images.ndim == 3 else images
    from keras_gan import datasets

    batches = datasets.load(
        data, batch_size=500, labels=False, shuffle=False, value_range=(0, 255)
    )
    images = np.concatenate(list(batches.as_numpy_iterator()))
    return np.round(images).astype("uint8")


def known(run: Path, conditions: dict) -> dict | None:
    """Returns the result of a run, if it was made under the same conditions.

    Args:
        run: Folder of the run.
        conditions: Minutes, number of samples, backend.
    """
    path = run / "result.json"
    if not path.exists():
        return None
    result = json.loads(path.read_text())
    return result if result["conditions"] == conditions else None


def evaluate(run: Path, folder: Path, conditions: dict) -> dict:
    """Writes the distances of the samples of a run as `result.json`.

    Args:
        run: Folder with `samples.json` and its files.
        folder: Folder of the data set.
        conditions: As for `known`, kept with the result.

    Returns:
        The result.
    """
    num_samples = conditions["samples"]
    real = np.load(folder / REFERENCE)
    marks = json.loads((run / "samples.json").read_text())
    marks["conditions"] = conditions
    for mark in marks["marks"]:
        with np.load(run / mark.pop("file")) as arrays:
            found = {
                name: distance_to(folder, arrays[name][:num_samples])
                for name in arrays
            }
            best = min(found, key=lambda name: found[name])
            mark["distances"] = found
            mark["distance"] = found[best]
            mark |= precision_recall(real, arrays[best])
    (run / "result.json").write_text(json.dumps(marks, indent=1))
    return marks


def distance_to(folder: Path, images: np.ndarray) -> float:
    """Returns the Fréchet distance to the reference."""
    from keras_gan.metrics import FrechetInceptionDistance

    distance = FrechetInceptionDistance(
        extractor(images), real_statistics=folder / STATISTICS
    )
    for batch in np.array_split(images, len(images) // 250 + 1):
        distance.update_fake(to_floats(batch))
    return float(distance.result())


def precision_recall(real: np.ndarray, fake: np.ndarray) -> dict[str, float]:
    """Returns precision and recall of some of the images."""
    from keras_gan.metrics import PrecisionRecall

    metric = PrecisionRecall(extractor(real))
    number = min(NEIGHBORS, len(real), len(fake))
    for start in range(0, number, 250):
        part = slice(start, min(start + 250, number))
        metric.update_state(to_floats(real[part]), to_floats(fake[part]))
    values = metric.result()
    return {name: float(values[name]) for name in ("precision", "recall")}


def extractor(images: np.ndarray) -> str:
    """Returns the name of a network that knows such images."""
    from keras_gan import features

    is_gray = images.shape[-1] == 1
    return "digits" if is_gray else features.for_natural_images()


def to_floats(images: np.ndarray) -> np.ndarray:
    """Scales bytes to [-1, 1]."""
    return (images / 127.5 - 1.0).astype("float32")


def to_bytes(images: np.ndarray) -> np.ndarray:
    """Scales floats in [-1, 1] to bytes."""
    return np.clip(np.round(127.5 * images + 127.5), 0, 255).astype("uint8")
