"""What a user, an editor or a full disk may do to folders and arguments."""

import json
import os
import random
import zipfile
from pathlib import Path
from typing import Any

_OWN = (
    "run/config.json", "run/history.csv", "run/model.keras",
    "aug/augment.json", "aug/manifest.csv", "gen/generate.json",
)  # fmt: skip
_JSON = [name for name in _OWN if not name.endswith(".csv")]
OUTSIDE = Path("../outside/0.png")
"""A file of the user outside the folder."""
# As lists of files that may be removed might name them.
_FILES = (
    "../mine/0.png", f"../{OUTSIDE}", "{outside}", "/{outside}", "a/../mine",
)  # fmt: skip
_VALUES = (
    *_FILES,
    None, True, 0, -1, 2**31, 2**63, 10**30, 1e300, 0.5, "", "x", "\0", "ü/..",
    [], ["x"], [1, 2, 3], {}, {"x": 1},
    "\udcff", float("nan"), float("inf"),
)  # fmt: skip
_NUMBERS = (
    "0", "1", "3", "-1", "1e300", "nan", "2147483647", "2147483648", "9" * 30,
    "9" * 5000, "", "x", "0x10", "1.5", "٣",
)  # fmt: skip
_PATHS = (
    "photos", "photos/a", "mine", "mine.npz", "mine/0.png", "run", "aug", "gen",
    "nothing", "", ".", "..", "run/model.keras", "digits", "loop", "new/x.png",
    "x.png", "x.npz", "new", "ü\udcff", "a" * 300, "/dev/null", "/proc/x",
    "{outside}", "/{outside}",
)  # fmt: skip
# What a command that works would take too long for is not among them.
_NUMBERED = {
    "train": ("--steps", "--batch-size", "--width", "--latent-dim",
              "--image-size", "--epochs", "--seed", "--save-every",
              "--learning-rate", "--channels"),
    "generate": ("--num-images", "--batch-size", "--labels", "--truncation",
                 "--seed"),
    "evaluate": ("--num-images", "--batch-size", "--image-size", "--seed"),
    "augment": ("--num-images", "--counts", "--batch-size", "--filter",
                "--truncation", "--seed"),
}  # fmt: skip


def prepare(generator: random.Random) -> str:
    """Changes something in the current folder; returns what, in words."""
    Path("loop").symlink_to("loop")
    kind = generator.choice(
        (
            _edit_json,
            _edit_model,
            _edit_bytes,
            _edit_folder,
            _edit_list,
            _nothing,
        )
    )
    return kind(generator)


def arguments(generator: random.Random, prepared: str) -> list[str]:
    """Returns a command line, one that reads what was prepared if any was."""
    name = prepared.split()[0]
    readers = {
        "run": ("train --resume run --quiet", "generate run --out x.png",
                "evaluate photos run --metrics fid --feature-extractor digits",
                "augment photos --run run --out new --num-images 2"),
        "aug": ("augment photos --run run --num-images 4 --out aug",
                "augment photos --run run --num-images 3 --out aug --force"),
        "gen": ("generate run --out gen --num-images 3",),
    }  # fmt: skip
    if name.split("/")[0] in readers and generator.random() < 0.8:
        line = generator.choice(readers[name.split("/")[0]]).split()
    else:
        line = _any(generator)
    if generator.random() < 0.3:
        option = generator.choice(_NUMBERED[line[0]])
        line += [option, generator.choice(_NUMBERS)]
    return line


def _any(generator: random.Random) -> list[str]:
    command = generator.choice(list(_NUMBERED))
    *paths, out_path = (_filled_in(generator.choice(_PATHS)) for _ in range(3))
    out = ["--out", out_path]
    tiny = ["--network", "mlp", "--width", "8", "--metrics", "none", "--quiet"]
    options = {
        "train": [paths[0], *tiny, *out],
        "generate": [paths[0], *out, "--num-images", "2"],
        "evaluate": [*paths, "--feature-extractor", "digits", "--quiet"],
        "augment": [paths[0], "--run", "run", *out, "--num-images", "2"],
    }[command]
    return [command, *options]


def _nothing(generator: random.Random) -> str:
    return "nothing"


def _edit_json(generator: random.Random) -> str:
    path = Path(generator.choice(_JSON))
    is_model = path.suffix == ".keras"
    if is_model:
        with zipfile.ZipFile(path) as archive:
            content = json.loads(archive.comment)
    else:
        content = json.loads(path.read_text())
    words = _edit(content, generator)
    text = json.dumps(content)
    if is_model:
        with zipfile.ZipFile(path, "a") as archive:
            archive.comment = text.encode()
    else:
        path.write_text(text)
    return f"{path} {words}"


def _edit_model(generator: random.Random) -> str:
    """Edits what Keras has written into the file of a model."""
    path = Path("run/model.keras")
    with zipfile.ZipFile(path) as archive:
        record = archive.comment
        files = {name: archive.read(name) for name in archive.namelist()}
    name = generator.choice(["config.json"] * 3 + ["metadata.json"])
    content = json.loads(files[name])
    words = _edit(content, generator)
    files[name] = json.dumps(content).encode()
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = record
        for name, data in files.items():
            archive.writestr(name, data)
    return f"{path} {words}"


def _edit(content: Any, generator: random.Random) -> str:
    """Removes or replaces one value in nested dicts and lists."""
    place = content
    key = generator.choice(list(place))
    while isinstance(place[key], dict | list) and place[key]:
        place = place[key]
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = generator.choice(list(keys))
    if generator.random() < 0.3:
        del place[key]
        return f"without {key}"
    value = generator.choice(_VALUES)
    place[key] = _filled_in(value) if isinstance(value, str) else value
    return f"{key} {place[key]!r}"


def _filled_in(text: str) -> str:
    return text.replace("{outside}", os.path.abspath(OUTSIDE))


def _edit_bytes(generator: random.Random) -> str:
    path = Path(generator.choice(_OWN))
    data = path.read_bytes()
    place = generator.randrange(len(data))
    head, tail = data[:place], data[place:]
    rows = (b"../mine/0.png,,,,,,\n", b"x\n", b"9,9,9,9\n", b'"\n', b"\xff\n")
    kinds = {
        "cut": head,
        "flipped": head + bytes([tail[0] ^ 255]) + tail[1:],
        "empty": b"",
        "doubled": data + data,
        "nested": b"[" * 100_000,
        "with NUL": head + b"\0\0" + tail,
        "with a row": data + generator.choice(rows),
    }
    words = generator.choice(list(kinds))
    path.write_bytes(kinds[words])
    return f"{path} {words} at {place}"


def _edit_list(generator: random.Random) -> str:
    """Adds what must stay to what a command has written."""
    name = _filled_in(generator.choice(_FILES))
    path = Path(generator.choice(("aug/manifest.csv", "gen/generate.json")))
    if path.suffix == ".csv":
        with path.open("a") as file:
            file.write(f"{name},,,,,,\n")
    else:
        content = json.loads(path.read_text())
        content["files"].append(name)
        path.write_text(json.dumps(content))
    return f"{path} lists {name}"


def _edit_folder(generator: random.Random) -> str:
    path = Path(generator.choice(_OWN))
    kind = generator.choice(("missing", "folder", "link", "loop", "class"))
    if kind == "class":
        name = generator.choice(("manifest.csv", "augment.json", ".lock", "x"))
        Path("photos/b").rename(Path("photos", name))
        return f"photos {name}"
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind != "missing":
        path.symlink_to("../mine/0.png" if kind == "link" else path.name)
    return f"{path} {kind}"
