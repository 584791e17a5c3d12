"""Which curves a history has, and what they mean."""

import dataclasses
import re
from collections.abc import Sequence

import numpy as np

from keras_gan.reports.charts import Chart, Series, chart_of
from keras_gan.reports.health import MEASUREMENTS
from keras_gan.reports.run import Run

_FID = "Distance between the features of real and of generated images."
_METRICS = {
    "fid": _FID,
    "kid": "Kernel distance between these features; less biased than FID when "
    "there are few images.",
    "inception_score": "How sure a classifier is of single images, and how "
    "varied they are together.",
    "precision": "Share of generated images that look like real ones.",
    "recall": "Share of real images that the generator covers.",
    "density": "How densely real images surround the generated ones.",
    "coverage": "Share of real images with a generated image nearby.",
    "copied_share": "Share of generated images that are nearer to a real image "
    "than nearly all real images are to each other.",
    "psnr": "Signal to noise in dB, of images that are held back.",
    "ssim": "Structural similarity of images that are held back; 1 is the "
    "same image.",
    "mae": "Mean absolute error of images that are held back.",
    "accuracy": "Share of right answers.",
    "reverse_kl": "How far the shares of the modes are from those of the data.",
    "modes": "Modes of the data that are generated.",
    "column_shapes": "How alike the single columns of real rows that are held "
    "back and of generated ones are; 1 is equal.",
    "pair_trends": "How alike the dependences between two columns are in them; "
    "1 is equal.",
    "ngram_distance": "How far the shares of short pieces of text are from "
    "those of lines that are held back.",
    "unique": "Share of generated lines that are different.",
    "valid": "Share of generated lines that are valid.",
}
_LOWER_IS_BETTER = {
    "fid", "kid", "reverse_kl", "copied_share", "mae", "ngram_distance",
}  # fmt: skip
_LOSSES = (
    "Each player is measured against the other, not against the data: a flat "
    "loss does not mean that nothing is learned, nor a lower one better images."
)
_PART = "A part of what the players minimize."
_ACCURACIES = (
    "Share of real and of generated images that the discriminator classifies "
    "correctly. If both are near 1, it wins outright; near 0.5, it guesses."
)
_RELATIVE = (
    " The relativistic loss only compares real with generated images, so "
    "neither means much on its own."
)
_PROBABILITY = (
    "How often images are augmented before the discriminator sees them: more "
    "often while it overfits."
)
_SPEED = (
    "Training {unit} per second, including the metrics and samples of each "
    "round. The first round also compiles."
)
_OTHER = "Logged beside the losses, under this name."
_TERMS = {
    "r1": "Squared gradient of the discriminator in real images.",
    "r2": "Squared gradient of the discriminator in generated images.",
    "gradient_penalty": "How far the gradient of the critic is from length 1.",
    "dragan": "How far the gradient around real images is from length 1.",
    "lecam": "How far scores are from their running means.",
    "drift": "Squared scores of real images.",
    "path_length": "How unevenly images change with the styles.",
    "growth": "How much of the networks has grown.",
    **{f"health_{name}": note for name, note in MEASUREMENTS.items()},
}
_HEALTH = "Measured by the health checks."


