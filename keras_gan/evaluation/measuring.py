"""One cell of a study: all arms trained and judged."""

from collections.abc import Mapping

import numpy as np

from keras_gan.evaluation import arms, training
from keras_gan.evaluation.budget import Budget
from keras_gan.evaluation.cells import Cell


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
        gan = training.train_gan(cell, classes, budget.gan_steps)
        drawn = training.generated(gan, classes, cell.draw)
    for arm in kinds:
        found[arm.name] = training.probabilities(arm, cell, drawn, budget)
    if cell.unlabeled is not None:
        found[arms.SEMI_SUPERVISED] = training.semi_supervised(cell, budget)
    [judged] = [found[name] for name in arms.JUDGED if name in found]
    [reference] = [arm for arm in kinds if arm.name == arms.REFERENCE]
    second = training.probabilities(reference, cell, None, budget, number=1)
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
