"""Train one GAN of `limited_data.py`, and evaluate it during training."""

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
    """Settings that all runs share, independent of their augmentation.

    Attributes:
        thousand_images: Real images that a run sees, in thousands.
        distances: Number of Fréchet distances during training, evenly spaced.
        num_fakes: Number of generated images for each distance.
        side: Side in pixels to which MNIST is resized; digits keep their 8.
        batch_size: Number of real images per batch.
        width: Channels of the finest layer of G; D has twice as many.
        learning_rate: Learning rate of both networks (Adam without momentum).
        last_rate: Final learning rate of the cosine decay.
        gamma: Strength of R1, which is computed in every fourth update of D.
        ema_momentum: Momentum of the averaged generator, which is evaluated.
        operations: Operations of ADA.
        target: ADA's target for the mean sign of D's logits of real images.
        speed: Thousands of images in which ADA's p can go from 0 to 1.
        policy: Policy of DiffAugment.
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
        """Steps between distances, a multiple of the steps per execution."""
        shown = 1000 * self.thousand_images / self.distances
        steps = int(shown / self.batch_size)
        return max(STEPS_PER_EXECUTION, steps - steps % STEPS_PER_EXECUTION)


class Run(NamedTuple):
    """One run: a data set, the number of images, a method and a seed."""

    data: str
    num_images: int
    method: str
    seed: int

    @property
    def name(self) -> str:
        """The run's name, such as `mnist-500-ada-0`, which `parse` reads."""
        return "-".join(map(str, self))

    @classmethod
    def parse(cls, name: str) -> "Run":
        data, num_images, method, seed = name.split("-")
        return cls(data, int(num_images), method, int(seed))


def prepare(folder: Path, source: Any, side: int | None) -> None:
    """Writes all images of a data set and the statistics of their features.

    Args:
        folder: Folder for `images.npz` (uint8) and `statistics.npz`.
        source: What `keras_gan.datasets.load` accepts.
        side: Side in pixels to resize to, or None.
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
    # Written last, so that its existence shows that both files are complete.
    distance.save_real_statistics(folder / STATISTICS)


def to_floats(images: np.ndarray) -> np.ndarray:
    """Scales bytes to [-1, 1]."""
    return (images / 127.5 - 1.0).astype("float32")


def chosen_images(folder: Path, run: Run) -> np.ndarray:
    """Returns the training images of a run, which depend on the seed."""
    with np.load(folder / IMAGES) as arrays:
        images = arrays["images"]
    order = np.random.default_rng(run.seed).permutation(len(images))
    return to_floats(images[order[: run.num_images]])


def distance_to(folder: Path, images: np.ndarray) -> float:
    """Returns the Fréchet distance between images and the whole data set."""
    from keras_gan.metrics import FrechetInceptionDistance

    distance = FrechetInceptionDistance(
        "digits", real_statistics=folder / STATISTICS
    )
    for start in range(0, len(images), 500):
        distance.update_fake(images[start : start + 500])
    return float(distance.result())


def make_augmenter(method: str, setting: Setting, seed: int) -> Any:
    """Returns the augmenter before D, or None."""
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
    """Returns a compiled GAN; methods differ only in `augmenter`."""
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
        # ADA is controlled by the sign of D(real), which is arbitrary under a
        # relativistic loss, because that only compares real with fake.
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
        folder: Folder of `prepare`.
        run: The `Run`.
        setting: Settings of all runs.

    Returns:
        A dictionary for JSON: `run`, `setting`, `copies` (the distance of the
        training images themselves), `seconds`; lists with one entry per
        distance: `thousand_images`, `fid`, `real_accuracy`, `probability`,
        `real_sign`; and `samples`, `(n, height, width)` bytes.
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
    """Trains and evaluates; returns the logs of each epoch."""
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
    """Returns the path of a run's result."""
    return results / f"{run.name}.json"


def read_result(
    results: Path, run: Run, setting: Setting
) -> dict[str, Any] | None:
    """Returns the result of a run with these settings, or None."""
    path = result_path(results, run)
    if not path.exists():
        return None
    result = json.loads(path.read_text())
    # Without settings that the method does not use.
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
    """Writes the result of a run atomically."""
    path = result_path(results, run)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(result) + "\n")
    draft.replace(path)
