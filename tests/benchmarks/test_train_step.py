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


@pytest.fixture(scope="module")
def tables(program):
    return program.tables


@pytest.fixture
def speeds(tables):
    """Three turns of six programs; GAN.fit has its worst turn first."""
    images = {
        ("float32 separate", "loop"): [100.0, 200.0, 100.0],
        ("float32 separate", "GAN.fit"): [50.0, 200.0, 100.0],
        ("float32 shared", "loop"): [120.0, 240.0, 120.0],
        ("float32 shared", "GAN.fit"): [108.0, 216.0, 150.0],
        ("bfloat16 shared", "loop"): [200.0, 400.0, 200.0],
        ("bfloat16 shared", "GAN.fit"): [210.0, 400.0, 190.0],
    }
    return {
        tables.Entry(network, "tensorflow", name): [n / 64 for n in numbers]
        for (network, name), numbers in images.items()
    }


def test_ratios_are_medians_of_each_turn_not_of_medians(tables, speeds):
    # A turn in which the whole machine was twice as fast changes nothing.
    assert list(tables.fit_ratios(speeds).values()) == (
        pytest.approx([1.0, 0.9, 1.0])
    )
    assert tables.gain(speeds, "bfloat16") == pytest.approx(2.0)
    assert tables.gain(speeds, "float32") == pytest.approx(1.08)


def test_ratio_table_says_what_is_short(tables, speeds):
    table, kept = tables.tutorial_ratios(speeds, "bfloat16")
    assert not kept and table.count("short") == 1
    assert "shared      0.900  bound 0.98: short" in table
    slow = tables.Entry("float32 shared", "tensorflow", "GAN.fit")
    speeds[slow] = speeds[slow._replace(program="loop")]
    table, kept = tables.tutorial_ratios(speeds, "bfloat16")
    assert kept and "short" not in table
    table, kept = tables.tutorial_ratios(speeds, "float32")
    assert not kept and "1.200  bound 1.80: short" in table


def test_speed_table_gives_shares_of_the_ceiling(tables, speeds):
    for precision, gflops in {"float32": 116.0, "bfloat16": 180.0}.items():
        entry = tables.Entry(tables.PRODUCT, "tensorflow", precision)
        # So many products of two matrices a second.
        speeds[entry] = [1e9 * gflops / (2 * tables.MATRIX_SIZE**3)] * 3
    lines = tables.tutorial_speeds(speeds).splitlines()
    # 116 GFLOP/s at .58 GFLOP per image allow 200 images/s.
    assert lines[1].split() == (
        ["float32", "separate", "loop", "100", "100", "200", "50", "%"]
    )
    assert lines[5].split()[-2:] == ["50", "%"]
    assert lines[-2] == (
        "ceiling in float32: 116 GFLOP/s, images/s 200 separate, 258 shared"
    )


def test_cost_of_a_step_follows_from_the_networks(program):
    import train_step_worker as worker

    generator, discriminator = worker.tutorial("float32")
    g, d = forward_gflop(generator), forward_gflop(discriminator)
    per_image = program.tables.GFLOP_PER_IMAGE
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
    import train_step_worker as worker

    loop = loops.TensorFlowLoop(
        worker.tutorial("float32"), 1e-3, passes=passes, jit_compile=False
    )
    weights = [*loop.g_variables, *loop.d_variables]
    before = [weight.numpy().copy() for weight in weights]
    loop.step(tf.constant(worker.load_images(None)[:4]))
    for weight, old in zip(weights, before, strict=True):
        assert np.isfinite(weight.numpy()).all()
        assert (weight.numpy() != old).any(), weight.path
    # Batch normalisation sees one pass of the generator, or two.
    moved = loop.generator.non_trainable_variables[1].numpy()[0]
    kept = 0.99 ** {"separate": 2, "shared": 1}[passes]
    assert moved == pytest.approx(kept, abs=0.004)


def test_images_of_a_file_are_scaled(program, tmp_path):
    import train_step_worker as worker

    images = np.array([0, 255], "uint8").repeat(784).reshape(2, 28, 28)
    np.savez(tmp_path / "mnist.npz", x_train=images)
    loaded = worker.load_images(tmp_path / "mnist.npz")
    assert loaded.shape == (2, 28, 28, 1) and loaded.dtype == np.float32
    assert (loaded[0] == -1).all() and (loaded[1] == 1).all()


def test_wrong_options_are_answered(program, capsys):
    with pytest.raises(SystemExit):
        program.parse(["--pairs", "0"])
    assert "at least 1" in capsys.readouterr().err


