"""A generator exported by PyTorch draws the same pictures."""

import numpy as np
import pytest
import torch

import keras_gan

LATENTS = np.random.default_rng(1).normal(size=(1, 2)).astype("float32")


@pytest.fixture(scope="module")
def gan():
    networks = keras_gan.networks.dcgan((8, 8, 1), width=2, latent_dim=2)
    return keras_gan.GAN(*networks, seed=1)


def test_program(gan, tmp_path):
    path = tmp_path / "model.pt2"
    gan.export(path, format="torch", verbose=False)
    program = torch.export.load(path).module()
    with torch.no_grad():
        images = program(torch.from_numpy(LATENTS)).numpy()
    expected = gan.predict(LATENTS, verbose=0)
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(images, expected, atol=1e-4)


@pytest.mark.filterwarnings("ignore")
def test_onnx(gan, tmp_path):
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    path = str(tmp_path / "model.onnx")
    gan.export(path, format="onnx", verbose=False)
    session = runtime.InferenceSession(path)
    (images,) = session.run(None, {"latents": LATENTS})
    expected = gan.predict(LATENTS, verbose=0)
    np.testing.assert_allclose(images, expected, atol=1e-4)
