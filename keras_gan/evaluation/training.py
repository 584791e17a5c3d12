"""One cell of a study: its classifiers and its GANs, trained and judged."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np

from keras_gan import datasets, layers, models, networks
from keras_gan.evaluation import arms
from keras_gan.evaluation.arms import Arm, batches, drawing_weights
from keras_gan.evaluation.budget import Budget
from keras_gan.evaluation.cells import Arrays, Cell

# Between the seeds of two classifiers of a cell.
_APART = 50_021
# Images of more pixels per side need convolutions.
_SMALL = 16
_GENERATED_PER_CLASS = 500
# Weight of the agreement with the averaged classifier, which rises in the first
# half of all steps, see docs/benchmarks.md.
_AGREEMENT = 40.0


def measured(cell: Cell, budget: Budget) -> dict[str, list[float]]:
    """Trains all arms of a cell; returns their recalls of each class.

    Args:
        cell: The cell.
        budget: What all arms have in common.
    """
    found: dict[str, np.ndarray] = {}
    drawn = None
    kinds = arms.FEW_LABELS if cell.unlabeled is not None else arms.RARE_CLASS
    classes = int(cell.train[1].max()) + 1
    if any(arm.generates for arm in kinds):
        gan = train_gan(cell, classes, budget.gan_steps)
        drawn = generated(gan, classes, cell.draw)
    for arm in kinds:
        found[arm.name] = probabilities(arm, cell, drawn, budget)
    if cell.unlabeled is not None:
        found[arms.SEMI_SUPERVISED] = semi_supervised(cell, budget)
    [judged] = [found[name] for name in arms.JUDGED if name in found]
    [reference] = [arm for arm in kinds if arm.name == arms.REFERENCE]
    second = probabilities(reference, cell, None, budget, number=1)
    found[arms.ENSEMBLE] = (found[arms.REFERENCE] + judged) / 2
    found[arms.CONTROL] = (found[arms.REFERENCE] + second) / 2
    return {name: _recalls(one, cell.test[1]) for name, one in found.items()}


def _recalls(probabilities: np.ndarray, labels: np.ndarray) -> list[float]:
    guesses = probabilities.argmax(-1)
    return [
        float(np.mean(guesses[labels == one] == one))
        for one in np.unique(labels)
    ]


def in_a_line(cell: Cell, result: Mapping[str, list[float]]) -> str:
    """The balanced accuracies of a cell, in percent.

    Args:
        cell: The cell.
        result: Its recalls by arm.
    """
    accuracies = ", ".join(
        f"{name} {100 * np.mean(recalls):.1f}"
        for name, recalls in result.items()
    )
    return f"{cell.name}: {accuracies}"


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
    keras.utils.set_random_seed(cell.draw)
    gan = models.GAN(
        *make(shape, num_classes=num_classes, seed=cell.draw, **size),
        num_classes=num_classes,
        ema_momentum=0.998,
        seed=cell.draw,
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
        seed=cell.draw,
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
    budget: Budget,
    number: int = 0,
) -> np.ndarray:
    """Trains a classifier; returns its probabilities for the test images.

    Args:
        arm: How to train it.
        cell: The data.
        drawn: Generated images and labels, if the arm uses them.
        budget: What all arms have in common.
        number: Number of the classifier, from 0: each has other weights.
    """
    seed = cell.draw + number * _APART
    images, labels = cell.train
    classes = int(max(labels.max(), cell.test[1].max())) + 1
    shape = images.shape[1:]
    network = budget.network(cell, classes, seed)
    pieces: list[Any] = [keras.Input(shape)]
    if arm.augments:
        pieces.append(layers.augmenter(budget.augment, seed=seed))
    model = keras.Sequential([*pieces, network])
    model.compile(
        budget.optimizer(cell),
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
        budget.batch_size,
        seed,
    )
    steps = budget.steps_of(cell)
    model.fit(stream, steps_per_epoch=steps, shuffle=False, verbose=0)
    return _judged(network, cell)


def semi_supervised(cell: Cell, budget: Budget) -> np.ndarray:
    """Trains a `SemiSupervisedGAN`; returns its probabilities for the test.

    Args:
        cell: The data, with unlabeled images.
        budget: What all arms have in common: a batch has as many unlabeled
            images as labeled ones.
    """
    images, labels = cell.train
    classes = int(labels.max()) + 1
    shape = images.shape[1:]
    classifier = budget.network(cell, classes, cell.draw)
    generator, _ = networks.semi_supervised(shape, classes, seed=cell.draw)
    recipe = networks.recipe("semi_supervised", shape)
    gan = models.SemiSupervisedGAN(
        generator,
        classifier,
        num_classes=classes,
        consistency_weight=_AGREEMENT,
        consistency_warmup=budget.gan_steps // 2,
        augmenter=layers.augmenter(budget.augment, seed=cell.draw),
        ema_momentum=recipe.ema_momentum,
        seed=cell.draw,
    )
    gan.compile(**recipe.compile_arguments())
    stream = datasets.semi_supervised(
        cell.train,
        cell.unlabeled,
        batch_size=2 * budget.batch_size,
        repeat=True,
        seed=cell.draw,
    )
    gan.fit(stream, steps_per_epoch=budget.gan_steps, verbose=0)
    return _judged(gan.classifier(), cell)


def _judged(network: Any, cell: Cell) -> np.ndarray:
    # Without `predict`: TensorFlow warns when many models are traced.
    images = scaled(cell.test[0])
    logits = [
        keras.ops.convert_to_numpy(network(images[n : n + 500], training=False))
        for n in range(0, len(images), 500)
    ]
    return softmax(np.concatenate(logits).astype("float32"))


def scaled(images: np.ndarray) -> np.ndarray:
    """Bytes as floats in [-1, 1]."""
    return images.astype("float32") / 127.5 - 1.0


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities of logits, along the last axis."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)
