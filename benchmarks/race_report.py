"""Table and plot of `race.py`."""

from pathlib import Path
from typing import Any

import numpy as np

# Colors that are distinguishable for color-blind readers.
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")

Results = list[dict[str, Any]]


def table(results: Results) -> str:
    """Returns distances by minutes as a Markdown table, means over seeds."""
    seconds = sorted({m["seconds"] for r in results for m in r["marks"]})
    head = " | ".join(f"{one / 60:g} min" for one in seconds)
    lines = [
        f"| images | entry | seeds | {head} | precision, recall | steps |",
        "|---|---|---|" + "---|" * (len(seconds) + 2),
    ]
    for data, entry in _groups(results):
        group = _of(results, data, entry)
        cells = " | ".join(_cell(group, one) for one in seconds)
        last = [result["marks"][-1] for result in group]
        quality = ", ".join(
            f"{np.mean([m[name] for m in last]):.2f}"
            for name in ("precision", "recall")
        )
        steps = np.mean([mark["steps"] for mark in last])
        lines.append(
            f"| {data} | {entry} | {len(group)} | {cells} | {quality} "
            f"| {steps:,.0f} |"
        )
    return "\n".join(lines)


def plot(results: Results, path: Path) -> None:
    """Draws the distances over time, one panel per data set."""
    try:
        import matplotlib
    except ImportError:
        print(f"Without matplotlib there is no {path}: pip install matplotlib")
        return
    matplotlib.use("Agg")
    from matplotlib import pyplot, ticker

    names = list(dict.fromkeys(result["data"] for result in results))
    figure, axes = pyplot.subplots(
        1, len(names), figsize=(4.5 * len(names), 3.6), squeeze=False
    )
    for data, panel in zip(names, axes[0], strict=True):
        entries = [entry for one, entry in _groups(results) if one == data]
        for entry, color in zip(entries, COLORS, strict=False):
            group = _of(results, data, entry)
            seconds = [mark["seconds"] for mark in group[0]["marks"]]
            values = [np.mean(_distances(group, one)) for one in seconds]
            panel.plot(
                np.array(seconds) / 60, values, "o-", color=color, label=entry
            )
        panel.set(title=data, xlabel="minutes of training", yscale="log")
        for which in (
            panel.yaxis.set_major_formatter,
            panel.yaxis.set_minor_formatter,
        ):
            which(ticker.StrMethodFormatter("{x:g}"))
    axes[0][0].set_ylabel("Fréchet distance")
    axes[0][0].legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def _groups(results: Results) -> list[tuple[str, str]]:
    return list(dict.fromkeys((r["data"], r["entry"]) for r in results))


def _of(results: Results, data: str, entry: str) -> Results:
    return [r for r in results if (r["data"], r["entry"]) == (data, entry)]


def _distances(group: Results, seconds: float) -> list[float]:
    return [
        mark["distance"]
        for result in group
        for mark in result["marks"]
        if mark["seconds"] == seconds
    ]


def _cell(group: Results, seconds: float) -> str:
    found = _distances(group, seconds)
    return f"{np.mean(found):.1f}" if found else ""
