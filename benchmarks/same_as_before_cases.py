"""The trainings that `same_as_before.py` compares, in a process of one backend.

    KERAS_BACKEND=jax python same_as_before_cases.py OUT.npz

Only what is public is used, so that the same file serves any checkout. All
random numbers come from seeds: both checkouts draw the same ones if they ask
for them in the same order.
"""

import argparse
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

NUM_STEPS = 20
BATCH_SIZE = 8
NUM_CLASSES = 3
LATENT_DIM = 4
SHAPE = (8, 8, 1)
LOSSES = (
    "relativistic",
    "non_saturating",
    "minimax",
    "least_squares",
    "hinge",
    "wasserstein",
)


def random_weights(model: Any, seed: int) -> Any:
    """Returns the model with weights that depend only on the seed."""
    random = np.random.default_rng(seed)
    model.set_weights(
        [0.3 * random.normal(size=w.shape) for w in model.get_weights()]
    )
    # Variances of batch normalization must be positive.
    for variable in model.non_trainable_variables:
        if "variance" in variable.path:
            variable.assign(np.ones(variable.shape, "float32"))
    return model


def make_generator(labels: bool = False) -> Any:
    """Returns a small generator with batch normalization."""
    import keras
    from keras import layers

    inputs = [keras.Input((LATENT_DIM,))]
    x = inputs[0]
    if labels:
        inputs.append(keras.Input((), dtype="int32"))
        x = layers.Concatenate()([x, layers.Embedding(3, 4)(inputs[1])])
    x = layers.Dense(16)(x)
    x = layers.LeakyReLU(0.2)(layers.BatchNormalization()(x))
    x = layers.Dense(64, activation="tanh", dtype="float32")(x)
    images = layers.Reshape(SHAPE, dtype="float32")(x)
    return random_weights(
        keras.Model(inputs if labels else inputs[0], images), 1
    )


def make_discriminator(
    labels: bool = False,
    classes: bool = False,
    dropout: bool = False,
    normalized: bool = False,
) -> Any:
    """Returns a small convolutional discriminator.

    Args:
        labels: Whether it takes labels beside images.
        classes: Whether it has class logits beside its logits.
        dropout: Whether a layer drops out.
        normalized: Whether a layer has batch normalization.
    """
    import keras
    from keras import layers

    inputs = [keras.Input(SHAPE)]
    x = layers.Conv2D(4, 3, strides=2, activation="silu")(inputs[0])
    if normalized:
        x = layers.BatchNormalization()(x)
    x = layers.Flatten()(x)
    if dropout:
        x = layers.Dropout(0.3, seed=5)(x)
    if labels:
        inputs.append(keras.Input((), dtype="int32"))
        x = layers.Concatenate()([x, layers.Embedding(3, 4)(inputs[1])])
    x = layers.Dense(8, activation="silu")(x)
    outputs = [layers.Dense(1, dtype="float32")(x)]
    if classes:
        outputs.append(layers.Dense(NUM_CLASSES, dtype="float32")(x))
    model = keras.Model(
        inputs if labels else inputs[0], outputs if classes else outputs[0]
    )
    return random_weights(model, 2)


def make_gan(**arguments: Any) -> Any:
    """Returns a GAN; the arguments are those of the discriminator and GAN."""
    import keras_gan

    kinds = ("dropout", "normalized")
    body = {k: arguments.pop(k) for k in kinds if k in arguments}
    labels = "num_classes" in arguments
    return keras_gan.GAN(
        make_generator(labels=labels),
        make_discriminator(labels=labels, **body),
        ema_momentum=0.9,
        seed=3,
        **arguments,
    )


def make_acgan(**arguments: Any) -> Any:
    """Returns an ACGAN with the arguments given."""
    import keras_gan

    return keras_gan.ACGAN(
        make_generator(labels=True),
        make_discriminator(classes=True),
        num_classes=NUM_CLASSES,
        ema_momentum=0.9,
        seed=3,
        **arguments,
    )


