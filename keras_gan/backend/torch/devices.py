"""Processors and GPUs, as PyTorch knows them."""

import contextlib

import torch

FRAMEWORK_VERSION = torch.__version__


class Device:
    """What stands for a strategy: the one device that is used."""

    def scope(self):
        """Context in which variables are made."""
        return contextlib.nullcontext()


def distribution_strategy() -> Device:
    """One device: the first GPU, or else the processor."""
    return Device()


def has_workers() -> bool:
    """Whether this process is one of several that train together."""
    return False


def compiles_by_default() -> bool:
    """Whether a step should be one compiled program: it cannot be one."""
    return False


def describe_devices() -> str:
    """The device in words."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name(0)
    return "the processor"


def bfloat16_is_fast() -> bool:
    """Whether training is clearly faster in bfloat16 than in float32 here.

    GPUs have the arithmetic from compute capability 8.0 on. Processors take
    float32.
    """
    return torch.cuda.is_available() and torch.cuda.get_device_capability(
        0
    ) >= (8, 0)


def has_gpu() -> bool:
    """Whether there is a GPU."""
    return torch.cuda.is_available()
