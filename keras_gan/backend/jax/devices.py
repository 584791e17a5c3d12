"""CPUs, GPUs and TPUs, as JAX reports them."""

import contextlib

import jax
import keras

FRAMEWORK_VERSION = jax.__version__


class Devices:
    """Takes the place of a strategy: all devices available to this process."""

    def scope(self):
        """Context in which variables are created."""
        return contextlib.nullcontext()


def distribution_strategy() -> Devices:
    """Turns on data parallelism if there are several devices."""
    if len(jax.devices()) > 1:
        keras.distribution.set_distribution(keras.distribution.DataParallel())
    return Devices()


def has_workers() -> bool:
    """Whether this process is one of several workers that train together."""
    return jax.process_count() > 1


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
