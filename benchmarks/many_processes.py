"""Time a DCGAN on 1, 2 and 4 processes of this machine, over loopback.

    python benchmarks/many_processes.py
    python benchmarks/many_processes.py --backend jax --turns 5

On TensorFlow `MultiWorkerMirroredStrategy` joins the processes, on JAX
`keras.distribution.DataParallel`, with gloo. Each process trains the library's
DCGAN in two ways that take turns:

- together: gradients are summed over all processes in each update;
- alone: the same processes at the same time, without communication.

Both share the processor in the same way, so together / alone ("cost") is what
communication and waiting for each other cost, however few cores there are. The
batch is constant in each process ("each"), or over all of them ("total"). "CPU"
is the processor time of a process.

"gradients" are the bytes of gradients that a process adds to the sum in a step;
a ring sends 2 (n - 1) of that over the network, in all. "loopback" is what
Linux counts there in a step, the least of all turns, as others send there too.
"""

import argparse
import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

WORKER = Path(__file__).with_name("many_processes_worker.py")
BACKENDS = ["tensorflow", "jax"]
COUNTERS = Path("/proc/net/dev")
HEAD = (
    f"{'backend':<11}{'processes':>10}  {'batch':<11}{'ms/step':>9}"
    f"{'alone':>8}{'cost':>7}{'CPU ms':>8}{'alone':>8}{'images/s':>10}"
    f"{'loopback':>10}"
)


class Turn(NamedTuple):
    """One turn of all processes: means over them, and bytes over loopback."""

    seconds: float
    processor_seconds: float
    loopback_bytes: float


