"""Induce each illness of a training, see whether it is found, and fix it.

    python benchmarks/health.py --seeds 5 --markdown

Small networks on eight Gaussians on a circle and on the digits of scikit-learn.
For each illness a run is spoiled on purpose; `found` counts the seeds in which
`TrainingHealth` names it before the end, `others` what else it names, and
`fixed` the seeds in which the finding is gone after the change that it
advises. Healthy runs should be silent. `--backend jax` is the fastest, because
its programs are kept between seeds.
"""

import argparse
import collections
import dataclasses
import os
import sys
import tempfile
import time
from typing import Any

import numpy as np

BATCH_SIZE = 64
LATENT_DIM = 8
NARROW_CLASS = 3


@dataclasses.dataclass(frozen=True)
class Run:
    """The settings of a training.

    `images` is the number of training images, drawn again and again;
    `ignores_labels` hides the labels from the discriminator, `copies` is the
    share of the images that are copies of the first one, and `narrow` shows
    only one image of one of the classes. `fid` is measured after each round,
    beside all digits.
    """

    data: str = "digits"
    images: int = 1500
    loss: str = "relativistic"
    penalties: Any = "auto"
    generator_rate: float = 1e-3
    discriminator_rate: float = 1e-3
    beta_1: float = 0.0
    update: str = "alternating"
    hidden: tuple[int, ...] = (64, 64)
    discriminator_hidden: tuple[int, ...] | None = None
    conditional: bool = False
    ignores_labels: bool = False
    one_label: bool = False
    narrow: bool = False
    fid: bool = False
    copies: float = 0.0
    augment: str | None = None
    rounds: int = 24
    steps: int = 50


@dataclasses.dataclass(frozen=True)
class Illness:
    """A finding, a run that has it, and the change that is advised."""

    name: str
    run: Run
    change: dict[str, Any]


RELATIVISTIC: dict[str, Any] = {"loss": "relativistic", "penalties": "auto"}
ILLNESSES = (
    Illness(
        "mode_collapse",
        Run(
            loss="non_saturating",
            penalties=None,
            generator_rate=5e-3,
            discriminator_rate=5e-3,
            beta_1=0.9,
        ),
        RELATIVISTIC,
    ),
    Illness(
        "discriminator_memorizes",
        Run(
            images=64,
            loss="non_saturating",
            penalties=None,
            discriminator_hidden=(256, 256),
        ),
        {"augment": "diffaugment"},
    ),
    Illness(
        "discriminator_wins",
        Run(
            loss="minimax",
            penalties=None,
            generator_rate=1e-4,
            discriminator_rate=1e-2,
        ),
        RELATIVISTIC,
    ),
    Illness(
        "discriminator_loses",
        Run(discriminator_rate=1e-6),
        {"discriminator_rate": 1e-3},
    ),
    Illness(
        "oscillation",
        Run(
            "ring",
            loss="non_saturating",
            penalties=None,
            generator_rate=2e-3,
            discriminator_rate=1e-4,
        ),
        RELATIVISTIC | {"discriminator_rate": 2e-3},
    ),
    Illness(
        "divergence",
        Run(
            loss="wasserstein",
            penalties=None,
            generator_rate=3e-3,
            discriminator_rate=3e-3,
            beta_1=0.9,
        ),
        {"penalties": "auto"},
    ),
    Illness(
        "condition_ignored",
        Run(conditional=True, ignores_labels=True),
        {"ignores_labels": False},
    ),
    Illness(
        "saturated_samples",
        Run("gray", generator_rate=1e-1),
        {"generator_rate": 1e-2},
    ),
    Illness(
        "class_collapse",
        Run(
            conditional=True,
            narrow=True,
            loss="non_saturating",
            penalties=None,
            rounds=36,
        ),
        {"narrow": False},
    ),
    Illness(
        "past_the_best",
        Run(
            images=48,
            loss="non_saturating",
            penalties=None,
            generator_rate=3e-3,
            discriminator_rate=3e-3,
            rounds=20,
            steps=100,
            fid=True,
        ),
        {"augment": "ada"},
    ),
    Illness("duplicate_images", Run(copies=0.3, rounds=1), {"copies": 0.0}),
    Illness(
        "constant_labels",
        Run(conditional=True, one_label=True, rounds=1),
        {"one_label": False},
    ),
)
HEALTHY = (
    ("digits", Run()),
    ("digits, conditional", Run(conditional=True)),
    ("digits, hinge with R1", Run(loss="hinge", penalties="r1")),
    ("digits, non-saturating with R1", Run(loss="non_saturating",
                                           penalties="r1")),
    ("digits, WGAN-GP", Run(loss="wasserstein")),
    ("digits, least squares", Run(loss="least_squares", penalties="r1")),
    ("ring", Run("ring")),
    ("ring, non-saturating with R1", Run("ring", loss="non_saturating",
                                         penalties="r1")),
    ("256 digits, ADA", Run(images=256, augment="ada")),
    ("gray digits", Run("gray")),
)  # fmt: skip


