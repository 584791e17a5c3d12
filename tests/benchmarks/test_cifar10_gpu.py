"""The networks that are compared are one, and the program runs on a CPU."""

import argparse
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from keras import ops

import keras_gan

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

torch = pytest.importorskip("torch", reason="PyTorch is the other half.")

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "benchmarks"
LATENT_DIM = 64


@pytest.fixture(scope="module")
def program():
    sys.path.insert(0, str(FOLDER))
    import cifar10_gpu

    yield cifar10_gpu
    sys.path.remove(str(FOLDER))


@pytest.fixture(scope="module")
def peer(program):
    import cifar10_gpu_torch

    return cifar10_gpu_torch


@pytest.fixture(scope="module")
def twins(peer):
    """The Keras networks with random weights, and a loop with the same."""
    images = np.random.default_rng(0).integers(0, 256, (32, 16, 16, 3), "uint8")
    options = argparse.Namespace(width=2, batch_size=4, precision="float32")
    loop = peer.Loop(images, options, compiled=False)
    networks = keras_gan.networks.r3gan((16, 16, 3), width=2, seed=0)
    random = np.random.default_rng(1)
    for keras_one, torch_one in zip(
        networks, (loop.generator, loop.discriminator), strict=True
    ):
        # The blocks would else be the identity.
        for weight in keras_one.weights:
            weight.assign(random.normal(0, 0.3, weight.shape))
        peer.copy_weights(
            [ops.convert_to_numpy(w) for w in keras_one.weights], torch_one
        )
    return (*networks, loop)


def channels_first(images) -> "torch.Tensor":
    return torch.from_numpy(np.moveaxis(np.asarray(images), -1, 1).copy())


@pytest.mark.parametrize(("side", "width"), [(32, 3), (8, 16), (4, 2)])
def test_networks_have_the_same_weights(peer, side, width):
    networks = keras_gan.networks.r3gan((side, side, 3), width=width)
    options = argparse.Namespace(width=width)
    numbers = peer.num_weights(options, (side, side, 3))
    assert numbers == [network.count_params() for network in networks]
    peers = peer.make_networks(side, 3, width)
    for ours, theirs in zip(networks, peers, strict=True):
        arrays = [ops.convert_to_numpy(weight) for weight in ours.weights]
        started = [w.detach().clone() for w in peer.in_order(theirs)]
        peer.copy_weights(arrays, theirs)
        # They start at the same scale too, zeros included.
        for array, weight in zip(arrays, started, strict=True):
            assert array.size == weight.numel()
            if array.size > 400:
                spread = weight.std().item()
                assert spread == pytest.approx(float(array.std()), rel=0.2)
            assert bool(weight.any()) == bool(array.any())


def test_same_weights_give_the_same_images_and_logits(twins):
    generator, discriminator, loop = twins
    random = np.random.default_rng(2)
    latents = random.normal(size=(4, LATENT_DIM)).astype("float32")
    images = ops.convert_to_numpy(generator(latents))
    with torch.no_grad():
        drawn = loop.generator(torch.from_numpy(latents))
        logits = loop.discriminator(channels_first(images))
    assert images.std() > 0.1
    np.testing.assert_allclose(drawn, channels_first(images), atol=1e-4)
    expected = ops.convert_to_numpy(discriminator(images))
    assert expected.std() > 1e-3
    np.testing.assert_allclose(logits, expected, atol=1e-4)


def test_loss_and_penalties_are_those_of_the_package(twins):
    _, discriminator, loop = twins
    random = np.random.default_rng(3)
    real, fake = random.uniform(-1, 1, (2, 4, 16, 16, 3)).astype("float32")
    loss = keras_gan.losses.RelativisticLoss()
    expected = loss.discriminator_loss(discriminator(real), discriminator(fake))
    for kind in (keras_gan.penalties.R1, keras_gan.penalties.R2):
        expected += kind()(discriminator, ops.array(real), ops.array(fake))
    both = [channels_first(x).requires_grad_() for x in (real, fake)]
    logits = [loop.discriminator(images) for images in both]
    slopes = torch.autograd.grad(sum(logits).sum(), both, create_graph=True)
    assert loop.d_loss(logits, slopes).detach().item() == pytest.approx(
        float(expected), rel=1e-5
    )


@pytest.mark.parametrize("role", ["d", "g"])
def test_what_is_compiled_has_the_same_gradients(twins, role):
    loop = twins[-1]
    real, latents = loop.batch(), loop.latents()
    assert real.min() >= -1 and real.max() <= 1 and real.std() > 0.4
    plain = getattr(loop, f"{role}_by_autograd")(real, latents)
    other = getattr(loop, f"{role}_by_func")(real, latents)
    assert list(plain) == list(other)
    for name, gradient in plain.items():
        torch.testing.assert_close(other[name], gradient, msg=name)
    assert all(g.any() for name, g in plain.items() if "bias" not in name)


