"""Workers that take turns, and the tables of what `train_step.py` measures."""

import contextlib
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

# Lower bounds of ratios.
MIN_RATIO = 0.98
MIN_GAIN = 1.8
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
PRODUCT = "product"
MATRIX_SIZE = 2048
GFLOP_PER_IMAGE = {"separate": 0.58, "shared": 0.45}
TUTORIAL_BATCH = 64


class Entry(NamedTuple):
    """One program in the table."""

    network: str
    backend: str
    program: str


Speeds = dict[Entry, list[float]]
"""Steps/s of each program, one number per turn."""

Pairs = dict[Entry, list[tuple[float, float]]]
"""Steps/s and steps/s of processor time of each program, one pair per turn."""


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
        self.device = self.version = self.package = self.auto = ""

    def wait(self) -> None:
        """Waits until all is compiled, and reads the list of programs."""
        answer = self._answer()
        self.device, self.version = answer["device"], answer["version"]
        self.package = answer.get("package", "")
        self.auto = answer.get("auto", "")
        for network, name, batch_size, num_steps in answer["programs"]:
            entry = Entry(network, self.backend, name)
            self.batch_sizes[entry] = batch_size
            self.steps[entry] = num_steps

    def turn(
        self, entry: Entry, num_steps: int | None = None
    ) -> tuple[float, float]:
        """Runs a program; returns steps/s and steps/s of processor time."""
        assert self.process.stdin is not None
        request = [list(self.steps).index(entry), num_steps]
        print(json.dumps(request), file=self.process.stdin, flush=True)
        seconds, processor_seconds = self._answer()
        done = num_steps or self.steps[entry]
        return done / seconds, done / processor_seconds

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


def started(
    backends: Iterable[str],
    arguments: list[str],
    stack: contextlib.ExitStack,
    checkout: Path | None = None,
) -> list[Worker]:
    """Returns workers that have compiled everything; the stack ends them."""
    workers = []
    for backend in backends:
        worker = Worker(backend, arguments, checkout)
        stack.callback(worker.close)
        workers.append(worker)
    for worker in workers:
        worker.wait()
        print(f"{worker.backend} is compiled", file=sys.stderr, flush=True)
    return workers


def measure(workers: list[Worker], num_turns: int) -> Speeds:
    """Lets all programs take turns, those of the same networks together."""
    order = [(entry, worker) for worker in workers for entry in worker.steps]
    names = list(dict.fromkeys(entry.network for entry, _ in order))
    order.sort(key=lambda pair: names.index(pair[0].network))
    speeds: Speeds = {entry: [] for entry, _ in order}
    for turn in range(num_turns):
        # There and back, so that nobody always comes after the same one.
        for entry, worker in order[:: -1 if turn % 2 else 1]:
            speeds[entry].append(worker.turn(entry)[0])
        print(f"turn {turn + 1} of {num_turns}", file=sys.stderr, flush=True)
    return speeds


def ratio(faster: list[float], slower: list[float]) -> float:
    """Returns the median over the turns of one speed over another."""
    return statistics.median(a / b for a, b in zip(faster, slower, strict=True))


def verdict(value: float, bound: float) -> str:
    """Returns a ratio beside its bound."""
    return f"{value:6.3f}  bound {bound:.2f}: " + (
        "ok" if value >= bound else "short"
    )


# The tutorial's DCGAN ---------------------------------------------------------


def tutorial_speeds(speeds: Speeds) -> str:
    """Returns images/s of each program, and its share of the ceiling."""
    ceilings = {
        # The best, because other work can only slow it down.
        entry.program: max(numbers) * 2 * MATRIX_SIZE**3 / 1e9
        for entry, numbers in speeds.items()
        if entry.network == PRODUCT
    }
    lines = [
        "precision  passes     program   images/s     min     max  of ceiling"
    ]
    for entry, numbers in speeds.items():
        if entry.network == PRODUCT:
            continue
        precision, passes = entry.network.split()
        images = [TUTORIAL_BATCH * number for number in numbers]
        median = statistics.median(images)
        share = 100 * median * GFLOP_PER_IMAGE[passes] / ceilings[precision]
        lines.append(
            f"{precision:<10} {passes:<10} {entry.program:<8} {median:9.0f} "
            f"{min(images):7.0f} {max(images):7.0f} {share:9.0f} %"
        )
    for precision, ceiling in ceilings.items():
        reachable = ", ".join(
            f"{ceiling / cost:.0f} {passes}"
            for passes, cost in GFLOP_PER_IMAGE.items()
        )
        lines.append(
            f"ceiling in {precision}: {ceiling:.0f} GFLOP/s, images/s "
            f"{reachable}"
        )
    return "\n".join(lines)


