"""Settings of the whole test session: quiet, seeded, two logical CPUs."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

# TensorFlow reads these once, when it is imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
# Of small matrices a second thread makes nothing faster, and beside other
# processes everything slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# What is kept between runs is kept from one test to the next at most.
# JAX compiles a step of a tiny GAN for seconds; its speed is not the subject.
os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", tempfile.mkdtemp())
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")
if os.environ.get("KERAS_BACKEND") == "jax":
    os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")
os.environ["KERAS_HOME"] = tempfile.mkdtemp(prefix="keras-home-")

import keras
import pytest
import tensorflow as tf

_HERE = Path(__file__).parent
_PORTABLE = _HERE / "portable"
# What compares backends, or is of the choice between them.
_ANYWHERE = {"test_choice.py", "test_one_step.py", "test_saving.py"}
if keras.backend.backend() == "tensorflow":
    # The rest of the suite tests the same, and more.
    collect_ignore = [
        str(path) for path in _PORTABLE.iterdir() if path.name not in _ANYWHERE
    ]
else:
    # The rest of the suite speaks TensorFlow.
    collect_ignore = [
        str(path) for path in _HERE.iterdir() if path != _PORTABLE
    ]


def _make_logical_cpus(num_devices: int) -> None:
    """Splits the processor; possible only before TensorFlow starts."""
    processor = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        processor, [tf.config.LogicalDeviceConfiguration()] * num_devices
    )


_make_logical_cpus(2)
for _folder in ("KERAS_HOME", "JAX_COMPILATION_CACHE_DIR"):
    atexit.register(shutil.rmtree, os.environ[_folder], ignore_errors=True)


@pytest.fixture(autouse=True)
def seed() -> int:
    """Seeds Python, NumPy, Keras and TensorFlow anew for every test."""
    keras.utils.set_random_seed(20)
    return 20


@pytest.fixture(autouse=True)
def float32_policy():
    """Undoes whatever precision policy a test sets."""
    yield
    keras.config.set_dtype_policy("float32")


@pytest.fixture(scope="session")
def two_cpus() -> tf.distribute.MirroredStrategy:
    """A strategy of two replicas, one on each logical CPU.

    One for all tests: TensorFlow numbers the collectives of each strategy anew,
    and two strategies of one process take each other's for their own.
    """
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
