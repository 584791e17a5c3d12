"""The rooms of keras_gan: what each holds, and which may import which.

`tests/test_house.py` holds the imports against this list, and
`python tests/house.py` writes it into CONTRIBUTING.md.
"""

from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "keras_gan"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
BEGIN = "<!-- The table is written by: python tests/house.py -->"
END = "<!-- End of the table -->"

# From the ground floor up. A room imports from floors below its own.
FLOORS: list[dict[str, str]] = [
    {
        "utils": "argument checks, shapes, files; knows nothing of GANs",
    },
    {
        "backend": "all framework-specific code",
        "images": "value ranges, grids, reading and writing image files",
        "sounds": "reading, resampling, writing and showing WAV files",
        "optimizers": "the players' optimizers as one Keras optimizer",
    },
    {
        "features": "pretrained networks as feature extractors",
    },
    {
        "losses": "logits to a scalar for each player",
        "penalties": "a network's score and images to a scalar",
        "metrics": "features or images to a number",
        "sampling": "generated images worth keeping, from a trained generator",
    },
    {
        "layers": "building blocks of networks; augmentation; GANs as data",
    },
    {
        "models": "the systems, such as `GAN`, as Keras models",
        "networks": "functions that build networks",
        "datasets": "names, folders and arrays to a `tf.data.Dataset`",
        "latents": "interpolation and editing with a trained generator",
    },
    {
        "callbacks": "samples, metrics, health, checkpoints after epochs",
        "evaluation": "studies of whether a GAN helps a classifier",
        "tasks": "data and a compiled model for each task of the command",
        "reports": "a run folder to one HTML page",
    },
    {
        "cli": "the `keras-gan` command; no logic of its own",
    },
]


def floor_of(room: str) -> int:
    """The number of a room's floor, 0 for the ground floor."""
    return next(i for i, rooms in enumerate(FLOORS) if room in rooms)


def may_import(room: str, other: str) -> bool:
    """Whether a room may import another one."""
    return room == other or floor_of(other) < floor_of(room)


def table() -> str:
    """The rooms that exist as a Markdown table, the top floor first."""
    lines = ["| floor | folder | holds |", "|---|---|---|"]
    for number, rooms in reversed(list(enumerate(FLOORS))):
        lines += [
            f"| {number} | `{room}/` | {holds} |"
            for room, holds in rooms.items()
            if (PACKAGE / room).is_dir()
        ]
    return "\n".join(lines)


def contributing_with_table() -> str:
    """CONTRIBUTING.md as it is when its table is up to date."""
    before, rest = CONTRIBUTING.read_text().split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    CONTRIBUTING.write_text(contributing_with_table())
