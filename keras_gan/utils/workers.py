"""Which of several worker processes this one is."""

import json
import os


def is_chief() -> bool:
    """Whether this process is the one that writes files.

    Read from the environment variable `TF_CONFIG`, which
    `tf.distribute.MultiWorkerMirroredStrategy` needs; a process without it is
    on its own, and the chief.
    """
    config = json.loads(os.environ.get("TF_CONFIG") or "{}")
    task = config.get("task", {})
    kind, index = task.get("type", "chief"), int(task.get("index", 0))
    if kind == "worker" and "chief" not in config.get("cluster", {}):
        return index == 0
    return kind == "chief"
