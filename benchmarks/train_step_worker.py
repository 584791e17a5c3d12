"""What `train_step.py --backend` times, in a process of one backend.

Keras can take its backend once only, before it is imported: each backend has a
worker of its own. It compiles all programs, and then waits: for each line
`[number of a program, steps or null]` on standard input it trains these steps
and answers with the seconds. Both ways one line of JSON at a time; all else
goes to standard error.
"""

import argparse
import functools
import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

WARM_UP_STEPS = 3
LEARNING_RATE = 1e-4
LOOP_LATENT_DIM = 100
FEW_STEPS = 10
"""Steps an execution of "GAN.fit x10"."""

Run = Callable[[int], Any]
"""Trains for a number of steps, and returns when they are done."""


@dataclass(frozen=True)
class Setting:
    """A pair of networks, and how it is timed.

    Args:
        make: Factor on all widths -> generator and discriminator.
        image_shape: Shape of an image, or of a point.
        batch_size: Images in a batch.
        times: How many times `--steps` a turn has, for small networks.
        plain: The non-saturating loss alone, without penalties and average,
            as the hand-written loops have it; or else all defaults.
    """

    make: Callable[[float], tuple]
    image_shape: tuple[int, ...]
    batch_size: int
    times: int = 1
    plain: bool = False

    def images(self, num_steps: int) -> np.ndarray:
        """Noise in [-1, 1], enough for some steps."""
        shape = (num_steps * self.batch_size, *self.image_shape)
        noise = np.random.default_rng(0).random(shape, dtype="float32")
        return 2 * noise - 1


class Program(NamedTuple):
    """One row of the table."""

    network: str
    name: str
    batch_size: int
    num_steps: int
    run: Run


def toy(factor: float) -> tuple:
    """The networks of `mode_coverage.py`, on points of the plane."""
    from keras_gan import networks

    width = max(1, round(128 * factor))
    return (
        networks.mlp_generator((2,), latent_dim=2, hidden=(width,) * 8),
        networks.mlp_discriminator((2,), hidden=(width,) * 3),
    )


def dcgan(factor: float) -> tuple:
    """A DCGAN a quarter as wide as the tutorial's, for a processor."""
    from keras_gan import networks

    width = max(1, round(16 * factor))
    return networks.dcgan((28, 28, 1), latent_dim=LOOP_LATENT_DIM, width=width)


def r3gan(factor: float) -> tuple:
    """An R3GAN half as wide as the default, for a processor."""
    from keras_gan import networks

    return networks.r3gan((32, 32, 3), width=max(1, round(8 * factor)))


SETTINGS = {
    "toy": Setting(toy, (2,), batch_size=100, times=10),
    "dcgan": Setting(dcgan, (28, 28, 1), batch_size=64, plain=True),
    "r3gan": Setting(r3gan, (32, 32, 3), batch_size=64),
}


def make_gan(setting: Setting, factor: float, **compiling: Any) -> Any:
    """Returns a compiled GAN; keyword arguments are those of `compile`."""
    import keras

    import keras_gan

    networks = setting.make(factor)
    if not setting.plain:
        gan = keras_gan.GAN(*networks)
        gan.compile(**compiling)
        return gan
    gan = keras_gan.GAN(*networks, ema_momentum=None)
    optimizers = [keras.optimizers.Adam(LEARNING_RATE) for _ in range(2)]
    gan.compile(*optimizers, loss="non_saturating", penalties=None, **compiling)
    return gan


def make_stream(images: np.ndarray, batch_size: int) -> Any:
    """Returns an endless stream of batches in another order each time."""
    import tensorflow as tf

    batches = images.reshape(-1, batch_size, *images.shape[1:])
    stream = tf.data.Dataset.from_tensor_slices(batches)
    stream = stream.shuffle(len(batches)).repeat().prefetch(2)
    # As in `train_step.make_dataset`: the tuner would hold up the end.
    options = tf.data.Options()
    options.autotune.enabled = False
    return stream.with_options(options)


