"""Time `GAN.fit` against hand-written training loops of the same networks.

    python benchmarks/train_step.py
    python benchmarks/train_step.py --pairs 9 --torch --check
    python benchmarks/train_step.py --backend tensorflow jax torch --check
    python benchmarks/train_step.py --before ../checkout --check

The networks are the DCGAN of TensorFlow's tutorial: 28x28x1 images, batches
of 64, latents of 100, Adam, the non-saturating loss. The loops are plain
`tf.function`s around two tapes, in two forms:

- separate: the generator makes images for the discriminator's update, then
  new ones for its own; `update="alternating"` does the same passes;
- shared: one pass of the generator serves both; `update="simultaneous"`.

All programs take turns in one process, a few steps each, so that what else
the machine does hits all of them. A ratio is the median over the turns.
bfloat16 is timed where `--precision auto` of the command line would take it.

The ceiling is what the machine's measured speed at multiplying two 2048 x
2048 matrices allows. A forward pass costs G = .104 and D = .021 GFLOP an
image, a backward one twice that, or as much where only the images' gradient
is wanted: 4 G + 8 D = .58 with separate passes, 3 G + 7 D = .45 with a shared
one.

With `--backend`, other networks are timed on several backends of Keras: see
`train_step_backends.py`. With `--before`, `GAN.fit` of the package in another
checkout and of this one take turns, on all backends or those of `--backend`.
"""

import argparse
import functools
import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

IMAGE_SHAPE = (28, 28, 1)
BATCH_SIZE = 64
WARM_UP_STEPS = 3
MATRIX_SIZE = 2048
GFLOP_PER_IMAGE = {"separate": 0.58, "shared": 0.45}
# Lower bounds of ratios of images/s.
MIN_RATIO = 0.98
MIN_GAIN = 1.8


class Entry(NamedTuple):
    """One program in the table."""

    precision: str
    passes: str
    program: str


Speeds = dict[Entry, list[float]]
"""Images/s of each program, one number a turn."""

Ceilings = dict[str, list[float]]
"""GFLOP/s of the matrix product in each precision, one number a turn."""

Run = Callable[[int], Any]
"""Trains for a number of steps, and returns when they are done."""


def load_images(path: Path | None) -> np.ndarray:
    """Returns images in [-1, 1]: those of an npz, or noise."""
    if path is None:
        random = np.random.default_rng(0)
        return random.uniform(-1, 1, (4096, *IMAGE_SHAPE)).astype("float32")
    with np.load(path) as arrays:
        images = arrays["x_train"].reshape(-1, *IMAGE_SHAPE)
    return (images / 127.5 - 1).astype("float32")


def make_dataset(images: np.ndarray) -> Any:
    """Returns an endless, shuffled stream of batches, read ahead."""
    import tensorflow as tf

    dataset = tf.data.Dataset.from_tensor_slices(images)
    dataset = dataset.shuffle(len(images)).repeat()
    dataset = dataset.batch(BATCH_SIZE, drop_remainder=True).prefetch(2)
    # The thread that tunes a pipeline sleeps for times that double, and an
    # iterator waits for it when it ends: seconds that are nobody's.
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)


def make_programs(
    images: np.ndarray,
    precisions: list[str],
    ema_momentum: float | None,
    with_torch: bool,
) -> dict[Entry, Run]:
    """Returns all programs, each after the one it is compared with."""
    import train_step_loops as loops

    dataset = make_dataset(images)
    programs: dict[Entry, Run] = {}
    for precision in precisions:
        for passes in GFLOP_PER_IMAGE:
            kind = precision, passes
            gan = loops.make_gan(*kind, ema_momentum)
            loop = loops.Loop(*kind, jit_compile=gan.jit_compile)
            programs[Entry(*kind, "loop")] = functools.partial(
                loop.run, dataset
            )
            programs[Entry(*kind, "GAN.fit")] = functools.partial(
                _fit, gan, dataset
            )
            if with_torch:
                import train_step_torch

                programs[Entry(*kind, "PyTorch")] = train_step_torch.Loop(
                    *kind, images, BATCH_SIZE
                ).run
    return programs


def _fit(gan: Any, dataset: Any, num_steps: int) -> None:
    gan.fit(dataset, steps_per_epoch=num_steps, epochs=1, verbose=0)