@pytest.fixture
def backend_speeds(tables):
    """Two turns on two backends; the machine was slower in the second."""
    speeds = {
        ("toy", "tensorflow", "GAN.fit"): [100.0, 50.0],
        ("toy", "jax", "GAN.fit"): [310.0, 160.0],
        ("dcgan", "tensorflow", "GAN.fit"): [19.0, 9.0],
        ("dcgan", "tensorflow", "loop"): [15.0, 7.0],
        ("dcgan", "tensorflow", "loop, XLA"): [20.0, 10.0],
        ("dcgan", "jax", "GAN.fit"): [24.0, 12.0],
        ("dcgan", "jax", "loop"): [30.0, 15.0],
    }
    return {tables.Entry(*entry): values for entry, values in speeds.items()}


def test_fit_is_held_against_the_best_loop_of_its_backend(
    tables, backend_speeds
):
    assert list(tables.loop_ratios(backend_speeds).values()) == (
        pytest.approx([0.925, 0.8])
    )
    table, kept = tables.ratio_table(backend_speeds, on_processor=True)
    assert not kept and table.count("short") == 1
    assert "3.150  bound 3.00: ok" in table
    assert "0.800  bound 0.90: short" in table


def test_toy_is_bounded_on_a_processor_only(tables, backend_speeds):
    toy = {e: v for e, v in backend_speeds.items() if e.network == "toy"}
    toy[tables.Entry("toy", "jax", "GAN.fit")] = [200.0, 100.0]
    assert tables.ratio_table(toy, on_processor=True)[1] is False
    table, kept = tables.ratio_table(toy, on_processor=False)
    assert kept and "2.000" in table and "bound" not in table
    jax_only = {e: v for e, v in toy.items() if e.backend == "jax"}
    assert tables.ratio_table(jax_only, on_processor=True) == ("", True)


def test_worker_of_a_backend_is_timed(program, capfd):
    program.main(
        "--backend tensorflow --networks r3gan --turns 1 --steps 1 --width .1"
        "".split()
    )
    header, version, _, row, *rest = capfd.readouterr().out.splitlines()
    assert "1 turns of 1 steps" in header and tf.__version__ in version
    *words, median, low, high, images = row.split()
    assert words == ["r3gan", "tensorflow", "GAN.fit"] and not any(rest)
    assert 0 < float(low) <= float(median) <= float(high)
    assert float(images) == pytest.approx(64 * float(median), rel=0.01, abs=1)


@pytest.fixture
def pairs(tables):
    """Turns of two checkouts: the second is slower in two of three."""
    entry = tables.Entry("toy", "jax", "GAN.fit")
    before = {entry: [(100.0, 50.0), (50.0, 50.0), (10.0, 50.0)]}
    now = {entry: [(97.0, 50.0), (48.0, 45.0), (20.0, 40.0)]}
    return before, now, {entry: 10}


def test_checkouts_are_compared_turn_by_turn(tables, pairs):
    table, kept = tables.pair_table(*pairs)
    assert not kept
    assert table.splitlines()[1].split() == (
        ["toy", "jax", "500", "480", "0.970", "0.960", "2.000", "short"]
        + ["0.900"]
    )
    before, _, sizes = pairs
    table, kept = tables.pair_table(before, before, sizes)
    assert kept and "1.000" in table and "short" not in table


def test_checkout_is_timed_beside_this_one(program, capfd):
    here = str(FOLDER.parent)
    program.main(
        f"--before {here} --backend tensorflow --networks toy --turns 1 "
        "--seconds .01 --width .1".split()
    )
    _, version, _, row = capfd.readouterr().out.splitlines()
    assert tf.__version__ in version
    name, backend, before, now, ratio, *_ = row.split()
    assert (name, backend) == ("toy", "tensorflow")
    assert min(float(before), float(now), float(ratio)) > 0


def test_loop_takes_other_networks(program):
    import train_step_loops as loops
    import train_step_worker as worker

    setting = worker.SETTINGS["dcgan"]
    networks = setting.make(0.1)
    loop = loops.TensorFlowLoop(networks, 1e-3, jit_compile=False)
    weights = [w for net in networks for w in net.trainable_variables]
    before = [weight.numpy().copy() for weight in weights]
    images = setting.images(num_steps=2)
    assert images.shape == (128, 28, 28, 1) and images.dtype == np.float32
    assert -1 <= images.min() < -0.99 and 0.99 < images.max() <= 1
    loop.run(worker.make_stream(images, setting.batch_size), num_steps=3)
    assert loop.d_optimizer.iterations == loop.g_optimizer.iterations == 3
    for weight, old in zip(weights, before, strict=True):
        assert np.isfinite(weight.numpy()).all()
        assert (weight.numpy() != old).any(), weight.path


def test_options_that_do_not_go_with_backends_are_answered(program, capsys):
    for wrong in ("--average", "--width 0", "--before nowhere"):
        with pytest.raises(SystemExit):
            program.parse(["--backend", "tensorflow", *wrong.split()])
    messages = capsys.readouterr().err
    assert "--average does not go with --backend" in messages
    assert "--width must be positive. Received: 0.0" in messages
    assert "--before must contain keras_gan. Received: nowhere" in messages
