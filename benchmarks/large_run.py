"""What a pass over 100 million images takes on 64 GPUs, on paper.

    python benchmarks/large_run.py
    python benchmarks/large_run.py --network dcgan --image-size 64 --width 128
    python benchmarks/large_run.py --save     # and time the checkpoint here

The weights are counted exactly, from the library's networks. How many images a
second one GPU trains, and how much the network between the machines carries,
are assumptions: measure yours (`cifar10_gpu.py`, `iperf3`) and pass them.

    gradients     = 4 bytes x weights of all players updated in a step
    communication = 2 (n - 1) / n x gradients / bandwidth     (ring all-reduce)
    computing     = batch per GPU / images per second of one GPU
    step          = computing + communication                 (no overlap)
    checkpoint    = 4 bytes x (weights + 2 moments of Adam + the average of G)
    pass          = images / (n x batch per GPU) x step
    input         = n x batch per GPU x bytes of an image / step
"""

import argparse
import itertools
import math
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import keras

FLOAT_BYTES = 4
HEAD = (
    f"{'images/s a GPU':>15}{'GB/s':>7}{'computing':>11}{'communication':>15}"
    f"{'efficiency':>12}{'images/s':>10}{'input MB/s':>12}{'a pass':>10}"
)


@dataclass(frozen=True)
class Run:
    """A run of data-parallel training.

    Args:
        weights: Trainable weights of the generator and of the discriminator.
        others: Other saved numbers, such as statistics of normalization.
        gpus: How many.
        batch_size: Images of a step on each GPU.
        images: Images in a pass.
        image_bytes: Bytes of a file.
    """

    weights: tuple[int, int]
    others: int
    gpus: int
    batch_size: int
    images: int
    image_bytes: int

    @property
    def gradient_bytes(self) -> int:
        """Bytes that each GPU adds to the sums of a step."""
        return FLOAT_BYTES * sum(self.weights)

    @property
    def ring_bytes(self) -> float:
        """Bytes that each GPU sends in a step."""
        return 2 * (self.gpus - 1) / self.gpus * self.gradient_bytes

    @property
    def checkpoint_bytes(self) -> int:
        """Bytes of weights, moments of Adam and the averaged generator."""
        numbers = 3 * sum(self.weights) + self.weights[0] + self.others
        return FLOAT_BYTES * numbers

    def row(self, speed: float, bandwidth: float) -> str:
        """Returns a line of the table.

        Args:
            speed: Images per second that one GPU trains by itself.
            bandwidth: Bytes per second that each GPU can send.
        """
        computing = self.batch_size / speed
        communication = self.ring_bytes / bandwidth
        step = computing + communication
        together = self.gpus * self.batch_size / step
        return (
            f"{speed:>15,.0f}{bandwidth / 1e9:>7g}{1e3 * computing:>8,.0f} ms"
            f"{1e3 * communication:>12,.1f} ms{100 * computing / step:>10.1f} %"
            f"{together:>10,.0f}{together * self.image_bytes / 1e6:>12,.0f}"
            f"{self.images / together / 3600:>8,.1f} h"
        )


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Returns the options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("--network", choices=["dcgan", "r3gan"], default="r3gan")
    add("--image-size", type=int, default=256)
    add("--width", type=int, default=64, help="of the finest stage")
    add("--gpus", type=int, default=64)
    add("--batch-size", type=int, default=32, help="images of each GPU")
    add("--images", type=int, default=100_000_000)
    add("--image-bytes", type=int, default=25_000, help="of a file, as JPEG")
    add("--speeds", type=float, nargs="+", default=[50, 200, 800],
        help="images/s that one GPU trains")  # fmt: skip
    add("--bandwidths", type=float, nargs="+", default=[1.25, 25],
        help="GB/s that each GPU can send")  # fmt: skip
    add("--save", action="store_true", help="save and load the checkpoint")
    options = parser.parse_args(arguments)
    for name, value in vars(options).items():
        several = value if isinstance(value, list) else [value]
        if name not in ("network", "save") and min(several) <= 0:
            parser.error(f"--{name} must be positive. Received: {value}")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Counts weights and prints."""
    options = parse(arguments)
    shape = (options.image_size, options.image_size, 3)
    make = getattr(keras_gan.networks, options.network)
    networks = make(shape, width=options.width)
    generator, discriminator = (_count(n.trainable_weights) for n in networks)
    run = Run(
        (generator, discriminator),
        sum(_count(network.non_trainable_weights) for network in networks),
        options.gpus,
        options.batch_size,
        options.images,
        options.image_bytes,
    )
    print(
        f"{options.network}, width {options.width}, {options.image_size} px: "
        f"{run.weights[0] / 1e6:.1f} + {run.weights[1] / 1e6:.1f} M weights, "
        f"gradients {run.gradient_bytes / 1e6:.0f} MB a step, "
        f"checkpoint {run.checkpoint_bytes / 1e9:.2f} GB\n"
        f"{run.gpus} GPUs, {run.batch_size} images each, "
        f"{run.gpus * run.batch_size:,} in a step, "
        f"{run.images / 1e6:,.0f} M images of "
        f"{run.image_bytes / 1e3:g} kB: "
        f"{run.images * run.image_bytes / 1e12:.1f} TB a pass; each GPU sends "
        f"{run.ring_bytes / 1e6:.0f} MB a step"
    )
    if options.save:
        print(saved(networks))
    print(HEAD)
    for speed in options.speeds:
        for bandwidth in options.bandwidths:
            print(run.row(speed, bandwidth * 1e9))
    return 0


def saved(networks: tuple) -> str:
    """Saves and loads a GAN of two networks; returns what that took."""
    gan = keras_gan.GAN(*networks)
    gan.compile()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gan.keras"
        times = [time.perf_counter()]
        for use in (gan.save, keras.saving.load_model):
            use(path)
            times.append(time.perf_counter())
        size = path.stat().st_size
    save, load = (b - a for a, b in itertools.pairwise(times))
    return (
        f"checkpoint here: {size / 1e9:.2f} GB, saved in {save:.1f} s, loaded "
        f"in {load:.1f} s"
    )


def _count(weights: list) -> int:
    return sum(math.prod(weight.shape) for weight in weights)


if __name__ == "__main__":
    sys.exit(main())
