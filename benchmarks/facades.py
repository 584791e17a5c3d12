"""Compare Pix2Pix with an L1 loss alone, from labels of facades to photographs.

    python benchmarks/facades.py facades_128.zip --minutes 20 \\
        --picture docs/images/facades.png

Each image of the zip has a photograph on the left and its labels on the right,
in folders `train`, `val` and `test`. The same U-Net, that of
`keras-gan train --task pairs` with a width and a learning rate that fit such
short trainings, is trained twice for the same time: by an L1 loss alone, and by
`Pix2Pix`. Both are judged by the pairs of `test`: the
Fréchet distance of the features of the photographs, and PSNR. There are more
features than photographs, so the distances are to be compared with each other
only.

Either training is kept in the folder `--out` when it is finished, and not done
again, with the table (`table.md`). The picture has labels, both translations
and photographs, row by row.
"""

import argparse
import functools
import warnings
from pathlib import Path

import keras_gan  # noqa: F401 (first, to silence startup messages)

# isort: split
import numpy as np
from kept import Found, known_or_made, settings_of, write_table

from keras_gan import datasets, images, metrics, tasks
from keras_gan.callbacks import TimeBudget

WAYS = {"L1 alone": "none", "Pix2Pix": "non_saturating"}
SETTINGS = (
    "minutes", "side", "width", "learning_rate", "seed", "extractor",
)  # fmt: skip
NUM_SHOWN = 8
STEPS_PER_EPOCH = 100


def examples(data: str, split: str, side: int) -> datasets.PairedImages:
    """The pairs of a split, labels first."""
    return datasets.PairedImages(
        data,
        direction="right_to_left",
        image_size=side,
        split=split,
    )


def test_pairs(data: str, side: int) -> tuple[np.ndarray, np.ndarray]:
    """All labels and photographs of `test`, in [-1, 1]."""
    opened = examples(data, "test", side)
    random = np.random.default_rng(0)
    drawn = [opened.draw(number, random) for number in range(len(opened))]
    labels, photographs = (np.stack(part) for part in zip(*drawn, strict=True))
    return labels, photographs


def train(options: argparse.Namespace, loss: str) -> keras_gan.Pix2Pix:
    """A model that was trained for some minutes."""
    data, model = tasks.paired(
        options.data,
        direction="right_to_left",
        image_size=options.side,
        split="train",
        flip=True,
        width=options.width,
        learning_rate=options.learning_rate,
        loss=loss,
        seed=options.seed,
    )
    model.fit(
        data.repeat(),
        steps_per_epoch=STEPS_PER_EPOCH,
        epochs=100_000,
        callbacks=[TimeBudget(options.minutes)],
        verbose=0,
    )
    return model


def measured(
    options: argparse.Namespace,
    loss: str,
    labels: np.ndarray,
    photographs: np.ndarray,
) -> Found:
    """Trains a model; its figures, and translations to show."""
    model = train(options, loss)
    made = model.translate(labels)
    distance = metrics.FrechetInceptionDistance(
        feature_extractor=options.extractor
    )
    ratio = metrics.PSNR()
    for metric in (distance, ratio):
        metric.update_state(photographs, made)
    figures = {
        "fid": float(distance.result()),
        "psnr": float(ratio.result()),
        "steps": int(model.optimizer.iterations),
    }
    return figures, {"shown": images.to_uint8(made[:NUM_SHOWN])}


def parse() -> argparse.Namespace:
    """Returns the options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("data", help="the facades, photographs left")
    add("--minutes", type=float, default=20.0, help="of either training")
    add("--side", type=int, default=128)
    add("--width", type=int, default=16, help="of the finest layers")
    add("--learning-rate", type=float, default=1e-3)
    add("--seed", type=int, default=1)
    add("--extractor", default="efficientnet_lite0")
    add("--out", type=Path, default=Path("runs/facades"), help="folder of both")
    add("--picture", type=Path, help="default: facades.png in that folder")
    return parser.parse_args()


def main() -> None:
    options = parse()
    # Of the few photographs; see above.
    warnings.filterwarnings("ignore", "A Fréchet distance")
    labels, photographs = test_pairs(options.data, options.side)
    settings = settings_of(options, SETTINGS)
    shown = [images.to_uint8(labels[:NUM_SHOWN])]
    lines = ["| way | Fréchet distance | PSNR | steps |", "|---|---|---|---|"]
    print("\n".join(lines))
    for way, loss in WAYS.items():
        found, arrays = known_or_made(
            options.out,
            way,
            {**settings, "loss": loss},
            functools.partial(measured, options, loss, labels, photographs),
        )
        lines.append(
            f"| {way} | {found['fid']:.1f} | {found['psnr']:.2f} dB | "
            f"{found['steps']:,} |"
        )
        write_table(lines, options.out / "table.md")
        shown.append(arrays["shown"])
    shown.append(images.to_uint8(photographs[:NUM_SHOWN]))
    grid = images.image_grid(np.concatenate(shown), columns=len(shown[0]))
    picture = options.picture or options.out / "facades.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    images.write_image(picture, grid)


if __name__ == "__main__":
    main()
