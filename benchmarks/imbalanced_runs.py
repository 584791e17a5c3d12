"""Trains the GAN and the classifiers of one cell of `imbalanced.py`.

A cell is a data set, a rare class and a seed.
"""

import dataclasses
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from dagan_classifier import moved
from imbalanced_filter import HardButRight
from imbalanced_settings import (
    ARMS,
    ENSEMBLES,
    FILTER,
    REFERENCE,
    Arrays,
    Cell,
    Setting,
)
from imbalanced_sources import TRAINERS

NUM_JUDGED = 1000


def measure(
    cell: Cell, path: Any, setting: Setting, arms: Sequence[str]
) -> dict[str, Any]:
    """Trains the GANs that arms of a cell need, and these arms.

    Args:
        cell: `Cell`.
        path: MNIST as .npz.
        setting: `Setting`.
        arms: Names of `ARMS` that `needed` returned.

    Returns:
        The settings, each arm's recall of all classes, and how often a judge
        agrees with the classes of generated images.
    """
    start = time.perf_counter()
    seed = 100 * cell.seed + cell.rare
    if cell.data == "digits":
        whole, test = digits(setting, seed)
    else:
        whole, test = from_npz(path, setting)
    train = cut(whole, cell.rare, setting.kept, seed)
    sources = {
        kind: make(train, cell.rare, setting, seed)
        for kind, make in TRAINERS.items()
        if any(kind in arm.split() for arm in arms)
    }
    recalls = {
        arm: recall(chances, test[1]).tolist()
        for arm, chances in predicted(
            arms, train, test, sources, setting, seed
        ).items()
    }
    result: dict[str, Any] = {
        "setting": dataclasses.asdict(setting),
        "recalls": recalls,
    }
    judge = trained_judge(whole, seed)
    for kind, source in sources.items():
        result[f"agreement of {kind}"] = agreement(source, judge, seed)
        result[f"agreement of {kind}, rare class"] = agreement(
            source, judge, seed, only=cell.rare
        )
    if "GAN with filter" in arms:
        result["agreement of GAN with filter"] = agreement(
            sources["GAN"], judge, seed, FILTER
        )
    return {**result, "seconds": time.perf_counter() - start}


def needed(arms: Sequence[str]) -> list[str]:
    """Returns arms, and those that they are compared with or made of."""
    parts = [ENSEMBLES[arm] for arm in arms if arm in ENSEMBLES]
    return [arm for arm in ARMS if arm in (*arms, *parts, REFERENCE)]


