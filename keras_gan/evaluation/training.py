"""The classifiers and the GANs of a study."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_gan import datasets, layers, models, networks
from keras_gan.evaluation.arms import Arm, batches, drawing_weights
from keras_gan.evaluation.cells import Arrays, Cell

Classifier = Callable[[tuple[int, ...], int], Any]
# Images of more pixels per side need convolutions.
_SMALL = 16
_GENERATED_PER_CLASS = 500
# Weight of the agreement with the averaged classifier, see docs/benchmarks.md.
_AGREEMENT = 20.0


def small_classifier(image_shape: tuple[int, ...], num_classes: int) -> Any:
    """Returns a classifier of two convolutions and two dense layers.

    Args:
        image_shape: Shape of an image.
        num_classes: Number of classes.
    """
    pieces: list[Any] = [keras.Input(image_shape)]
    for filters in (32, 64):
        pieces += [
            keras.layers.Conv2D(filters, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(padding="same"),
        ]
    pieces += [
        keras.layers.Flatten(),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(num_classes),
    ]
    return keras.Sequential(pieces)


def train_gan(cell: Cell, num_classes: int, steps: int) -> Any:
    """Returns a conditional GAN, trained on the images of a cell.

    Args:
        cell: The cell.
        num_classes: Number of classes.
        steps: Number of training steps.
    """
    images, labels = cell.train
    shape = images.shape[1:]
    is_small = max(shape[:2]) <= _SMALL
    make: Any = networks.mlp if is_small else networks.dcgan
    size: Any = {"hidden": (128,) * 2} if is_small else {"width": 16}
    keras.utils.set_random_seed(cell.seed)
    gan = models.GAN(
        *make(shape, num_classes=num_classes, seed=cell.seed, **size),
        num_classes=num_classes,
        ema_momentum=0.998,
        seed=cell.seed,
    )
    rate = keras.optimizers.schedules.CosineDecay(1e-3, steps, alpha=0.1)
    gan.compile(
        *(
            keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99, epsilon=1e-8)
            for _ in range(2)
        )
    )
    stream = datasets.load(
        (images, labels),
        batch_size=min(64, len(labels)),
        value_range=(-1, 1),
        repeat=True,
        seed=cell.seed,
    )
    gan.fit(stream, steps_per_epoch=steps, verbose=0)
    return gan


def generated(gan: Any, num_classes: int, seed: int) -> Arrays:
    """Returns generated images of all classes, in [-1, 1], and their labels."""
    labels = np.repeat(np.arange(num_classes), _GENERATED_PER_CLASS)
    images = gan.generate(len(labels), labels=labels, seed=seed)
    return images, labels


def probabilities(
    arm: Arm,
    cell: Cell,
    drawn: Arrays | None,
    make: Classifier,
    augment: str,
    steps: int,
    batch_size: int,
) -> np.ndarray:
    """Trains a classifier; returns its probabilities for the test images.

    Args:
        arm: How to train it.
        cell: The data.
        drawn: Generated images and labels, if the arm uses them.
        make: Function that builds the classifier.
        augment: Name of the classical augmentation.
        steps: Number of training steps.
        batch_size: Images in a batch.
    """
    keras.utils.set_random_seed(cell.seed)
    images, labels = cell.train
    classes = int(max(labels.max(), cell.test[1].max())) + 1
    shape = images.shape[1:]
    network = make(shape, classes)
    pieces: list[Any] = [keras.Input(shape)]
    if arm.augments:
        pieces.append(layers.augmenter(augment, seed=cell.seed))
    model = keras.Sequential([*pieces, network])
    model.compile(
        keras.optimizers.Adam(),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    none = (np.zeros((0, *shape), "float32"), np.zeros(0, "int64"))
    others = drawn if arm.generates and drawn is not None else none
    weights = np.ones(classes, "float32")
    if arm.weights:
        counts = np.maximum(np.bincount(labels, minlength=classes), 1)
        weights = (len(labels) / (classes * counts)).astype("float32")
    stream = batches(
        np.concatenate([scaled(images), others[0]]),
        np.concatenate([labels, others[1]]),
        drawing_weights(arm, labels, others[1], classes),
        weights,
        batch_size,
        cell.seed,
    )
    model.fit(stream, steps_per_epoch=steps, shuffle=False, verbose=0)
    return softmax(network.predict(scaled(cell.test[0]), verbose=0))


def semi_supervised(
    cell: Cell, augment: str, steps: int, batch_size: int
) -> np.ndarray:
    """Trains a `SemiSupervisedGAN`; returns its probabilities for the test.

    Args:
        cell: The data, with unlabeled images.
        augment: Name of the augmentation.
        steps: Number of training steps.
        batch_size: Labeled images in a batch, and as many unlabeled ones.
    """
    keras.utils.set_random_seed(cell.seed)
    images, labels = cell.train
    classes = int(labels.max()) + 1
    shape = images.shape[1:]
    recipe = networks.recipe("semi_supervised", shape)
    gan = models.SemiSupervisedGAN(
        *networks.semi_supervised(shape, classes, seed=cell.seed),
        num_classes=classes,
        consistency_weight=_AGREEMENT,
        augmenter=layers.augmenter(augment, seed=cell.seed),
        ema_momentum=recipe.ema_momentum,
        seed=cell.seed,
    )
    gan.compile(**recipe.compile_arguments())
    stream = datasets.semi_supervised(
        cell.train,
        cell.unlabeled,
        batch_size=2 * batch_size,
        repeat=True,
        seed=cell.seed,
    )
    gan.fit(stream, steps_per_epoch=steps, verbose=0)
    return softmax(gan.classifier().predict(scaled(cell.test[0]), verbose=0))


def scaled(images: np.ndarray) -> np.ndarray:
    """Bytes as floats in [-1, 1]."""
    return images.astype("float32") / 127.5 - 1.0


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities of logits, along the last axis."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)
