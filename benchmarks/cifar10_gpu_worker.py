"""Runs the programs that `cifar10_gpu.py` times, for one framework.

Like `train_step_worker.py`, it compiles everything, reports that on standard
output, and runs the programs that are requested on standard input. Before the
first turn it also prints a line with facts about the networks. The request
"train" trains a GAN from scratch.
"""

import argparse
import functools
import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from train_step_worker import WARM_UP_STEPS, Program, Run, timed

MATRICES = "matrices"
NETWORK = "r3gan"
POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16"}
# Costs of a step in forward passes of each network: see `cifar10_gpu.py`.
GENERATOR_PASSES = 4
DISCRIMINATOR_PASSES = 15
NUM_SAMPLES = 64
NUM_EPOCHS = 10
MAX_STEPS = 100_000


def forward_flop(network: Any) -> int:
    """Returns FLOP per image of a network's convolutions and dense layers."""
    import keras

    counted = keras.layers.Conv2D, keras.layers.Dense
    products = 0
    for layer in network.layers:
        if isinstance(layer, counted):
            # Each output pixel uses the whole kernel once.
            places = np.prod(layer.output.shape[1:-1], initial=1)
            products += int(places * np.prod(layer.kernel.shape))
    return 2 * products


def random_batches(
    images: Any, take: Callable, batch_size: int
) -> Iterator[tuple]:
    """Yields batches of random images endlessly.

    Args:
        images: Bytes, as `take` expects them.
        take: Images and indices -> float32 images in [-1, 1].
        batch_size: Images in a batch.
    """
    random = np.random.default_rng(0)
    while True:
        chosen = random.integers(len(images), size=batch_size, dtype="int32")
        yield (take(images, chosen),)


def scaled(images: Any, chosen: Any) -> Any:
    """Returns the chosen images in [-1, 1]."""
    return images[chosen].astype("float32") / 127.5 - 1


