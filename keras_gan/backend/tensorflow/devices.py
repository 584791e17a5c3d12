"""Processors, GPUs and other workers, as TensorFlow knows them."""

import os
import time

import tensorflow as tf

FRAMEWORK_VERSION = tf.__version__

# A convolution from the middle of a small network: images, side, channels.
_PROBE_SHAPE = (8, 16, 16, 32)
_PROBE_SECONDS = 0.04
# Below that gain, rounding to 8 bits is not worth it.
_REQUIRED_GAIN = 1.3


def distribution_strategy() -> tf.distribute.Strategy:
    """The strategy that uses every device this process may use.

    Several workers where the environment variable `TF_CONFIG` is set, several
    GPUs where they are visible, otherwise one device. With workers, nothing may
    have been computed before.
    """
    if has_workers():
        return tf.distribute.MultiWorkerMirroredStrategy()
    if len(_gpus()) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def has_workers() -> bool:
    """Whether this process is one of several that train together."""
    return bool(os.environ.get("TF_CONFIG"))


def compiles_by_default() -> bool:
    """Whether a step should be one compiled program: on one replica.

    XLA and the collectives of several do not always go together.
    """
    return not has_workers() and len(_gpus()) <= 1


def describe_devices() -> str:
    """The devices of this process in words."""
    names = [
        tf.config.experimental.get_device_details(gpu).get("device_name", "GPU")
        for gpu in _gpus()
    ]
    if not names:
        return "the processor"
    return names[0] if len(names) == 1 else f"{len(names)} x {names[0]}"


def has_gpu() -> bool:
    """Whether there is a GPU, for which Keras compiles with XLA by itself."""
    return bool(_gpus())


def bfloat16_is_fast() -> bool:
    """Whether training is clearly faster in bfloat16 than in float32 here.

    GPUs have the arithmetic from compute capability 8.0 on. On processors it is
    measured on a convolution, forward and backward, because their instructions
    do not tell: some multiply matrices faster in bfloat16 and convolve slower.
    Among several workers, which have to agree, processors take float32.
    """
    gpus = _gpus()
    if gpus:
        return all(_compute_capability(gpu) >= (8, 0) for gpu in gpus)
    if has_workers():
        return False
    gain = _convolution_seconds("float32") / _convolution_seconds("bfloat16")
    return gain >= _REQUIRED_GAIN


def _gpus() -> list:
    return tf.config.get_visible_devices("GPU")


def _compute_capability(gpu) -> tuple[int, ...]:
    details = tf.config.experimental.get_device_details(gpu)
    return tuple(details.get("compute_capability", (0, 0)))


def _convolution_seconds(dtype: str) -> float:
    """Best time of one convolution and its two gradients."""
    channels = _PROBE_SHAPE[-1]
    images = tf.ones(_PROBE_SHAPE, dtype)
    kernel = tf.ones((3, 3, channels, channels), dtype)

    @tf.function(jit_compile=False)
    def gradients():
        with tf.GradientTape() as tape:
            tape.watch([images, kernel])
            outputs = tf.nn.conv2d(images, kernel, 1, "SAME")
        return tape.gradient(outputs, [images, kernel])

    gradients()  # Traces the graph.
    seconds: list[float] = []
    while sum(seconds) < _PROBE_SECONDS:
        start = time.perf_counter()
        gradients()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
