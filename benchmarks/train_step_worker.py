"""What `train_step.py` times, in a process of one backend.

Keras can choose its backend only once, before it is imported, so each backend
has a worker of its own. It compiles all programs and then waits: for each line
`[number of a program, steps or null]` on standard input it trains these steps
and answers with the seconds and the seconds of processor time. Both ways one
line of JSON at a time; all other output goes to standard error.
"""

import argparse
import functools
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
LATENT_DIM = 100
FEW_STEPS = 10
"""Steps per execution of "GAN.fit x10"."""

TUTORIAL = "tutorial"
PRODUCT = "product"
MATRIX_SIZE = 2048
POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
UPDATES = {"separate": "alternating", "shared": "simultaneous"}

Run = Callable[[int], Any]
"""Trains for a number of steps, and returns when they are done."""


@dataclass(frozen=True)
class Setting:
    """A pair of networks, and how it is timed.

    Args:
        make: Factor on all widths -> generator and discriminator.
        image_shape: Shape of an image, or of a point.
        batch_size: Images in a batch.
        times: Factor on `--steps`, for small networks.
        plain: The non-saturating loss alone, without penalties and averaged
            generator, as in the hand-written loops; otherwise all defaults.
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
    """One row of a table."""

    network: str
    name: str
    batch_size: int
    num_steps: int
    run: Run


# Networks -------------------------------------------------------------------


def toy(factor: float) -> tuple:
    """The networks of `mode_coverage.py`, for points of the plane."""
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
    return networks.dcgan((28, 28, 1), latent_dim=LATENT_DIM, width=width)


def r3gan(factor: float) -> tuple:
    """An R3GAN half as wide as the default, for a processor."""
    from keras_gan import networks

    return networks.r3gan((32, 32, 3), width=max(1, round(8 * factor)))


def tutorial(precision: str) -> tuple:
    """The DCGAN of TensorFlow's tutorial."""
    import keras
    from keras import layers

    keras.config.set_dtype_policy(POLICIES[precision])
    up = functools.partial(
        layers.Conv2DTranspose, kernel_size=5, padding="same", use_bias=False
    )
    down = functools.partial(
        layers.Conv2D, kernel_size=5, strides=2, padding="same"
    )
    generator = [
        keras.Input((LATENT_DIM,)),
        layers.Dense(7 * 7 * 256, use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.3),
        layers.Reshape((7, 7, 256)),
        up(128),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.3),
        up(64, strides=2),
        layers.BatchNormalization(),
        layers.LeakyReLU(0.3),
        up(1, strides=2, activation="tanh"),
    ]
    discriminator = [
        keras.Input((28, 28, 1)),
        down(64),
        layers.LeakyReLU(0.3),
        layers.Dropout(0.3),
        down(128),
        layers.LeakyReLU(0.3),
        layers.Dropout(0.3),
        layers.Flatten(),
        layers.Dense(1),
    ]
    keras.config.set_dtype_policy("float32")
    return keras.Sequential(generator), keras.Sequential(discriminator)


SETTINGS = {
    "toy": Setting(toy, (2,), batch_size=100, times=10),
    "dcgan": Setting(dcgan, (28, 28, 1), batch_size=64, plain=True),
    "r3gan": Setting(r3gan, (32, 32, 3), batch_size=64),
}


# Programs -------------------------------------------------------------------


def compiled(networks: tuple, plain: bool, average: bool, **compiling) -> Any:
    """Returns a compiled GAN of two networks.

    Args:
        networks: Generator and discriminator.
        plain: As in `Setting`.
        average: Whether a plain GAN keeps an averaged generator.
        **compiling: Arguments of `GAN.compile`.
    """
    import keras

    import keras_gan

    if not plain:
        gan = keras_gan.GAN(*networks)
        gan.compile(**compiling)
        return gan
    gan = keras_gan.GAN(*networks, ema_momentum=0.999 if average else None)
    optimizers = [keras.optimizers.Adam(LEARNING_RATE) for _ in range(2)]
    gan.compile(*optimizers, loss="non_saturating", penalties=None, **compiling)
    return gan


def make_stream(images: np.ndarray, batch_size: int) -> Any:
    """Returns an endless stream of batches, in another order in every pass."""
    import tensorflow as tf

    size = len(images) // batch_size * batch_size
    batches = images[:size].reshape(-1, batch_size, *images.shape[1:])
    stream = tf.data.Dataset.from_tensor_slices(batches)
    stream = stream.shuffle(len(batches)).repeat().prefetch(2)
    # The thread that tunes a pipeline sleeps for times that double, and an
    # iterator waits for it when it ends: up to seconds, whatever is timed.
    options = tf.data.Options()
    options.autotune.enabled = False
    return stream.with_options(options)