def merged(known: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    """Returns a result with the arms of an earlier one of the same cell."""
    if known is None:
        return new
    recalls = {**known["recalls"], **new["recalls"]}
    seconds = known["seconds"] + new["seconds"]
    return {**known, **new, "recalls": recalls, "seconds": seconds}


def write(folder: Path, cell: Cell, result: dict[str, Any]) -> None:
    """Writes the result of a cell atomically."""
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f"{cell.name}.part"
    aside.write_text(json.dumps(result))
    aside.replace(folder / f"{cell.name}.json")


def read(folder: Path, cell: Cell, setting: Setting) -> dict | None:
    """Returns the result of a cell with these settings, or None."""
    path = folder / f"{cell.name}.json"
    if not path.exists():
        return None
    result = json.loads(path.read_text())
    same = result["setting"] == dataclasses.asdict(setting)
    return result if same else None


def trained_judge(whole: Arrays, seed: int) -> Any:
    """Returns an SVM of all real images, at most 5,000 of them."""
    from sklearn.svm import SVC

    images, labels = whole
    some = np.random.default_rng(seed).permutation(len(images))[:5000]
    return SVC().fit(images[some].reshape(len(some), -1), labels[some])


def agreement(
    source: Any,
    judge: Any,
    seed: int,
    chosen: Any = None,
    only: int | None = None,
) -> float:
    """Returns how often an SVM of all real images agrees with the labels.

    Args:
        source: What draws images of given classes.
        judge: The SVM.
        seed: Integer.
        chosen: The filter of the images.
        only: The class to judge. None: all.
    """
    import keras_gan

    wanted = np.arange(NUM_JUDGED) % len(judge.classes_)
    if only is not None:
        wanted = np.full(NUM_JUDGED, only)
    source = keras_gan.sampling.open_generator(source)
    drawer = keras_gan.sampling.Drawer(source, filter=chosen, seed=seed)
    drawn = drawer.batch(NUM_JUDGED, 0, wanted).images
    pixels = keras_gan.images.to_uint8(drawn).reshape(NUM_JUDGED, -1)
    return float(np.mean(judge.predict(pixels) == wanted))


def digits(setting: Setting, seed: int) -> tuple[Arrays, Arrays]:
    """Returns the built-in digits, randomly split into training and test."""
    from sklearn.datasets import load_digits

    found = load_digits()
    images = np.round(found.images[..., None] * 255 / 16).astype("uint8")
    labels = found.target.astype("int32")
    order = np.random.default_rng(seed).permutation(len(images))
    test, train = np.split(order, [setting.num_test])
    return (images[train], labels[train]), (images[test], labels[test])


def from_npz(path: str, setting: Setting) -> tuple[Arrays, Arrays]:
    """Returns the resized training and test images in MNIST's file."""
    import keras_gan

    with np.load(path) as arrays:
        parts = [
            (arrays[f"x_{part}"], arrays[f"y_{part}"].astype("int32"))
            for part in ("train", "test")
        ]
    resized = []
    for images, labels in parts:
        source = keras_gan.datasets.open_source(images, image_size=setting.side)
        resized.append((source.read(np.arange(len(labels))), labels))
    return resized[0], resized[1]


def cut(train: Arrays, rare: int, kept: float, seed: int) -> Arrays:
    """Returns the images with only a fraction of one class, at least two."""
    images, labels = train
    of_class = np.random.default_rng(seed + 1).permutation(
        np.flatnonzero(labels == rare)
    )
    number = max(2, round(kept * len(of_class)))
    chosen = np.sort(
        np.concatenate([np.flatnonzero(labels != rare), of_class[:number]])
    )
    return images[chosen], labels[chosen]


def make_classifier(image_shape: tuple, classes: int) -> Any:
    """Returns a classifier of two convolutions and two dense layers."""
    import keras
    from keras import layers

    model = keras.Sequential(
        [
            keras.Input(image_shape),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(64, activation="relu"),
            layers.Dense(classes),
        ]
    )
    model.compile(
        "adam",
        keras.losses.CategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    return model


def predicted(
    arms: Sequence[str],
    train: Arrays,
    test: Arrays,
    sources: Mapping[str, Any],
    setting: Setting,
    seed: int,
) -> dict[str, np.ndarray]:
    """Trains the classifiers of arms, in the order of `ARMS`.

    Args:
        arms: Names of `ARMS`.
        train: Imbalanced images (0 to 255) and labels.
        test: Images and labels for the test.
        sources: What arms need of the results of `TRAINERS`.
        setting: `Setting`.
        seed: Integer.

    Returns:
        Of each arm the probabilities of the test images' classes.
    """
    import keras

    chances: dict[str, np.ndarray] = {}
    critic = None
    for arm in arms:
        if arm in ENSEMBLES:
            continue
        keras.utils.set_random_seed(seed)  # KerasCV's layers draw by it.
        flow = pipeline(arm, train, sources, setting, seed, critic)
        model = classifier(arm, train, flow, setting, seed)
        chances[arm] = probabilities(model, test[0])
        if arm == REFERENCE:
            critic = model
    for arm in ENSEMBLES:
        if arm not in arms:
            continue
        other = ENSEMBLES[arm]
        if other == REFERENCE:  # Another one of the same kind.
            flow = pipeline(other, train, sources, setting, seed + 1)
            model = classifier(other, train, flow, setting, seed + 1)
            added = probabilities(model, test[0])
        else:
            added = chances[other]
        chances[arm] = (chances[REFERENCE] + added) / 2
    return chances


def classifier(
    arm: str, train: Arrays, stream: Any, setting: Setting, seed: int
) -> Any:
    """Returns a classifier, trained on an arm's stream of images."""
    import keras

    keras.utils.set_random_seed(seed)
    images, labels = train
    classes = int(labels.max()) + 1
    model = make_classifier(images.shape[1:], classes)
    weights = None
    if arm == "class weights":
        counts = np.bincount(labels, minlength=classes)
        weights = dict(enumerate(len(labels) / (classes * counts)))
    model.fit(
        stream,
        steps_per_epoch=setting.steps,
        class_weight=weights,
        shuffle=False,
        verbose=0,
    )
    return model


def probabilities(model: Any, images: np.ndarray) -> np.ndarray:
    """Returns the probabilities of classes, `(num_images, num_classes)`."""
    from scipy.special import softmax

    logits = model.predict(images.astype("float32"), batch_size=512, verbose=0)
    return softmax(logits, axis=-1)


def recall(chances: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Returns the recall of each class."""
    guesses = chances.argmax(-1)
    return np.array(
        [
            np.mean(guesses[labels == number] == number)
            for number in range(chances.shape[1])
        ]
    )


def pipeline(
    arm: str,
    train: Arrays,
    sources: Mapping[str, Any],
    setting: Setting,
    seed: int,
    critic: Any = None,
):
    """Returns an endless `tf.data.Dataset` with an arm's mix of classes.

    Args:
        arm: One of `ARMS`.
        train: Images (0 to 255) and labels.
        sources: What arms need of the results of `TRAINERS`.
        setting: `Setting`.
        seed: Integer.
        critic: Classifier that says which images are hard.
    """
    import tensorflow as tf

    import keras_gan

    classes = int(train[1].max()) + 1
    shares = real_shares(arm, train[1], setting)
    stream = keras_gan.datasets.load(
        train,
        batch_size=setting.batch_size,
        value_range=(0, 255),
        repeat=True,
        seed=seed,
        balance=dict(enumerate(shares.tolist())),
    )

    def as_dict(images, labels):
        return {"images": images, "labels": tf.one_hot(labels, classes)}

    stream = stream.map(as_dict)
    missing = float(np.maximum(1 / classes - shares, 0).sum())
    layers = [
        *_generated(arm, sources, missing, setting, seed, critic),
        *_classical(arm, setting, seed),
    ]
    for layer in layers:
        stream = stream.map(layer, num_parallel_calls=1)
    return stream.map(
        lambda data: (tf.clip_by_value(data["images"], 0, 255), data["labels"])
    ).prefetch(2)


def real_shares(arm: str, labels: np.ndarray, setting: Setting) -> np.ndarray:
    """Returns the mix of classes of an arm's real images."""
    counts = np.bincount(labels)
    natural, even = counts / counts.sum(), np.full(len(counts), 1 / len(counts))
    towards_even = 0.0
    if "oversampling" in arm:
        towards_even = 1.0
    elif "GAN" in arm:
        towards_even = setting.oversampled
    return (1 - towards_even) * natural + towards_even * even


def _generated(arm, sources, missing, setting, seed, critic) -> list[Callable]:
    import keras_gan

    chosen = FILTER if "filter" in arm else None
    if "hard" in arm.split():
        chosen = HardButRight(critic, value_range=(0, 255))
    return [
        keras_gan.layers.GANDataGenerator(
            sources[kind],
            missing,
            balance="uniform",
            filter=chosen,
            pool_size=setting.pool,
            value_range=(0, 255),
            seed=seed,
        )
        for kind in sources
        if kind in arm.split()
    ]


def _classical(arm, setting, seed) -> list[Callable]:
    import keras_cv
    import tensorflow as tf

    if "affine" in arm:
        random = np.random.default_rng(seed)
        return [lambda data: {**data, "images": _moved(data["images"], random)}]
    if "classical" not in arm:
        return []
    augment = keras_cv.layers.RandAugment(
        (0, 255),
        augmentations_per_image=setting.operations,
        magnitude=setting.magnitude,
        seed=seed,
    )

    def in_colors(data):
        # It only supports images of three channels.
        images = tf.repeat(data["images"], 3, axis=-1)
        images = augment({**data, "images": images})["images"]
        return {**data, "images": tf.reduce_mean(images, -1, keepdims=True)}

    if not setting.cut_mix:
        return [in_colors]
    return [in_colors, keras_cv.layers.CutMix(seed=seed)]


def _moved(images, random):
    """Images (0 to 255) that are turned, scaled, sheared and shifted."""
    import tensorflow as tf

    def move(batch):
        # `moved` fills with white, and here the background is black.
        inverted = moved(
            1 - batch / np.float32(127.5), "affine", np.ones(len(batch)), random
        )
        return (1 - inverted) * np.float32(127.5)

    result = tf.numpy_function(move, [images], tf.float32)
    return tf.ensure_shape(result, images.shape)
