"""Which of several worker processes this one is."""

import json
import os
from collections.abc import Callable
from typing import Any

LoadShard = Callable[[tuple[int, int] | None], Any]
"""From `(index, count)`, or `None` for all images, to a `tf.data.Dataset`."""


def is_chief() -> bool:
    """Whether this process is the one that writes files.

    Read from the environment variable `TF_CONFIG`, which
    `tf.distribute.MultiWorkerMirroredStrategy` needs; a process without it is
    on its own, and the chief.

    Raises:
        ValueError: If that variable cannot be read.
    """
    text = os.environ.get("TF_CONFIG") or "{}"
    try:
        config = json.loads(text)
        task = config.get("task", {})
        kind, index = task.get("type", "chief"), int(task.get("index", 0))
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(
            "The environment variable TF_CONFIG must be JSON with a `cluster` "
            f"and a `task`. Received: {text!r}. Correct it, or unset it."
        ) from error
    if kind == "worker" and "chief" not in config.get("cluster", {}):
        return index == 0
    return kind == "chief"
