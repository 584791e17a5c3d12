"""CPUs and GPUs, as PyTorch reports them."""

import contextlib

import torch

FRAMEWORK_VERSION = torch.__version__


class Device:
    """Takes the place of a strategy: the one device that is used."""

    def scope(self):
        """Context in which variables are created."""
        return contextlib.nullcontext()


def distribution_strategy() -> Device:
    """One device: the first GPU if there is one, otherwise the CPU."""
    return Device()


def has_workers() -> bool:
    """Whether this process is one of several workers: never on PyTorch."""
    return False


def compiles_by_default() -> bool:
    """Whether to compile a step into one program: not possible on PyTorch."""
    return False


def describe_devices() -> str:
    """Describes the device for a message."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name(0)
    return "the processor"


def bfloat16_is_fast() -> bool:
    """Whether training is clearly faster in bfloat16 than in float32 here.

    GPUs of compute capability 8.0 or higher have bfloat16 arithmetic. CPUs use
    float32.
    """
    return torch.cuda.is_available() and torch.cuda.get_device_capability(
        0
    ) >= (8, 0)


def bfloat16_gain() -> float | None:
    """None: the gain is not measured, because CPUs always use float32."""
    return None


def has_gpu() -> bool:
    """Whether there is a GPU."""
    return torch.cuda.is_available()
