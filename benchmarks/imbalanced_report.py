"""Table and plot of `imbalanced.py`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from imbalanced_settings import ARMS, REFERENCE, Cell

Results = Mapping[Cell, dict[str, Any]]


def of_data(results: Results, data: str) -> Results:
    """The results of one data set."""
    return {cell: one for cell, one in results.items() if cell.data == data}


def balanced(results: Results, arm: str) -> np.ndarray:
    """Returns the balanced accuracy (mean recall) of each cell."""
    return np.array([np.mean(one["recalls"][arm]) for one in results.values()])


def rare(results: Results, arm: str) -> np.ndarray:
    """Returns the recall of the rare class in each cell."""
    return np.array(
        [one["recalls"][arm][cell.rare] for cell, one in results.items()]
    )


def in_words(values: np.ndarray, scale: float = 100.0) -> str:
    """Returns a mean and its standard error as text."""
    error = (
        np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else 0
    )
    return f"{scale * values.mean():.2f} ± {scale * error:.2f}"


def arms_of(results: Results) -> list[str]:
    """The arms that all results have, in the order of the table."""
    return [
        arm
        for arm in ARMS
        if all(arm in one["recalls"] for one in results.values())
    ]


def table(data: str, results: Results) -> str:
    """Returns a Markdown table of the arms of a data set."""
    cells = list(results)
    seeds = len({cell.seed for cell in cells})
    lines = [
        f"\n{data}: {len(cells)} cells ({len({c.rare for c in cells})} rare "
        f"classes, {seeds} seed{'s' * (seeds > 1)})\n",
        "| arm | balanced accuracy % | recall of the rare class % | gain % |",
        "|---|---|---|---|",
    ]
    reference = balanced(results, REFERENCE)
    for arm in arms_of(results):
        values = balanced(results, arm)
        lines.append(
            f"| {arm} | {in_words(values)} | {in_words(rare(results, arm))} "
            f"| {in_words(values - reference)} |"
        )
    arms = {arm for one in results.values() for arm in one["recalls"]}
    left_out = [arm for arm in ARMS if arm in arms - set(arms_of(results))]
    if left_out:
        lines.append(f"\nnot in all cells: {', '.join(left_out)}")
    first, *others = results.values()
    names = [name for name in first if name.startswith("agreement of")]
    for name in names:
        if not all(name in one for one in others):
            continue
        share = np.array([one[name] for one in results.values()])
        lines.append(
            f"\n{name}: share of labels of generated images with which an SVM "
            f"of all real images agrees: {in_words(share)} %"
        )
    return "\n".join(lines)


def plot(results: Results, path: Path) -> None:
    """Draws the balanced accuracy of each arm, one panel per data set."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    names = sorted({cell.data for cell in results})
    figure, panels = pyplot.subplots(
        1, len(names), figsize=(5.5 * len(names), 3.2), squeeze=False,
        layout="constrained",
    )  # fmt: skip
    for panel, name in zip(panels[0], names, strict=True):
        part = of_data(results, name)
        arms = arms_of(part)[::-1]
        for place, arm in enumerate(arms):
            values = 100 * balanced(part, arm)
            error = (
                np.std(values, ddof=1) / len(values) ** 0.5
                if len(values) > 1
                else 0
            )
            color = "#009e73" if "GAN" in arm else "#56748f"
            panel.plot(
                values, np.full(len(values), place), "|", color=color, alpha=0.4
            )
            panel.errorbar(
                values.mean(), place, xerr=2 * error, fmt="o", color=color,
                capsize=3,
            )  # fmt: skip
        panel.set_yticks(range(len(arms)), arms)
        panel.set_xlabel("balanced accuracy %, mean ± 2 standard errors")
        panel.set_title(name)
        panel.grid(axis="x", alpha=0.3)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)
    pyplot.close(figure)
