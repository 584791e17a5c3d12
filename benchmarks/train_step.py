"""Time `GAN.fit` against hand-written loops, other backends and checkouts.

    python benchmarks/train_step.py
    python benchmarks/train_step.py --pairs 9 --torch --check
    python benchmarks/train_step.py --backend tensorflow jax torch --check
    python benchmarks/train_step.py --before ../checkout --check

Each backend has a worker process, which compiles its programs; then they take
turns, one program at a time, so that other work on the machine hits all of
them. A ratio is the median over the turns.

Without `--backend`: the DCGAN of TensorFlow's tutorial (28x28x1 images,
batches of 64, latents of 100, Adam, the non-saturating loss) on TensorFlow,
with `GAN.fit` and with plain `tf.function`s around two tapes, in two forms:

- separate: the generator makes images for the discriminator's update, then
  new ones for its own; `update="alternating"` does the same passes;
- shared: one pass of the generator serves both; `update="simultaneous"`.

bfloat16 is timed where `--precision auto` of the command line would choose it.
The ceiling is what the measured speed of the product of two 2048 x 2048
matrices allows. A forward pass costs G = .104 and D = .021 GFLOP per image, a
backward one twice that, or as much if only the gradient of the images is
needed: 4 G + 8 D = .58 with separate passes, 3 G + 7 D = .45 with a shared one.

With `--backend`, networks by their batches:

- toy: `mode_coverage.py`'s on 100 points, relativistic loss with R1 and R2;
- dcgan: 64 images of 28x28x1, non-saturating loss; beside `GAN.fit` the loops
  that one would write by hand in that framework over the same Keras networks;
- r3gan: 64 images of 32x32x3, relativistic loss with R1 and R2.

"x10" takes ten steps per execution, compiled by XLA. `GAN.fit` gets the input
that each backend reads fastest: TensorFlow a `tf.data` stream, JAX and PyTorch
NumPy arrays. The loops of these two keep the images on the device.

With `--before`, `GAN.fit` of these networks with the package of another
checkout and of this one take turns, on all backends or those of `--backend`.
The defaults take about 20 minutes on an idle machine.
"""

import argparse
import contextlib
import importlib.util
import sys
from pathlib import Path

import train_step_tables as tables

BACKENDS = ["tensorflow", "jax", "torch"]
NETWORKS = ["toy", "dcgan", "r3gan"]
TUTORIAL = "tutorial"


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Returns the options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add(
        "--pairs",
        "--turns",
        type=int,
        help="turns of each program (default: 5, 7 with --before)",
    )
    add("--steps", type=int, default=20, help="in a turn (default: 20)")
    add("--check", action="store_true", help="exit with 1 if a bound is missed")
    add_tutorial_options(parser.add_argument_group("the tutorial's DCGAN"))
    add_backend_options(parser.add_argument_group("several backends"))
    options = parser.parse_args(arguments)
    if options.pairs is None:
        options.pairs = 7 if options.before else 5
    check_options(parser, options)
    return options


def add_tutorial_options(group: argparse._ArgumentGroup) -> None:
    """Adds the options that do not go with `--backend`."""
    add = group.add_argument
    add("--data", type=Path, help="npz with `x_train` (default: noise)")
    add(
        "--bfloat16",
        action="store_true",
        help="time bfloat16 also where it is slow: a step may take a minute",
    )
    add(
        "--average",
        action="store_true",
        help="let GAN.fit keep its averaged generator, as it does by default",
    )
    add("--torch", action="store_true", help="add PyTorch, channels last")


def add_backend_options(group: argparse._ArgumentGroup) -> None:
    """Adds the options for networks on several backends."""
    add = group.add_argument
    add("--backend", nargs="+", choices=BACKENDS, help="time these backends")
    add("--networks", nargs="+", choices=NETWORKS, default=NETWORKS)
    add(
        "--width",
        type=float,
        default=1.0,
        help="factor on all widths: the networks are narrow, for a processor",
    )
    add(
        "--before",
        type=Path,
        metavar="CHECKOUT",
        help="compare GAN.fit of the package in another checkout",
    )
    add(
        "--seconds",
        type=float,
        default=4.0,
        help="duration of a turn with --before (default: 4)",
    )


