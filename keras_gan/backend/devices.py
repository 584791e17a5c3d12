"""Processors, GPUs and workers, as the chosen framework knows them."""

import importlib
from typing import Any

from keras_gan.backend import BACKEND

_found = importlib.import_module(f"keras_gan.backend.{BACKEND}_devices")

FRAMEWORK_VERSION: str = _found.FRAMEWORK_VERSION
bfloat16_is_fast: Any = _found.bfloat16_is_fast
describe_devices: Any = _found.describe_devices
distribution_strategy: Any = _found.distribution_strategy
has_workers: Any = _found.has_workers
compiles_by_default: Any = _found.compiles_by_default