def tutorial_ratios(speeds: Speeds, auto_precision: str) -> tuple[str, bool]:
    """Returns the ratios with their bounds, and whether all are kept."""
    overhead = fit_ratios(speeds)
    total = gain(speeds, auto_precision)
    lines = ["GAN.fit / loop, median of pairs"]
    lines += [
        f"{name:<21} {verdict(value, MIN_RATIO)}"
        for name, value in overhead.items()
    ]
    lines.append(
        f'GAN.fit with update="simultaneous" in auto ({auto_precision}) / '
        "float32 loop, separate"
    )
    lines.append(f"{'':<21} {verdict(total, MIN_GAIN)}")
    kept = total >= MIN_GAIN and min(overhead.values()) >= MIN_RATIO
    return "\n".join(lines), kept


def fit_ratios(speeds: Speeds) -> dict[str, float]:
    """Returns GAN.fit over the loop for each precision and kind of pass."""
    return {
        f"{precision:<10} {passes}": ratio(
            numbers, speeds[entry._replace(program="loop")]
        )
        for entry, numbers in speeds.items()
        if entry.program == "GAN.fit"
        for precision, passes in [entry.network.split()]
    }


def gain(speeds: Speeds, precision: str) -> float:
    """Returns what one pass for both and `precision` gain together."""
    return ratio(
        speeds[Entry(f"{precision} shared", "tensorflow", "GAN.fit")],
        speeds[Entry("float32 separate", "tensorflow", "loop")],
    )


# Several backends -------------------------------------------------------------


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


# Another checkout -----------------------------------------------------------


def measure_pairs(
    before: Worker, now: Worker, num_pairs: int, seconds: float
) -> tuple[Pairs, Pairs]:
    """Lets the same programs of two checkouts take turns of the same length.

    Args:
        before: Worker of the other checkout.
        now: Worker of this one.
        num_pairs: Turns of each.
        seconds: How long a turn takes, about.
    """
    found: tuple[Pairs, Pairs] = ({}, {})
    for entry in now.steps:
        num_steps = max(1, round(seconds * before.turn(entry)[0]))
        for speeds in found:
            speeds[entry] = []
        pair = list(zip((before, now), found, strict=True))
        for turn in range(num_pairs):
            # There and back, so that nobody always comes first.
            for worker, speeds in pair[:: -1 if turn % 2 else 1]:
                speeds[entry].append(worker.turn(entry, num_steps))
        print(f"{entry.network} is measured", file=sys.stderr, flush=True)
    return found


def pair_table(
    before: Pairs, now: Pairs, batch_sizes: dict[Entry, int]
) -> tuple[str, bool]:
    """Returns images/s and ratios, and whether none is below the bound.

    The last column is of processor time: other work on the machine hardly
    changes it.
    """
    lines = [
        "network backend    images/s before       now   ratio     min     max"
        "         processor time"
    ]
    kept = True
    for entry, turns in now.items():
        wall, processor = zip(*turns, strict=True)
        old_wall, old_processor = zip(*before[entry], strict=True)
        ratios = [a / b for a, b in zip(wall, old_wall, strict=True)]
        value = statistics.median(ratios)
        first, second = (
            statistics.median(speeds) * batch_sizes[entry]
            for speeds in (old_wall, wall)
        )
        word = "ok" if value >= MIN_OF_BEFORE else "short"
        lines.append(
            f"{entry.network:<7} {entry.backend:<10} {first:15.0f} "
            f"{second:9.0f} {value:7.3f} {min(ratios):7.3f} "
            f"{max(ratios):7.3f}  {word:<5} "
            f"{ratio([*processor], [*old_processor]):16.3f}"
        )
        kept &= value >= MIN_OF_BEFORE
    return "\n".join(lines), kept
