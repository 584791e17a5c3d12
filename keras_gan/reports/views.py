"""What a page says of a run, in words."""

import dataclasses
import os
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_gan.reports import commands
from keras_gan.reports.curves import images_per_second, metrics_of, unit_of
from keras_gan.reports.gallery import Detail, Gallery, gallery_of
from keras_gan.reports.numbers import duration, in_words
from keras_gan.reports.run import Run

_MOST_ROWS = 40
_TASKS = {
    "gan": "draws",
    "pairs": "translates images, learned from pairs, to",
    "domains": "translates between two domains, learned without pairs, of",
    "super-resolution": "enlarges images {scale} times, to",
    "inpainting": "fills holes in",
    "colorization": "colors",
    "attributes": "changes attributes of",
    "semi-supervised": "classifies, learned from few labels,",
    "dagan": "draws more of the class of",
}
_COLORS = {1: "grayscale", 3: "RGB", 4: "RGBA"}


@dataclasses.dataclass(frozen=True)
class Fact:
    """A number about a run, with its unit or circumstance."""

    name: str
    value: str
    more: str = ""


@dataclasses.dataclass(frozen=True)
class View:
    """A run as its page shows it."""

    run: Run
    id: str
    label: str
    sentence: str
    facts: list[Fact]
    gallery: Gallery
    metrics: list[list[str]]
    commands: list[tuple[str, list[str], str]]
    settings: list[tuple[str, str]]
    versions: list[tuple[str, str]]
    header: list[str]
    rows: list[list[str]]

    @property
    def state(self) -> str:
        """How far the run is."""
        return "finished" if self.run.is_finished else "not finished"

    @property
    def problems(self) -> list[str]:
        """What is missing or wrong."""
        return [*self.run.problems, *self.gallery.problems]


def view_of(run: Run, number: int, label: str, detail: Detail) -> View:
    """Returns all that a page says of a run.

    Args:
        run: The run.
        number: Which of the runs of the page it is, from 1.
        label: Its name on the page.
        detail: How much its pictures show.
    """
    versions = list(run.config.versions.items())
    machine = [("machine", run.config.device)] if run.config.device else []
    return View(
        run,
        f"run-{number}",
        label,
        _sentence(run),
        _facts(run),
        gallery_of(run, detail),
        _metrics(run),
        _commands(run),
        _settings(run),
        [*versions, *machine],
        list(run.history.columns),
        _rows(run),
    )


def labels_of(runs: Sequence[Run]) -> list[str]:
    """Returns a name for each run: that of its folder, if it has its own.

    Args:
        runs: The runs.
    """
    names = [run.path.name or str(run.path) for run in runs]
    if len(set(names)) == len(names):
        return names
    whole = [str(run.path) for run in runs]
    common = os.path.commonpath(whole)
    return [os.path.relpath(path, common) for path in whole]


def comparison(views: Sequence[View]) -> list[tuple[str, list[str]]]:
    """Returns rows of what is to be compared, a column for each run.

    Args:
        views: The runs.
    """
    rows = [("state", [view.state for view in views])]
    facts = [{fact.name: fact for fact in view.facts} for view in views]
    for name in dict.fromkeys(name for one in facts for name in one):
        of_each = [one.get(name, Fact(name, "–")) for one in facts]
        words = [f"{fact.value} {fact.more}".strip() for fact in of_each]
        rows.append((name.lower(), words))
    settings = [dict(view.settings) for view in views]
    for name in dict.fromkeys(name for one in settings for name in one):
        values = [one.get(name, "–") for one in settings]
        if len(set(values)) > 1:
            rows.append((name, values))
    return rows


def _sentence(run: Run) -> str:
    settings, data = run.config.settings, run.config.dataset
    if settings.task in _OTHER_SENTENCES:
        return _OTHER_SENTENCES[settings.task](run)
    what = _TASKS.get(settings.task, "makes").format(
        scale=settings.scale or "?"
    )
    size = settings.image_size or (data.image_shape or ())[:2]
    shape = _size_in_words(size)
    color = _COLORS.get(settings.channels or 0, "")
    kinds = f"in {data.num_classes} classes" if settings.conditional else ""
    number = "" if data.num_images is None else f"{data.num_images:,}"
    places = filter(None, (settings.data or data.name, settings.second))
    names = [os.path.basename(place.rstrip("/")) for place in places]
    name = " and ".join(filter(None, names)) or "unknown data"
    network = settings.network or "A network"
    parts = (network, what, shape, color, "images", kinds)
    return (
        f"{' '.join(filter(None, parts))}, trained on "
        f"{number} images of {name}.".replace("  ", " ")
    )


