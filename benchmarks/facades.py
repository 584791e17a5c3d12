"""Compare Pix2Pix with an L1 loss alone, from labels of facades to photographs.

    python benchmarks/facades.py facades_128.zip --minutes 20 --out facades.png

Each image of the zip has a photograph on the left and its labels on the right,
in folders `train`, `val` and `test`. The same U-Net, that of
`keras-gan train --task pairs`, is trained twice for the same time: by an L1
loss alone, and by `Pix2Pix`. Both are judged by the pairs of `test`: the
Fréchet distance of the features of the photographs, and PSNR. The picture has
labels, both translations and photographs, row by row.
"""

import argparse

import keras_gan  # noqa: F401 (first, to silence startup messages)

# isort: split
import numpy as np

from keras_gan import datasets, images, metrics, tasks
from keras_gan.callbacks import TimeBudget

WAYS = {"L1 alone": "none", "Pix2Pix": "non_saturating"}
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


def judge(model, labels, photographs, extractor: str) -> tuple:
    """Translations, their Fréchet distance and their PSNR."""
    made = model.translate(labels)
    distance = metrics.FrechetInceptionDistance(feature_extractor=extractor)
    ratio = metrics.PSNR()
    for metric in (distance, ratio):
        metric.update_state(photographs, made)
    return made, float(distance.result()), float(ratio.result())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("data", help="the facades, photographs left")
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--side", type=int, default=128)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--extractor", default="efficientnet_lite0")
    parser.add_argument("--out", default="facades.png")
    options = parser.parse_args()
    labels, photographs = test_pairs(options.data, options.side)
    rows = [labels[:NUM_SHOWN]]
    print("| way | Fréchet distance | PSNR | steps |")
    print("|---|---|---|---|")
    for way, loss in WAYS.items():
        model = train(options, loss)
        made, distance, ratio = judge(
            model, labels, photographs, options.extractor
        )
        rows.append(made[:NUM_SHOWN])
        print(
            f"| {way} | {distance:.1f} | {ratio:.2f} dB | "
            f"{int(model.optimizer.iterations):,} |",
            flush=True,
        )
    rows.append(photographs[:NUM_SHOWN])
    grid = images.image_grid(np.concatenate(rows), columns=NUM_SHOWN)
    images.write_image(options.out, grid)


if __name__ == "__main__":
    main()
