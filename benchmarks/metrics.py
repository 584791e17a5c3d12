"""Compare time and memory of the metrics with other programs.

    python benchmarks/metrics.py --turns 3

Each measurement is a separate process, so that its peak memory can be measured.
The programs are run in turn, and times are medians over the turns. All use the
same seeded random features and the same random weights of Inception. Programs
that are not installed are skipped: pytorch-fid, torch-fidelity, prdc, scipy
(and PyTorch and torchvision, which pytorch-fid and torch-fidelity need).

- statistics: from means and covariances to FID;
- features: from features to FID, including covariances;
- kid: 100 subsets of 1,000;
- prdc: 5 nearest neighbors;
- inception: from images to features. Startup, loading weights and the first
  batch, which compiles, are not counted.
"""

import argparse
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import numpy as np
from inception_peers import (
    declare_torchvision_operators,
    inception_program,
    write_inception_weights,
)

TASKS = {
    "statistics": ("keras-gan", "scipy", "pytorch-fid", "torch-fidelity"),
    "features": ("keras-gan", "pytorch-fid", "torch-fidelity"),
    "kid": ("keras-gan", "torch-fidelity"),
    "prdc": ("keras-gan", "prdc"),
    "inception": ("keras-gan", "torch-fidelity"),
}


def make_features(seed: int, num_images: int, num_features: int) -> np.ndarray:
    """Returns features like Inception's: nonnegative, correlated, few large."""
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(64, num_features)) * 0.05
    shared = rng.normal(size=(num_images, 64)) @ mixing
    own = rng.gamma(2.0, 0.15, (num_images, num_features))
    return np.maximum(own + shared, 0.0).astype("float32")


def statistics_of(features):
    """Returns mean and covariance in float64, computed with NumPy."""
    features = features.astype("float64")
    return features.mean(axis=0), np.cov(features, rowvar=False)


def ours_statistics(real, fake):
    from keras_gan.metrics import frechet_distance

    first, second = statistics_of(real), statistics_of(fake)
    return lambda: frechet_distance(*first, *second)


def scipy_statistics(real, fake):
    from scipy import linalg

    (mu1, sigma1), (mu2, sigma2) = statistics_of(real), statistics_of(fake)

    def distance():
        root = linalg.sqrtm(sigma1 @ sigma2)
        trace = np.trace(sigma1) + np.trace(sigma2) - 2 * np.trace(root).real
        return np.sum((mu1 - mu2) ** 2) + trace

    return distance


def pytorch_fid_statistics(real, fake):
    from pytorch_fid.fid_score import calculate_frechet_distance

    first, second = statistics_of(real), statistics_of(fake)
    return lambda: calculate_frechet_distance(*first, *second)


def torch_fidelity_statistics(real, fake):
    from torch_fidelity.metric_fid import fid_statistics_to_metric

    pair = [
        {"mu": mu, "sigma": sigma}
        for mu, sigma in map(statistics_of, (real, fake))
    ]
    return lambda: _only(fid_statistics_to_metric(*pair, verbose=False))


def ours_features(real, fake):
    from keras_gan.metrics import FrechetInceptionDistance

    return lambda: _streamed(FrechetInceptionDistance(), real, fake)


def pytorch_fid_features(real, fake):
    from pytorch_fid.fid_score import calculate_frechet_distance

    def distance():
        # As in its `calculate_activation_statistics`.
        pair = [
            (np.mean(x, axis=0), np.cov(x, rowvar=False)) for x in (real, fake)
        ]
        return calculate_frechet_distance(*pair[0], *pair[1])

    return distance


def torch_fidelity_features(real, fake):
    import torch
    from torch_fidelity.metric_fid import (
        fid_features_to_statistics,
        fid_statistics_to_metric,
    )

    def distance():
        pair = [
            fid_features_to_statistics(torch.from_numpy(x))
            for x in (real, fake)
        ]
        return _only(fid_statistics_to_metric(*pair, verbose=False))

    return distance