def gflops(product: Callable[[], Any]) -> float:
    """Returns the best speed of a few matrix products, in GFLOP/s."""
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        product()
        seconds.append(time.perf_counter() - start)
    return 2 * MATRIX_SIZE**3 / min(seconds) / 1e9


def images_per_second(run: Run, num_steps: int) -> float:
    """Returns the speed of one program over some steps."""
    start = time.perf_counter()
    run(num_steps)
    return num_steps * BATCH_SIZE / (time.perf_counter() - start)


def measure(
    programs: dict[Entry, Run], num_steps: int, num_pairs: int
) -> tuple[Speeds, Ceilings]:
    """Lets all programs, and the matrix product, take turns."""
    from train_step_loops import matrix_product

    precisions = dict.fromkeys(entry.precision for entry in programs)
    products = {name: matrix_product(name, MATRIX_SIZE) for name in precisions}
    for product in products.values():
        product()  # Traces the graph.
    for run in programs.values():
        run(WARM_UP_STEPS)
    speeds: Speeds = {entry: [] for entry in programs}
    ceilings: Ceilings = {precision: [] for precision in products}
    for turn in range(num_pairs):
        for precision, product in products.items():
            ceilings[precision].append(gflops(product))
        for entry, run in programs.items():
            speeds[entry].append(images_per_second(run, num_steps))
        print(f"turn {turn + 1} of {num_pairs}", file=sys.stderr, flush=True)
    return speeds, ceilings


def ratio(faster: list[float], slower: list[float]) -> float:
    """Returns the median over the turns of one speed over another."""
    return statistics.median(a / b for a, b in zip(faster, slower, strict=True))


def ratios(speeds: Speeds) -> dict[tuple[str, str], float]:
    """Returns GAN.fit over the loop for each precision and kind of pass."""
    return {
        entry[:2]: ratio(numbers, speeds[entry._replace(program="loop")])
        for entry, numbers in speeds.items()
        if entry.program == "GAN.fit"
    }


def gain(speeds: Speeds, precision: str) -> float:
    """Returns what one pass for both and `precision` gain together."""
    return ratio(
        speeds[Entry(precision, "shared", "GAN.fit")],
        speeds[Entry("float32", "separate", "loop")],
    )


def speed_table(speeds: Speeds, ceilings: Ceilings) -> str:
    """Returns images/s of each program, and its share of the ceiling."""
    lines = [
        "precision  passes     program   images/s     min     max  of ceiling"
    ]
    for entry, numbers in speeds.items():
        median = statistics.median(numbers)
        ceiling = statistics.median(ceilings[entry.precision])
        share = 100 * median * GFLOP_PER_IMAGE[entry.passes] / ceiling
        lines.append(
            f"{entry.precision:<10} {entry.passes:<10} {entry.program:<8} "
            f"{median:9.0f} {min(numbers):7.0f} {max(numbers):7.0f} "
            f"{share:9.0f} %"
        )
    for precision, values in ceilings.items():
        ceiling = statistics.median(values)
        reachable = ", ".join(
            f"{ceiling / cost:.0f} {passes}"
            for passes, cost in GFLOP_PER_IMAGE.items()
        )
        lines.append(
            f"ceiling in {precision}: {ceiling:.0f} GFLOP/s, images/s "
            f"{reachable}"
        )
    return "\n".join(lines)


def verdict(value: float, bound: float) -> str:
    """Returns a ratio beside its bound."""
    return f"{value:6.3f}  bound {bound:.2f}: " + (
        "ok" if value >= bound else "short"
    )


