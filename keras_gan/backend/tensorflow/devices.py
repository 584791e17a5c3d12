"""CPUs, GPUs and workers, as TensorFlow reports them."""

import functools
import os
import time
from collections.abc import Callable

import tensorflow as tf

FRAMEWORK_VERSION = tf.__version__

# A convolution typical of a small network: images, height, width, channels.
_PROBE_SHAPE = (64, 16, 16, 64)
_PROBE_KERNEL = 5
_PROBE_PAIRS = 5
# Below this speedup, bfloat16's 8 bits of precision are not worth it.
_REQUIRED_GAIN = 1.3


def distribution_strategy() -> tf.distribute.Strategy:
    """The strategy that uses all devices available to this process.

    Uses several workers if the environment variable `TF_CONFIG` is set, several
    GPUs if they are visible, and one device otherwise. With workers, this must
    be called before TensorFlow computes anything.
    """
    if has_workers():
        return tf.distribute.MultiWorkerMirroredStrategy()
    if len(_gpus()) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def has_workers() -> bool:
    """Whether this process is one of several workers that train together."""
    return bool(os.environ.get("TF_CONFIG"))


def compiles_by_default() -> bool:
    """Whether to compile a step with XLA: only with a single replica.

    XLA does not always work with the collectives of several replicas.
    """
    return not has_workers() and len(_gpus()) <= 1


def describe_devices() -> str:
    """Describes the devices of this process for a message."""
    names = [
        tf.config.experimental.get_device_details(gpu).get("device_name", "GPU")
        for gpu in _gpus()
    ]
    if not names:
        return "the processor"
    return names[0] if len(names) == 1 else f"{len(names)} x {names[0]}"


def has_gpu() -> bool:
    """Whether there is a GPU, on which Keras compiles with XLA by default."""
    return bool(_gpus())


def bfloat16_is_fast() -> bool:
    """Whether training is clearly faster in bfloat16 than in float32 here.

    GPUs of compute capability 8.0 or higher have bfloat16 arithmetic. With
    several workers, which have to agree, CPUs use float32.
    """
    gpus = _gpus()
    if gpus:
        return all(_compute_capability(gpu) >= (8, 0) for gpu in gpus)
    return not has_workers() and _measured_gain() >= _REQUIRED_GAIN


def bfloat16_gain() -> float | None:
    """How many times faster than in float32 a CPU convolves in bfloat16.

    The instruction set is not enough to decide: some CPUs multiply matrices
    faster in bfloat16 but convolve more slowly. So a convolution and its
    gradients are measured in both, in turns. Only the processor time of this
    process counts, which hardly depends on what else runs, and of that the
    least.
    """
    return _measured_gain()


@functools.cache
def _measured_gain() -> float:
    programs = [_convolution(dtype) for dtype in ("float32", "bfloat16")]
    pairs = [[_seconds(run) for run in programs] for _ in range(_PROBE_PAIRS)]
    in_float32, in_bfloat16 = (min(times) for times in zip(*pairs, strict=True))
    return in_float32 / in_bfloat16


def _gpus() -> list:
    return tf.config.get_visible_devices("GPU")


def _compute_capability(gpu) -> tuple[int, ...]:
    details = tf.config.experimental.get_device_details(gpu)
    return tuple(details.get("compute_capability", (0, 0)))


def _convolution(dtype: str) -> Callable[[], list]:
    """Returns a function that computes the two gradients of a convolution."""
    channels = _PROBE_SHAPE[-1]
    images = tf.ones(_PROBE_SHAPE, dtype)
    kernel = tf.ones((_PROBE_KERNEL, _PROBE_KERNEL, channels, channels), dtype)

    @tf.function(jit_compile=False)
    def gradients():
        with tf.GradientTape() as tape:
            tape.watch([images, kernel])
            outputs = tf.nn.conv2d(images, kernel, 1, "SAME")
        return tape.gradient(outputs, [images, kernel])

    gradients()  # Traces the graph.
    return gradients


def _seconds(run: Callable[[], list]) -> float:
    """Returns the processor time that a function takes in this process."""
    start = time.process_time()
    for result in run():
        result.numpy()  # Waits for it.
    return time.process_time() - start