def penalty_cases() -> Iterator[tuple[str, Callable[[], list]]]:
    """Yields penalties by name, made when they are needed."""
    from keras_gan import layers, penalties

    def consistency():
        augmenter = layers.DiffAugment("color,translation", seed=1)
        return penalties.ConsistencyRegularization(augmenter, 2.0, 2.0)

    made = {
        "R1": lambda: penalties.R1(0.5),
        "R2": lambda: penalties.R2(0.5),
        "R1 every=3": lambda: penalties.R1(0.5, every=3),
        "GradientPenalty": lambda: penalties.GradientPenalty(1.0, seed=1),
        "GradientPenalty one-sided": lambda: penalties.GradientPenalty(
            1.0, 0.1, one_sided=True, every=2, seed=1
        ),
        "DRAGAN": lambda: penalties.DRAGAN(1.0, 0.5, seed=1),
        "LeCam": lambda: penalties.LeCam(0.3, decay=0.9),
        "ConsistencyRegularization": consistency,
    }
    for name, make in made.items():
        yield name, lambda make=make: [make()]
    yield "R1 + LeCam", lambda: [made["R1"](), made["LeCam"]()]


def make_adaptive() -> Any:
    """Returns an adaptive augmenter whose probability moves within 20 steps."""
    from keras_gan import layers

    return layers.AdaptiveAugment("bgc", interval=2, speed=0.05, seed=1)


def make_diffaugment() -> Any:
    """Returns the augmentation of DiffAugment."""
    from keras_gan import layers

    return layers.DiffAugment("color,translation,cutout", seed=1)


def loss_case(loss: str) -> Callable[[], tuple]:
    """Returns a case with a loss and the penalties that go with it."""
    return lambda: (make_gan(), {"loss": loss})


def penalty_case(name: str) -> Callable[[], tuple]:
    """Returns a case with one penalty and the non-saturating loss."""

    def case():
        penalties = dict(penalty_cases())[name]()
        return make_gan(), {"loss": "non_saturating", "penalties": penalties}

    return case


def default_optimizers() -> tuple:
    """Returns a case in which everything is left at its default."""
    options = {"generator_optimizer": None, "discriminator_optimizer": None}
    return make_gan(), options


def bfloat16(make: Callable[[], tuple]) -> Callable[[], tuple]:
    """Returns a case whose networks compute in bfloat16."""

    def case():
        import keras

        keras.config.set_dtype_policy("mixed_bfloat16")
        try:
            return make()
        finally:
            keras.config.set_dtype_policy("float32")

    return case


BFLOAT16 = {
    "mixed_bfloat16": bfloat16(lambda: (make_gan(), {})),
    "mixed_bfloat16 ACGAN": bfloat16(lambda: (make_acgan(), {})),
}
PENALTIES = (
    "R1",
    "R2",
    "R1 every=3",
    "GradientPenalty",
    "GradientPenalty one-sided",
    "DRAGAN",
    "LeCam",
    "ConsistencyRegularization",
    "R1 + LeCam",
)
CASES: dict[str, Callable[[], tuple]] = {
    **{loss: loss_case(loss) for loss in LOSSES},
    "no penalties": lambda: (make_gan(), {"penalties": []}),
    **{name: penalty_case(name) for name in PENALTIES},
    "simultaneous": lambda: (make_gan(), {"update": "simultaneous"}),
    "discriminator_steps=2": lambda: (make_gan(), {"discriminator_steps": 2}),
    "simultaneous, 2 steps": lambda: (
        make_gan(),
        {"update": "simultaneous", "discriminator_steps": 2},
    ),
    "default optimizers": default_optimizers,
    "AdaptiveAugment": lambda: (make_gan(augmenter=make_adaptive()), {}),
    "AdaptiveAugment, simultaneous": lambda: (
        make_gan(augmenter=make_adaptive()),
        {"update": "simultaneous"},
    ),
    "DiffAugment": lambda: (make_gan(augmenter=make_diffaugment()), {}),
    "dropout and batch normalization": lambda: (
        make_gan(dropout=True, normalized=True),
        {"loss": "non_saturating", "penalties": []},
    ),
    "dropout, R1, simultaneous": lambda: (
        make_gan(dropout=True),
        {"update": "simultaneous"},
    ),
    "conditional": lambda: (make_gan(num_classes=NUM_CLASSES), {}),
    "conditional, 2 steps, augmented": lambda: (
        make_gan(num_classes=NUM_CLASSES, augmenter=make_adaptive()),
        {"discriminator_steps": 2},
    ),
    "ACGAN": lambda: (make_acgan(fake_classification_weight=0.5), {}),
    "ACGAN, simultaneous": lambda: (
        make_acgan(),
        {"update": "simultaneous", "loss": "hinge"},
    ),
    "ACGAN, 2 steps, augmented": lambda: (
        make_acgan(augmenter=make_adaptive()),
        {"discriminator_steps": 2},
    ),
    **BFLOAT16,
}
"""Each makes a GAN and the arguments of `compile`."""


