"""CPUs and GPUs, as PyTorch reports them."""

import contextlib
from collections.abc import Callable
from typing import Any

import torch

from keras_gan.backend import precision
from keras_gan.utils.workers import LoadShard
from keras_gan.utils.workers import is_chief as is_chief

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


def join_workers() -> None:
    """Does nothing: there is one process."""


def shared_input(load: LoadShard, model: Any) -> Any:
    """Batches for `fit`, which one process loads.

    Args:
        load: Function from a shard, or `None` for whole batches, to a
            `tf.data.Dataset`.
        model: The model that is trained with them.
    """
    del model
    return load(None)


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

    GPUs of compute capability 8.0 or higher have bfloat16 arithmetic.
    """
    if torch.cuda.is_available():
        return torch.cuda.get_device_capability(0) >= (8, 0)
    return precision.is_faster(_convolution)


def bfloat16_gain() -> float | None:
    """How many times faster than in float32 a CPU convolves in bfloat16."""
    return precision.measured_gain(_convolution)


def has_gpu() -> bool:
    """Whether there is a GPU."""
    return torch.cuda.is_available()


def _convolution(dtype: str) -> Callable[[], None]:
    kind = getattr(torch, dtype)
    batch, *size, channels = precision.SHAPE
    images = torch.ones((batch, channels, *size), dtype=kind)
    kernel = torch.ones(
        (channels, channels, *[precision.KERNEL] * 2), dtype=kind
    )
    variables = images.requires_grad_(), kernel.requires_grad_()

    def run():
        outputs = torch.nn.functional.conv2d(images, kernel, padding="same")
        torch.autograd.grad(outputs, variables, torch.ones_like(outputs))

    return run