def ratio_table(speeds: Speeds, auto_precision: str) -> tuple[str, bool]:
    """Returns the ratios with their bounds, and whether all are kept."""
    overhead = ratios(speeds)
    total = gain(speeds, auto_precision)
    lines = ["GAN.fit / loop, median of pairs"]
    lines += [
        f"{precision:<10} {passes:<10} {verdict(value, MIN_RATIO)}"
        for (precision, passes), value in overhead.items()
    ]
    lines.append(
        f'GAN.fit with update="simultaneous" in auto ({auto_precision}) / '
        "float32 loop, separate"
    )
    lines.append(f"{'':<21} {verdict(total, MIN_GAIN)}")
    kept = total >= MIN_GAIN and min(overhead.values()) >= MIN_RATIO
    return "\n".join(lines), kept


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Returns the options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--pairs",
        "--turns",
        type=int,
        help="turns of each (default: 5, 7 with --before)",
    )
    parser.add_argument("--steps", type=int, default=20, help="in a turn")
    parser.add_argument(
        "--data", type=Path, help="npz with `x_train`; default: noise"
    )
    parser.add_argument(
        "--bfloat16",
        action="store_true",
        help="time bfloat16 also where auto finds it slow: a step may then "
        "take a minute",
    )
    parser.add_argument(
        "--average",
        action="store_true",
        help="let GAN.fit keep its averaged generator, as it does by default",
    )
    parser.add_argument(
        "--torch", action="store_true", help="add PyTorch, channels last"
    )
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 if a bound is missed"
    )
    add_backend_options(parser)
    options = parser.parse_args(arguments)
    if options.pairs is None:
        options.pairs = 7 if options.before else 5
    if options.before:
        options.backend = options.backend or ["tensorflow", "jax", "torch"]
    if min(options.pairs, options.steps) < 1:
        parser.error(
            "--pairs and --steps must be at least 1. Received: "
            f"{options.pairs} and {options.steps}"
        )
    if options.torch and not importlib.util.find_spec("torch"):
        parser.error("--torch needs PyTorch: `pip install torch`, or leave it")
    check_backend_options(parser, options)
    return options


def add_backend_options(parser: argparse.ArgumentParser) -> None:
    """Adds what `train_step_backends.py` is told."""
    group = parser.add_argument_group("several backends")
    group.add_argument(
        "--backend",
        nargs="+",
        choices=["tensorflow", "jax", "torch"],
        help="time a step on these backends of Keras",
    )
    group.add_argument(
        "--networks",
        nargs="+",
        choices=["toy", "dcgan", "r3gan"],
        default=["toy", "dcgan", "r3gan"],
    )
    group.add_argument(
        "--before",
        type=Path,
        metavar="CHECKOUT",
        help="time GAN.fit of the package in another checkout beside this one",
    )
    group.add_argument(
        "--seconds",
        type=float,
        default=4.0,
        help="of a turn with --before (default: 4)",
    )
    group.add_argument(
        "--width",
        type=float,
        default=1.0,
        help="factor on all widths: the networks are narrow, for a processor",
    )


def check_backend_options(
    parser: argparse.ArgumentParser, options: argparse.Namespace
) -> None:
    """Ends the program if an option does not go with `--backend`."""
    if not options.backend:
        return
    for name in ("data", "bfloat16", "average", "torch"):
        if getattr(options, name):
            parser.error(f"--{name} does not go with --backend: leave it out")
    package = options.before and options.before / "keras_gan"
    if package and not package.is_dir():
        parser.error(f"--before must hold keras_gan. Received: {package}")
    if options.seconds <= 0:
        parser.error(f"--seconds must be positive. Received: {options.seconds}")
    if options.width <= 0:
        parser.error(f"--width must be positive. Received: {options.width}")
    for name in options.backend:
        if not importlib.util.find_spec(name):
            parser.error(
                f"--backend {name} needs that framework: install it, or leave "
                "it out"
            )


def main(arguments: list[str] | None = None) -> int:
    """Measures and prints; 1 if `--check` finds a bound missed."""
    options = parse(arguments)
    if options.backend:
        import train_step_backends

        if options.before:
            return train_step_backends.compare_checkouts(options)
        return train_step_backends.main(options)
    # Not earlier, so that a wrong option is answered at once.
    from keras_gan.backend import tensorflow_devices as devices

    auto_precision = "bfloat16" if devices.bfloat16_is_fast() else "float32"
    precisions = ["float32"]
    if options.bfloat16 or auto_precision == "bfloat16":
        precisions.append("bfloat16")
    programs = make_programs(
        load_images(options.data),
        precisions,
        0.999 if options.average else None,
        options.torch,
    )
    speeds, ceilings = measure(programs, options.steps, options.pairs)
    print(
        f"DCGAN on {IMAGE_SHAPE}, batch {BATCH_SIZE}, {options.pairs} turns of "
        f"{options.steps} steps, on {devices.describe_devices()}"
    )
    print(speed_table(speeds, ceilings), end="\n\n")
    if "bfloat16" not in precisions:
        print("bfloat16 is slow here (measured): left out, see --bfloat16\n")
    table, kept = ratio_table(speeds, auto_precision)
    print(table)
    return int(options.check and not kept)


if __name__ == "__main__":
    sys.exit(main())
