"""CPUs, GPUs and workers, as TensorFlow reports them."""

import os
from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from keras_gan.backend import precision
from keras_gan.utils.workers import LoadShard
from keras_gan.utils.workers import is_chief as is_chief

FRAMEWORK_VERSION = tf.__version__


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


def join_workers() -> None:
    """Does nothing: the strategy joins the workers."""


def shared_input(load: LoadShard, model: Any) -> Any:
    """Batches for `fit`, of which each worker loads only its own part.

    Args:
        load: Function from a shard, or `None` for whole batches, to a
            `tf.data.Dataset`.
        model: The model that is trained with them.
    """
    strategy = model.distribute_strategy
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return load(None)

    def own(context):
        count = context.num_input_pipelines
        part = load((context.input_pipeline_id, count))
        replicas = context.num_replicas_in_sync // count
        # One batch for each replica of this worker.
        return part if replicas == 1 else _divided(part, replicas)

    return strategy.distribute_datasets_from_function(own)


def _divided(batches: tf.data.Dataset, parts: int) -> tf.data.Dataset:
    size = keras.tree.flatten(batches.element_spec)[0].shape[0]
    return batches.rebatch(size // parts, drop_remainder=True)


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
    return not has_workers() and precision.is_faster(_convolution)


def bfloat16_gain() -> float | None:
    """How many times faster than in float32 a CPU convolves in bfloat16."""
    return precision.measured_gain(_convolution)


def _gpus() -> list:
    return tf.config.get_visible_devices("GPU")


def _compute_capability(gpu) -> tuple[int, ...]:
    details = tf.config.experimental.get_device_details(gpu)
    return tuple(details.get("compute_capability", (0, 0)))


def _convolution(dtype: str) -> Callable[[], None]:
    channels = precision.SHAPE[-1]
    images = tf.ones(precision.SHAPE, dtype)
    kernel = tf.ones((precision.KERNEL,) * 2 + (channels, channels), dtype)

    @tf.function(jit_compile=False)
    def gradients():
        with tf.GradientTape() as tape:
            tape.watch([images, kernel])
            outputs = tf.nn.conv2d(images, kernel, 1, "SAME")
        return tape.gradient(outputs, [images, kernel])

    def run():
        for result in gradients():
            result.numpy()  # Waits for it.

    gradients()  # Traces the graph.
    return run
