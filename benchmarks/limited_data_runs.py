"""Train one GAN of `limited_data.py`, and measure it while it trains."""

import dataclasses
import json
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

METHODS = ("none", "diffaugment", "ada")
IMAGES = "images.npz"
STATISTICS = "statistics.npz"
NUM_SAMPLES = 36
STEPS_PER_EXECUTION = 10


@dataclasses.dataclass(frozen=True)
class Setting:
    """What all runs have in common, whatever their augmentation.

    Attributes:
        thousand_images: Real images that a run sees, in thousands.
        distances: Fréchet distances measured on the way, evenly spaced.
        num_fakes: Generated images for each distance.
        side: Pixels a side that MNIST is resized to; digits keep their 8.
        batch_size: Real images in a batch.
        width: Channels of the finest layer of G; D has twice as many.
        learning_rate: Of both networks: Adam without momentum.
        last_rate: What the learning rate falls to, by a cosine.
        gamma: Of R1, which is computed on every fourth update of D.
        ema_momentum: Of the averaged generator, which is what is measured.
        operations: Of ADA.
        target: Of ADA: the mean sign of D's scores of real images.
        speed: Of ADA: thousand images in which its p can go from 0 to 1.
        policy: Of DiffAugment.
    """

    thousand_images: float = 120.0
    distances: int = 20
    num_fakes: int = 4000
    side: int = 16
    batch_size: int = 16
    width: int = 16
    learning_rate: float = 1e-3
    last_rate: float = 1e-4
    gamma: float = 0.01
    ema_momentum: float = 0.998
    operations: str = "bgc"
    target: float = 0.6
    speed: float = 50.0
    policy: str = "color,translation,cutout"

    @property
    def steps(self) -> int:
        """Steps from one distance to the next, whole executions of them."""
        shown = 1000 * self.thousand_images / self.distances
        steps = int(shown / self.batch_size)
        return max(STEPS_PER_EXECUTION, steps - steps % STEPS_PER_EXECUTION)


class Run(NamedTuple):
    """One training: a data set, how many of its images, a method, a seed."""

    data: str
    num_images: int
    method: str
    seed: int

    @property
    def name(self) -> str:
        """`mnist-500-ada-0`, of which `parse` makes the run again."""
        return "-".join(map(str, self))

    @classmethod
    def parse(cls, name: str) -> "Run":
        data, num_images, method, seed = name.split("-")
        return cls(data, int(num_images), method, int(seed))


def prepare(folder: Path, source: Any, side: int | None) -> None:
    """Writes all images of a data set and the statistics of their features.

    Args:
        folder: Where `images.npz` (uint8) and `statistics.npz` go.
        source: Whatever `keras_gan.datasets.load` takes.
        side: Pixels a side to resize to, or None.
    """
    from keras_gan import datasets
    from keras_gan.metrics import FrechetInceptionDistance

    if (folder / STATISTICS).exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    batches = datasets.load(
        source,
        image_size=side,
        batch_size=500,
        labels=False,
        shuffle=False,
        value_range=(0, 255),
    )
    images = np.concatenate(list(batches.as_numpy_iterator()))
    images = np.round(images).astype("uint8")
    np.savez_compressed(folder / IMAGES, images=images)
    distance = FrechetInceptionDistance("digits")
    for start in range(0, len(images), 500):
        distance.update_real(to_floats(images[start : start + 500]))
    # Last: its being there says that both are whole.
    distance.save_real_statistics(folder / STATISTICS)


def to_floats(images: np.ndarray) -> np.ndarray:
    """Bytes to [-1, 1]."""
    return (images / 127.5 - 1.0).astype("float32")


def chosen_images(folder: Path, run: Run) -> np.ndarray:
    """The images that a run may see; another seed chooses others."""
    with np.load(folder / IMAGES) as arrays:
        images = arrays["images"]
    order = np.random.default_rng(run.seed).permutation(len(images))
    return to_floats(images[order[: run.num_images]])


def distance_to(folder: Path, images: np.ndarray) -> float:
    """Fréchet distance of images to the whole data set."""
    from keras_gan.metrics import FrechetInceptionDistance

    distance = FrechetInceptionDistance(
        "digits", real_statistics=folder / STATISTICS
    )
    for start in range(0, len(images), 500):
        distance.update_fake(images[start : start + 500])
    return float(distance.result())


def make_augmenter(method: str, setting: Setting, seed: int) -> Any:
    """The layer between every image and D, or None."""
    from keras_gan import layers

    if method == "diffaugment":
        return layers.DiffAugment(setting.policy, seed=seed)
    if method == "ada":
        return layers.AdaptiveAugment(
            setting.operations,
            setting.target,
            speed=setting.speed,
            seed=seed,
        )
    return None