class Group:
    """Processes that train together, or at the same time.

    Args:
        backend: "tensorflow" or "jax".
        count: How many.
        arguments: Options of the worker's program.
    """

    def __init__(self, backend: str, count: int, arguments: list[str]) -> None:
        ports = [free_port() for _ in range(count)]
        self.processes = [
            subprocess.Popen(
                [
                    sys.executable,
                    str(WORKER),
                    *arguments,
                    f"--index={index}",
                    f"--count={count}",
                ],
                env={**os.environ, **environment(backend, ports, index)},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for index in range(count)
        ]

    def answers(self) -> list[Any]:
        """Reads a line of each process."""
        pipes = [process.stdout for process in self.processes]
        lines = [pipe.readline() for pipe in pipes if pipe]
        if not all(lines):
            raise SystemExit("A process ended: what it said stands above.")
        return [json.loads(line) for line in lines]

    def turn(self, program: str, num_steps: int) -> Turn:
        """Lets all processes train; returns what a step takes."""
        before = loopback_bytes()
        for process in self.processes:
            line = json.dumps([program, num_steps])
            print(line, file=process.stdin, flush=True)
        spent = zip(*self.answers(), strict=True)
        means = [statistics.mean(times) / num_steps for times in spent]
        return Turn(*means, (loopback_bytes() - before) / num_steps)

    def close(self) -> None:
        """Ends the processes, whatever they are doing."""
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.communicate()


def environment(backend: str, ports: list[int], index: int) -> dict[str, str]:
    """Returns the variables by which a process finds the others."""
    chosen = {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    addresses = [f"localhost:{port}" for port in ports]
    if len(ports) == 1:
        return chosen
    if backend == "tensorflow":
        task = {"type": "worker", "index": index}
        config = {"cluster": {"worker": addresses}, "task": task}
        return {**chosen, "TF_CONFIG": json.dumps(config)}
    return {
        **chosen,
        "KERAS_DISTRIBUTION_JOB_ADDRESSES": addresses[0],
        "KERAS_DISTRIBUTION_NUM_PROCESSES": str(len(ports)),
        "KERAS_DISTRIBUTION_PROCESS_ID": str(index),
    }


def free_port() -> int:
    """Returns a port of this machine that nobody listens on."""
    with socket.socket() as server:
        server.bind(("localhost", 0))
        return server.getsockname()[1]


def loopback_bytes() -> int:
    """Returns how many bytes loopback has received; 0 where nobody counts."""
    if not COUNTERS.exists():
        return 0
    lines = COUNTERS.read_text().splitlines()
    [counts] = [line for line in lines if line.strip().startswith("lo:")]
    return int(counts.split(":")[1].split()[0])


def measure(backend: str, count: int, options: argparse.Namespace) -> dict:
    """Times one number of processes; prints what the first one says."""
    arguments = [
        f"--batch-size={options.batch_size}",
        f"--image-size={options.image_size}",
        f"--width={options.width}",
    ]
    kinds = ["together", "alone"] if count > 1 else ["alone"]
    batches = ["batch", "total"] if count > 1 else ["batch"]
    turns: dict[tuple[str, str], list[Turn]] = {}
    with contextlib.ExitStack() as stack:
        group = Group(backend, count, arguments)
        stack.callback(group.close)
        told = group.answers()[0]
        if told:
            print(described(backend, told), flush=True)
        for _ in range(options.turns):
            for batch in batches:
                for kind in kinds:
                    turn = group.turn(f"{kind} {batch}", options.steps)
                    turns.setdefault((kind, batch), []).append(turn)
    return turns


def described(backend: str, told: dict) -> str:
    """Returns what a step communicates and what a checkpoint takes."""
    return (
        f"{backend}: gradients {told['gradient_bytes'] / 1e6:.2f} MB a step, "
        f"checkpoint {told['checkpoint_bytes'] / 1e6:.2f} MB, saved in "
        f"{told['save_seconds']:.2f} s, loaded in {told['load_seconds']:.2f} s"
    )


def rows(backend: str, count: int, batch_size: int, turns: dict) -> list[str]:
    """Returns lines of the table: medians over the turns, and of ratios."""
    lines = []
    for batch in dict.fromkeys(batch for _, batch in turns):
        size = batch_size if batch == "batch" else batch_size // count
        alone = turns["alone", batch]
        together = turns.get(("together", batch), alone)
        step, processor, _ = map(statistics.median, zip(*together, strict=True))
        sent = min(turn.loopback_bytes for turn in together)
        by_itself, by_itself_processor, _ = map(
            statistics.median, zip(*alone, strict=True)
        )
        cost = statistics.median(
            a.seconds / b.seconds for a, b in zip(together, alone, strict=True)
        )
        name = f"{size} {'each' if batch == 'batch' else 'of total'}"
        lines.append(
            f"{backend:<11}{count:>10}  {name:<11}{1e3 * step:>9.0f}"
            f"{1e3 * by_itself:>8.0f}{cost:>7.2f}{1e3 * processor:>8.0f}"
            f"{1e3 * by_itself_processor:>8.0f}"
            f"{size * count / step:>10.0f}{sent / 1e6:>7.1f} MB"
        )
    return lines


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Returns the options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("--backend", nargs="+", choices=BACKENDS, default=BACKENDS)
    add("--processes", nargs="+", type=int, default=[1, 2, 4])
    add("--turns", type=int, default=5)
    add("--steps", type=int, default=10, help="in a turn (default: 10)")
    add("--batch-size", type=int, default=32, help="(default: 32)")
    add("--image-size", type=int, default=28)
    add("--width", type=int, default=16, help="of the networks (default: 16)")
    options = parser.parse_args(arguments)
    for name, value in vars(options).items():
        if (
            name != "backend"
            and min(value if isinstance(value, list) else [value]) < 1
        ):
            parser.error(f"--{name} must be at least 1. Received: {value}")
    if any(options.batch_size % count for count in options.processes):
        parser.error(
            "--batch-size must be divisible by all numbers of --processes. "
            f"Received: {options.batch_size} and {options.processes}"
        )
    return options


def main(arguments: list[str] | None = None) -> int:
    """Measures and prints."""
    options = parse(arguments)
    print(
        f"DCGAN of width {options.width}, {options.image_size} px, "
        f"{options.turns} turns of {options.steps} steps"
    )
    lines = [HEAD]
    for backend in options.backend:
        for count in options.processes:
            turns = measure(backend, count, options)
            lines += rows(backend, count, options.batch_size, turns)
            print(lines[-1], file=sys.stderr, flush=True)
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
