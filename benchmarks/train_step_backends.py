"""Time a step on several backends of Keras: `train_step.py --backend`.

A worker of each backend (`train_step_worker.py`) compiles its programs; then
they take turns, one program at a time, so that what else the machine does hits
all of them. A ratio is the median over the turns. Networks, by their batches:

- toy: `mode_coverage.py`'s on 100 points, relativistic loss with R1 and R2;
- dcgan: 64 images of 28x28x1, non-saturating loss; beside `GAN.fit` the loops
  one would write by hand in that framework over the same Keras networks;
- r3gan: 64 images of 32x32x3, relativistic loss with R1 and R2.

"x10" takes ten steps an execution, compiled by XLA. `GAN.fit` is fed what each
backend reads fastest: TensorFlow a `tf.data` stream, JAX and PyTorch NumPy
arrays. The loops of these two keep the images on the device.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from train_step import ratio, verdict

# Lower bounds of ratios of steps/s.
MIN_JAX_GAIN = 3.0
MIN_OF_LOOP = 0.9
MIN_OF_BEFORE = 0.98
WORKER = Path(__file__).with_name("train_step_worker.py")
ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    # Else the first worker to come takes all of a GPU's memory.
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    # Where anything else computes, PyTorch's threads would wait for each other
    # in loops, for longer than they work.
    "OMP_WAIT_POLICY": "PASSIVE",
}
PROCESSOR = "the processor"


class Entry(NamedTuple):
    """One program in the table."""

    network: str
    backend: str
    program: str


Speeds = dict[Entry, list[float]]
"""Steps/s of each program, one number a turn."""


class Worker:
    """A process of one backend that runs programs when it is told to.

    Args:
        backend: "tensorflow", "jax" or "torch".
        arguments: Options of the worker's program.
        checkout: Where `keras_gan` is imported from. None: this checkout, or
            what is installed.
    """

    program = WORKER

    def __init__(
        self, backend: str, arguments: list[str], checkout: Path | None = None
    ) -> None:
        self.backend = backend
        path = {"PYTHONPATH": str(checkout.resolve())} if checkout else {}
        self.process = subprocess.Popen(
            [sys.executable, str(self.program), *arguments],
            env={**ENVIRONMENT, **os.environ, **path, "KERAS_BACKEND": backend},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.batch_sizes: dict[Entry, int] = {}
        self.steps: dict[Entry, int] = {}
        self.device = self.version = self.package = ""

    def wait(self) -> None:
        """Waits until all is compiled, and notes what there is."""
        answer = self._answer()
        self.device, self.version = answer["device"], answer["version"]
        self.package = answer.get("package", "")
        for network, name, batch_size, num_steps in answer["programs"]:
            entry = Entry(network, self.backend, name)
            self.batch_sizes[entry] = batch_size
            self.steps[entry] = num_steps

    def steps_per_second(
        self, entry: Entry, num_steps: int | None = None
    ) -> float:
        """Lets a program have its turn, of its usual length or another."""
        assert self.process.stdin is not None
        request = [list(self.steps).index(entry), num_steps]
        print(json.dumps(request), file=self.process.stdin, flush=True)
        return (num_steps or self.steps[entry]) / self._answer()

    def close(self) -> None:
        """Ends the process, whatever it is doing."""
        self.process.kill()
        self.process.communicate()

    def _answer(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(
                f"The worker of {self.backend} ended with "
                f"{self.process.wait()}: what it said stands above."
            )
        return json.loads(line)


def measure(workers: list[Worker], num_turns: int) -> Speeds:
    """Lets all programs take turns, those of the same networks together."""
    order = [(entry, worker) for worker in workers for entry in worker.steps]
    names = list(dict.fromkeys(entry.network for entry, _ in order))
    order.sort(key=lambda pair: names.index(pair[0].network))
    speeds: Speeds = {entry: [] for entry, _ in order}
    for turn in range(num_turns):
        # There and back, so that nobody always comes after the same one.
        for entry, worker in order[:: -1 if turn % 2 else 1]:
            speeds[entry].append(worker.steps_per_second(entry))
        print(f"turn {turn + 1} of {num_turns}", file=sys.stderr, flush=True)
    return speeds


def speed_table(speeds: Speeds, batch_sizes: dict[Entry, int]) -> str:
    """Returns steps/s and images/s of each program."""
    lines = [
        "network backend    program             steps/s     min     max  "
        "images/s"
    ]
    for entry, numbers in speeds.items():
        median = statistics.median(numbers)
        lines.append(
            f"{entry.network:<7} {entry.backend:<10} {entry.program:<17} "
            f"{median:9.2f} {min(numbers):7.2f} {max(numbers):7.2f} "
            f"{median * batch_sizes[entry]:9.0f}"
        )
    return "\n".join(lines)


def best(speeds: Speeds, backend: str, *, of_fit: bool) -> Entry | None:
    """Returns the fastest way to train the DCGAN on a backend, if any.

    Args:
        speeds: Of all programs.
        backend: Name of the backend.
        of_fit: Whether by `GAN.fit`, or else by a hand-written loop.
    """
    ways = [
        entry
        for entry in speeds
        if entry.network == "dcgan"
        and entry.backend == backend
        and entry.program.startswith("GAN.fit") == of_fit
    ]
    return max(
        ways, key=lambda entry: statistics.median(speeds[entry]), default=None
    )


def loop_ratios(speeds: Speeds) -> dict[str, float]:
    """Returns the best GAN.fit over the best loop of each backend."""
    ratios = {}
    for backend in dict.fromkeys(entry.backend for entry in speeds):
        fit = best(speeds, backend, of_fit=True)
        loop = best(speeds, backend, of_fit=False)
        if fit is not None and loop is not None:
            name = f"{backend}: {fit.program} / {loop.program}"
            ratios[name] = ratio(speeds[fit], speeds[loop])
    return ratios


def jax_gains(speeds: Speeds) -> dict[str, float]:
    """Returns the toy's speeds on JAX over TensorFlow's, for each program."""
    return {
        entry.program: ratio(numbers, speeds[other])
        for entry, numbers in speeds.items()
        if entry.network == "toy"
        and entry.backend == "jax"
        and (other := entry._replace(backend="tensorflow")) in speeds
    }


def ratio_table(speeds: Speeds, on_processor: bool) -> tuple[str, bool]:
    """Returns the ratios with their bounds, and whether all are kept.

    Args:
        speeds: Of all programs.
        on_processor: Whether there is no GPU. With one, the toy's bound does
            not hold.
    """
    lines, kept = [], True
    gains, overhead = jax_gains(speeds), loop_ratios(speeds)
    if gains:
        lines.append("toy on JAX / on TensorFlow, median of turns")
    for name, value in gains.items():
        bounded = on_processor and name == "GAN.fit"
        judged = verdict(value, MIN_JAX_GAIN) if bounded else f"{value:6.3f}"
        lines.append(f"{name:<38} {judged}")
        kept &= not bounded or value >= MIN_JAX_GAIN
    if overhead:
        lines.append("dcgan: the best GAN.fit / the best loop, median of turns")
    for name, value in overhead.items():
        lines.append(f"{name:<38} {verdict(value, MIN_OF_LOOP)}")
        kept &= value >= MIN_OF_LOOP
    return "\n".join(lines), kept


def started(
    backends: Iterable[str], arguments: list[str], stack: contextlib.ExitStack
) -> list[Worker]:
    """Returns workers that have compiled everything; the stack ends them."""
    workers = []
    for backend in backends:
        worker = Worker(backend, arguments)
        stack.callback(worker.close)
        workers.append(worker)
    for worker in workers:
        worker.wait()
        print(f"{worker.backend} is compiled", file=sys.stderr, flush=True)
    return workers


def main(options: argparse.Namespace) -> int:
    """Measures and prints; 1 if `--check` finds a bound missed."""
    arguments = [
        *("--networks", *options.networks),
        *("--steps", str(options.steps)),
        *("--width", str(options.width)),
    ]
    with contextlib.ExitStack() as stack:
        workers = started(dict.fromkeys(options.backend), arguments, stack)
        speeds = measure(workers, options.pairs)
    sizes = {e: size for w in workers for e, size in w.batch_sizes.items()}
    print(
        f"{options.pairs} turns of {options.steps} steps (toy: ten times as "
        f"many), widths times {options.width:g}"
    )
    for worker in workers:
        print(f"{worker.backend} {worker.version} on {worker.device}")
    print(speed_table(speeds, sizes), end="\n\n")
    on_processor = all(worker.device == PROCESSOR for worker in workers)
    table, kept = ratio_table(speeds, on_processor)
    print(table)
    return int(options.check and not kept)


# Another checkout -----------------------------------------------------------


def measure_pairs(
    before: Worker, now: Worker, num_pairs: int, seconds: float
) -> tuple[Speeds, Speeds]:
    """Lets the same programs of two checkouts take turns of the same length.

    Args:
        before: Worker of the other checkout.
        now: Worker of this one.
        num_pairs: Turns of each.
        seconds: How long a turn takes, about.
    """
    found: tuple[Speeds, Speeds] = ({}, {})
    for entry in now.steps:
        num_steps = max(1, round(seconds * before.steps_per_second(entry)))
        for speeds in found:
            speeds[entry] = []
        pair = list(zip((before, now), found, strict=True))
        for turn in range(num_pairs):
            # There and back, so that nobody always comes first.
            for worker, speeds in pair[:: -1 if turn % 2 else 1]:
                speeds[entry].append(worker.steps_per_second(entry, num_steps))
        print(f"{entry.network} is measured", file=sys.stderr, flush=True)
    return found


def pair_table(
    before: Speeds, now: Speeds, batch_sizes: dict[Entry, int]
) -> tuple[str, bool]:
    """Returns images/s and ratios, and whether none is below the bound."""
    lines = [
        "network backend    images/s before       now  ratio of pairs     min"
        "     max"
    ]
    kept = True
    for entry, numbers in now.items():
        ratios = [a / b for a, b in zip(numbers, before[entry], strict=True)]
        medians = (
            statistics.median(speeds[entry]) * batch_sizes[entry]
            for speeds in (before, now)
        )
        value = statistics.median(ratios)
        first, second = medians
        lines.append(
            f"{entry.network:<7} {entry.backend:<10} {first:15.0f} "
            f"{second:9.0f} {value:15.3f} {min(ratios):7.3f} "
            f"{max(ratios):7.3f}  {verdict(value, MIN_OF_BEFORE).split()[-1]}"
        )
        kept &= value >= MIN_OF_BEFORE
    return "\n".join(lines), kept


def compare_checkouts(options: argparse.Namespace) -> int:
    """Times `GAN.fit` of two checkouts; 1 if `--check` finds one slower."""
    arguments = [
        "--only-fit",
        *("--networks", *options.networks),
        *("--width", str(options.width)),
    ]
    checkouts = options.before, Path(__file__).parents[1]
    print(
        f"{options.pairs} pairs of turns of about {options.seconds:g} s, "
        f"bound of the ratio {MIN_OF_BEFORE}"
    )
    all_kept = True
    for backend in dict.fromkeys(options.backend):
        with contextlib.ExitStack() as stack:
            pair = []
            for checkout in checkouts:
                worker = Worker(backend, arguments, checkout)
                stack.callback(worker.close)
                worker.wait()
                if Path(worker.package).parent != checkout.resolve():
                    raise SystemExit(f"{worker.package} is not in {checkout}")
                pair.append(worker)
            speeds = measure_pairs(*pair, options.pairs, options.seconds)
            table, kept = pair_table(*speeds, pair[0].batch_sizes)
            print(f"{backend} {pair[0].version} on {pair[0].device}")
            print(table, flush=True)
            all_kept &= kept
    return int(options.check and not all_kept)
