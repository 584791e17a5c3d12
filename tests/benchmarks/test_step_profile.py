"""The arithmetic of the profile of a step."""

import importlib.util
from pathlib import Path

import pytest

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def program():
    spec = importlib.util.spec_from_file_location(
        "step_profile_program", FOLDER / "step_profile.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name, kind",
    [
        ("_MklNativeConv2DBackpropInput", "convolutions"),
        ("convolution-base-dilated.3", "convolutions"),
        ("aten::convolution_backward", "convolutions"),
        ("_MklMatMul", "matrix products"),
        ("aten::addmm", "matrix products"),
        ("dot.4", "matrix products"),
        ("LeakyReluGrad", "activations"),
        ("aten::native_batch_norm", "normalization"),
        ("Cast", "casts and copies"),
        ("ThunkExecutor::Execute", "waiting and starting"),
        ("Mul", "others: sums, products, optimizers"),
    ],
)
def test_kinds_of_operations(program, name, kind):
    assert program.kind_of(name) == kind


def test_time_inside_another_operation_counts_once(program):
    events = [
        ("step", 0, 100),
        ("layer", 10, 60),
        ("product", 20, 50),
        ("sum", 60, 90),
        ("next", 100, 130),
    ]
    own = dict(program.own_times(reversed(events)))
    assert own == {"step": 20, "layer": 20, "product": 30, "sum": 30} | {
        "next": 30
    }


def test_shares_leave_out_waiting(program):
    kinds = {"convolutions": 30.0, "waiting and starting": 70.0, "casts": 0}
    kinds[program.OTHERS] = 10.0
    run = {"precision": "float32", "step": 50.0, "kinds": kinds}
    rows = program.table({"jax": run}).splitlines()
    assert "| convolutions | 30.0 (75%) |" in rows
    assert f"| {program.OTHERS} | 10.0 (25%) |" in rows
    assert not any("waiting" in row for row in rows)


def test_a_step_is_profiled(program):
    found = program.measure(num_steps=2, width=4)
    assert found["kinds"]["convolutions"] > 0
    assert found["step"] > 0