def _sentence_of_table(run: Run) -> str:
    settings, data = run.config.settings, run.config.dataset
    columns = f" of {data.image_shape[0]} columns" if data.image_shape else ""
    number = "" if data.num_images is None else f"the {data.num_images:,} "
    name = os.path.basename(settings.data) or data.name or "an unknown table"
    # Some of them are held out.
    return f"Makes rows{columns}, like {number}rows of {name}."


def _sentence_of_sounds(run: Run) -> str:
    settings, data = run.config.settings, run.config.dataset
    length = ""
    if data.image_shape and settings.rate:
        length = f" of {data.image_shape[0] / settings.rate:.3g} s"
    number = "" if data.num_images is None else f"the {data.num_images:,} "
    place = (settings.data or data.name).rstrip("/")
    name = os.path.basename(place) or "unknown data"
    kinds = f" in {data.num_classes} classes" if settings.conditional else ""
    return f"Makes sounds{length}{kinds}, like {number}sounds of {name}."


def _sentence_of_text(run: Run) -> str:
    settings, data = run.config.settings, run.config.dataset
    number = "" if data.num_images is None else f"the {data.num_images:,} "
    name = os.path.basename(settings.data) or data.name or "an unknown file"
    kinds = f" in {data.num_classes} classes" if settings.conditional else ""
    return f"Makes lines of text{kinds}, like {number}lines of {name}."


_OTHER_SENTENCES = {
    "table": _sentence_of_table,
    "text": _sentence_of_text,
    "sound": _sentence_of_sounds,
}


def _facts(run: Run) -> list[Fact]:
    history, planned = run.history, run.config.settings.steps
    of = "" if planned is None else f"of {planned:,}"
    facts = [Fact("Steps", f"{run.steps:,}", of)]
    if len(history):
        facts.append(Fact("Rounds", f"{len(history):,}"))
        total = float(np.nansum(history.seconds))
        facts.append(Fact("Training time", duration(total)))
    for metric in metrics_of(run):
        value, number = metric.best
        facts.append(
            Fact(f"Best {metric.name}", in_words(value), f"in round {number}")
        )
    held_out = "health_held_out_ranking" in history.logs
    more = "" if held_out or not run.is_watched else "no images held out"
    facts.append(Fact("Health findings", _findings(run), more))
    speeds = images_per_second(run)
    if np.isfinite(speeds).any():
        name = f"{unit_of(run).capitalize()} per second"
        facts.append(Fact(name, in_words(np.nanmedian(speeds))))
    return facts


def _findings(run: Run) -> str:
    if not run.is_watched:
        return "not checked"
    if run.findings is None:
        return "unknown"
    if any(one.name == "too_short_to_judge" for one in run.findings):
        return "too few checks"
    return str(len(run.findings) or "none")


def _metrics(run: Run) -> list[list[str]]:
    rows = []
    for metric in metrics_of(run):
        value, number = metric.best
        values = metric.series.values
        finite = values[np.isfinite(values)]
        ends = [in_words(finite[0]), in_words(value), str(number)]
        rows.append(
            [metric.name, metric.direction, *ends, in_words(finite[-1])]
        )
    return rows


def _commands(run: Run) -> list[tuple[str, list[str], str]]:
    """Names, commands in parts that stay together, and what they do."""
    settings = run.config.settings
    found = []
    if settings.data:
        note = "With the same settings and seed, into a new folder."
        if settings.minutes is not None:
            note += (
                f" It trains for as long; to repeat its {run.steps:,} steps "
                f"on any machine, write --steps {run.steps} instead of "
                "--minutes."
            )
        found.append(("Repeat", commands.repeating(run.all_settings), note))
    resume, use = commands.resuming(run), commands.using(run)
    if resume is not None:
        note = "From the checkpoint to the planned end."
        if run.is_finished:
            note = "The run is finished: this doubles its length."
        found.append(("Resume", resume, note))
    if use is not None:
        found.append(("Use", use, "With the averaged generator."))
    return [
        (name, re.split(r" (?=--)", text), note) for name, text, note in found
    ]


def _settings(run: Run) -> list[tuple[str, str]]:
    given = {k: v for k, v in run.all_settings.items() if v is not None}
    for name in ("image_size", "resized_to", "crop"):
        if name in given:
            given[name] = _size_in_words(given[name])
    return [(name, _shown(value)) for name, value in given.items()]


def _size_in_words(size: Sequence[int]) -> str:
    return " × ".join(map(str, size))


def _rows(run: Run) -> list[list[str]]:
    history = run.history
    number = min(len(history), _MOST_ROWS)
    kept = np.linspace(0, len(history) - 1, number).round().astype(int)
    return [
        [
            "" if np.isnan(column[index]) else in_words(column[index])
            for column in history.columns.values()
        ]
        for index in kept
    ]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)
