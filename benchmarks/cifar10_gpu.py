"""Train an R3GAN on CIFAR-10 with JAX, and compare its speed with PyTorch.

    python benchmarks/cifar10_gpu.py --data cifar10.zip --out cifar10

DATA is a zip of images or an npz with a uint8 array `x_train`. It needs JAX,
PyTorch and Keras, but not TensorFlow, and Pillow only for a zip. These programs
are timed in turn:

- `GAN.fit` on the JAX backend with its defaults: relativistic loss, averaged
  generator, and R1 and R2, but in every step. The images are bytes on the
  device, where each batch is gathered and scaled; with "NumPy" the batches are
  made on the host;
- the same networks and the same step in plain PyTorch: see
  `cifar10_gpu_torch.py`, which also describes what is compiled.

In float32, both frameworks may use TF32 for matrix products on a GPU.

A step costs 4 G + 15 D per image, where G and D are twice the multiply-adds of
the convolutions and dense layers in a forward pass of the network. A backward
pass to the inputs, or to the weights, costs the same as a forward pass:

- update of the discriminator: G for the fake image; then for the fake and the
  real image each: D forward, D backward to the image for R1 or R2, 2 D backward
  through that gradient (to its inputs and to the weights), and 2 D backward
  from the loss;
- update of the generator: G and D forward for the fake image, D forward for the
  real image, D backward to the image and 2 G backward from there.

The low-pass filters between stages, all sums, Adam and the average are not
counted. The peak is the fastest product of two square matrices in the given
precision, over all sizes and both frameworks.
"""

import argparse
import contextlib
import io
import json
import statistics
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from cifar10_gpu_worker import MATRICES, POLICIES
from train_step_tables import Entry, Speeds, measure, ratio
from train_step_tables import Worker as BackendWorker

WORKER = Path(__file__).with_name("cifar10_gpu_worker.py")
SUFFIXES = {".png", ".jpg", ".jpeg"}
GPU_SIZES = [1024, 2048, 4096, 8192]
CPU_SIZES = [1024]
FIT = Entry("r3gan", "jax", "GAN.fit")
SHOWN = ("d_loss", "g_loss", "r1", "r2", "d_real_accuracy", "d_fake_accuracy")


class Worker(BackendWorker):
    """A process of one framework that runs programs on request.

    Args:
        framework: "jax" or "torch".
        arguments: Other arguments of `cifar10_gpu_worker.py`.
    """

    program = WORKER

    def __init__(self, framework: str, arguments: list[str]) -> None:
        super().__init__(framework, [framework, *arguments])
        self.facts: dict[str, Any] = {}

    def wait(self) -> None:
        """Waits until everything is compiled, and reads the programs' names."""
        super().wait()
        self.facts = self._answer()

    def train(self) -> dict:
        """Trains a GAN from scratch; returns the logs."""
        assert self.process.stdin is not None
        print(json.dumps("train"), file=self.process.stdin, flush=True)
        return self._answer()


def load_images(path: Path) -> np.ndarray:
    """Returns bytes `(num_images, side, side, channels)` of a zip or npz."""
    if path.suffix == ".npz":
        with np.load(path) as arrays:
            images = arrays["x_train"]
    else:
        images = read_zip(path)
    if images.ndim == 3:
        images = images[..., None]
    _, height, width, _ = images.shape
    if images.dtype != np.uint8 or height != width:
        raise SystemExit(
            "`--data` must contain square images of bytes. Received: "
            f"{images.dtype} of shape {images.shape}."
        )
    return np.ascontiguousarray(images)


def read_zip(path: Path) -> np.ndarray:
    """Returns the images of a zip, in the order of their names."""
    try:
        from PIL import Image
    except ImportError as error:
        raise SystemExit(
            f"A zip of images needs Pillow: {error}. Install it, or pass an "
            "npz with a uint8 array `x_train` as `--data`."
        ) from error

    with zipfile.ZipFile(path) as file:
        names = sorted(
            name
            for name in file.namelist()
            if Path(name).suffix.lower() in SUFFIXES
        )
        if not names:
            raise SystemExit(f"`--data` must contain images. Received: {path}")
        return np.stack(
            [np.asarray(Image.open(io.BytesIO(file.read(n)))) for n in names]
        )


def started(
    options: argparse.Namespace, folder: Path, stack: contextlib.ExitStack
) -> list[Worker]:
    """Returns workers that have compiled everything; the stack ends them."""
    images = folder / "images.npy"
    np.save(images, load_images(options.data))
    arguments = [
        str(images),
        *("--matrices", *map(str, options.matrices)),
        *("--batch-size", str(options.batch_size)),
        *("--width", str(options.width)),
        *("--precision", options.precision),
        *("--seconds", str(options.seconds)),
        *("--steps", str(options.steps)),
        *("--out", str(options.out)),
        *(["--no-compile"] if options.no_compile else []),
    ]
    workers = []
    for framework in ["jax"] if options.no_torch else ["jax", "torch"]:
        worker = Worker(framework, arguments)
        stack.callback(worker.close)
        workers.append(worker)
        # One after the other, because each compiler uses all CPU cores.
        worker.wait()
    return workers


