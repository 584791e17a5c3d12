"""The commands that repeat a run, continue it and use it."""

import shlex
from collections.abc import Mapping
from typing import Any

from keras_gan.reports.run import Run

# Options of `keras-gan train` by the settings that they set, in the order in
# which they are written. The rest follows from these.
_OPTIONS = {
    "task": "--task",
    "second": "--second",
    "table": "--table",
    "labels_for": "--labels-for",
    "label": "--label",
    "categories": "--categories",
    "columns": "--columns",
    "rate": "--rate",
    "length": "--length",
    "pieces": "--pieces",
    "normalize": "--normalize",
    "unit": "--unit",
    "max_length": "--max-length",
    "direction": "--direction",
    "scale": "--scale",
    "degradation": "--degradation",
    "sharpen": "--sharpen",
    "masks": "--masks",
    "strict": "--strict",
    "split": "--split",
    "image_size": "--image-size",
    "channels": "--channels",
    "crop": "--crop",
    "flip": "--flip",
    "conditional": "--conditional",
    "balance": "--balance",
    "held_out": "--held-out",
    "start": "--from",
    "freeze_layers": "--freeze-layers",
    "network": "--network",
    "width": "--width",
    "latent_dim": "--latent-dim",
    "loss": "--loss",
    "augment": "--augment",
    "batch_size": "--batch-size",
    "learning_rate": "--learning-rate",
    "precision": "--precision",
    "jit": "--jit",
    "metrics": "--metrics",
    "feature_extractor": "--feature-extractor",
    "minutes": "--minutes",
    "steps": "--steps",
    "steps_per_round": "--save-every",
    "seed": "--seed",
}
# What other tasks than gan do not have.
_OF_GAN = ("conditional", "held_out", "metrics", "feature_extractor")
_OF_OTHER_DATA = {("text", "conditional"), ("sound", "conditional")}
"""Tasks other than GANs of images that have some of their options."""
_WITH_LATENTS = ("gan", "semi-supervised", "dagan", "table", "text", "sound")
# What an option that is left out means.
_LEFT_OUT: dict[str, Any] = {
    "task": "gan",
    "augment": "none",
    "balance": "none",
    "freeze_layers": 0,
    "held_out": 0,
    "conditional": False,
    "strict": False,
    "unit": "characters",
    "sharpen": False,
    "pieces": False,
    "normalize": False,
}
# What a run is trained for.
_USES = {
    "gan": "generate RUN",
    "semi-supervised": "classify RUN IMAGES --out predictions.csv",
    "dagan": "augment DATA --run RUN --out FOLDER",
    "table": "generate RUN --num-rows 1000 --out synthetic.csv",
    "sound": "generate RUN --out new_sounds",
    "text": "generate RUN --num-lines 1000 --out lines.txt",
}
_TRANSLATING = "translate RUN IMAGES --out DIR"


def repeating(settings: Mapping[str, Any]) -> str:
    """Returns the command that trains with the same settings again.

    A run that was trained for some minutes is repeated for as many.

    Args:
        settings: Those of a `config.json`.

    Example:

    >>> repeating({"data": "my cats", "steps": 50, "image_size": [8, 8]})
    "keras-gan train 'my cats' --image-size 8x8 --steps 50"
    """
    settings = dict(settings)
    task = settings.get("task", "gan")
    is_gan = task == "gan"
    left_out = dict(_LEFT_OUT)
    if task == "semi-supervised":
        # Its default is another one.
        del left_out["augment"]
    if task not in _WITH_LATENTS:
        settings.pop("latent_dim", None)
    if not is_gan:
        settings["image_size"] = settings.get("resized_to")
        for name in _OF_GAN:
            if (task, name) not in _OF_OTHER_DATA:
                settings.pop(name, None)
    if task == "text":
        # Its default depends on the lines.
        del left_out["conditional"]
    if not settings.get("metrics"):
        settings.pop("feature_extractor", None)
    if settings.get("minutes") is not None:
        settings.pop("steps", None)
    arguments = [str(settings.get("data", ""))]
    for name, option in _OPTIONS.items():
        value = settings.get(name)
        begun = is_gan and name == "conditional" and settings.get("start")
        if value is not None and (begun or value != left_out.get(name)):
            arguments += _written(name, option, value)
    return shlex.join(["keras-gan", "train", *arguments])


def resuming(run: Run) -> str | None:
    """Returns the command that continues a run; `None` if nothing can.

    Args:
        run: The run. If it is finished, the command doubles its length.
    """
    if run.saved_steps is None:
        return None
    settings = run.config.settings
    more: list[str] = []
    if run.is_finished and settings.minutes is not None:
        more = ["--minutes", f"{2 * settings.minutes:g}"]
    elif run.is_finished:
        more = ["--steps", str(2 * run.steps)]
    return shlex.join(["keras-gan", "train", "--resume", str(run.path), *more])


def using(run: Run) -> str | None:
    """Returns the command that draws or translates with a run.

    Args:
        run: The run; `None` is returned if it has no checkpoint.
    """
    if run.saved_steps is None:
        return None
    use = _USES.get(run.config.settings.task, _TRANSLATING)
    words = [str(run.path) if word == "RUN" else word for word in use.split()]
    return shlex.join(["keras-gan", *words])


def _written(name: str, option: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [option if value else option.replace("--", "--no-")]
    if name in ("image_size", "crop"):
        return [option, "x".join(map(str, value))]
    if isinstance(value, list | tuple):
        return [option, ",".join(map(str, value)) or "none"]
    if isinstance(value, float):
        return [option, str(value).removesuffix(".0")]
    return [option, str(value)]
