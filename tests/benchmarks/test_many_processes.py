"""Several processes on loopback, and a large run on paper."""

import argparse
import json
import sys
from pathlib import Path

import pytest

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module", autouse=True)
def path():
    sys.path.insert(0, str(FOLDER))
    yield
    sys.path.remove(str(FOLDER))


@pytest.fixture
def program():
    import many_processes

    return many_processes


def test_table_has_medians_of_ratios(program, monkeypatch, capsys):
    class Group:
        """Processes whose steps take twice as long together, but once."""

        def __init__(self, backend, count, arguments):
            assert (backend, count) == ("jax", 2)
            self.seconds = {
                "together": iter([0.2, 0.9, 0.4, 0.4]),
                "alone": iter([0.1, 0.1, 0.2, 0.2]),
            }

        def answers(self):
            return [{}, {}]

        def turn(self, name, num_steps):
            kind, _ = name.split()
            processor = 0.05 if kind == "together" else 0.04
            return program.Turn(next(self.seconds[kind]), processor, 4e6)

        def close(self):
            pass

    monkeypatch.setattr(program, "Group", Group)
    monkeypatch.setattr(sys, "argv", ["many_processes.py"])
    program.main(["--backend=jax", "--processes=2", "--turns=2"])
    rows = [line.split() for line in capsys.readouterr().out.splitlines()[2:]]
    # Turns alternate between the batches: .2 and .4 s, .9 and .4 s together.
    assert rows == [
        "jax 2 32 each 300 150 2.00 50 40 213 4.0 MB".split(),
        "jax 2 16 of total 650 150 5.50 50 40 49 4.0 MB".split(),
    ]


def test_processes_find_each_other(program):
    first, second = (
        program.environment("tensorflow", [5, 6], index) for index in range(2)
    )
    config = json.loads(second["TF_CONFIG"])
    assert config["cluster"]["worker"] == ["localhost:5", "localhost:6"]
    assert config["task"] == {"type": "worker", "index": 1}
    assert json.loads(first["TF_CONFIG"])["task"]["index"] == 0
    jax = program.environment("jax", [5, 6], 1)
    assert jax["KERAS_DISTRIBUTION_JOB_ADDRESSES"] == "localhost:5"
    assert jax["KERAS_DISTRIBUTION_PROCESS_ID"] == "1"
    assert "TF_CONFIG" not in program.environment("tensorflow", [5], 0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--batch-size=6"], "divisible by all numbers of --processes"),
        (["--steps=0"], "--steps must be at least 1. Received: 0"),
    ],
)
def test_wrong_options_are_refused(program, capsys, options, message):
    with pytest.raises(SystemExit):
        program.parse(options)
    assert message in capsys.readouterr().err


def test_worker_counts_gradients_and_trains():
    import many_processes_worker as worker

    options = argparse.Namespace(
        image_size=8, width=2, batch_size=4, count=1, index=0
    )
    told = worker.description(options)
    gan = worker.make_gan(options)
    weights = gan.generator.trainable_weights
    weights = weights + gan.discriminator.trainable_weights
    counted = sum(4 * weight.numpy().size for weight in weights)
    assert told["gradient_bytes"] == counted
    # The weights and two moments of each.
    assert told["checkpoint_bytes"] > 3 * counted
    assert [name for name, _ in worker.programs(options, None)] == (
        ["alone batch"]
    )


def test_large_run_on_paper(capsys):
    import large_run

    run = large_run.Run((1_000_000, 500_000), 100, 4, 10, 80_000, 2_000)
    assert run.gradient_bytes == 6_000_000
    assert run.ring_bytes == 9_000_000
    assert run.checkpoint_bytes == 4 * 5_500_100
    # 100 ms of computing and 100 ms of communication: 200 images/s.
    assert run.row(100, 90e6).split() == (
        "100 0.09 100 ms 100.0 ms 50.0 % 200 0 0.1 h".split()
    )
    arguments = "--network dcgan --image-size 16 --width 2 --speeds 50"
    assert (
        large_run.main([*arguments.split(), "--bandwidths", "1", "--save"]) == 0
    )
    printed = capsys.readouterr().out
    assert "64 GPUs, 32 images each, 2,048 in a step" in printed
    assert "checkpoint here: 0.00 GB, saved in" in printed
    with pytest.raises(SystemExit):
        large_run.parse(["--gpus=0"])
