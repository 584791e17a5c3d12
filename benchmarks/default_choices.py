"""Distances by training step for choices that the defaults could make.

    python benchmarks/default_choices.py mnist.npz --out race --choices \\
        default update=simultaneous every=1 learning_rate=0.0002

Each choice changes one or several settings of the default (joined by commas),
trains a DCGAN, and prints the distance of `race.py`'s judge after some steps:
of the generator itself ("plain") and of averages of it with several momenta, or
half-lives that are a share of the steps so far, but at least ten ("share 0.05"
is the default). The seconds are those of training alone. "final=0.05" lets the
learning rate decay to that share of it, along a cosine.
"""

import argparse
import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import race_entries as entries
import race_judge as judge

HELD_OUT = 10_000
SHARES = (0.03, 0.05, 0.1, 0.2)
DEFAULT = {
    "update": "alternating",
    "every": 4,
    "learning_rate": 2e-3,
    "final": 1.0,
    "beta_1": 0.0,
    "batch_size": entries.BATCH_SIZE,
    "kernel_size": 5,
    "loss": "relativistic",
    "gamma": None,
    "precision": "auto",
}


def settings_of(choice: str) -> dict[str, Any]:
    """Returns the settings of a choice, such as "every=4,gamma=0.3"."""
    settings = dict(DEFAULT)
    for part in choice.split(",") if choice != "default" else []:
        name, _, text = part.partition("=")
        if name not in DEFAULT:
            raise SystemExit(
                f"A choice must set one of {', '.join(DEFAULT)}. Received: "
                f"{part!r}."
            )
        settings[name] = _value(text)
    return settings


def _value(text: str) -> Any:
    """Returns a number, or the text if it is none."""
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text


def make_gan(
    shape: tuple[int, ...], settings: dict[str, Any], seed: int, num_steps: int
) -> Any:
    """Returns a compiled GAN without an average of its own."""
    import keras

    import keras_gan
    from keras_gan import networks, penalties
    from keras_gan.backend import devices

    precision = settings["precision"]
    if precision == "auto":
        is_fast = devices.bfloat16_is_fast()
        precision = "mixed_bfloat16" if is_fast else "float32"
    keras.config.set_dtype_policy(precision)
    keras.utils.set_random_seed(seed)
    sizes = {"width": entries.WIDTH, "kernel_size": settings["kernel_size"]}
    pair = (
        networks.dcgan_generator(
            shape, latent_dim=entries.LATENT_DIM, seed=seed, **sizes
        ),
        networks.dcgan_discriminator(shape, seed=seed, **sizes),
    )
    gan = keras_gan.GAN(*pair, ema_momentum=None, seed=seed)
    regular = settings["gamma"], settings["every"]
    rate = keras.optimizers.schedules.CosineDecay(
        settings["learning_rate"], num_steps, alpha=settings["final"]
    )
    gan.compile(
        *(
            keras.optimizers.Adam(rate, settings["beta_1"], 0.99, 1e-8)
            for _ in range(2)
        ),
        loss=settings["loss"],
        penalties=[
            kind(regular[0], every=regular[1])
            for kind in (penalties.R1, penalties.R2)
        ],
        update=settings["update"],
    )
    return gan


def momenta() -> dict[str, Callable[[int], float]]:
    """Returns functions of the number of steps, by name."""
    fixed = {f"{m}": lambda step, m=m: m for m in (0.9, *entries.MOMENTA)}
    shares = {
        f"share {s}": lambda step, s=s: min(
            0.999, 0.5 ** (1 / max(10, s * step))
        )
        for s in SHARES
    }
    return {**fixed, **shares}


class Averages:
    """Averages of a generator's weights on the host."""

    def __init__(self, generator: Any, names: list[str]) -> None:
        self.generator = generator
        self.momenta = {name: momenta()[name] for name in names}
        trainable = {id(v) for v in generator.trainable_weights}
        self.is_trained = [id(v) in trainable for v in generator.weights]
        self.values = {name: generator.get_weights() for name in names}

    def update(self, step: int) -> None:
        """Moves all averages after a step; batch statistics are copied."""
        weights = self.generator.get_weights()
        for name, momentum in self.momenta.items():
            for mean, weight, is_trained in zip(
                self.values[name], weights, self.is_trained, strict=True
            ):
                rate = 1 - momentum(step) if is_trained else 1.0
                mean += rate * (weight - mean)

    def distances(self, draw: Callable[[], float]) -> dict[str, float]:
        """Returns what `draw` returns with each of the averages."""
        weights = self.generator.get_weights()
        found = {"plain": draw()}
        for name, values in self.values.items():
            self.generator.set_weights(values)
            found[name] = draw()
        self.generator.set_weights(weights)
        return found


def train(choice: str, options: argparse.Namespace, folder: Path) -> None:
    """Trains with one choice and prints a row of a table at each mark."""
    images = (np.load(folder / judge.IMAGES) / 127.5 - 1).astype("float32")
    settings = settings_of(choice)
    gan = make_gan(images.shape[1:], settings, options.seed, max(options.steps))
    averages = Averages(gan.generator, options.averages)
    clock = {"step": 0, "seconds": 0.0, "start": time.perf_counter()}

    def distance() -> float:
        drawn = gan.generate(options.samples, seed=1, batch_size=250)
        return judge.distance_to(folder, judge.to_bytes(drawn))

    def look() -> None:
        clock["seconds"] += time.perf_counter() - clock["start"]
        clock["step"] += 1
        averages.update(int(clock["step"]))
        if clock["step"] in options.steps:
            found = averages.distances(distance)
            cells = " | ".join(f"{value:.1f}" for value in found.values())
            print(
                f"| {choice} | {clock['step']} | {clock['seconds']:.0f} "
                f"| {cells} |",
                flush=True,
            )
        clock["start"] = time.perf_counter()

    gan.fit(
        entries.stream_of(images, settings["batch_size"], options.seed),
        steps_per_epoch=max(options.steps),
        verbose=0,
        callbacks=[entries.after_each_step(look)],
    )


def main() -> None:
    """Trains with each choice."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("data", type=Path, help="zip, folder or npz of images")
    add("--choices", nargs="+", default=["default"])
    add("--out", type=Path, default=Path("race"), help="as in race.py")
    add("--steps", nargs="+", type=int, default=[200, 400, 700, 1000, 1500])
    add("--samples", type=int, default=5000)
    add("--seed", type=int, default=0)
    add("--averages", nargs="+", choices=momenta(), default=list(momenta()))
    options = parser.parse_args()
    folder = options.out / options.data.stem
    judge.prepare(options.data, folder, HELD_OUT)
    names = " | ".join(["plain", *options.averages])
    print(f"| choice | steps | seconds | {names} |")
    print("|---|---|---|" + "---|" * (len(options.averages) + 1), flush=True)
    for choice in options.choices:
        train(choice, options, folder)


if __name__ == "__main__":
    main()
