"""Count the modes that a GAN learns on PacGAN's ring and grid.

    python benchmarks/mode_coverage.py --task grid --seeds 5

Ring: 8 Gaussians of sigma .01 on the unit circle. Grid: 25 Gaussians of sigma
.05 at {-4, -2, 0, 2, 4}^2. Latents z ~ N(0, I_2), batches of 100, and 2,500
samples are evaluated (Lin et al. 2018, arXiv 1712.04086, Table 1):

- HQ: the percentage of high-quality samples, those within 3 sigma of a center;
  a perfect sampler has 1 - exp(-4.5) = 98.89 %;
- modes: centers with at least one high-quality sample;
- KL: KL(p || uniform) in nats, the reverse KL divergence, where p_k is the
  fraction of the high-quality samples whose nearest center is k. With n samples
  and K modes a perfect sampler has about (K - 1) / 2n: .005 on the grid.

The GAN is keras-gan's default GAN for vectors: relativistic loss with R1 and
R2. Gamma and the learning rate decay during the run.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

NUM_SAMPLES = 2500
BATCH_SIZE = 100
LATENT_DIM = 2
STEPS_PER_EXECUTION = 100
# Rows of PacGAN's Table 1, means of 10 trials of 400,000 steps:
# modes, HQ in %, KL.
PUBLISHED = {
    "ring": {
        "GAN": (6.3, 98.2, 0.45),
        "ALI": (6.6, 97.6, 0.36),
        "PacGAN2": (7.9, 95.6, 0.07),
        "PacGAN4": (7.8, 95.9, 0.07),
    },
    "grid": {
        "GAN": (17.3, 94.8, 0.70),
        "ALI": (24.1, 95.7, 0.14),
        "PacGAN2": (23.8, 91.3, 0.13),
        "PacGAN4": (24.8, 93.6, 0.04),
    },
}


@dataclass(frozen=True)
class Task:
    """A mixture, the settings for training on it, and the bounds to reach.

    Points are divided by `scale` before training, so that modes have about the
    same width in both tasks.
    Gamma and the learning rate decay from their first to their second value.
    """

    name: str
    sigma: float
    scale: float
    gamma: tuple[float, float]
    learning_rate: tuple[float, float]
    min_quality: float
    max_kl: float
    generator: tuple[int, ...] = (128,) * 8
    discriminator: tuple[int, ...] = (128,) * 3
    ema_momentum: float = 0.999

    def is_reached(self, result: dict[str, float]) -> bool:
        """True if a result of `judge` has all modes and meets the bounds."""
        return (
            result["modes"] == len(make_centers(self.name))
            and result["quality"] >= self.min_quality
            and result["kl"] <= self.max_kl
        )


TASKS = {
    "ring": Task(
        name="ring",
        sigma=0.01,
        scale=0.25,
        gamma=(1.0, 0.1),
        learning_rate=(1e-3, 1e-5),
        min_quality=0.97,
        max_kl=np.inf,
    ),
    "grid": Task(
        name="grid",
        sigma=0.05,
        scale=1.0,
        gamma=(1.0, 0.1),
        learning_rate=(1e-3, 1e-5),
        min_quality=0.95,
        max_kl=0.015,
    ),
}


def make_centers(name: str) -> np.ndarray:
    """Returns the centers of the modes: `(8, 2)` or `(25, 2)`."""
    if name == "ring":
        angles = 2 * np.pi * np.arange(8) / 8
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)
    axis = np.arange(-4.0, 5.0, 2.0)
    return np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)


def sample_mixture(
    centers: np.ndarray, sigma: float, num_samples: int, seed: int
) -> np.ndarray:
    """Draws `(num_samples, 2)` points; all modes are equally likely."""
    random = np.random.default_rng(seed)
    chosen = centers[random.integers(len(centers), size=num_samples)]
    return chosen + random.normal(scale=sigma, size=chosen.shape)


def judge(
    samples: np.ndarray, centers: np.ndarray, sigma: float
) -> dict[str, float]:
    """Evaluates samples of a mixture; the module docstring has the formulas.

    Args:
        samples: `(n, 2)` points, in the units of the centers.
        centers: `(modes, 2)`.
        sigma: The standard deviation of every mode.

    Returns:
        `modes`, `quality` (0 to 1) and `kl` (infinite if there are no
        high-quality samples).
    """
    distances = np.linalg.norm(samples[:, None] - centers[None], axis=-1)
    high_quality = distances.min(axis=1) <= 3 * sigma
    nearest = distances.argmin(axis=1)[high_quality]
    counts = np.bincount(nearest, minlength=len(centers))
    found = counts[counts > 0] / max(counts.sum(), 1)
    kl = np.sum(found * np.log(found * len(centers))) if len(found) else np.inf
    return {
        "modes": float(len(found)),
        "quality": float(high_quality.mean()),
        "kl": float(kl),
    }


def cosine(ends: tuple[float, float], progress: float) -> float:
    """Interpolates from the first end (progress 0) to the second (1)."""
    first, last = ends
    return last + (first - last) * (1 + np.cos(np.pi * progress)) / 2


def stream(task: Task, seed: int) -> Any:
    """Returns an endless `tf.data.Dataset` of batches, divided by the scale.

    A million points are repeated, in another order each time.
    """
    import tensorflow as tf

    points = sample_mixture(
        make_centers(task.name), task.sigma, 10_000 * BATCH_SIZE, seed
    )
    batches = (points / task.scale).reshape(-1, BATCH_SIZE, 2)
    dataset = tf.data.Dataset.from_tensor_slices(batches.astype("float32"))
    return dataset.shuffle(len(batches), seed=seed).repeat().prefetch(100)


def make_gan(task: Task, seed: int, num_steps: int) -> tuple[Any, list]:
    """Returns a compiled GAN and the callbacks that decay its gamma."""
    import keras

    import keras_gan

    gan = keras_gan.GAN(
        keras_gan.networks.mlp_generator(
            (2,), latent_dim=LATENT_DIM, hidden=task.generator, seed=seed
        ),
        keras_gan.networks.mlp_discriminator(
            (2,), hidden=task.discriminator, seed=seed
        ),
        ema_momentum=task.ema_momentum,
        seed=seed,
    )
    # A variable instead of a number, so that it can change during training.
    gamma = keras.Variable(task.gamma[0], trainable=False, name="gamma")
    penalties = [keras_gan.penalties.R1(), keras_gan.penalties.R2()]
    for penalty in penalties:
        penalty.gamma = gamma
    first, last = task.learning_rate
    optimizers = [
        keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(
                first, num_steps, alpha=last / first
            ),
            beta_1=0.0,
            beta_2=0.99,
            epsilon=1e-8,
        )
        for _ in range(2)
    ]
    gan.compile(
        *optimizers,
        loss="relativistic",
        penalties=penalties,
        steps_per_execution=STEPS_PER_EXECUTION,
        jit_compile=True,
    )
    lower_gamma = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: gamma.assign(
            cosine(task.gamma, float(gan.optimizer.iterations) / num_steps)
        )
    )
    return gan, [lower_gamma]


def train(task: Task, seed: int, num_steps: int) -> np.ndarray:
    """Trains a GAN on a mixture; returns samples in the mixture's units."""
    import keras

    keras.utils.set_random_seed(seed)
    gan, callbacks = make_gan(task, seed, num_steps)
    gan.fit(
        stream(task, seed),
        steps_per_epoch=num_steps,
        callbacks=callbacks,
        verbose=0,
    )
    samples = gan.generate(NUM_SAMPLES, seed=seed, batch_size=NUM_SAMPLES)
    return samples.astype("float64") * task.scale


