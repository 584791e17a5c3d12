"""Table, plot, pictures and bounds of `limited_data.py`, from its results."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from limited_data_runs import METHODS, Run

# Colors that are distinguishable for color-blind readers.
COLORS = {"none": "#d55e00", "diffaugment": "#0072b2", "ada": "#009e73"}
LABELS = {"none": "none", "diffaugment": "DiffAugment", "ada": "ADA"}
# Bounds for few images, and for ADA's p with many images.
MAX_BEST = 0.75
MAX_DECAY = 1.10
MIN_RISEN = 0.05
MAX_PLENTY = 0.02

Results = dict[Run, dict[str, Any]]
"""Results of `limited_data_runs.train` by run."""


class Row(NamedTuple):
    """Means over the seeds of one data set and method."""

    data: str
    num_images: int
    method: str
    seeds: int
    copies: float
    best: float
    last: float
    accuracy: float
    probability: float | None
    seconds: float

    @property
    def decay(self) -> float:
        """The last distance divided by the best: 1 if it did not get worse."""
        return self.last / self.best


def summarize(results: Results) -> list[Row]:
    """Returns one row per data set, number of images and method."""
    rows = []
    for key in sorted({run[:3] for run in results}, key=_order):
        group = [result for run, result in results.items() if run[:3] == key]
        probabilities = [
            r["probability"][-1] for r in group if r["probability"]
        ]
        rows.append(
            Row(
                *key,
                seeds=len(group),
                copies=_mean(r["copies"] for r in group),
                best=_mean(min(r["fid"]) for r in group),
                last=_mean(r["fid"][-1] for r in group),
                accuracy=_mean(r["real_accuracy"][-1] for r in group),
                probability=_mean(probabilities) if probabilities else None,
                seconds=_mean(r["seconds"] for r in group),
            )
        )
    return rows


def table(rows: list[Row]) -> str:
    """Returns the rows as a Markdown table."""
    lines = [
        "| images | augmentation | best | last | last / best "
        "| D right on real | last p | seconds |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        p = "" if row.probability is None else f"{row.probability:.3f}"
        lines.append(
            f"| {_title(row)} (copies: {row.copies:.1f}) "
            f"| {LABELS[row.method]} | {row.best:.1f} | {row.last:.1f} "
            f"| {row.decay:.2f} | {row.accuracy:.2f} | {p} "
            f"| {row.seconds:.0f} |"
        )
    return "\n".join(lines)


def bounds(rows: list[Row], few: int, plenty: int) -> list[tuple[str, bool]]:
    """Returns the bounds as sentences with figures, and whether they are met.

    Args:
        rows: What `summarize` returned.
        few: Number of MNIST images that is too small.
        plenty: Number of MNIST images that is large enough.

    Returns:
        Pairs of a sentence and a bool, only for bounds whose rows exist.
    """
    known = {row[:3]: row for row in rows}
    found = []
    none, ada = (known.get(("mnist", few, m)) for m in ("none", "ada"))
    if none and ada:
        share, p = ada.best / none.best, ada.probability or 0.0
        found += [
            (
                f"{few} images: best with ADA / best without: {share:.2f}, "
                f"bound {MAX_BEST}",
                share <= MAX_BEST,
            ),
            (
                f"{few} images: last / best with ADA: {ada.decay:.2f}, "
                f"bound {MAX_DECAY} (without: {none.decay:.2f})",
                ada.decay <= MAX_DECAY,
            ),
            (
                f"{few} images: p at the end: {p:.3f}, at least {MIN_RISEN}",
                p >= MIN_RISEN,
            ),
        ]
    much = known.get(("mnist", plenty, "ada"))
    if much:
        p = much.probability or 0.0
        sentence = f"{plenty} images: p at the end: {p:.3f}, bound {MAX_PLENTY}"
        found.append((sentence, p <= MAX_PLENTY))
    return found


def plot(results: Results, path: Path) -> None:
    """Draws the distances over training, and ADA's p in the last panel."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    sets = sorted({run[:2] for run in results}, key=_order)
    columns = min(3, len(sets) + 1)
    lines = -(-(len(sets) + 1) // columns)
    figure, grid = pyplot.subplots(
        lines, columns, figsize=(4 * columns, 3.2 * lines), squeeze=False
    )
    *panels, last = grid.flat[: len(sets) + 1]
    for unused in grid.flat[len(sets) + 1 :]:
        unused.set_axis_off()
    for panel, key in zip(panels, sets, strict=True):
        _draw_distances(panel, results, key)
    for shade, key in enumerate(sets):
        runs = [r for r in results if r[:3] == (*key, "ada")]
        series = [results[run]["probability"] for run in runs]
        if series and series[0]:
            shown = results[runs[0]]["thousand_images"]
            color = pyplot.get_cmap("viridis")(shade / len(sets))
            _draw(last, shown, series, _title(runs[0]), color)
    last.set(title="p of ADA", ylim=(0.0, None))
    for panel in (*panels, last):
        panel.set_xlabel("thousand images shown")
        panel.grid(alpha=0.3)
    panels[0].legend(frameon=False)
    last.legend(frameon=False, fontsize="small")
    figure.tight_layout()
    _save(figure, path)


def picture(results: Results, data: str, num_images: int, path: Path) -> None:
    """Draws the last samples of each method side by side, for one seed."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    from keras_gan.images import image_grid

    shown = {}
    for method in METHODS:
        runs = [r for r in results if r[:3] == (data, num_images, method)]
        if runs:
            shown[method] = results[min(runs, key=lambda run: run.seed)]
    if not shown:
        return
    figure, panels = pyplot.subplots(
        1, len(shown), figsize=(3.4 * len(shown), 3.8), squeeze=False
    )
    for panel, (method, result) in zip(panels.flat, shown.items(), strict=True):
        samples = np.array(result["samples"], "uint8")[..., None]
        panel.imshow(image_grid(samples, scale=3)[..., 0], cmap="gray")
        panel.set_title(f"{LABELS[method]}: {result['fid'][-1]:.1f}")
        panel.set_axis_off()
    figure.tight_layout()
    _save(figure, path)


def _draw_distances(panel, results: Results, key) -> None:
    """Draws the distances of each method on one data set."""
    from matplotlib import ticker

    for method in METHODS:
        runs = [r for r in results if r[:3] == (*key, method)]
        series = [results[run]["fid"] for run in runs]
        if series:
            shown = results[runs[0]]["thousand_images"]
            _draw(panel, shown, series, LABELS[method], COLORS[method])
    panel.set(title=_title(Run(*key, "", 0)), yscale="log")
    panel.set(ylabel="Fréchet distance")
    # Tick labels like 20, not 2 x 10^1, and not all multiples of 10.
    panel.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    panel.yaxis.set_major_formatter("{x:g}")
    panel.yaxis.set_minor_formatter("")


def _draw(panel, shown, series, label, color):
    """Draws the mean over the seeds as a line, and their range as a band."""
    values = np.array(series)
    panel.fill_between(
        shown, values.min(0), values.max(0), color=color, alpha=0.2, lw=0
    )
    panel.plot(shown, values.mean(0), color=color, label=label)


def _save(figure, path: Path) -> None:
    from matplotlib import pyplot

    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=80, metadata={"Software": None})
    pyplot.close(figure)


def _title(run) -> str:
    return f"{run.data}, {run.num_images:,}"


def _order(key) -> tuple:
    data, num_images, *method = key
    return data, num_images, *map(METHODS.index, method)


def _mean(values) -> float:
    return float(np.mean(list(values)))
