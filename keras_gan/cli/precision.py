"""Precision and compilation of a run, as the devices allow."""

import warnings
from typing import Any

from keras_gan.backend import devices, precision


def precision_of(asked: str | None, preset: str) -> Any:
    """Returns the precision that was asked for, or else that of a preset."""
    if asked == "bfloat16" and not devices.has_gpu():
        _warn_if_emulated(devices.bfloat16_gain())
    if asked not in (None, "auto"):
        return str(asked)
    if preset != "auto":
        return preset
    return "bfloat16" if devices.bfloat16_is_fast() else "float32"


def measured_gain() -> float | None:
    """The gain of bfloat16 if it was measured to choose by, else `None`."""
    if not precision.measured_gain.cache_info().currsize:
        return None
    gain = devices.bfloat16_gain()  # It is remembered.
    return None if gain is None else round(gain, 3)


def jit_of(preset: bool | None) -> bool | None:
    """Returns what a preset says of XLA, where the backend has a choice."""
    return preset if devices.compiles_by_default() else None


def _warn_if_emulated(gain: float | None) -> None:
    if gain is not None and gain < 1.0:
        warnings.warn(
            f"This processor needs {1 / gain:.1f} times as long for a "
            "convolution in bfloat16 as in float32. Leave `--precision` out "
            "to use the faster one.",
            stacklevel=2,
        )
