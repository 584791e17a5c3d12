"""CPUs, GPUs and TPUs, as JAX reports them."""

import contextlib
import os
from typing import Any

import jax
import keras

from keras_gan.utils import workers
from keras_gan.utils.workers import LoadShard

FRAMEWORK_VERSION = jax.__version__
# As Keras names them.
_PROCESSES = [
    f"KERAS_DISTRIBUTION_{name}"
    for name in ("JOB_ADDRESSES", "NUM_PROCESSES", "PROCESS_ID")
]


class Devices:
    """Takes the place of a strategy: all devices available to this process."""

    def scope(self):
        """Context in which variables are created."""
        return contextlib.nullcontext()


def distribution_strategy() -> Devices:
    """Turns on data parallelism if there are several devices.

    Each process then loads its own part of the data: see `shared_input`.
    """
    if len(jax.devices()) > 1:
        keras.distribution.set_distribution(
            keras.distribution.DataParallel(auto_shard_dataset=False)
        )
    return Devices()


def has_workers() -> bool:
    """Whether this process is one of several workers that train together."""
    return jax.process_count() > 1


def is_chief() -> bool:
    """Whether this process is the one that writes files."""
    return jax.process_index() == 0 and workers.is_chief()


def join_workers() -> None:
    """Joins the processes that the environment names, as Keras reads it.

    Must be called before JAX computes anything.

    Raises:
        ValueError: If these variables do not fit together.
    """
    given = {name: os.environ.get(name) for name in _PROCESSES}
    if given[_PROCESSES[1]] is None or jax.distributed.is_initialized():
        return
    try:
        keras.distribution.initialize()
    except ValueError as error:
        received = ", ".join(map(str, given.values()))
        raise ValueError(
            f"The environment variables {', '.join(_PROCESSES)} must be the "
            "address of the first process, the number of all and the number "
            f"of this one, from 0. Received: {received} "
            f"({error}). Correct them, or unset them."
        ) from error


def shared_input(load: LoadShard, model: Any) -> Any:
    """Batches for `fit`, of which each worker loads only its own part.

    Args:
        load: Function from a shard, or `None` for whole batches, to a
            `tf.data.Dataset`.
        model: The model that is trained with them.
    """
    del model
    if not has_workers():
        return load(None)
    return load((jax.process_index(), jax.process_count()))


def compiles_by_default() -> bool:
    """Whether to compile a step into one program: always."""
    return True


def describe_devices() -> str:
    """Describes the devices of this process for a message."""
    devices = jax.devices()
    if devices[0].platform == "cpu" and len(devices) == 1:
        return "the processor"
    name = devices[0].device_kind
    return name if len(devices) == 1 else f"{len(devices)} x {name}"


def bfloat16_is_fast() -> bool:
    """Whether training is clearly faster in bfloat16 than in float32 here.

    TPUs, and GPUs of compute capability 8.0 or higher, have bfloat16
    arithmetic. CPUs use float32.
    """
    device = jax.devices()[0]
    if device.platform == "cpu":
        return False
    capability = getattr(device, "compute_capability", None)
    return capability is None or float(capability) >= 8.0


def bfloat16_gain() -> float | None:
    """None: the gain is not measured, because CPUs always use float32."""
    return None


def has_gpu() -> bool:
    """Whether there is an accelerator."""
    return jax.default_backend() != "cpu"
