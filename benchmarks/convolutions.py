"""How fast TensorFlow convolves, and whether blocks of pixels are faster.

    python benchmarks/convolutions.py

For the layers of the default DCGANs, each a convolution of 5x5 pixels with a
stride of 2 of 64 images: GFLOP/s of the pass, of the gradient of its images
(which is also the pass of a transposed convolution) and of its kernel. "blocks"
is the time of the second as a convolution of 3x3 blocks of 2x2 pixels, whose
kernel is a little larger, with the rearrangement of the pixels.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import tensorflow as tf

BATCH_SIZE = 64
KERNEL = 5
# Side of the images, channels before and after.
LAYERS = ((28, 1, 32), (14, 32, 64), (64, 3, 32), (32, 32, 64), (16, 64, 128))


def milliseconds(function: Callable[[], tf.Tensor], number: int) -> float:
    """Returns the median time of a function."""
    graph = tf.function(function, jit_compile=False)
    times = []
    for _ in range(number + 2):
        start = time.perf_counter()
        graph().numpy()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times[2:])


def measure(layer: tuple[int, int, int], dtype: str, number: int) -> list[str]:
    """Returns a row of the table."""
    side, before, after = layer
    images = tf.ones((BATCH_SIZE, side, side, before), dtype)
    kernel = tf.ones((KERNEL, KERNEL, before, after), dtype)
    slopes = tf.ones((BATCH_SIZE, side // 2, side // 2, after), dtype)
    block_kernel = tf.ones((3, 3, after, 4 * before), dtype)
    options = {"strides": [1, 2, 2, 1], "padding": "SAME"}
    raw = tf.raw_ops
    # One number of the result has to leave the device.
    programs = [
        lambda: raw.Conv2D(input=images, filter=kernel, **options)[0, 0, 0, 0],
        lambda: raw.Conv2DBackpropInput(
            input_sizes=images.shape,
            filter=kernel,
            out_backprop=slopes,
            **options,
        )[0, 0, 0, 0],
        lambda: raw.Conv2DBackpropFilter(
            input=images,
            filter_sizes=kernel.shape,
            out_backprop=slopes,
            **options,
        )[0, 0, 0, 0],
        lambda: tf.nn.depth_to_space(
            tf.nn.conv2d(slopes, block_kernel, 1, "SAME"), 2
        )[0, 0, 0, 0],
    ]
    times = [milliseconds(program, number) for program in programs]
    work = 2e-6 * BATCH_SIZE * (side // 2) ** 2 * KERNEL**2 * before * after
    speeds = [f"{work / one:.0f}" for one in times[:3]]
    row = [f"{side}x{side}, {before} to {after}", dtype, *speeds]
    return [*row, f"{times[1]:.2f}", f"{times[3]:.2f}"]


def main(arguments: list[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--number", type=int, default=30)
    options = parser.parse_args(arguments)
    print("| layer | type | pass | images | kernel | images, ms | blocks, ms |")
    print("|---|---|---|---|---|---|---|")
    for layer in LAYERS:
        for dtype in ("float32", "bfloat16"):
            cells = measure(layer, dtype, options.number)
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
