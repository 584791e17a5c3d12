"""Where the time of a training step goes, on each backend.

    python benchmarks/step_profile.py --backend tensorflow jax torch

A DCGAN of width 32 on noise (28x28x1, batches of 64), in the
precision that `--precision auto` chooses, each backend in a process of its own.
The time of each kind of operation is that of all threads together, without
what an operation calls; "share" is of the time of all operations. Profiles of
TensorFlow and JAX are read with JAX.
"""

import argparse
import collections
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

BACKENDS = ["tensorflow", "jax", "torch"]
BATCH_SIZE = 64
KINDS = {
    "convolutions": r"conv",
    "matrix products": r"matmul|^dot|addmm|gemm|::mm$",
    "normalization": r"norm",
    "activations": r"relu|tanh|softplus",
    "casts and copies": r"cast|copy|transpose|reshape|::to$|contiguous|tile",
    "waiting and starting": r"execute|^run$|process|await|executor|function",
}
OTHERS = "others: sums, products, optimizers"
WAITING = "waiting and starting"


def kind_of(name: str) -> str:
    """Returns the kind of an operation."""
    for kind, pattern in KINDS.items():
        if re.search(pattern, name.lower()):
            return kind
    return OTHERS


Event = tuple[str, float, float]
"""Name, start and end, in nanoseconds."""


def own_times(events: Iterable[Event]) -> Iterator[tuple[str, float]]:
    """Yields names and durations without the events inside of each.

    Args:
        events: Of one thread, where an event is inside another or beside it.
    """
    inner: dict[int, float] = collections.defaultdict(float)
    ordered = sorted(events, key=lambda event: (event[1], -event[2]))
    around: list[int] = []
    for number, (_, start, end) in enumerate(ordered):
        while around and ordered[around[-1]][2] <= start:
            around.pop()
        if around:
            inner[around[-1]] += end - start
        around.append(number)
    for number, (name, start, end) in enumerate(ordered):
        yield name, end - start - inner[number]


def of_xla(fit: Callable[[], object], backend: str) -> Iterator:
    """Yields names and nanoseconds of all operations of a `fit`."""
    with tempfile.TemporaryDirectory() as folder:
        if backend == "jax":
            import jax

            options = jax.profiler.ProfileOptions()
            options.python_tracer_level = 0
            with jax.profiler.trace(folder, profiler_options=options):
                fit()
        else:
            import tensorflow as tf

            with tf.profiler.experimental.Profile(folder):
                fit()
        from jax.profiler import ProfileData

        (path,) = Path(folder).rglob("*.xplane.pb")
        planes = list(ProfileData.from_file(str(path)).planes)
    for line in (one for plane in planes for one in plane.lines):
        if line.name != "python":
            events = ((e.name, e.start_ns, e.end_ns) for e in line.events)
            for name, duration in own_times(events):
                yield name.split(":")[-1], duration


def of_torch(fit: Callable[[], object]) -> Iterator:
    """Yields names and nanoseconds of all operations of a `fit`."""
    import torch

    with torch.profiler.profile() as profile:
        fit()
    for entry in profile.key_averages():
        yield entry.key, 1e3 * entry.self_cpu_time_total


def measure(num_steps: int, width: int) -> dict:
    """Profiles in this process; returns milliseconds per step by kind."""
    import keras

    import keras_gan
    from keras_gan.backend import devices

    is_fast = devices.bfloat16_is_fast()
    keras.config.set_dtype_policy("mixed_bfloat16" if is_fast else "float32")
    gan = keras_gan.GAN(*keras_gan.networks.dcgan((28, 28, 1), width=width))
    gan.compile()
    noise = np.random.default_rng(0).random((num_steps, BATCH_SIZE, 28, 28, 1))
    images = (2 * noise.reshape(-1, 28, 28, 1) - 1).astype("float32")

    def fit():
        return gan.fit(images, batch_size=BATCH_SIZE, verbose=0)

    fit()
    fit()
    start = time.perf_counter()
    fit()
    seconds = time.perf_counter() - start
    backend = keras.backend.backend()
    found = of_torch(fit) if backend == "torch" else of_xla(fit, backend)
    totals: dict[str, float] = collections.Counter()
    for name, nanoseconds in found:
        totals[kind_of(name)] += nanoseconds / 1e6 / num_steps
    return {
        "precision": "bfloat16" if is_fast else "float32",
        "step": 1e3 * seconds / num_steps,
        "kinds": totals,
    }


def table(runs: dict[str, dict]) -> str:
    """Returns the table of several backends."""
    rows = [["ms of all threads per step", *runs]]
    rows.append(["---"] * len(rows[0]))
    work = {
        backend: sum(v for k, v in run["kinds"].items() if k != WAITING)
        for backend, run in runs.items()
    }
    for kind in [*list(KINDS)[:-1], OTHERS]:
        cells = [kind]
        for backend, run in runs.items():
            value = run["kinds"].get(kind, 0.0)
            cells.append(f"{value:.1f} ({value / work[backend]:.0%})")
        rows.append(cells)
    rows.append(["precision", *(run["precision"] for run in runs.values())])
    rows.append(["step, ms", *(f"{run['step']:.1f}" for run in runs.values())])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)


def in_a_process(backend: str, options: argparse.Namespace) -> dict:
    """Returns what `measure` returns in a process of its own."""
    command = [sys.executable, __file__, "--child"]
    command += ["--steps", str(options.steps), "--width", str(options.width)]
    environment = {**os.environ, "KERAS_BACKEND": backend}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def main(arguments: list[str] | None = None) -> None:
    """Profiles each backend."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("--backend", nargs="+", choices=BACKENDS, default=BACKENDS)
    add("--steps", type=int, default=10)
    add("--width", type=int, default=32)
    add("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        print(json.dumps(measure(options.steps, options.width)))
        return
    print(table({b: in_a_process(b, options) for b in options.backend}))


if __name__ == "__main__":
    main()
