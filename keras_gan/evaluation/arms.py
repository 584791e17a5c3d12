"""What a study compares: ways to train a classifier on lopsided data."""

import dataclasses
from collections.abc import Iterator

import numpy as np

REFERENCE = "oversampling + classical"
"""Repeating and augmenting: what gains are measured against."""


@dataclasses.dataclass(frozen=True)
class Arm:
    """One way to train the classifier.

    Attributes:
        name: What it is called in tables.
        balance: How far real images are repeated towards equal classes, from 0
            (as they are) to 1.
        weights: Whether the loss weights classes by how rare they are.
        augments: Whether there is classical augmentation.
        generates: Whether generated images fill up what is missing of a class.
    """

    name: str
    balance: float = 0.0
    weights: bool = False
    augments: bool = False
    generates: bool = False


# Repeated real images and generated ones fill up half of the gap each.
RARE_CLASS = (
    Arm("as it is"),
    Arm("class weights", weights=True),
    Arm("oversampling", balance=1.0),
    Arm("classical", augments=True),
    Arm(REFERENCE, balance=1.0, augments=True),
    Arm("GAN", balance=0.5, generates=True),
    Arm("GAN + classical", balance=0.5, augments=True, generates=True),
)
FEW_LABELS = (
    Arm("as it is"),
    # All classes have equally many labels already.
    Arm(REFERENCE, balance=1.0, augments=True),
)
SEMI_SUPERVISED = "SemiSupervisedGAN"
JUDGED = ("GAN + classical", SEMI_SUPERVISED)
"""The arms that answer whether a GAN helps, chosen before there are results."""
ENSEMBLE = "ensemble with the GAN"
"""The mean of the probabilities of the reference and the judged arm."""
CONTROL = "ensemble of two references"
"""The mean of two references of different seeds: what an ensemble brings."""


def real_shares(labels: np.ndarray, balance: float, classes: int) -> np.ndarray:
    """Shares of the classes in the real images of a batch.

    Args:
        labels: Labels of the training images.
        balance: As in `Arm`.
        classes: Number of classes.

    Example:

    >>> real_shares(np.array([0, 0, 0, 1]), 1.0, 2).tolist()
    [0.5, 0.5]
    """
    counts = np.bincount(labels, minlength=classes)
    return (1 - balance) * counts / counts.sum() + balance / classes


def drawing_weights(
    arm: Arm, labels: np.ndarray, generated: np.ndarray, classes: int
) -> np.ndarray:
    """Probability with which each image is drawn, real ones first.

    With generated images, all classes are equally frequent: they replace real
    ones of frequent classes, and add to those of rare ones.

    Args:
        arm: The arm.
        labels: Labels of the real images.
        generated: Labels of the generated images, none if it has none.
        classes: Number of classes.
    """
    shares = real_shares(labels, arm.balance, classes)
    missing = np.zeros(classes)
    if arm.generates:
        shares = np.minimum(shares, 1 / classes)
        missing = 1 / classes - shares
    parts = [
        share[numbers]
        / np.maximum(np.bincount(numbers, minlength=classes), 1)[numbers]
        for share, numbers in ((shares, labels), (missing, generated))
        if len(numbers)
    ]
    weights = np.concatenate(parts)
    return weights / weights.sum()


def batches(
    images: np.ndarray,
    labels: np.ndarray,
    probabilities: np.ndarray,
    weights: np.ndarray,
    batch_size: int,
    seed: int,
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yields random batches of images, labels and weights of the loss.

    Args:
        images: All images, in [-1, 1].
        labels: Their labels.
        probabilities: How often each is drawn.
        weights: Weight of each class.
        batch_size: Images in a batch.
        seed: Integer.
    """
    rng = np.random.default_rng([seed, 3])
    while True:
        chosen = rng.choice(len(labels), batch_size, p=probabilities)
        numbers = labels[chosen]
        yield images[chosen], numbers, weights[numbers]