class JaxSide:
    """`GAN.fit` on JAX.

    Args:
        images: Bytes `(num_images, side, side, channels)`.
        options: Of this program.
    """

    def __init__(self, images: np.ndarray, options: argparse.Namespace) -> None:
        import jax
        import keras

        import keras_gan

        keras.config.set_dtype_policy(POLICIES[options.precision])
        networks = keras_gan.networks.r3gan(
            images.shape[1:], width=options.width, seed=0
        )
        self.options = options
        self.gan = keras_gan.GAN(*networks, seed=0)
        # In every step, as in the loop: by default they are in every fourth.
        self.gan.compile(
            penalties=[keras_gan.penalties.R1(), keras_gan.penalties.R2()]
        )
        self.start = self._state()
        # Bytes on the device, gathered and scaled by one small program.
        self.inputs = {
            "GAN.fit": (jax.device_put(images), jax.jit(scaled)),
            "GAN.fit, NumPy": (images, scaled),
        }

    def runs(self) -> Iterator[tuple[str, Run]]:
        """Yields what is timed."""
        for name in self.inputs:
            yield name, functools.partial(self.fit, name)

    def fit(self, name: str, num_steps: int, **kwargs) -> dict:
        """Trains, and waits until it is done; returns the logs."""
        import jax

        batches = random_batches(*self.inputs[name], self.options.batch_size)
        history = self.gan.fit(
            batches, steps_per_epoch=num_steps, **{"verbose": 0, **kwargs}
        )
        jax.block_until_ready([v.value for v in self.gan.variables])
        return history.history

    def matrix_product(self, size: int) -> Run:
        """Returns a function that multiplies two matrices several times."""
        import jax
        from jax import numpy as jnp

        dtype = jnp.dtype(self.options.precision)
        shape = 2, size, size
        a, b = jax.random.normal(jax.random.key(0), shape).astype(dtype)
        product = jax.jit(jnp.matmul)

        def run(num_products: int) -> None:
            for _ in range(num_products):
                result = product(a, b)
            result.block_until_ready()

        return run

    def facts(self) -> dict:
        """Returns the cost of a step and the numbers of weights."""
        g, d = self.gan.generator, self.gan.discriminator
        flop = GENERATOR_PASSES * forward_flop(g)
        flop += DISCRIMINATOR_PASSES * forward_flop(d)
        return {
            "flop": flop,
            "weights": [g.count_params(), d.count_params()],
        }

    def train(self) -> dict:
        """Trains from scratch and writes samples; returns the logs."""
        import keras_gan

        for variable, value in self.start:
            variable.assign(value)
        out, steps = self.options.out, self.options.steps
        epochs = min(NUM_EPOCHS, steps)
        callbacks = []
        # Samples are saved as an array if Pillow is not installed.
        if importlib.util.find_spec("PIL"):
            callbacks = [keras_gan.callbacks.SampleSaver(out, NUM_SAMPLES)]
        fitting = {"epochs": epochs, "callbacks": callbacks, "verbose": 2}
        logs = self.fit("GAN.fit", steps // epochs, **fitting)
        samples = self.gan.generate(NUM_SAMPLES, seed=0)
        np.savez_compressed(out / "samples.npz", images=samples)
        return {"steps": steps // epochs, "logs": logs}

    def describe(self) -> tuple[str, str]:
        """Returns a description of the device, and JAX's version."""
        from keras_gan.backend import devices

        return devices.describe_devices(), devices.FRAMEWORK_VERSION

    def _state(self) -> list:
        from keras import ops

        variables = {
            id(variable): variable
            for variable in (
                *self.gan.variables,
                *self.gan.optimizer.variables,
                *self.gan.own_state(),
            )
        }
        return [(v, ops.convert_to_numpy(v)) for v in variables.values()]


class TorchSide:
    """The loops of `cifar10_gpu_torch.py`."""

    def __init__(self, images: np.ndarray, options: argparse.Namespace) -> None:
        self.images, self.options = images, options

    def runs(self) -> Iterator[tuple[str, Run]]:
        """Yields what is timed."""
        import cifar10_gpu_torch

        yield from cifar10_gpu_torch.make_loops(self.images, self.options)

    def matrix_product(self, size: int) -> Run:
        """Returns a function that multiplies two matrices several times."""
        import cifar10_gpu_torch

        return cifar10_gpu_torch.matrix_product(size, self.options.precision)

    def facts(self) -> dict:
        """Returns how many weights there are."""
        import cifar10_gpu_torch

        shape = self.images.shape[1:]
        return {"weights": cifar10_gpu_torch.num_weights(self.options, shape)}

    def describe(self) -> tuple[str, str]:
        """Returns the device in words, and PyTorch's version."""
        import cifar10_gpu_torch

        return cifar10_gpu_torch.describe()


SIDES = {"jax": JaxSide, "torch": TorchSide}


def programs_of(side: Any, options: argparse.Namespace) -> Iterator[Program]:
    """Yields the matrix products and the training loops, compiled.

    The work of a step is in images, that of a product in FLOP.
    """
    for size in options.matrices:
        run = side.matrix_product(size)
        program = Program(MATRICES, str(size), 2 * size**3, 1, run)
        yield calibrated(program, options.seconds / 5)
    for number, (name, run) in enumerate(side.runs()):
        program = Program(NETWORK, name, options.batch_size, 1, run)
        start = time.perf_counter()
        try:
            program = calibrated(program, options.seconds)
        except Exception as error:
            # One program must work; others may fail (compiler, memory).
            if not number:
                raise
            say(f"{name} is skipped: {type(error).__name__}: {error}")
        else:
            say(f"{name}: ready in {time.perf_counter() - start:.0f} s")
            yield program


def say(text: str) -> None:
    """Prints a message to standard error."""
    print(text, file=sys.stderr, flush=True)


def calibrated(program: Program, seconds_a_turn: float) -> Program:
    """Compiles a program, and chooses its number of steps per turn."""
    # Called twice, because the second call may recompile for inputs that are
    # placed differently.
    for _ in range(2):
        program.run(WARM_UP_STEPS)
    start = time.perf_counter()
    program.run(WARM_UP_STEPS)
    step = (time.perf_counter() - start) / WARM_UP_STEPS
    num_steps = min(max(1, round(seconds_a_turn / step)), MAX_STEPS)
    return program._replace(num_steps=num_steps)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Returns the options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("framework", choices=[*SIDES])
    parser.add_argument("images", type=Path)
    parser.add_argument("--matrices", nargs="+", type=int)
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--width", type=int)
    parser.add_argument("--precision", choices=[*POLICIES])
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--no-compile", action="store_true")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> None:
    """Compiles everything, then runs requested programs until input ends."""
    options = parse(arguments)
    # Standard output is only for answers, so frameworks must not print to it.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    answer = functools.partial(print, file=answers, flush=True)
    side = SIDES[options.framework](np.load(options.images), options)
    programs = list(programs_of(side, options))
    device, version = side.describe()
    described = {"device": device, "version": version}
    described["programs"] = [program[:-1] for program in programs]
    answer(json.dumps(described))
    answer(json.dumps(side.facts()))
    for line in sys.stdin:
        asked = json.loads(line)
        if asked == "train":
            answer(json.dumps(side.train()))
        else:
            answer(json.dumps(timed(programs[asked[0]], asked[1])))


if __name__ == "__main__":
    main()
