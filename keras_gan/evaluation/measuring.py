"""One cell of a study: all arms trained and judged."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from keras_gan.evaluation import arms, training
from keras_gan.evaluation.cells import Cell


@dataclasses.dataclass(frozen=True)
class Budget:
    """What all arms have in common.

    Attributes:
        steps: Training steps of each classifier.
        gan_steps: Training steps of each GAN.
        batch_size: Images in a batch.
        augment: Name of the classical augmentation.
        classifier: Function that builds the classifier.
    """

    steps: int
    gan_steps: int
    batch_size: int
    augment: str
    classifier: training.Classifier

    def settings(self) -> dict[str, Any]:
        """What tells the budget from others, as JSON can hold it."""
        name = getattr(self.classifier, "__name__", str(self.classifier))
        return {**dataclasses.asdict(self), "classifier": name}


def measured(
    cell: Cell, budget: Budget, kinds: Sequence[arms.Arm] | None = None
) -> dict[str, list[float]]:
    """Trains all arms of a cell; returns their recalls of each class.

    Args:
        cell: The cell.
        budget: What all arms have in common.
        kinds: The arms. Default: all that suit the cell.
    """
    found: dict[str, np.ndarray] = {}
    drawn = None
    if kinds is None:
        kinds = arms.FEW_LABELS if cell.rare is None else arms.RARE_CLASS
    classes = int(cell.train[1].max()) + 1
    if any(arm.generates for arm in kinds):
        gan = training.train_gan(cell, classes, budget.gan_steps)
        drawn = training.generated(gan, classes, cell.seed)
    for arm in kinds:
        found[arm.name] = training.probabilities(
            arm,
            cell,
            drawn,
            budget.classifier,
            budget.augment,
            budget.steps,
            budget.batch_size,
        )
    if cell.unlabeled is not None:
        found[arms.SEMI_SUPERVISED] = training.semi_supervised(
            cell, budget.augment, budget.gan_steps, budget.batch_size
        )
    last = list(found)[-1]
    found[arms.ENSEMBLE] = (found[arms.REFERENCE] + found[last]) / 2
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
