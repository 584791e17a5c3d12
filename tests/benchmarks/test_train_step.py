"""The arithmetic of the speed table, and what its loops train."""

import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def program():
    sys.path.insert(0, str(FOLDER))
    import train_step

    yield train_step
    sys.path.remove(str(FOLDER))


@pytest.fixture
def speeds(program):
    """Three turns of four programs; GAN.fit has its worst turn first."""
    entry = program.Entry
    return {
        entry("float32", "separate", "loop"): [100.0, 200.0, 100.0],
        entry("float32", "separate", "GAN.fit"): [50.0, 200.0, 100.0],
        entry("float32", "shared", "loop"): [120.0, 240.0, 120.0],
        entry("float32", "shared", "GAN.fit"): [108.0, 216.0, 150.0],
        entry("bfloat16", "shared", "loop"): [200.0, 400.0, 200.0],
        entry("bfloat16", "shared", "GAN.fit"): [210.0, 400.0, 190.0],
    }


def test_ratios_are_medians_of_each_turn_not_of_medians(program, speeds):
    # A turn in which the whole machine was twice as fast changes nothing.
    assert program.ratios(speeds) == pytest.approx(
        {
            ("float32", "separate"): 1.0,
            ("float32", "shared"): 0.9,
            ("bfloat16", "shared"): 1.0,
        }
    )
    assert program.gain(speeds, "bfloat16") == pytest.approx(2.0)
    assert program.gain(speeds, "float32") == pytest.approx(1.08)


def test_ratio_table_says_what_is_short(program, speeds):
    table, kept = program.ratio_table(speeds, "bfloat16")
    assert not kept and table.count("short") == 1
    assert "shared      0.900  bound 0.98: short" in table
    slow = program.Entry("float32", "shared", "GAN.fit")
    speeds[slow] = speeds[slow._replace(program="loop")]
    table, kept = program.ratio_table(speeds, "bfloat16")
    assert kept and "short" not in table
    table, kept = program.ratio_table(speeds, "float32")
    assert not kept and "1.200  bound 1.80: short" in table


def test_speed_table_gives_shares_of_the_ceiling(program, speeds):
    ceilings = {"float32": [58.0, 116.0, 116.0], "bfloat16": [180.0] * 3}
    lines = program.speed_table(speeds, ceilings).splitlines()
    # 116 GFLOP/s at .58 GFLOP an image allow 200 images/s.
    assert lines[1].split() == (
        ["float32", "separate", "loop", "100", "100", "200", "50", "%"]
    )
    assert lines[5].split()[-2:] == ["50", "%"]
    assert lines[-2] == (
        "ceiling in float32: 116 GFLOP/s, images/s 200 separate, 258 shared"
    )


def test_cost_of_a_step_follows_from_the_networks(program):
    import train_step_loops as loops

    generator, discriminator = loops.make_networks("float32")
    g, d = forward_gflop(generator), forward_gflop(discriminator)
    per_image = program.GFLOP_PER_IMAGE
    assert per_image["separate"] == pytest.approx(4 * g + 8 * d, rel=0.02)
    assert per_image["shared"] == pytest.approx(3 * g + 7 * d, rel=0.02)


def forward_gflop(network) -> float:
    """Twice the multiplications of the layers with a kernel, an image."""
    products = 0
    for layer in network.layers:
        if hasattr(layer, "kernel"):
            # Each place of the smaller side meets the whole kernel once.
            places = min(
                np.prod(layer.input.shape[1:-1], initial=1),
                np.prod(layer.output.shape[1:-1], initial=1),
            )
            products += places * np.prod(layer.kernel.shape)
    return 2e-9 * float(products)


@pytest.mark.parametrize("passes", ["separate", "shared"])
def test_loop_trains_all_weights_of_both_networks(program, passes):
    import train_step_loops as loops

    loop = loops.Loop("float32", passes, jit_compile=False)
    weights = [*loop.g_variables, *loop.d_variables]
    before = [weight.numpy().copy() for weight in weights]
    loop.step(tf.constant(program.load_images(None)[:4]))
    for weight, old in zip(weights, before, strict=True):
        assert np.isfinite(weight.numpy()).all()
        assert (weight.numpy() != old).any(), weight.path
    # Batch normalisation sees one pass of the generator, or two.
    moved = loop.generator.non_trainable_variables[1].numpy()[0]
    kept = 0.99 ** {"separate": 2, "shared": 1}[passes]
    assert moved == pytest.approx(kept, abs=0.004)


def test_images_of_a_file_are_scaled(program, tmp_path):
    images = np.array([0, 255], "uint8").repeat(784).reshape(2, 28, 28)
    np.savez(tmp_path / "mnist.npz", x_train=images)
    loaded = program.load_images(tmp_path / "mnist.npz")
    assert loaded.shape == (2, 28, 28, 1) and loaded.dtype == np.float32
    assert (loaded[0] == -1).all() and (loaded[1] == 1).all()


def test_wrong_options_are_answered(program, capsys):
    with pytest.raises(SystemExit):
        program.parse(["--pairs", "0"])
    assert "at least 1" in capsys.readouterr().err
