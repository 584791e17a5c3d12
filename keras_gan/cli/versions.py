"""Versions of the packages that determine the results."""

import keras
import numpy as np

import keras_gan
from keras_gan.backend import BACKEND, devices


def versions() -> dict[str, str]:
    """Versions of the packages that determine the results."""
    return {
        "keras_gan": keras_gan.__version__,
        "keras": keras.__version__,
        BACKEND: devices.FRAMEWORK_VERSION,
        "numpy": np.__version__,
    }
