"""The entries of `race.py`.

- default: the networks and settings of `keras-gan train` for these images, with
  as many steps as fit into the time; in its own precision, mostly bfloat16;
- compile: `GAN.compile()` without arguments, the same networks;
- dcgan, compact, r3gan, sngan, ...: as default, with `--network`, in a width
  that does some 800 steps in the time, 8 at least;
- san: as default, with `networks.with_san_head` on the discriminator;
- kernel-4: as dcgan, with kernels of 4 pixels, not 5;
- batch-32: as dcgan, with batches of 32;
- textbook: the DCGAN recipe in TensorFlow and float32, as it is written: batch
  normalization in both networks, kernels from N(0, .02), the non-saturating
  loss, Adam with 2e-4 and a momentum of .5;
- pytorch: the same in `torch.nn`, channels last, bfloat16 where it is faster.

The textbook recipe has no average; it gets two, the better of which counts.
"""

import dataclasses
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

WIDTH = 32
LATENT_DIM = 64
BATCH_SIZE = 64
LEARNING_RATE = 2e-4
BETA_1 = 0.5
MOMENTA = (0.99, 0.999)
STEPS = 10
"""Steps between looks at the clock."""
STEPS_OF_WIDTH = 800
ENOUGH_SECONDS = 60.0
"""After which a step is measured by the fewest steps."""
LEAST_STEPS = 25
"""Of these, 16 are measured: all penalties come at least once in 16 updates."""
FAMILIES = (
    "dcgan", "compact", "r3gan", "sngan", "sagan", "biggan", "stylegan2",
    "progressive", "fastgan", "ladagan",
)  # fmt: skip

Entry = Callable[[Any], None]


def stream_of(images: np.ndarray, batch_size: int, seed: int) -> Any:
    """Returns an endless stream of shuffled batches."""
    import keras

    if keras.backend.backend() != "tensorflow":
        return random_batches(images, batch_size, seed)
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    stream = tf.data.Dataset.from_tensor_slices(images)
    stream = stream.shuffle(len(images), seed=seed).repeat().batch(batch_size)
    return stream.prefetch(2).with_options(options)


def random_batches(
    images: np.ndarray, batch_size: int, seed: int
) -> Iterator[tuple[np.ndarray]]:
    """Yields random batches; TensorFlow need not be installed."""
    rng = np.random.default_rng(seed)
    while True:
        yield (images[rng.integers(len(images), size=batch_size)],)


# Ours -----------------------------------------------------------------------


