"""Measure speed and memory of `keras-gan augment` by number of images.

    python benchmarks/augment_command.py
    python benchmarks/augment_command.py --num-images 2000 20000 100000 --check

Each number of images is measured in a separate process, which balances the
built-in digits with a small untrained conditional GAN (an MLP for 8x8 pixels,
with a filter unless `--no-filter` is given). Images/s are computed from the
time of the whole command, including startup. Memory is the peak of resident
memory. It should grow with the number of images only by what the plan and the
manifest need. Works on Linux and macOS.
"""

import argparse
import os
import pathlib
import sys
import tempfile
import time

# Bytes per image that the plan may need: the label, and some slack.
MAX_BYTES_AN_IMAGE = 400
NUM_ORIGINALS = 1797
COMMAND = (sys.executable, "-m", "keras_gan", "augment", "digits")


def make_model(path: pathlib.Path) -> None:
    """Saves a small conditional GAN of the digits."""
    import keras_gan

    pair = keras_gan.networks.mlp((8, 8, 1), num_classes=10, seed=0)
    keras_gan.GAN(*pair, num_classes=10, seed=0).save(path)


def measure(
    folder: pathlib.Path, num_images: int, filtered: bool
) -> tuple[float, int]:
    """Returns the seconds and the peak of resident memory in bytes."""
    command = [
        *(*COMMAND, "--run", str(folder / "model.keras")),
        *("--num-images", str(num_images)),
        *("--out", str(folder / f"out-{num_images}")),
        *(("--filter", "threshold") if filtered else ()),
    ]
    start = time.perf_counter()
    process = os.posix_spawn(command[0], command, dict(os.environ))
    _, status, usage = os.wait4(process, 0)
    if status:
        raise RuntimeError(f"{' '.join(command)} ended with {status}")
    # Linux counts it in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return time.perf_counter() - start, usage.ru_maxrss * unit


def main(arguments: list[str] | None = None) -> int:
    """Prints the table; returns 1 if `--check` finds that memory grows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument(
        "--num-images", type=int, nargs="+", default=[2000, 20000]
    )
    parser.add_argument(
        "--filter", action=argparse.BooleanOptionalAction, default=True
    )
    parser.add_argument(
        "--check", action="store_true", help="exit with 1 if memory grows"
    )
    options = parser.parse_args(arguments)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_model(folder / "model.keras")
        for number in sorted(options.num_images):
            seconds, peak = measure(folder, number, options.filter)
            rows.append((number, seconds, peak))
    print("generated    seconds   images/s   peak, MiB")
    for number, seconds, peak in rows:
        rate = (number + NUM_ORIGINALS) / seconds
        print(f"{number:9d} {seconds:10.1f} {rate:10.0f} {peak / 2**20:11.0f}")
    if len(rows) < 2:
        return 0
    (first, _, least), (last, _, most) = rows[0], rows[-1]
    growth = (most - least) / max(last - first, 1)
    verdict = "ok" if growth <= MAX_BYTES_AN_IMAGE else "grows"
    print(
        f"{growth:.0f} bytes per image (bound {MAX_BYTES_AN_IMAGE}): {verdict}"
    )
    return int(options.check and growth > MAX_BYTES_AN_IMAGE)


if __name__ == "__main__":
    sys.exit(main())
