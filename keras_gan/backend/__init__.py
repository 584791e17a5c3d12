"""The one place that knows a framework.

Everything above this package is `keras.ops`, `keras.random` and
`keras.layers`. What Keras does not offer on every backend alike (gradients with
respect to inputs, replicas, the training step itself) has its form for each
framework in files that begin with its name; `KERAS_BACKEND` chooses.
"""

import importlib
from typing import Any

from keras_gan.backend import startup

with startup.explaining(), startup.quietly():
    import keras

BACKEND = keras.backend.backend()
_FILES = {
    "tensorflow": (
        "tensorflow",
        "tensorflow_execution",
        "tensorflow_layers",
        "tensorflow_lookup",
    ),
    "jax": ("one_device", "jax_state", "jax", "jax_execution"),
    "torch": ("one_device", "torch", "torch_execution"),
}

startup.refuse(BACKEND)
_found: dict[str, Any] = {}
for _file in _FILES[BACKEND]:
    _found |= vars(importlib.import_module(f"keras_gan.backend.{_file}"))

AdversarialTrainer: Any = _found["AdversarialTrainer"]
ReplicaSeedGenerator: Any = _found["ReplicaSeedGenerator"]
Score: Any = _found["Score"]
add_to: Any = _found["add_to"]
compiled: Any = _found["compiled"]
compiles_in_xla: Any = _found["compiles_in_xla"]
cond: Any = _found["cond"]
copy_variables: Any = _found["copy_variables"]
current_graph: Any = _found["current_graph"]
current_strategy: Any = _found["current_strategy"]
double_precision: Any = _found["double_precision"]
executing_eagerly: Any = _found["executing_eagerly"]
fused: Any = _found["fused"]
generator_states: Any = _found["generator_states"]
has_gpu: Any = _found["has_gpu"]
in_several_replicas: Any = _found["in_several_replicas"]
input_gradients: Any = _found["input_gradients"]
look_up: Any = _found["look_up"]
outside_graphs: Any = _found["outside_graphs"]
own_variable_scope: Any = _found["own_variable_scope"]
replica_count: Any = _found["replica_count"]
replica_id: Any = _found["replica_id"]
replica_mean: Any = _found["replica_mean"]
run_on_replicas: Any = _found["run_on_replicas"]
second_derivatives: Any = _found["second_derivatives"]
update_variables: Any = _found["update_variables"]

from keras_gan.backend.pipeline import (  # noqa: E402
    ElementSeeds,
    FixedSeeds,
    in_foreign_pipeline,
    in_pipeline,
    refuse,
    seeds_of_element,
    through_arrays,
)

__all__ = [
    "BACKEND",
    "AdversarialTrainer",
    "ElementSeeds",
    "FixedSeeds",
    "ReplicaSeedGenerator",
    "Score",
    "add_to",
    "compiled",
    "compiles_in_xla",
    "cond",
    "copy_variables",
    "current_graph",
    "current_strategy",
    "double_precision",
    "executing_eagerly",
    "fused",
    "generator_states",
    "has_gpu",
    "in_foreign_pipeline",
    "in_pipeline",
    "in_several_replicas",
    "input_gradients",
    "look_up",
    "outside_graphs",
    "own_variable_scope",
    "refuse",
    "replica_count",
    "replica_id",
    "replica_mean",
    "run_on_replicas",
    "second_derivatives",
    "seeds_of_element",
    "through_arrays",
    "update_variables",
]
