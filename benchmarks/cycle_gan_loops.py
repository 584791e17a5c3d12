"""The step of a CycleGAN written by hand, with which `cycle_gan.py` compares.

In the framework that Keras uses in this process. All networks are updated from
one pass, with the newest fakes: without a pool, and without averages.
"""

import argparse
import functools
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

import keras_gan

BACKEND = keras.backend.backend()
CYCLE, IDENTITY = 10.0, 5.0
# As in `train_step.py`: less is not told apart from noise.
LEAST_RATIO = 0.98
Run = Callable[[int], Any]


def make_networks(size: int, width: int) -> tuple:
    """New generators and discriminators of a size, each a pair."""
    networks, shape = keras_gan.networks, (size, size, 3)
    return (
        tuple(
            networks.resnet_generator(shape, width=width, seed=seed)
            for seed in range(2)
        ),
        tuple(
            networks.patch_discriminator(shape, width=width, seed=seed)
            for seed in range(2)
        ),
    )


# Losses ----------------------------------------------------------------------


def losses(call: Callable, first: Any, second: Any) -> tuple[Any, Any]:
    """The losses of the generators and of the discriminators.

    Args:
        call: (number of a network, images) -> its output; generators 0 and 1,
            discriminators 2 and 3.
        first: Images of the first domain.
        second: Images of the second domain.
    """
    fakes = call(1, second), call(0, first)
    there = [call(2 + n, fake) for n, fake in enumerate(fakes)]
    errors = [
        CYCLE * distance(call(1, fakes[1]), first),
        CYCLE * distance(call(0, fakes[0]), second),
        IDENTITY * distance(call(0, second), second),
        IDENTITY * distance(call(1, first), first),
    ]
    fooling = [ops.mean(ops.square(logits - 1.0)) for logits in there]
    judging = [
        ops.mean(ops.square(call(2 + n, real) - 1.0)) / 2
        + ops.mean(ops.square(fake)) / 2
        for n, (real, fake) in enumerate(
            zip((first, second), there, strict=True)
        )
    ]
    return sum(errors) + sum(fooling), sum(judging)


def distance(images: Any, wanted: Any) -> Any:
    """The mean absolute error."""
    return ops.mean(ops.abs(images - wanted))


class Loop:
    """Networks with an Adam of Keras for each pair."""

    def __init__(self, parts: tuple, images: tuple) -> None:
        self.networks = [*parts[0], *parts[1]]
        self.groups = [
            [v for network in pair for v in network.trainable_variables]
            for pair in parts
        ]
        self.optimizers = [
            keras.optimizers.Adam(2e-4, beta_1=0.5) for _ in parts
        ]
        for optimizer, group in zip(self.optimizers, self.groups, strict=True):
            optimizer.build(group)
        self.images = images

    def call(self, number: int, images: Any) -> Any:
        """A network's output."""
        return self.networks[number](images, training=True)

    def batch(self, step: int) -> tuple:
        """The images of a step, as they come."""
        return tuple(part[step] for part in self.images)


def tensorflow_loop(parts: tuple, images: tuple) -> Run:
    """A `tf.function` around two tapes, fed by `tf.data`."""
    import tensorflow as tf

    loop = Loop(parts, images)
    data = tf.data.Dataset.from_tensor_slices(images).repeat().prefetch(2)

    @tf.function
    def step(batch):
        with tf.GradientTape() as first, tf.GradientTape() as second:
            values = losses(loop.call, *batch)
        gradients = [
            tape.gradient(value, group)
            for tape, value, group in zip(
                (first, second), values, loop.groups, strict=True
            )
        ]
        for update in zip(loop.optimizers, gradients, loop.groups, strict=True):
            update[0].apply(*update[1:])

    def run(num_steps):
        for batch in data.take(num_steps):
            step(batch)
        loop.groups[0][0].numpy()

    return run


def jax_loop(parts: tuple, images: tuple) -> Run:
    """A jitted step to which the state is donated."""
    import jax

    loop = Loop(parts, images)
    state = [
        [[jax.numpy.copy(v.value) for v in some] for some in both]
        for both in (loop.groups, [o.variables for o in loop.optimizers])
    ]

    def terms(values, batch):
        held = [v for group in loop.groups for v in group]
        flat = [value for group in values for value in group]
        with keras.StatelessScope(zip(held, flat, strict=True)):
            return losses(loop.call, *batch)

    @functools.partial(jax.jit, donate_argnums=0)
    def step(state, batch):
        values, slots = state
        _, backward = jax.vjp(lambda v: terms(v, batch), values)
        one, none = jax.numpy.ones(()), jax.numpy.zeros(())
        gradients = backward((one, none))[0][0], backward((none, one))[0][1]
        pairs = [
            optimizer.stateless_apply(slot, list(gradient), value)
            for optimizer, slot, gradient, value in zip(
                loop.optimizers, slots, gradients, values, strict=True
            )
        ]
        return [list(some) for some in zip(*pairs, strict=True)]

    def run(num_steps):
        nonlocal state
        for number in range(num_steps):
            state = step(state, loop.batch(number))
        jax.block_until_ready(state)

    return run


