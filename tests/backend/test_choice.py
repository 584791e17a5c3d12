"""Which backend is used, and what is said of one that cannot be."""

import os
import subprocess
import sys

import keras
import pytest

import keras_gan

BACKEND = keras.backend.backend()


def run(program, backend=BACKEND, **environment):
    return subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "KERAS_BACKEND": backend, **environment},
        capture_output=True,
        text=True,
        timeout=200,
    )


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("backend", "reason"),
    [("numpy", "does not support it"), ("abacus", "abacus")],
)
def test_backend_that_cannot_be_used(backend, reason):
    result = run("import keras_gan", backend)
    last = result.stderr.splitlines()[-1]
    assert result.returncode == 1 and last.startswith("ImportError: ")
    assert f"Received: KERAS_BACKEND='{backend}'" in last and reason in last
    assert BACKEND in last.partition("one that is installed")[2]


@pytest.mark.quickest
def test_backend_that_is_not_installed():
    program = (
        "import sys; sys.modules['jax'] = None\n"  # As if it were not there.
        "import keras_gan"
    )
    result = run(program, "jax")
    last = result.stderr.splitlines()[-1]
    assert result.returncode == 1 and "KERAS_BACKEND='jax'" in last
    assert "import of jax halted" in last and "install it" in last


def test_import_brings_in_no_other_framework():
    program = (
        "import sys, keras; before = set(sys.modules)\n"
        "import keras_gan; print(sorted(set(sys.modules) - before))"
    )
    added = run(program).stdout
    assert "keras_gan.models.gan" in added
    others = {"tensorflow", "jax", "torch"} - {BACKEND}
    assert not [name for name in others if f"'{name}'" in added]


@pytest.mark.skipif(BACKEND == "tensorflow", reason="it trains there")
def test_strategy_of_tensorflow_is_refused():
    import tensorflow as tf

    gan = keras_gan.GAN(*keras_gan.networks.mlp((4, 4, 1), hidden=(8,)))
    with (
        tf.distribute.OneDeviceStrategy("cpu:0").scope(),
        pytest.raises(ValueError, match=f"OneDevice.*KERAS_BACKEND='{BACKEND}"),
    ):
        gan.compile()


def test_augmenter_without_gradients_is_refused():
    class Rounded(keras.layers.Layer):
        def call(self, images):
            return keras.ops.round(images)

    pair = keras_gan.networks.mlp((4, 4, 1), hidden=(8,))
    gan = keras_gan.GAN(*pair, augmenter=Rounded(name="rounded"))
    with pytest.raises(ValueError, match="'rounded' .* does not have a grad"):
        gan.compile()
