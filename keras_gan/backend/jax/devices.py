"""Processors, GPUs and TPUs, as JAX knows them."""

import contextlib

import jax
import keras

FRAMEWORK_VERSION = jax.__version__


class Devices:
    """What stands for a strategy: every device that this process may use."""

    def scope(self):
        """Context in which variables are made."""
        return contextlib.nullcontext()


def distribution_strategy() -> Devices:
    """Data parallel over all devices, from here on, where there are several."""
    if len(jax.devices()) > 1:
        keras.distribution.set_distribution(keras.distribution.DataParallel())
    return Devices()


def has_workers() -> bool:
    """Whether this process is one of several that train together."""
    return jax.process_count() > 1


def compiles_by_default() -> bool:
    """Whether a step should be one compiled program."""
    return True


def describe_devices() -> str:
    """The devices of this process in words."""
    devices = jax.devices()
    if devices[0].platform == "cpu" and len(devices) == 1:
        return "the processor"
    name = devices[0].device_kind
    return name if len(devices) == 1 else f"{len(devices)} x {name}"


def bfloat16_is_fast() -> bool:
    """Whether training is clearly faster in bfloat16 than in float32 here.

    TPUs have the arithmetic, GPUs from compute capability 8.0 on. Processors
    take float32.
    """
    device = jax.devices()[0]
    if device.platform == "cpu":
        return False
    capability = getattr(device, "compute_capability", None)
    return capability is None or float(capability) >= 8.0


def has_gpu() -> bool:
    """Whether there is an accelerator."""
    return jax.default_backend() != "cpu"