def check_options(
    parser: argparse.ArgumentParser, options: argparse.Namespace
) -> None:
    """Ends the program if an option is wrong."""
    if min(options.pairs, options.steps) < 1:
        parser.error(
            "--pairs and --steps must be at least 1. Received: "
            f"{options.pairs} and {options.steps}"
        )
    for name in ("width", "seconds"):
        if getattr(options, name) <= 0:
            parser.error(
                f"--{name} must be positive. Received: {getattr(options, name)}"
            )
    if options.before and not (options.before / "keras_gan").is_dir():
        parser.error(
            f"--before must contain keras_gan. Received: {options.before}"
        )
    if options.before:
        options.backend = options.backend or BACKENDS
    for name in ("data", "bfloat16", "average", "torch"):
        if options.backend and getattr(options, name):
            parser.error(f"--{name} does not go with --backend: leave it out")
    needed = options.backend or ["tensorflow", *["torch"] * options.torch]
    for name in needed:
        if not importlib.util.find_spec(name):
            parser.error(
                f"{name} is not installed: install it, or leave it out"
            )


def worker_arguments(options: argparse.Namespace) -> list[str]:
    """Returns the options that a worker needs."""
    networks = options.networks if options.backend else [TUTORIAL]
    return [
        *("--networks", *networks),
        *("--steps", str(options.steps)),
        *("--width", str(options.width)),
        *(["--data", str(options.data)] if options.data else []),
        *(["--only-fit"] if options.before else []),
        *(["--average"] if options.average else []),
        *(["--bfloat16"] if options.bfloat16 else []),
    ]


def compare_with_loops(options: argparse.Namespace) -> bool:
    """Times the tutorial's DCGAN; returns whether all bounds are kept."""
    backends = ["tensorflow", *["torch"] * options.torch]
    with contextlib.ExitStack() as stack:
        workers = tables.started(backends, worker_arguments(options), stack)
        speeds = tables.measure(workers, options.pairs)
    first = workers[0]
    print(
        f"DCGAN on (28, 28, 1), batch {tables.TUTORIAL_BATCH}, "
        f"{options.pairs} turns of {options.steps} steps, on {first.device}"
    )
    print(tables.tutorial_speeds(speeds), end="\n\n")
    if not any(entry.program == "bfloat16" for entry in speeds):
        print("bfloat16 is slow here (measured): left out, see --bfloat16\n")
    table, kept = tables.tutorial_ratios(speeds, first.auto)
    print(table)
    return kept


def compare_backends(options: argparse.Namespace) -> bool:
    """Times several backends; returns whether all bounds are kept."""
    backends = dict.fromkeys(options.backend)
    with contextlib.ExitStack() as stack:
        workers = tables.started(backends, worker_arguments(options), stack)
        speeds = tables.measure(workers, options.pairs)
    sizes = {e: size for w in workers for e, size in w.batch_sizes.items()}
    print(
        f"{options.pairs} turns of {options.steps} steps (toy: ten times as "
        f"many), widths times {options.width:g}"
    )
    for worker in workers:
        print(f"{worker.backend} {worker.version} on {worker.device}")
    print(tables.speed_table(speeds, sizes), end="\n\n")
    on_processor = all(w.device == tables.PROCESSOR for w in workers)
    table, kept = tables.ratio_table(speeds, on_processor)
    print(table)
    return kept


def compare_checkouts(options: argparse.Namespace) -> bool:
    """Times another checkout and this one; returns whether none is slower."""
    checkouts = options.before, Path(__file__).parents[1]
    print(
        f"{options.pairs} pairs of turns of about {options.seconds:g} s; the "
        f"ratio is now / before, bound {tables.MIN_OF_BEFORE}"
    )
    all_kept = True
    for backend in dict.fromkeys(options.backend):
        with contextlib.ExitStack() as stack:
            pair = [
                tables.started(
                    [backend], worker_arguments(options), stack, checkout
                )[0]
                for checkout in checkouts
            ]
            for worker, checkout in zip(pair, checkouts, strict=True):
                if Path(worker.package).parent != checkout.resolve():
                    raise SystemExit(f"{worker.package} is not in {checkout}")
            speeds = tables.measure_pairs(*pair, options.pairs, options.seconds)
            print(f"{backend} {pair[0].version} on {pair[0].device}")
            table, kept = tables.pair_table(*speeds, pair[0].batch_sizes)
            print(table, flush=True)
            all_kept &= kept
    return all_kept


def main(arguments: list[str] | None = None) -> int:
    """Measures and prints; 1 if `--check` finds a bound missed."""
    options = parse(arguments)
    compare = compare_backends if options.backend else compare_with_loops
    if options.before:
        compare = compare_checkouts
    kept = compare(options)
    return int(options.check and not kept)


if __name__ == "__main__":
    sys.exit(main())