@dataclasses.dataclass(frozen=True)
class Metric:
    """A metric of a run.

    Attributes:
        name: Its name in the history.
        series: Its values.
        is_lower_better: Whether the best value is the smallest.
    """

    name: str
    series: Series
    is_lower_better: bool

    @property
    def direction(self) -> str:
        """Which values are better, in words."""
        return "lower is better" if self.is_lower_better else "higher is better"

    @property
    def best(self) -> tuple[float, int]:
        """The best value, and its round."""
        place = self.series.best or 0
        series = self.series
        return float(series.values[place]), int(series.rounds[place])


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of curves.

    Attributes:
        pattern: Matches the names of their columns.
        note: What they mean.
        at_least: Values that their scale includes.
        title: Title of the chart that those of one run share, if they do.
    """

    pattern: str
    note: str
    at_least: tuple[float, float] | None = None
    title: str | None = None


_KINDS = (
    Kind(r"[dg]_loss", _LOSSES, title="Losses"),
    Kind(r".*(?<![a-z])loss", _PART),
    Kind(r"d_(real|fake)_accuracy", _ACCURACIES, (0, 1), "Accuracies"),
    Kind(r".*accuracy", _METRICS["accuracy"], (0, 1)),
    Kind(r"augment_probability", _PROBABILITY, (0, 1)),
    Kind(r"health_.*", _HEALTH),
    Kind(r".*", _OTHER),
)


def metrics_of(run: Run) -> list[Metric]:
    """Returns the metrics in the history of a run.

    Args:
        run: The run.
    """
    found = []
    for name in run.history.logs:
        base = _metric_of(name)
        if base is None:
            continue
        is_lower = base in _LOWER_IS_BETTER
        series = _series(run, name, name)
        best = (np.nanargmin if is_lower else np.nanargmax)(series.values)
        series = dataclasses.replace(series, best=int(best))
        found.append(Metric(name, series, is_lower))
    return found


def charts_of(runs: Sequence[Run], labels: Sequence[str]) -> list[Chart]:
    """Returns all charts of some runs.

    Of one run, the losses of both players share a chart. Of several, each
    chart has one quantity, and a line for each run.

    Args:
        runs: The runs.
        labels: A name for each.
    """
    charts = _metric_charts(runs, labels)
    metrics = {m.name for run in runs for m in metrics_of(run)}
    names = dict.fromkeys(name for run in runs for name in run.history.logs)
    left = [name for name in names if name not in metrics]
    for kind in _KINDS:
        ours = [name for name in left if re.fullmatch(kind.pattern, name)]
        left = [name for name in left if name not in ours]
        shares = kind.title is not None and len(runs) == 1
        for shown in [ours] if shares and ours else [[name] for name in ours]:
            charts.append(_chart(kind, shown, runs, labels))
    return charts + _speed_charts(runs, labels)


def unit_of(run: Run) -> str:
    """Returns what the data of a run has many of.

    Args:
        run: The run.
    """
    units = {"table": "rows", "sound": "sounds", "text": "lines"}
    return units.get(run.config.settings.task or "gan", "images")


def images_per_second(run: Run) -> np.ndarray:
    """Returns the real images that a run saw in a second, for each round.

    Args:
        run: The run.
    """
    history, size = run.history, run.config.settings.batch_size
    if size is None or not len(history):
        return np.full(len(history), np.nan)
    done = np.diff(history.steps, prepend=0.0)
    good = (history.seconds > 0) & (done > 0)
    seconds = np.where(good, history.seconds, np.nan)
    return done * size / seconds


def _speed_charts(runs, labels) -> list[Chart]:
    units = {unit_of(run): None for run in runs}
    unit = " or ".join(units)
    names = labels if len(runs) > 1 else [f"{unit} per second"]
    series = []
    for color, (run, name) in enumerate(zip(runs, names, strict=True)):
        values, history = images_per_second(run), run.history
        if np.isfinite(values).any():
            counts = history.rounds, history.steps
            series.append(Series(name, *counts, values, color=color))
    if not series:
        return []
    note = _SPEED.format(unit=unit)
    return [_shown("Throughput", note, series, runs, (0, 0))]


def _metric_charts(runs, labels) -> list[Chart]:
    found: dict[str, list[Series]] = {}
    notes = {}
    for color, (run, label) in enumerate(zip(runs, labels, strict=True)):
        for metric in metrics_of(run):
            name = metric.name if len(runs) == 1 else label
            series = dataclasses.replace(metric.series, name=name, color=color)
            found.setdefault(metric.name, []).append(series)
            notes[metric.name] = _metric_note(metric, runs)
    return [
        _shown(name, notes[name], series, runs)
        for name, series in found.items()
    ]


def _metric_note(metric: Metric, runs: Sequence[Run]) -> str:
    base = _metric_of(metric.name) or ""
    words = f"{_METRICS.get(base, '')} {metric.direction.capitalize()}."
    extractors = {run.config.settings.feature_extractor for run in runs}
    others = sorted(extractors - {"inception_v3", ""})
    if base in ("fid", "kid") and others:
        words += (
            f" In features of {', '.join(others)}, so not comparable with "
            "papers."
        )
    return words.strip()


def _metric_of(name: str) -> str | None:
    """The metric that a column holds, without `val_` and the like."""
    base = name.removeprefix("val_")
    base = re.sub(r"(_y)?(_crop\d+)?$", "", base)
    # Of others, nobody knows which values are better.
    of_training = base == "accuracy" and base == name
    return base if base in _METRICS and not of_training else None


def _chart(kind: Kind, names, runs, labels) -> Chart:
    alone = len(runs) == 1
    # A run has its color in every chart, also where another one has no line.
    series = [
        _series(run, name, name if alone else label, color=line + place)
        for line, name in enumerate(names)
        for place, (run, label) in enumerate(zip(runs, labels, strict=True))
        if name in run.history.logs
    ]
    title = (kind.title if len(names) > 1 else None) or names[0]
    note = _TERMS.get(names[0], kind.note)
    relative = all(r.config.settings.loss == "relativistic" for r in runs)
    if note is _ACCURACIES and relative:
        note += _RELATIVE
    return _shown(title, note, series, runs, kind.at_least)


def _shown(title, note, series, runs, at_least=None) -> Chart:
    moments = []
    if len(runs) == 1:
        moments = _moments(runs[0])
    return chart_of(title, note, series, at_least=at_least, moments=moments)


def _moments(run: Run) -> list[tuple[float, str, str]]:
    """Steps, numbers and names of the findings whose round is known."""
    rounds, steps = run.history.rounds, run.history.steps
    found: dict[float, list[tuple[int, str]]] = {}
    for number, finding in enumerate(run.findings or (), 1):
        if finding.round is not None and len(rounds):
            step = float(np.interp(finding.round, rounds, steps))
            words = f"{finding.title}, {finding.when_in_words}"
            found.setdefault(step, []).append((number, words))
    return [(step, *_joined(marked)) for step, marked in found.items()]


def _joined(marked: list[tuple[int, str]]) -> tuple[str, str]:
    """Numbers in a row, and all words."""
    numbers, words = zip(*marked, strict=True)
    label = "–".join(map(str, dict.fromkeys((numbers[0], numbers[-1]))))
    return label, "; ".join(words)


def _series(run: Run, name: str, label: str, color=0) -> Series:
    """The values of a column, without the rounds that do not have it.

    The last round stays, so that all axes are equally long.
    """
    history, values = run.history, run.history.columns[name]
    broken = np.isin(history.rounds, history.not_finite.get(name, []))
    kept = np.isfinite(values) | broken
    kept[-1] = True
    counts = history.rounds[kept], history.steps[kept]
    return Series(label, *counts, values[kept], color=color)