def ours_kid(real, fake):
    from keras_gan.metrics import KernelInceptionDistance

    return lambda: _streamed(KernelInceptionDistance(), real, fake)


def torch_fidelity_kid(real, fake):
    import torch
    from torch_fidelity.metric_kid import kid_features_to_metric

    # The first argument is the generated set.
    first, second = torch.from_numpy(fake), torch.from_numpy(real)

    def distance():
        values = kid_features_to_metric(
            first, second, kid_subset_size=1000, verbose=False
        )
        return values["kernel_inception_distance_mean"]

    return distance


def ours_prdc(real, fake):
    from keras_gan.metrics import PrecisionRecall

    return lambda: _streamed(PrecisionRecall(), real, fake)["coverage"]


def prdc_prdc(real, fake):
    from prdc import compute_prdc

    return lambda: compute_prdc(real, fake, nearest_k=5)["coverage"]


def _streamed(metric, real, fake, batch_size=500):
    for start in range(0, len(real), batch_size):
        part = slice(start, start + batch_size)
        metric.update_real_features(real[part])
        metric.update_fake_features(fake[part])
    return metric.result()


def _only(values: dict) -> float:
    (value,) = values.values()
    return float(value)


def measure(task: str, program: str, folder: pathlib.Path) -> dict:
    """Returns seconds, peak memory in MB above the start, and the value."""
    if program in ("pytorch-fid", "torch-fidelity"):
        declare_torchvision_operators()
    if task == "inception":
        run = inception_program(program, folder)
    else:
        name = program.replace("-", "_").replace("keras_gan", "ours")
        make = globals()[f"{name}_{task}"]
        run = make(*(np.load(folder / f"{k}.npy") for k in ("real", "fake")))
    before = _resident()
    start = time.perf_counter()
    value = float(run())
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "peak": _peak() - before, "value": value}


def _resident() -> float:
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def in_process(task: str, program: str, folder: pathlib.Path) -> dict | None:
    """Runs `measure` in a new process; None if a program is not installed."""
    command = [sys.executable, __file__, "--one", task, program, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1])
    if "ModuleNotFoundError" in done.stderr:
        return None
    raise RuntimeError(done.stderr)


def compare(task: str, programs, folder: pathlib.Path, turns: int) -> None:
    """Runs the programs in turn and prints a row for each."""
    found: dict[str, list] = {}
    for _ in range(turns):
        for program in programs:
            if found.get(program) != [None]:
                row = in_process(task, program, folder)
                found.setdefault(program, []).append(row)
    ours = _median(found["keras-gan"], "seconds")
    for program, rows in found.items():
        if rows == [None]:
            print(f"{task:12}{program:16}not installed", flush=True)
            continue
        seconds = _median(rows, "seconds")
        print(
            f"{task:12}{program:16}{seconds:10.3g}{seconds / ours:10.3g}"
            f"{_median(rows, 'peak'):10.0f}  {rows[0]['value']:.10g}",
            flush=True,
        )


def _median(rows, key: str) -> float:
    return float(np.median([row[key] for row in rows]))


def main() -> None:
    """Reads the arguments and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=[*TASKS])
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--num-images", type=int, default=10_000)
    parser.add_argument("--num-features", type=int, default=2048)
    parser.add_argument(
        "--inception-images", type=int, default=128, help="images of 32 px"
    )
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        task, program, folder = options.one
        print(json.dumps(measure(task, program, pathlib.Path(folder))))
        return
    print(
        f"{options.num_images} images of each kind, {options.num_features} "
        f"features, medians of {options.turns} turns"
    )
    print("task        program            seconds  / ours   peak MB  value")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        size = (options.num_images, options.num_features)
        np.save(folder / "real.npy", make_features(1, *size))
        np.save(folder / "fake.npy", make_features(2, *size) * 1.05)
        if "inception" in options.tasks:
            write_inception_weights(folder, options.inception_images)
        for task in options.tasks:
            compare(task, TASKS[task], folder, options.turns)


if __name__ == "__main__":
    main()