def row(name: str, modes: float, quality: float, kl: float, note: str) -> str:
    """Returns one row of the table."""
    return f"{name:<14} {modes:5.1f} {100 * quality:7.2f} {kl:8.4f}   {note}"


def run(task: Task, seeds: range, num_steps: int) -> bool:
    """Trains once per seed and prints a table; returns if bounds are met."""
    centers = make_centers(task.name)
    print(f"{task.name}: {len(centers)} modes, {num_steps} steps")
    print("                modes    HQ %       KL   seconds")
    results = []
    for seed in seeds:
        start = time.perf_counter()
        results.append(judge(train(task, seed, num_steps), centers, task.sigma))
        seconds = f"{time.perf_counter() - start:.0f}"
        print(row(f"seed {seed}", **results[-1], note=seconds), flush=True)
    mean = {k: float(np.mean([r[k] for r in results])) for k in results[0]}
    print(row("mean", **mean, note=""))
    perfect = judge(
        sample_mixture(centers, task.sigma, NUM_SAMPLES, seed=0),
        centers,
        task.sigma,
    )
    print(row("real points", **perfect, note="what can be reached"))
    for name, (modes, quality, kl) in PUBLISHED[task.name].items():
        print(row(name, modes, quality / 100, kl, "published"))
    reached = sum(task.is_reached(result) for result in results)
    print(
        f"bounds: {len(centers)} modes, HQ >= {100 * task.min_quality:g} %, "
        f"KL <= {task.max_kl:g}: {reached} of {len(results)} seeds\n"
    )
    return reached == len(results)


def main(arguments: list[str] | None = None) -> int:
    """Runs the tasks; returns 1 if `--check` finds a bound missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--task", choices=[*TASKS, "both"], default="both")
    parser.add_argument("--seeds", type=int, default=5, help="number of runs")
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=70_000)
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 if a seed falls short"
    )
    options = parser.parse_args(arguments)
    if options.steps < 1 or options.steps % STEPS_PER_EXECUTION:
        parser.error(
            f"--steps must be a multiple of {STEPS_PER_EXECUTION}. "
            f"Received: {options.steps}"
        )
    if options.seeds < 1:
        parser.error(f"--seeds must be at least 1. Received: {options.seeds}")
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    names = list(TASKS) if options.task == "both" else [options.task]
    reached = [run(TASKS[name], seeds, options.steps) for name in names]
    return int(options.check and not all(reached))


if __name__ == "__main__":
    sys.exit(main())