def torch_loop(parts: tuple, images: tuple) -> Run:
    """Plain autograd, and PyTorch's own Adam."""
    import torch

    tensors = tuple(torch.from_numpy(part) for part in images)
    loop = Loop(parts, tensors)
    groups = [[v.value for v in group] for group in loop.groups]
    adams = [
        torch.optim.Adam(g, 2e-4, (0.5, 0.999), fused=True) for g in groups
    ]

    def run(num_steps):
        for number in range(num_steps):
            values = losses(loop.call, *loop.batch(number))
            gradients = [
                torch.autograd.grad(value, group, retain_graph=keep)
                for value, group, keep in zip(
                    values, groups, (True, False), strict=True
                )
            ]
            for adam, group, found in zip(
                adams, groups, gradients, strict=True
            ):
                for weight, gradient in zip(group, found, strict=True):
                    weight.grad = gradient
                adam.step()

    return run


LOOPS = {"tensorflow": tensorflow_loop, "jax": jax_loop, "torch": torch_loop}


# Timing ----------------------------------------------------------------------


def fit(parts: tuple, images: tuple, **options: Any) -> Run:
    """`CycleGAN.fit` on the same data, in the form that is read fastest."""
    model = keras_gan.CycleGAN(*parts, seed=1, **options)
    model.compile()
    options = {"shuffle": False, "verbose": 0}
    if BACKEND == "tensorflow":
        import tensorflow as tf

        data = tf.data.Dataset.from_tensor_slices(images).repeat().prefetch(2)
        return lambda steps: model.fit(data, steps_per_epoch=steps, **options)
    size = images[0].shape[1]
    flat = [part.reshape(-1, *part.shape[2:]) for part in images]

    def run(steps):
        chosen = [part[: steps * size] for part in flat]
        model.fit(*chosen, batch_size=size, **options)

    return run


def programs(size: int, options: argparse.Namespace) -> dict[str, Run]:
    """The programs that take turns, by name."""
    shape = (options.steps, options.batch_size, size, size, 3)
    random = np.random.default_rng(0)
    images = tuple(
        2.0 * random.random(shape, dtype="float32") - 1.0 for _ in range(2)
    )

    def parts():
        return make_networks(size, options.width)

    return {
        "loop": LOOPS[BACKEND](parts(), images),
        "fit": fit(parts(), images, pool_size=0, ema_momentum=None),
        "fit, pool and averages": fit(parts(), images),
    }


def time_steps(options: argparse.Namespace) -> bool:
    """Prints the table of step times; returns whether `fit` is as fast."""
    passed = True
    print(f"{BACKEND}, width {options.width}, batch {options.batch_size}")
    print("| size | program | ms per step | ratio | ratio, processor time |")
    print("|---|---|---|---|---|")
    for size in options.sizes:
        runs = programs(size, options)
        for run in runs.values():
            run(options.steps)  # Compiles.
        turns = [turn_of(runs, options.steps, n) for n in range(options.turns)]
        for name in runs:
            ms = np.median([turn[name][0] for turn in turns]) * 1000.0
            wall, processor = (
                np.median([turn["loop"][i] / turn[name][i] for turn in turns])
                for i in range(2)
            )
            print(
                f"| {size} | {name} | {ms:.1f} | {wall:.3f} | "
                f"{processor:.3f} |",
                flush=True,
            )
            passed = passed and (name != "fit" or wall >= LEAST_RATIO)
    return passed


def turn_of(runs: dict[str, Run], steps: int, number: int) -> dict:
    """Seconds of a step of each program, and seconds of processor time."""
    order = list(runs)
    found = {}
    for place in range(len(order)):
        # Each program is first equally often.
        name = order[(place + number) % len(order)]
        starts = time.perf_counter(), time.process_time()
        runs[name](steps)
        ends = time.perf_counter(), time.process_time()
        found[name] = tuple(np.subtract(ends, starts) / steps)
    return found
