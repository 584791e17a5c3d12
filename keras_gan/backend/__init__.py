"""The one place that knows a framework.

Everything above this package is `keras.ops`, `keras.random` and
`keras.layers`. What Keras does not offer on every backend alike (gradients with
respect to inputs, replicas, the training step itself) has its TensorFlow form
in `backend/tensorflow.py`; another backend is one more file with these names.
"""

from keras_gan.backend.startup import quietly

with quietly():
    import keras

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        "keras_gan runs on the TensorFlow backend of Keras. "
        f"Received: KERAS_BACKEND={keras.backend.backend()!r}. "
        "Set KERAS_BACKEND=tensorflow before Keras is first imported."
    )

from keras_gan.backend.tensorflow import (
    AdversarialTrainer,
    ReplicaSeedGenerator,
    Score,
    compiled,
    copy_variables,
    in_several_replicas,
    input_gradients,
    replica_count,
    replica_mean,
    update_variables,
)
from keras_gan.backend.tensorflow_execution import (
    add_to,
    current_graph,
    current_strategy,
    executing_eagerly,
    fused,
    outside_graphs,
    replica_id,
    run_on_replicas,
)
from keras_gan.backend.tensorflow_layers import (
    compiles_in_xla,
    generator_states,
    has_gpu,
    own_variable_scope,
    second_derivatives,
)
from keras_gan.backend.tensorflow_lookup import look_up
from keras_gan.backend.tensorflow_pipeline import (
    ElementSeeds,
    FixedSeeds,
    in_pipeline,
    refuse,
)

__all__ = [
    "AdversarialTrainer",
    "ElementSeeds",
    "FixedSeeds",
    "ReplicaSeedGenerator",
    "Score",
    "add_to",
    "compiled",
    "compiles_in_xla",
    "copy_variables",
    "current_graph",
    "current_strategy",
    "executing_eagerly",
    "fused",
    "generator_states",
    "has_gpu",
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
    "update_variables",
]
