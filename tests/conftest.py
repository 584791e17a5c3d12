"""Settings of the whole test session: quiet, seeded, two logical CPUs."""

import atexit
import ctypes
import gc
import math
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

pytest_plugins = ["three_backends"]

# TensorFlow reads these once, when it is imported.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
# Of small matrices a second thread makes nothing faster, and beside other
# processes everything slower.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
# To optimize a step of a tiny GAN takes seconds; its speed is not the subject.
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
    " --xla_cpu_parallel_codegen_split_count=1",
)
os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0")


def _own_folder(variable: str) -> None:
    """An empty folder for this session and the processes that it starts."""
    os.environ[variable] = folder = tempfile.mkdtemp(prefix="keras-gan-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)


if "JAX_COMPILATION_CACHE_DIR" not in os.environ:
    _own_folder("JAX_COMPILATION_CACHE_DIR")
_own_folder("KERAS_HOME")


def pytest_configure(config):
    # What hands tests out to workers needs no framework: seconds saved.
    from three_backends import runs_tests

    if runs_tests(config):
        _make_logical_cpus(2)
        from quick_start import start_quickly

        start_quickly()


def _make_logical_cpus(num_devices: int) -> None:
    """Splits the processor; possible only before TensorFlow starts."""
    import tensorflow as tf

    processor = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(
        processor, [tf.config.LogicalDeviceConfiguration()] * num_devices
    )


@pytest.fixture(autouse=True)
def seed() -> int:
    """Seeds Python, NumPy, Keras and the backend anew for every test."""
    import keras

    keras.utils.set_random_seed(20)
    return 20


@pytest.fixture(autouse=True)
def float32_policy():
    """Undoes whatever precision policy a test sets."""
    import keras

    yield
    keras.config.set_dtype_policy("float32")


def pytest_collection_finish():
    """Spares the garbage collector what was imported: it stays to the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def memory_of_one_module():
    """Gives back what modules leave behind: gigabytes in the end."""
    yield
    # Compiled programs and graphs that the next modules may use again.
    if _memory() < 2**30 * 7 // 4:
        return
    if "jax" in sys.modules:
        sys.modules["jax"].clear_caches()
    if "tensorflow" in sys.modules:
        forget_custom_gradients()
    gc.collect()
    # The C library of Linux keeps freed memory unless it is asked.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _memory() -> float:
    """Bytes of this process in memory; infinity where Linux does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return math.inf
    return pages * os.sysconf("SC_PAGE_SIZE")


def forget_custom_gradients() -> None:
    """Drops the graphs that TensorFlow holds for gradients of their own.

    It registers a gradient with each trace of such a function, for good. What
    was traced and outlives a module goes with them: it would have no gradient.
    """
    from tensorflow.python.framework import ops

    from keras_gan.backend.tensorflow import execution

    execution._programs.clear()
    registered = ops.gradient_registry._registry
    for name in [n for n in registered if n.startswith("CustomGradient-")]:
        del registered[name]


@pytest.fixture(scope="session")
def two_cpus():
    """A strategy of TensorFlow with two replicas, one on each logical CPU.

    One for all tests: TensorFlow numbers the collectives of each strategy anew,
    and two strategies of one process take each other's for their own.
    """
    import tensorflow as tf

    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