def make_batches(labels: bool) -> list[tuple]:
    """Returns the arguments of `train_on_batch` for each step."""
    random = np.random.default_rng(0)
    batches = []
    for _ in range(NUM_STEPS):
        images = random.uniform(-1, 1, (BATCH_SIZE, *SHAPE)).astype("float32")
        classes = random.integers(0, NUM_CLASSES, BATCH_SIZE).astype("int32")
        batches.append((images, classes) if labels else (images,))
    return batches


def results_of(case: str, jit_compile: bool | str) -> dict[str, np.ndarray]:
    """Trains a case; returns its logs, one row per step, and its weights."""
    import keras

    keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    gan, options = CASES[case]()
    sgd = keras.optimizers.SGD
    options.setdefault("generator_optimizer", sgd(0.05, momentum=0.5))
    options.setdefault("discriminator_optimizer", sgd(0.05, momentum=0.5))
    gan.compile(jit_compile=jit_compile, **options)
    logs = [
        gan.train_on_batch(*batch, return_dict=True)
        for batch in make_batches(labels=gan.num_classes is not None)
    ]
    found = {
        f"log {name}": np.array([float(step[name]) for step in logs])
        for name in logs[0]
    }
    networks = {
        "generator": gan.generator,
        "discriminator": gan.discriminator,
        "average": gan.ema_generator,
    }
    for name, network in networks.items():
        for index, weight in enumerate(network.get_weights()):
            found[f"{name} weight {index}"] = weight
    evaluated = gan.evaluate(
        *make_batches(gan.num_classes is not None)[0],
        batch_size=BATCH_SIZE,
        verbose=0,
        return_dict=True,
    )
    found |= {f"evaluate {k}": np.array(float(v)) for k, v in evaluated.items()}
    return {f"{case}/{name}": value for name, value in found.items()}


def check_checkout() -> None:
    """Ends the process if `keras_gan` is not that of PYTHONPATH."""
    import keras_gan

    found = Path(keras_gan.__file__).resolve().parents[1]
    wanted = Path(os.environ.get("PYTHONPATH", found)).resolve()
    if found != wanted:
        raise SystemExit(f"keras_gan is that of {found}, not of {wanted}.")


def main() -> None:
    """Trains the cases that are asked for and writes an npz."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("out")
    parser.add_argument("--jit-compile", default="auto")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=[*CASES])
    options = parser.parse_args()
    jit_compile = {"false": False, "true": True}.get(
        options.jit_compile, options.jit_compile
    )
    check_checkout()
    results: dict[str, np.ndarray] = {}
    for case in options.cases:
        results |= results_of(case, jit_compile)
        print(f"{case} is done", flush=True)
    np.savez(options.out, **results)


if __name__ == "__main__":
    main()