def test_a_step_trains_both_networks_and_the_average(peer):
    images = np.random.default_rng(0).integers(0, 256, (8, 4, 4, 3), "uint8")
    options = argparse.Namespace(width=2, batch_size=4, precision="bfloat16")
    loop = peer.Loop(images, options, compiled=False)
    networks = loop.generator, loop.discriminator, loop.average
    before = [[w.clone() for w in n.parameters()] for n in networks]
    for _ in range(2):
        loop.step()
    for network, olds in zip(networks, before, strict=True):
        pairs = zip(network.named_parameters(), olds, strict=True)
        for (name, weight), old in pairs:
            assert weight.isfinite().all()
            assert (weight != old).any(), name
    moved, followed = (
        (network.images.weight - before[0][-1]).abs().max().item()
        for network in (loop.generator, loop.average)
    )
    assert 0 < followed < 0.01 * moved


def test_cost_of_a_step_is_what_pytorch_counts(twins):
    import cifar10_gpu_worker as worker
    from torch.utils import _python_dispatch, flop_counter

    class Counter(_python_dispatch.TorchDispatchMode):
        flop = 0

        def __torch_dispatch__(self, function, types, args=(), kwargs=None):
            result = function(*args, **(kwargs or {}))
            count = flop_counter.flop_registry.get(function.overloadpacket)
            # The low-pass filters are the only products of many matrices.
            if count and "bmm" not in str(function):
                self.flop += count(*args, **(kwargs or {}), out_val=result)
            return result

    generator, discriminator, loop = twins
    with Counter() as counter:
        loop.step()
    flop = worker.GENERATOR_PASSES * worker.forward_flop(generator)
    flop += worker.DISCRIMINATOR_PASSES * worker.forward_flop(discriminator)
    # A few products at the ends of a network are not needed on the way back.
    assert counter.flop == pytest.approx(flop * loop.batch_size, rel=0.03)


def test_tables_are_medians_and_shares_of_the_peak(program):
    entry = program.Entry
    speeds = {
        entry(program.MATRICES, "jax", "100"): [1e6, 2e6, 3e6],
        entry(program.MATRICES, "torch", "100"): [4e6, 5e6, 6e6],
        program.FIT: [1.0, 2.0, 4.0],
        entry("r3gan", "torch", "compiled"): [4.0, 4.0, 2.0],
    }
    assert program.peaks(speeds)["jax"] == (pytest.approx(4e12), "100")
    lines = program.speed_table(speeds, 10, 5 * 10**10).splitlines()
    assert "5e+01" not in lines[0] and "10 TFLOP/s at 100" in lines[1]
    # 20 images/s at 50 GFLOP are a tenth of 10 TFLOP/s.
    assert lines[3].split() == (
        ["jax", "GAN.fit", "20.0", "10.0", "40.0", "1", "10.0", "%"]
    )
    assert lines[-1].endswith("compiled: 0.500")


def test_zip_of_images_is_read_in_order(program, tmp_path):
    from PIL import Image

    images = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), "uint8")
    path = tmp_path / "images.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("labels.txt", "no image")
        for number in (2, 0, 1):
            Image.fromarray(images[number]).save(tmp_path / "one.png")
            file.write(tmp_path / "one.png", f"a/{number}.png")
    np.testing.assert_array_equal(program.load_images(path), images)


def test_wrong_options_are_answered(program, tmp_path, capsys):
    with pytest.raises(SystemExit):
        program.parse(["--data", str(tmp_path / "none.npz")])
    assert "none.npz" in capsys.readouterr().err
    np.savez(tmp_path / "floats.npz", x_train=np.zeros((2, 8, 8, 3)))
    with pytest.raises(SystemExit, match="bytes. Received: float64"):
        program.load_images(tmp_path / "floats.npz")


def test_program_runs_without_tensorflow(tmp_path):
    pytest.importorskip("jax", reason="JAX is what is timed.")
    images = np.random.default_rng(0).integers(0, 256, (16, 4, 4, 3), "uint8")
    np.savez(tmp_path / "images.npz", x_train=images)
    for name in ("tensorflow", "sklearn"):
        (tmp_path / f"{name}.py").write_text(f"raise ImportError('{name}')")
    options = (
        "--data images.npz --out out --steps 2 --batch-size 4 --width 2 "
        "--seconds 0.01 --turns 2 --matrices 64 --no-compile"
    )
    done = subprocess.run(
        [sys.executable, str(FOLDER / "cifar10_gpu.py"), *options.split()],
        # Half of the time would go into optimising programs that run twice.
        env=os.environ
        | {
            "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}",
            "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert not done.returncode, done.stderr
    assert "GAN.fit on JAX / PyTorch, eager: " in done.stdout
    assert done.stdout.count("TFLOP/s at 64 x 64") == 2
    samples = np.load(tmp_path / "out" / "samples.npz")["images"]
    assert samples.shape == (64, 4, 4, 3) and samples.std() > 0
    assert (tmp_path / "out" / "samples-0002.png").is_file()
    losses = done.stdout.split("\n  step ")[1].splitlines()[1:3]
    assert [line.split()[0] for line in losses] == ["1", "2"]
    assert np.isfinite([float(v) for v in losses[1].split()]).all()