def make_data(run: Run, seed: int) -> tuple:
    """Returns images and labels to train on, and others that are held out."""
    random = np.random.default_rng(seed)
    images, labels = (_ring if run.data == "ring" else _digits)(random)
    if run.data == "gray":
        images = images / 2
    train = images[: run.images].copy(), labels[: run.images].copy()
    held_out = images[-256:], labels[-256:]
    copies = int(run.copies * len(train[0]))
    train[0][: copies + 1] = train[0][0]
    if run.one_label:
        train[1][:] = 0
    return train, held_out


def _ring(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    labels = random.integers(0, 8, 2048)
    angles = labels * np.pi / 4
    centers = np.stack([np.cos(angles), np.sin(angles)], 1)
    points = centers + random.normal(0, 0.05, (len(labels), 2))
    return points.astype("float32"), labels.astype("int32")


def _digits(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.datasets import load_digits

    digits = load_digits()
    order = random.permutation(len(digits.target))
    images = (digits.images[order] / 8 - 1).astype("float32")[..., None]
    return images, digits.target[order].astype("int32")


def make_gan(run: Run, shape: tuple[int, ...], seed: int) -> Any:
    """Returns the compiled GAN of a run."""
    import keras

    import keras_gan

    classes = 10 if run.conditional else None
    generator = keras_gan.networks.mlp_generator(
        shape,
        latent_dim=LATENT_DIM,
        num_classes=classes,
        hidden=run.hidden,
        seed=seed,
    )
    discriminator = keras_gan.networks.mlp_discriminator(
        shape,
        num_classes=None if run.ignores_labels else classes,
        hidden=run.discriminator_hidden or run.hidden,
        seed=seed,
    )
    if run.ignores_labels:
        inputs = [keras.Input(shape), keras.Input((), dtype="int32")]
        discriminator = keras.Model(inputs, discriminator(inputs[0]))
    gan = keras_gan.GAN(
        generator,
        discriminator,
        num_classes=classes,
        augmenter=keras_gan.layers.augmenter(
            run.augment or "none",
            seed=seed,
            num_images=run.rounds * run.steps * BATCH_SIZE,
        ),
        seed=seed,
    )
    penalties = run.penalties
    if penalties == "r1":
        penalties = [keras_gan.penalties.R1(1.0)]
    adam = keras.optimizers.Adam
    gan.compile(
        adam(run.generator_rate, run.beta_1, 0.99),
        adam(run.discriminator_rate, run.beta_1, 0.99),
        loss=run.loss,
        penalties=penalties,
        update=run.update,
    )
    return gan


def _order(run: Run, labels: np.ndarray, seed: int) -> np.ndarray:
    """Which images a round consists of."""
    random = np.random.default_rng(seed)
    order = random.integers(0, len(labels), run.steps * BATCH_SIZE)
    if run.narrow:
        of_class = labels[order] == NARROW_CLASS
        order[of_class] = order[of_class][:1]
    return order


def train(run: Run, seed: int, verbose: bool = False) -> list:
    """Trains; returns the findings."""
    import keras

    from keras_gan.callbacks import FIDCallback, TrainingHealth

    keras.utils.set_random_seed(seed)
    (images, labels), held_out = make_data(run, seed)
    gan = make_gan(run, images.shape[1:], seed)
    order = _order(run, labels, seed)
    data: tuple = (images[order], labels[order])
    real: Any = (images, labels)
    if not run.conditional:
        data, real, held_out = data[:1], images, held_out[0]
    callbacks = [TrainingHealth(real, held_out, say=None)]
    if run.fid:
        everything = _digits(np.random.default_rng(seed))[0]
        fid = FIDCallback(
            everything, 512, feature_extractor="digits", cache_directory=False
        )
        callbacks.insert(0, fid)
    try:
        history = gan.fit(
            *data,
            batch_size=BATCH_SIZE,
            epochs=run.rounds,
            callbacks=callbacks,
            verbose=0,
        ).history
    except FloatingPointError as error:
        print(f"  {error}"[:100], file=sys.stderr)
        return callbacks[-1].findings
    if verbose:
        for name, values in history.items():
            shown = " ".join(f"{float(v):.2g}" for v in values[::2])
            print(f"    {name:24s} {shown}", file=sys.stderr)
    return callbacks[-1].findings


def measure_illness(illness: Illness, seeds: range, verbose: bool) -> tuple:
    """Returns a row of the table: the counts, and the rounds of findings."""
    found, fixed, others = 0, 0, collections.Counter()
    rounds = []
    fixed_run = dataclasses.replace(illness.run, **illness.change)
    for seed in seeds:
        findings = train(illness.run, seed, verbose)
        names = [one.name for one in findings]
        found += illness.name in names
        others.update(name for name in names if name != illness.name)
        rounds += [one.when for one in findings if one.name == illness.name]
        after = [one.name for one in train(fixed_run, seed, verbose)]
        fixed += illness.name not in after
        print(f"  {illness.name} {seed}: {names} then {after}", file=sys.stderr)
    count = len(seeds)
    shown = ", ".join(f"{name} {n}" for name, n in others.items()) or "-"
    first = min((r for r in rounds if isinstance(r, int)), default="before")
    return illness.name, f"{found}/{count}", first, f"{fixed}/{count}", shown


def print_table(header: tuple, rows: list, markdown: bool) -> None:
    """Prints rows in columns, or as Markdown."""
    for row in (header, *rows):
        if markdown:
            print("| " + " | ".join(map(str, row)) + " |")
            if row is header:
                print("|---" * len(row) + "|")
        else:
            print("  ".join(f"{value!s:26s}" for value in row))


def main(arguments: list[str] | None = None) -> None:
    """Prints two tables: illnesses, and healthy runs."""
    names = [one.name for one in ILLNESSES]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("--seeds", type=int, default=5)
    add("--first", type=int, default=0, help="the first seed")
    add("--only", nargs="+", choices=[*names, "healthy"], metavar="NAME")
    add("--backend", choices=["tensorflow", "jax", "torch"], default="jax")
    add("--markdown", action="store_true")
    add("--verbose", action="store_true", help="print the logs of each run")
    options = parser.parse_args(arguments)
    os.environ.setdefault("KERAS_BACKEND", options.backend)
    cache = os.path.join(tempfile.gettempdir(), "keras-gan-health")
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", cache)
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.1")
    began = time.perf_counter()
    seeds = range(options.first, options.first + options.seeds)
    chosen = options.only or [*names, "healthy"]
    rows = [
        measure_illness(one, seeds, options.verbose)
        for one in ILLNESSES
        if one.name in chosen
    ]
    header = ("illness", "found", "first round", "fixed", "others")
    print_table(header, rows, options.markdown)
    if "healthy" in chosen:
        print()
        healthy = []
        for name, run in HEALTHY:
            found = [train(run, seed, options.verbose) for seed in seeds]
            said = [one.name for some in found for one in some]
            print(f"  {name}: {said}", file=sys.stderr)
            healthy.append((name, len(seeds), ", ".join(said) or "none"))
        print_table(("healthy run", "runs", "findings"), healthy,
                    options.markdown)  # fmt: skip
    seconds = time.perf_counter() - began
    print(f"\n{seconds:.0f} s on {os.environ['KERAS_BACKEND']}")


if __name__ == "__main__":
    main()
