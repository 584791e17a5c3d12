"""Train a CycleGAN on digits for some minutes, or time its steps.

    python benchmarks/cycle_gan.py digits mnist.npz --minutes 5 --seeds 5
    python benchmarks/cycle_gan.py digits mnist.npz --target edges
    python benchmarks/cycle_gan.py speed --sizes 64 128

`digits`: the first domain is one half of MNIST's training images, the second
the negatives (or the outlines) of the other half, so no image is in both. The
test images are translated both ways and compared with the known transform:

- class: the fraction of them whose translation back to digits, from the known
  transform of the image, is read as the original class by a classifier of
  digits;
- to second, to first: the mean absolute error of the translations, of the span
  2 from black to white. A run that inverts all colors has an error near 2 (or
  maps digits to digits, near 1.7).

Bounds: at least 90 %, at most .08 both ways. A training that is finished is
kept in the folder `--out` and not done again, with the table. There is a
picture for each seed; it has the test images, their translations, the
translations back, and the true images of the second domain with their
translations, row by row.

`speed`: the step of `CycleGAN.fit` with the pool and the averages (its
defaults), without both, and a loop that is written by hand in the framework
that Keras runs on over the same networks. They take turns, and a ratio is the
median over the turns, of the loop's time divided by that of the program. Bound:
at least .98 without pool and averages, which the loop does not have.
"""

import argparse
import functools
import sys
from pathlib import Path

import keras_gan  # noqa: F401 (first, to silence startup messages)

# isort: split
import keras
import numpy as np
from kept import Found, known_or_made, settings_of, write_table

sys.path.append(str(Path(__file__).parents[1] / "examples"))
from paired_translation import outlines

SHAPE = (28, 28, 1)
NUM_SHOWN = 12
SETTINGS = (
    "target minutes batch_size width judge_width blocks learning_rate "
    "identity_weight"
).split()
TRANSFORMS = {"negatives": lambda images: -images, "edges": outlines}
LEAST_SHARE, MOST_ERROR = 0.9, 0.08


def two_domains(path: str, target: str) -> tuple:
    """Both domains of training, and test images with their classes."""
    with np.load(path) as arrays:
        images, tests = (
            arrays[name][..., None].astype("float32") / 127.5 - 1.0
            for name in ("x_train", "x_test")
        )
        classes = arrays["y_test"]
    half = len(images) // 2
    second = TRANSFORMS[target](images[half:])
    return (images[:half], second), (tests, classes)


def translator(options: argparse.Namespace, seed: int) -> keras_gan.CycleGAN:
    """A compiled model with networks for a few minutes on a CPU."""
    networks = keras_gan.networks
    generators, discriminators = (
        tuple(make(2 * seed + number) for number in range(2))
        for make in (
            lambda start: networks.resnet_generator(
                SHAPE, width=options.width, blocks=options.blocks, seed=start
            ),
            lambda start: networks.patch_discriminator(
                SHAPE, width=options.judge_width, seed=start
            ),
        )
    )
    model = keras_gan.CycleGAN(generators, discriminators, seed=seed)
    adams = [
        keras.optimizers.Adam(options.learning_rate, beta_1=0.5) for _ in "gd"
    ]
    model.compile(*adams, identity_weight=options.identity_weight)
    return model


def judged(model, tests, classes, target, read) -> dict[str, float]:
    """The figures of the table.

    Args:
        model: The trained `CycleGAN`.
        tests: Images of the first domain.
        classes: Their classes.
        target: Name of the second domain.
        read: Function, images in [-1, 1] -> classes.
    """
    wanted = TRANSFORMS[target](tests)
    there = model.translate(tests, to="second", batch_size=500)
    back = model.translate(wanted, to="first", batch_size=500)
    return {
        "class": float((read(back) == classes).mean()),
        "to second": float(np.abs(there - wanted).mean()),
        "to first": float(np.abs(back - tests).mean()),
    }


def within_bounds(figures: dict[str, float]) -> bool:
    """Whether all figures of a run are good enough."""
    errors = figures["to second"], figures["to first"]
    return figures["class"] >= LEAST_SHARE and max(errors) <= MOST_ERROR