def default(
    images: np.ndarray, seed: int, seconds: float, **given: Any
) -> Entry:
    """Returns the run of the command line, planned for the time."""
    network = given.get("network")
    settings = settings_for(images, seed, **given)
    while True:
        gan = build(settings)
        stream = stream_of(images, settings.batch_size, seed)
        steps = max(1, round(seconds / seconds_per_step(gan, stream)))
        if network is None or steps >= STEPS_OF_WIDTH or settings.width <= 8:
            break
        settings = dataclasses.replace(settings, width=settings.width // 2)
    print(f"width {settings.width}, {steps} steps", file=sys.stderr, flush=True)
    # The schedules of the learning rate and of growing end with the race.
    gan = build(dataclasses.replace(settings, steps=steps))
    return fitting(gan, stream, growing(gan, steps))


def san(images: np.ndarray, seed: int, seconds: float) -> Entry:
    """Returns the run of "default" with a SAN head."""
    from unittest import mock

    from keras_gan.cli import building
    from keras_gan.networks import with_san_head

    make = building.build_networks

    def with_head(*arguments, **options):
        generator, discriminator = make(*arguments, **options)
        return generator, with_san_head(discriminator)

    with mock.patch.object(building, "build_networks", with_head):
        return default(images, seed, seconds)


def kernel_4(images: np.ndarray, seed: int, seconds: float) -> Entry:
    """Returns the run of "dcgan" with kernels of 4 pixels."""
    from unittest import mock

    from keras_gan import networks

    def make(image_shape, *, latent_dim, **options):
        options["kernel_size"] = 4
        return (
            networks.dcgan_generator(
                image_shape, latent_dim=latent_dim, **options
            ),
            networks.dcgan_discriminator(image_shape, **options),
        )

    with mock.patch.object(networks, "dcgan", make):
        return default(images, seed, seconds, network="dcgan")


def growing(gan: Any, steps: int) -> list:
    """Returns the callback that plans the growth of networks that grow."""
    from keras_gan.callbacks import ProgressiveGrowing
    from keras_gan.models.growing import growing_layers

    return [ProgressiveGrowing(steps)] if growing_layers([gan]) else []


def settings_for(images: np.ndarray, seed: int, **given: Any) -> Any:
    """Returns the settings of `keras-gan train` with some options."""
    import collections

    from keras_gan.cli import settings
    from keras_gan.datasets import DatasetInfo

    info = DatasetInfo("race", len(images), images.shape[1:], None)
    options = collections.defaultdict(lambda: None, seed=seed, **given)
    namespace = type("Options", (), {"__getattr__": lambda _, n: options[n]})
    return settings.resolve(namespace(), info)


def build(settings: Any) -> Any:
    """Returns the GAN of the settings, in their precision."""
    import keras

    from keras_gan.cli import building

    keras.config.set_dtype_policy(building.POLICIES[settings.precision])
    keras.utils.set_random_seed(settings.seed)
    return building.build_gan(settings, None)


def seconds_per_step(gan: Any, stream: Any) -> float:
    """Returns the mean time of a step, after the first ones."""
    from keras_gan.models.growing import growing_layers

    times: list[float] = []

    def look():
        times.append(time.perf_counter())
        slow = times[-1] - times[0] > ENOUGH_SECONDS
        gan.stop_training = slow and len(times) >= LEAST_STEPS

    for layer in growing_layers([gan]):
        layer.set_schedule(0, 0)
    gan.fit(
        stream,
        steps_per_epoch=40,
        verbose=0,
        callbacks=[after_each_step(look)],
    )
    # Penalties are not computed in every step, so a median would be too low.
    return (times[-1] - times[8]) / (len(times) - 9)


def compile_alone(images: np.ndarray, seed: int, seconds: float) -> Entry:
    """Returns the run of `GAN.compile()`."""
    import keras_gan

    networks = keras_gan.networks.dcgan(
        images.shape[1:], width=WIDTH, latent_dim=LATENT_DIM, seed=seed
    )
    gan = keras_gan.GAN(*networks, seed=seed)
    gan.compile()
    return fitting(gan, stream_of(images, BATCH_SIZE, seed))


def fitting(gan: Any, stream: Any, callbacks: Sequence[Any] = ()) -> Entry:
    """Returns a run of `fit` that ends with the race."""

    def draw(number):
        # On JAX the weights are outside the GAN while it trains.
        getattr(gan, "jax_state_sync", lambda: None)()
        return {"average": gan.generate(number, seed=1, batch_size=250)}

    def run(race):
        def look():
            if not race.after(1, draw):
                gan.stop_training = True

        gan.fit(
            stream,
            steps_per_epoch=10**9,
            verbose=0,
            callbacks=[after_each_step(look), *callbacks],
        )

    return run


def after_each_step(function: Callable[[], Any]) -> Any:
    """Returns a callback that calls a function after each step."""
    import keras

    return keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: function()
    )


# Recipes --------------------------------------------------------------------


def textbook(images: np.ndarray, seed: int, seconds: float) -> Entry:
    """Returns the run of a loop that is written by hand."""
    import race_tensorflow

    stream = stream_of(images, BATCH_SIZE, seed)
    return race_tensorflow.entry(stream, images.shape[1:], seed)


def pytorch(images: np.ndarray, seed: int, seconds: float) -> Entry:
    """Returns the run of plain PyTorch."""
    import race_torch

    return race_torch.entry(images, seed)


def latents(number: int) -> np.ndarray:
    """Returns the latents of all samples of a recipe."""
    draws = np.random.default_rng(1).normal(size=(number, LATENT_DIM))
    return draws.astype("float32")


ENTRIES = {
    "default": default,
    "compile": compile_alone,
    "textbook": textbook,
    "pytorch": pytorch,
    "san": san,
    "kernel-4": kernel_4,
    "batch-32": partial(default, network="dcgan", batch_size=32),
    **{name: partial(default, network=name) for name in FAMILIES},
}