def fitting(gan: Any, images: np.ndarray, batch_size: int) -> Run:
    """Returns `GAN.fit` on what is the fastest common input of a backend.

    TensorFlow gets a `tf.data` stream, JAX and PyTorch get NumPy arrays.
    """
    import keras

    if keras.backend.backend() == "tensorflow":
        stream = make_stream(images, batch_size)
        return lambda num_steps: gan.fit(
            stream, steps_per_epoch=num_steps, verbose=0
        )

    @functools.lru_cache(maxsize=2)
    def enough(num_steps):
        return np.resize(images, (num_steps * batch_size, *images.shape[1:]))

    return lambda num_steps: gan.fit(
        enough(num_steps), batch_size=batch_size, verbose=0
    )


def loops_of(setting: Setting, factor: float, images: np.ndarray) -> dict:
    """Returns the hand-written loops of this backend by their names."""
    import keras

    hand = importlib.import_module(f"train_step_hand_{keras.backend.backend()}")
    make_networks = functools.partial(setting.make, factor)
    return hand.make_loops(
        make_networks, images, setting.batch_size, LEARNING_RATE
    )


def programs_of(
    name: str, num_steps: int, factor: float, only_fit: bool
) -> Iterator[Program]:
    """Yields the programs of one pair of networks."""
    import keras

    setting = SETTINGS[name]
    num_steps *= setting.times
    images = setting.images(max(num_steps, setting.times * WARM_UP_STEPS))
    program = functools.partial(
        Program, name, batch_size=setting.batch_size, num_steps=num_steps
    )
    feed = images, setting.batch_size
    run = fitting(make_gan(setting, factor), *feed)
    yield program("GAN.fit", run=run)
    if only_fit:
        return
    if setting.plain and keras.backend.backend() == "tensorflow":
        # Elsewhere it is the default, or not one program.
        gan = make_gan(setting, factor, jit_compile=True)
        yield program("GAN.fit, XLA", run=fitting(gan, *feed))
    if setting.plain:
        for title, run in loops_of(setting, factor, images).items():
            yield program(title, run=run)
    # Small networks gain by it; PyTorch knows single steps only.
    if setting.times == FEW_STEPS and keras.backend.backend() != "torch":
        gan = make_gan(
            setting, factor, steps_per_execution=FEW_STEPS, jit_compile=True
        )
        yield program("GAN.fit x10", run=fitting(gan, *feed))


def make_programs(
    names: list[str], num_steps: int, factor: float, only_fit: bool
) -> list[Program]:
    """Returns all programs, compiled."""
    programs = [
        program
        for name in names
        for program in programs_of(name, num_steps, factor, only_fit)
    ]
    for program in programs:
        # Twice: a second call may find its inputs elsewhere, and compile anew.
        for _ in range(2):
            program.run(SETTINGS[program.network].times * WARM_UP_STEPS)
    return programs


def description(programs: list[Program]) -> dict:
    """What the parent is told once all is compiled."""
    import keras_gan
    from keras_gan.backend import devices

    return {
        "programs": [program[:-1] for program in programs],
        "device": devices.describe_devices(),
        "version": devices.FRAMEWORK_VERSION,
        "package": str(Path(keras_gan.__file__).resolve().parent),
    }


def seconds(program: Program, num_steps: int | None = None) -> float:
    """Returns how long one turn of a program takes."""
    start = time.perf_counter()
    program.run(num_steps or program.num_steps)
    return time.perf_counter() - start


def main(arguments: list[str] | None = None) -> None:
    """Compiles, says so, and runs what is asked for until the input ends."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--networks", nargs="+", choices=[*SETTINGS])
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--width", type=float, default=1.0)
    parser.add_argument("--only-fit", action="store_true")
    options = parser.parse_args(arguments)
    # Frameworks may print: the answers have the standard output to themselves.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    programs = make_programs(
        options.networks, options.steps, options.width, options.only_fit
    )
    print(json.dumps(description(programs)), file=answers, flush=True)
    for line in sys.stdin:
        number, num_steps = json.loads(line)
        answer = seconds(programs[number], num_steps)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