def check_weights(workers: list[Worker]) -> None:
    """Ends the program if the networks are not the same."""
    numbers = {w.backend: w.facts["weights"] for w in workers}
    if len(set(map(tuple, numbers.values()))) > 1:
        raise SystemExit(f"The networks differ in size: {numbers}")


def peaks(speeds: Speeds) -> dict[str, tuple[float, str]]:
    """Returns the best FLOP/s of each framework, with the matrix size."""
    found: dict[str, tuple[float, str]] = {}
    for entry, numbers in speeds.items():
        if entry.network == MATRICES:
            speed = statistics.median(numbers) * 2 * int(entry.program) ** 3
            best = found.get(entry.backend, (0.0, ""))
            found[entry.backend] = max(best, (speed, entry.program))
    return found


def speed_table(speeds: Speeds, batch_size: int, flop: int) -> str:
    """Returns images/s and the fraction of the peak of each program."""
    found = peaks(speeds)
    peak = max(speed for speed, _ in found.values())
    lines = [
        f"{framework:<6} best product: {speed / 1e12:.3g} TFLOP/s "
        f"at {size} x {size}"
        for framework, (speed, size) in found.items()
    ]
    lines.append(
        "backend program           images/s       min       max  TFLOP/s  "
        "of peak"
    )
    for entry, numbers in speeds.items():
        if entry.network == MATRICES:
            continue
        median = statistics.median(numbers) * batch_size
        lines.append(
            f"{entry.backend:<7} {entry.program:<15} {median:10.1f} "
            f"{min(numbers) * batch_size:9.1f} "
            f"{max(numbers) * batch_size:9.1f} {median * flop / 1e12:8.3g} "
            f"{100 * median * flop / peak:6.1f} %"
        )
    for entry, numbers in speeds.items():
        if entry.network != MATRICES and entry.backend == "torch":
            value = ratio(speeds[FIT], numbers)
            lines.append(
                f"GAN.fit on JAX / PyTorch, {entry.program}: {value:.3f}"
            )
    return "\n".join(lines)


def loss_table(trained: dict) -> str:
    """Returns the means of the logs, one line per part of the training."""
    logs = trained["logs"]
    names = [name for name in SHOWN if name in logs]
    lines = ["  step " + " ".join(f"{name:>15}" for name in names)]
    for epoch, values in enumerate(
        zip(*(logs[name] for name in names), strict=True), start=1
    ):
        numbers = " ".join(f"{value:15.4f}" for value in values)
        lines.append(f"{epoch * trained['steps']:6} {numbers}")
    return "\n".join(lines)


def has_gpu() -> bool:
    """Whether there is a GPU, without importing a framework."""
    return any(Path("/dev").glob("nvidia[0-9]*")) or Path("/dev/kfd").exists()


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Returns the options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("--data", type=Path, required=True, help="zip of images, or npz")
    add("--out", type=Path, default=Path("cifar10"), help="folder of samples")
    add("--steps", type=int, default=10_000, help="steps of training; 0: none")
    add("--batch-size", type=int, default=256)
    add("--width", type=int, default=64, help="channels of the finest stage")
    add("--precision", choices=[*POLICIES], default="bfloat16")
    add("--seconds", type=float, default=3.0, help="length of a turn")
    add("--turns", type=int, default=5)
    add("--matrices", type=int, nargs="+", help="matrix sizes for the peak")
    add("--no-torch", action="store_true", help="only JAX")
    add("--no-compile", action="store_true", help="without torch.compile")
    options = parser.parse_args(arguments)
    if options.steps < 0 or options.seconds <= 0:
        parser.error("--steps must be at least 0, and --seconds positive")
    for name in ("batch_size", "width", "turns"):
        if getattr(options, name) < 1:
            parser.error(f"--{name.replace('_', '-')} must be at least 1")
    if not options.data.is_file():
        parser.error(f"--data must be a zip or npz. Received: {options.data}")
    if options.matrices is None:
        options.matrices = GPU_SIZES if has_gpu() else CPU_SIZES
    return options


def say(text: str) -> None:
    """Prints without buffering, also to a file."""
    print(text, flush=True)


def main(arguments: list[str] | None = None) -> None:
    """Times the programs, trains a GAN and prints the results."""
    options = parse(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        workers = started(options, folder, stack)
        check_weights(workers)
        for worker in workers:
            say(f"{worker.backend} {worker.version} on {worker.device}")
        speeds = measure([*workers], options.turns)
        facts = workers[0].facts
        say(
            f"R3GAN of {facts['weights'][0]:,} + {facts['weights'][1]:,} "
            f"weights, {options.precision}, batch {options.batch_size}, "
            f"{facts['flop'] / 1e9:.3g} GFLOP per step and image"
        )
        say(speed_table(speeds, options.batch_size, facts["flop"]))
        if options.steps:
            say("\nGAN.fit on JAX from scratch, means since the last line")
            say(loss_table(workers[0].train()))
            say(f"samples are in {options.out}")


if __name__ == "__main__":
    main()
