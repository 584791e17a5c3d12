"""All framework-specific code.

All other packages use only `keras.ops`, `keras.random` and `keras.layers`. What
Keras does not offer on every backend (gradients, replicas, the training step
that `keras.Model` calls) is implemented here once per framework, in a folder
named after it with the same modules. `KERAS_BACKEND` selects the folder.
"""

from keras_gan.backend import startup
from keras_gan.utils import clock as clock  # It remembers when this began.

startup.exit_on_interrupt()
with startup.explaining(), startup.quietly():
    import keras

BACKEND: str = keras.backend.backend()
startup.refuse(BACKEND)

if BACKEND == "tensorflow":
    from keras_gan.backend.convolutions import depthwise_convolution
    from keras_gan.backend.tensorflow.execution import (
        choose,
        compiled,
        compiles_in_xla,
        cond,
        current_graph,
        double_precision,
        executing_eagerly,
        fused,
        fused_forward,
        outside_graphs,
    )
    from keras_gan.backend.tensorflow.gradients import (
        apply_gradients,
        gradient_of,
        gradients,
        held_constant,
        pass_with_input_gradients,
    )
    from keras_gan.backend.tensorflow.indexing import gather_rows
    from keras_gan.backend.tensorflow.replicas import (
        ReplicaSeedGenerator,
        current_strategy,
        in_several_replicas,
        on_whole_batch,
        replica_count,
        replica_id,
        replica_mean,
        replica_share,
        run_on_replicas,
    )
    from keras_gan.backend.tensorflow.trainer import Trainer
    from keras_gan.backend.tensorflow.variables import (
        atomic_add,
        copy_variables,
        own_variable_scope,
        random_states,
        update_variables,
        value_of,
    )
elif BACKEND == "jax":
    from keras_gan.backend.jax.convolutions import depthwise_convolution
    from keras_gan.backend.jax.execution import (
        choose,
        compiled,
        compiles_in_xla,
        current_graph,
        double_precision,
        executing_eagerly,
        fused,
        fused_forward,
        gather_rows,
    )
    from keras_gan.backend.jax.gradients import (
        apply_gradients,
        gradient_of,
        gradients,
        held_constant,
        pass_with_input_gradients,
    )
    from keras_gan.backend.jax.state import cond
    from keras_gan.backend.jax.trainer import (  # type: ignore[assignment]
        Trainer,
    )
    from keras_gan.backend.jax.variables import (
        copy_variables,
        update_variables,
        value_of,
    )
    from keras_gan.backend.one_device import (
        ReplicaSeedGenerator,
        atomic_add,
        current_strategy,
        in_several_replicas,
        on_whole_batch,
        outside_graphs,
        own_variable_scope,
        random_states,
        replica_count,
        replica_id,
        replica_mean,
        replica_share,
        run_on_replicas,
    )
else:
    from keras_gan.backend.convolutions import depthwise_convolution
    from keras_gan.backend.one_device import (
        ReplicaSeedGenerator,
        atomic_add,
        current_strategy,
        in_several_replicas,
        on_whole_batch,
        outside_graphs,
        own_variable_scope,
        random_states,
        replica_count,
        replica_id,
        replica_mean,
        replica_share,
        run_on_replicas,
    )
    from keras_gan.backend.torch.execution import (
        choose,
        compiled,
        compiles_in_xla,
        cond,
        current_graph,
        double_precision,
        executing_eagerly,
        fused,
        fused_forward,
        gather_rows,
    )
    from keras_gan.backend.torch.gradients import (
        apply_gradients,
        gradient_of,
        gradients,
        held_constant,
        pass_with_input_gradients,
    )
    from keras_gan.backend.torch.trainer import (  # type: ignore[assignment]
        Trainer,
    )
    from keras_gan.backend.torch.variables import (
        copy_variables,
        update_variables,
        value_of,
    )

from keras_gan.backend.pipeline import (  # noqa: E402
    ElementSeeds,
    FixedSeeds,
    in_foreign_pipeline,
    in_pipeline,
    refuse,
    seeds_of_element,
    through_arrays,
)
from keras_gan.backend.steps import in_training_step  # noqa: E402

__all__ = [
    "BACKEND",
    "ElementSeeds",
    "FixedSeeds",
    "ReplicaSeedGenerator",
    "Trainer",
    "apply_gradients",
    "atomic_add",
    "choose",
    "compiled",
    "compiles_in_xla",
    "cond",
    "copy_variables",
    "current_graph",
    "current_strategy",
    "depthwise_convolution",
    "double_precision",
    "executing_eagerly",
    "fused",
    "fused_forward",
    "gather_rows",
    "gradient_of",
    "gradients",
    "held_constant",
    "in_foreign_pipeline",
    "in_pipeline",
    "in_several_replicas",
    "in_training_step",
    "on_whole_batch",
    "outside_graphs",
    "own_variable_scope",
    "pass_with_input_gradients",
    "random_states",
    "refuse",
    "replica_count",
    "replica_id",
    "replica_mean",
    "replica_share",
    "run_on_replicas",
    "seeds_of_element",
    "through_arrays",
    "update_variables",
    "value_of",
]