def fitting(gan: Any, images: np.ndarray, batch_size: int) -> Run:
    """Returns `GAN.fit` with the fastest common input of a backend.

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


def programs_of(name: str, options: argparse.Namespace) -> Iterator[Program]:
    """Yields the programs of one pair of networks."""
    import keras

    setting = SETTINGS[name]
    backend = keras.backend.backend()
    num_steps = options.steps * setting.times
    images = setting.images(max(num_steps, setting.times * WARM_UP_STEPS))
    size = setting.batch_size

    def fit(title, **compiling):
        networks = setting.make(options.width)
        gan = compiled(networks, setting.plain, average=False, **compiling)
        run = fitting(gan, images, size)
        return Program(name, title, size, num_steps, run)

    yield fit("GAN.fit")
    if options.only_fit:
        return
    if setting.plain and backend == "tensorflow":
        # On the others it is the default, or not available.
        yield fit("GAN.fit, XLA", jit_compile=True)
    if setting.plain:
        import train_step_loops

        loops = train_step_loops.make_loops(
            functools.partial(setting.make, options.width),
            images,
            make_stream(images, size) if backend == "tensorflow" else None,
            size,
            LEARNING_RATE,
        )
        for title, run in loops.items():
            yield Program(name, title, size, num_steps, run)
    # Small networks gain by it; PyTorch takes single steps only.
    if setting.times == FEW_STEPS and backend != "torch":
        yield fit(
            "GAN.fit x10", steps_per_execution=FEW_STEPS, jit_compile=True
        )


def tutorial_programs(options: argparse.Namespace) -> Iterator[Program]:
    """Yields the programs of the tutorial's DCGAN, and a matrix product."""
    import keras
    import train_step_loops as loops

    images, size = load_images(options.data), SETTINGS["dcgan"].batch_size
    for precision in precisions(options):
        program = functools.partial(
            Program, batch_size=size, num_steps=options.steps
        )
        if keras.backend.backend() == "torch":
            for passes in UPDATES:
                loop = loops.TorchLoop(
                    loops.torch_tutorial(),
                    images,
                    size,
                    loops.torch_adam(LEARNING_RATE),
                    passes=passes,
                    precision=precision,
                )
                yield program(f"{precision} {passes}", "PyTorch", run=loop.run)
            continue
        stream = make_stream(images, size)
        run = matrix_product(precision, MATRIX_SIZE)
        yield Program(PRODUCT, precision, 1, FEW_STEPS, run)
        for passes, update in UPDATES.items():
            gan = compiled(
                tutorial(precision), True, options.average, update=update
            )
            loop = loops.TensorFlowLoop(
                tutorial(precision),
                LEARNING_RATE,
                passes=passes,
                jit_compile=gan.jit_compile,
            )
            title = f"{precision} {passes}"
            run = functools.partial(loop.run, stream)
            yield program(title, "loop", run=run)
            yield program(title, "GAN.fit", run=fitting(gan, images, size))


def load_images(path: Path | None) -> np.ndarray:
    """Returns images in [-1, 1] for the tutorial: those of an npz, or noise."""
    if path is None:
        return SETTINGS["dcgan"].images(64)
    with np.load(path) as arrays:
        images = arrays["x_train"].reshape(-1, 28, 28, 1)
    return (images / 127.5 - 1).astype("float32")


def precisions(options: argparse.Namespace) -> list[str]:
    """Returns float32, and bfloat16 where it is fast or asked for."""
    return ["float32"] + ["bfloat16"] * (options.bfloat16 or bfloat16_is_fast())


def bfloat16_is_fast() -> bool:
    """Whether `keras-gan train --precision auto` would choose bfloat16."""
    from keras_gan.backend import devices

    return devices.bfloat16_is_fast()


def matrix_product(precision: str, size: int) -> Run:
    """Returns a function that multiplies two square matrices."""
    import tensorflow as tf

    matrix = tf.cast(tf.random.normal((size, size)), precision)
    # Only one number of the product has to leave the device.
    product = tf.function(lambda: tf.matmul(matrix, matrix)[0, 0])

    def run(num_products):
        for _ in range(num_products):
            product().numpy()

    return run


def make_programs(options: argparse.Namespace) -> list[Program]:
    """Returns all programs, compiled."""
    programs: list[Program] = []
    for name in options.networks:
        if name == TUTORIAL:
            programs += tutorial_programs(options)
        else:
            programs += programs_of(name, options)
    for program in programs:
        times = (
            SETTINGS[program.network].times
            if program.network in SETTINGS
            else 1
        )
        # Twice: a second call may find its inputs elsewhere, and recompile.
        for _ in range(2):
            program.run(times * WARM_UP_STEPS)
    return programs


def description(programs: list[Program]) -> dict:
    """What the parent process needs to know once all is compiled."""
    import keras_gan
    from keras_gan.backend import devices

    return {
        "programs": [program[:-1] for program in programs],
        "device": devices.describe_devices(),
        "version": devices.FRAMEWORK_VERSION,
        "package": str(Path(keras_gan.__file__).resolve().parent),
        "auto": "bfloat16" if bfloat16_is_fast() else "float32",
    }


def timed(program: Program, num_steps: int | None = None) -> list[float]:
    """Returns the seconds of a turn, and its seconds of processor time."""
    start, processor_start = time.perf_counter(), time.process_time()
    program.run(num_steps or program.num_steps)
    return [
        time.perf_counter() - start,
        time.process_time() - processor_start,
    ]


def main(arguments: list[str] | None = None) -> None:
    """Compiles, says so, and runs what is asked for until the input ends."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--networks", nargs="+", choices=[*SETTINGS, TUTORIAL])
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--width", type=float, default=1.0)
    parser.add_argument("--data", type=Path)
    for name in ("only-fit", "average", "bfloat16"):
        parser.add_argument(f"--{name}", action="store_true")
    options = parser.parse_args(arguments)
    # Frameworks may print: the standard output is kept for the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    programs = make_programs(options)
    print(json.dumps(description(programs)), file=answers, flush=True)
    for line in sys.stdin:
        number, num_steps = json.loads(line)
        answer = timed(programs[number], num_steps)
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
