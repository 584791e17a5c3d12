"""Whether a processor trains faster in bfloat16, by measurement."""

import functools
import time
from collections.abc import Callable

# A convolution typical of a small network: images, height, width, channels.
SHAPE = (64, 16, 16, 64)
KERNEL = 5
_PAIRS = 5
# Below this speedup, bfloat16's 8 bits of precision are not worth it.
REQUIRED_GAIN = 1.3

Convolution = Callable[[str], Callable[[], None]]
"""Type -> function that computes the gradients of a convolution in it."""


@functools.cache
def measured_gain(convolution: Convolution) -> float:
    """How many times faster than in float32 a CPU convolves in bfloat16.

    The instruction set is not enough to decide: some CPUs multiply matrices
    faster in bfloat16 but convolve more slowly. So a convolution and its
    gradients are measured in both, in turns. Only the processor time of this
    process counts, which hardly depends on what else runs, and of that the
    least.

    Args:
        convolution: Type -> function without arguments that computes both
            gradients of a convolution of images of `SHAPE` with a square
            kernel of `KERNEL` pixels and as many channels, and waits for them.
    """
    programs = [convolution(dtype) for dtype in ("float32", "bfloat16")]
    pairs = [[_seconds(run) for run in programs] for _ in range(_PAIRS)]
    in_float32, in_bfloat16 = (min(times) for times in zip(*pairs, strict=True))
    return in_float32 / in_bfloat16


def is_faster(convolution: Convolution) -> bool:
    """Whether the gain is worth the lower precision; see `measured_gain`."""
    return measured_gain(convolution) >= REQUIRED_GAIN


def _seconds(run: Callable[[], None]) -> float:
    """Returns the processor time that a function takes in this process."""
    start = time.process_time()
    run()
    return time.process_time() - start