def picture(model, tests, target) -> np.ndarray:
    """Rows of images and their translations."""
    first = tests[:NUM_SHOWN]
    second = TRANSFORMS[target](first)
    there = model.translate(first, to="second")
    rows = [
        first,
        there,
        model.translate(there, to="first"),
        second,
        model.translate(second, to="first"),
    ]
    return keras_gan.images.image_grid(np.concatenate(rows), columns=NUM_SHOWN)


def reader():
    """The classifier of digits, images in [-1, 1] -> classes."""
    network = keras_gan.features.digits_classifier(head="logits")
    return lambda images: network.predict(
        (images + 1.0) * 127.5, batch_size=500, verbose=0
    ).argmax(-1)


def measured(
    options: argparse.Namespace, seed: int, train: tuple, tests: tuple
) -> Found:
    """Trains a model; its figures, and a picture."""
    model = translator(options, seed)
    model.fit(
        *train,
        batch_size=options.batch_size,
        epochs=100_000,
        callbacks=[keras_gan.callbacks.TimeBudget(options.minutes)],
        verbose=0,
    )
    figures = judged(model, *tests, options.target, reader())
    figures["steps"] = int(model.optimizer.iterations)
    return figures, {"picture": picture(model, tests[0], options.target)}


def train_on_digits(options: argparse.Namespace) -> bool:
    """Prints the table of all seeds; returns whether all are within bounds."""
    train, tests = two_domains(options.data, options.target)
    share = (reader()(tests[0]) == tests[1]).mean()
    print(f"the true images: class {share:.3f}")
    lines = [
        "| seed | class | to second | to first | steps | bounds |",
        "|---|---|---|---|---|---|",
    ]
    print("\n".join(lines))
    settings, passed = settings_of(options, SETTINGS), True
    for seed in range(options.first_seed, options.first_seed + options.seeds):
        figures, arrays = known_or_made(
            options.out,
            f"{options.target}-{seed}",
            {**settings, "seed": seed},
            functools.partial(measured, options, seed, train, tests),
        )
        kept = within_bounds(figures)
        passed = passed and kept
        lines.append(
            f"| {seed} | {figures['class']:.3f} | {figures['to second']:.4f} | "
            f"{figures['to first']:.4f} | {figures['steps']:,} | "
            f"{'kept' if kept else 'missed'} |"
        )
        write_table(lines, options.out / f"{options.target}.md")
        keras_gan.images.write_image(
            options.out / f"{options.target}_{seed}.png", arrays["picture"]
        )
    return passed


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Returns the options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    ways = parser.add_subparsers(dest="way", required=True)
    digits = ways.add_parser("digits").add_argument
    digits("data", help="MNIST as mnist.npz")
    digits("--target", choices=list(TRANSFORMS), default="negatives")
    digits("--minutes", type=float, default=5.0)
    digits("--seeds", type=int, default=1)
    digits("--first-seed", type=int, default=0)
    digits("--batch-size", type=int, default=16)
    digits("--width", type=int, default=8)
    digits("--judge-width", type=int, default=16)
    digits("--blocks", type=int, default=2)
    digits("--learning-rate", type=float, default=2e-3)
    digits("--identity-weight", type=float, default=0.5)
    digits("--out", type=Path, default=Path("runs/cycle_gan"))
    speed = ways.add_parser("speed").add_argument
    speed("--sizes", type=int, nargs="+", default=[64, 128])
    speed("--width", type=int, default=16)
    speed("--batch-size", type=int, default=1)
    speed("--steps", type=int, default=20, help="in a turn (default: 20)")
    speed("--turns", type=int, default=7)
    return parser.parse_args(arguments)


def main() -> None:
    options = parse()
    if options.way == "digits":
        passed = train_on_digits(options)
    else:
        from cycle_gan_loops import time_steps

        passed = time_steps(options)
    print("Within the bounds." if passed else "Not within the bounds.")
    sys.exit(not passed)


if __name__ == "__main__":
    main()
