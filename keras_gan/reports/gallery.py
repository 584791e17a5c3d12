"""The pictures of a run that its page shows."""

import dataclasses
import pathlib

from keras_gan import images as image_tools
from keras_gan.reports.pictures import (
    Picture,
    embedded,
    film_strip,
    program_of,
    spread,
)
from keras_gan.reports.run import Run

_MOST_CLASSES = 20
_MOST_OTHERS = 6
_MOST_CHARACTERS = 10_000
# More would take seconds to decode.
_MOST_PIXELS, _FEWEST_FRAMES = 30_000_000, 4

_EXAMPLES = {
    "gan": "drawn from the same latents after every round",
    "pairs": "source, translation and target of images that are held back",
    "domains": "source, translation and the way back, of both domains",
    "super-resolution": "small image, its enlargement and the original",
    "inpainting": "image with a hole, the filled one and the original",
    "colorization": "gray image, the colored one and the original",
    "attributes": "image, then one translation for each attribute",
    "semi-supervised": "drawn from the same latents after every round",
    "dagan": "image, and what is drawn of its class",
    "sound": "waveforms in blue and spectrograms in gray, drawn from the same "
    "latents after every round",
    "table": "shares of the values of each column, of real rows in gray and of "
    "generated ones in blue",
    "text": "from the same latents after every round",
}
_OTHERS = {
    "evaluate": (
        "Nearest training images",
        "On the left, the generated images that are closest to a training "
        "image; on the right, the training images closest to each.",
    ),
    "interpolate": (
        "Between latents",
        "Frames of a film on the way from latent to latent.",
    ),
    "edit": (
        "Directions in latent space",
        "A row for each image and direction.",
    ),
    "project": (
        "Projection",
        "An image, and what the generator draws from its latents.",
    ),
    "generate": ("More samples", "Drawn by `keras-gan generate`."),
}


@dataclasses.dataclass(frozen=True)
class Detail:
    """How much of the pictures a page shows.

    Attributes:
        side: Longer side of the newest samples in pixels, at most.
        past_side: The same of earlier ones.
        quality: Quality of compression, from 1 to 100.
        num_past: Grids through time, at most.
    """

    side: int
    past_side: int
    quality: int
    num_past: int


@dataclasses.dataclass(frozen=True)
class Frame:
    """The samples after a round."""

    when: str
    step: str
    picture: Picture
    alt: str


@dataclasses.dataclass(frozen=True)
class Lines:
    """The samples of a model of texts."""

    when: str
    text: str


@dataclasses.dataclass(frozen=True)
class Shown:
    """Another picture of a run."""

    title: str
    note: str
    name: str
    picture: Picture


@dataclasses.dataclass(frozen=True)
class Gallery:
    """The pictures of a run.

    Attributes:
        newest: The newest samples, or `None`.
        past: Samples through time, the newest included.
        others: What other commands have drawn into the folder.
        what: What a grid of samples shows.
        columns: Names of the classes of its columns, if it has any.
        lines: The newest samples that are text, or `None`.
        problems: What could not be read, a sentence each.
    """

    newest: Frame | None
    past: list[Frame]
    others: list[Shown]
    what: str
    columns: tuple[str, ...]
    lines: Lines | None
    problems: list[str]


def gallery_of(run: Run, detail: Detail) -> Gallery:
    """Reads the pictures of a run.

    Args:
        run: The run.
        detail: How much of them is wanted.
    """
    problems: list[str] = []
    steps = dict(zip(run.history.rounds, run.history.steps, strict=True))
    what = _what(run)

    def framed(number: int, path: pathlib.Path, side: int) -> Frame | None:
        picture = _read(path, side, detail.quality, problems)
        if picture is None:
            return None
        when, step = f"round {number:,}", steps.get(number)
        alt = f"Grid of samples after {when}: {what}."
        at = "" if step is None else f"step {step:,.0f}"
        return Frame(when, at, picture, alt)

    past = [run.grids[i] for i in spread(len(run.grids), _frames(run, detail))]
    frames = [framed(*grid, detail.past_side) for grid in past]
    newest = None
    for grid in reversed(run.grids):  # A damaged one hides no other.
        newest = framed(*grid, detail.side)
        if newest is not None:
            break
    return Gallery(
        newest,
        list(filter(None, frames)),
        _others(run, detail, problems),
        what,
        _columns(run),
        _lines(run, problems),
        list(dict.fromkeys(problems)),
    )


def _lines(run: Run, problems: list[str]) -> Lines | None:
    """The newest samples that are text and can be read."""
    for number, path in reversed(run.texts):
        try:
            with open(path, encoding="utf-8") as file:
                text = file.read(_MOST_CHARACTERS)
        except (OSError, ValueError) as error:
            problems.append(_left_out(path, error))
            continue
        return Lines(f"round {number:,}", text.rstrip())
    return None


def _frames(run: Run, detail: Detail) -> int:
    """How many grids to show: fewer of very large ones."""
    try:
        height, width, _ = image_tools.image_shape(run.grids[-1][1], quick=True)
    except (IndexError, OSError, ValueError):
        return detail.num_past
    affordable = max(_FEWEST_FRAMES, _MOST_PIXELS // (height * width))
    return min(detail.num_past, affordable)


def _what(run: Run) -> str:
    settings = run.config.settings
    what = _EXAMPLES.get(settings.task, "samples of the model")
    if settings.attributes:
        what += f" ({', '.join(settings.attributes)})"
    if _columns(run):
        what += ", a column for each class"
    return what


def _columns(run: Run) -> tuple[str, ...]:
    settings, names = run.config.settings, run.config.dataset.class_names
    draws_classes = settings.task == "gan" and settings.conditional
    few = names is not None and 1 < len(names) <= _MOST_CLASSES
    return names if draws_classes and names and few else ()


def _read(path, side: int, quality: int, problems: list[str]):
    try:
        return embedded(path, side=side, quality=quality)
    except (OSError, ValueError) as error:
        problems.append(_left_out(path, error))
        return None


def _left_out(path: pathlib.Path, error: Exception) -> str:
    reason = str(error).rpartition(": ")[2]
    return f"{path.name} is left out: {reason}."


def _others(run: Run, detail: Detail, problems: list[str]) -> list[Shown]:
    found: list[Shown] = []
    paths = sorted((*run.path.glob("*.png"), *run.path.glob("*.gif")))
    by_program = [(program_of(path), path) for path in paths]
    for program, (title, note) in _OTHERS.items():
        for path in (path for name, path in by_program if name == program):
            if len(found) == _MOST_OTHERS:
                return found
            picture = _other(path, detail, problems)
            if picture is not None:
                found.append(Shown(title, note, path.name, picture))
    return found


def _other(path, detail: Detail, problems: list[str]) -> Picture | None:
    if path.suffix != ".gif":
        return _read(path, detail.side, detail.quality, problems)
    try:
        return film_strip(path, quality=detail.quality)
    except (OSError, ValueError) as error:
        problems.append(_left_out(path, error))
        return None