def make_gan(image_shape: tuple[int, ...], run: Run, setting: Setting) -> Any:
    """A compiled GAN; only `augmenter` differs from method to method."""
    import keras

    import keras_gan

    gan = keras_gan.GAN(
        keras_gan.networks.dcgan_generator(
            image_shape, width=setting.width, kernel_size=3, seed=run.seed
        ),
        keras_gan.networks.dcgan_discriminator(
            image_shape, width=2 * setting.width, seed=run.seed
        ),
        augmenter=make_augmenter(run.method, setting, run.seed),
        ema_momentum=setting.ema_momentum,
        seed=run.seed,
    )
    rate = keras.optimizers.schedules.CosineDecay(
        setting.learning_rate,
        setting.steps * setting.distances,
        alpha=setting.last_rate / setting.learning_rate,
    )
    adams = [
        keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99, epsilon=1e-8)
        for _ in range(2)
    ]
    gan.compile(
        *adams,
        # ADA is steered by the sign of D(real). A relativistic loss compares
        # real with fake and leaves that sign to chance.
        loss="non_saturating",
        penalties=[keras_gan.penalties.R1(setting.gamma, every=4)],
        update="simultaneous",
        steps_per_execution=STEPS_PER_EXECUTION,
        jit_compile=False,
    )
    return gan


def train(folder: Path, run: Run, setting: Setting) -> dict[str, Any]:
    """Trains one GAN.

    Args:
        folder: What `prepare` wrote.
        run: What to train on, and how.
        setting: What all runs share.

    Returns:
        A dictionary that JSON can hold: `run`, `setting`, `copies` (the
        distance of the chosen images themselves), `seconds`; lists with an
        entry for each distance: `thousand_images`, `fid`, `real_accuracy`,
        `probability`, `real_sign`; and `samples`, `(n, height, width)` bytes.
    """
    import keras

    import keras_gan

    keras.utils.set_random_seed(run.seed)
    images = chosen_images(folder, run)
    gan = make_gan(images.shape[1:], run, setting)
    start = time.perf_counter()
    history = _fit(gan, images, folder, run, setting)
    samples = gan.generate(NUM_SAMPLES, seed=run.seed)
    epochs = np.arange(1, setting.distances + 1)
    lists = {
        "thousand_images": epochs * setting.steps * setting.batch_size / 1000,
        "fid": history["fid"],
        "real_accuracy": history["d_real_accuracy"],
        "probability": history.get("augment_probability", []),
        "real_sign": history.get("real_sign", []),
    }
    return {
        "run": run.name,
        "setting": dataclasses.asdict(setting),
        "copies": distance_to(folder, images),
        "seconds": round(time.perf_counter() - start, 1),
        **{k: [round(float(v), 4) for v in vs] for k, vs in lists.items()},
        "samples": keras_gan.images.to_uint8(samples)[..., 0].tolist(),
    }


def _fit(gan, images, folder, run, setting) -> dict[str, list[float]]:
    """Trains, measuring on the way, and returns the logs of each epoch."""
    import keras_gan

    fid = keras_gan.callbacks.FIDCallback(
        folder / STATISTICS,
        setting.num_fakes,
        feature_extractor="digits",
        batch_size=500,
    )
    stream = keras_gan.datasets.load(
        images, batch_size=setting.batch_size, seed=run.seed, repeat=True
    )
    return gan.fit(
        stream,
        epochs=setting.distances,
        steps_per_epoch=setting.steps,
        callbacks=[fid],
        verbose=0,
    ).history


def result_path(results: Path, run: Run) -> Path:
    """Where the result of a run lies."""
    return results / f"{run.name}.json"


def read_result(
    results: Path, run: Run, setting: Setting
) -> dict[str, Any] | None:
    """The result of a run that was made with this setting, or None."""
    path = result_path(results, run)
    if not path.exists():
        return None
    result = json.loads(path.read_text())
    # Without what its method does not use.
    unused = {
        "none": {"operations", "target", "speed", "policy"},
        "diffaugment": {"operations", "target", "speed"},
        "ada": {"policy"},
    }[run.method]
    same = all(
        result["setting"].get(name) == value or name in unused
        for name, value in dataclasses.asdict(setting).items()
    )
    return result if same else None


def write_result(results: Path, run: Run, result: dict[str, Any]) -> None:
    """Writes the result of a run; the file is whole or is not there."""
    path = result_path(results, run)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(result) + "\n")
    draft.replace(path)
