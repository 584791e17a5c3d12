"""CPUs, GPUs and workers, as the selected framework reports them."""

from keras_gan.backend import BACKEND

if BACKEND == "tensorflow":
    from keras_gan.backend.tensorflow.devices import (
        FRAMEWORK_VERSION,
        bfloat16_gain,
        bfloat16_is_fast,
        compiles_by_default,
        describe_devices,
        distribution_strategy,
        has_gpu,
        has_workers,
        is_chief,
        join_workers,
        shared_input,
    )
elif BACKEND == "jax":
    from keras_gan.backend.jax.devices import (
        FRAMEWORK_VERSION,
        bfloat16_gain,
        bfloat16_is_fast,
        compiles_by_default,
        describe_devices,
        distribution_strategy,
        has_gpu,
        has_workers,
        is_chief,
        join_workers,
        shared_input,
    )
else:
    from keras_gan.backend.torch.devices import (
        FRAMEWORK_VERSION,
        bfloat16_gain,
        bfloat16_is_fast,
        compiles_by_default,
        describe_devices,
        distribution_strategy,
        has_gpu,
        has_workers,
        is_chief,
        join_workers,
        shared_input,
    )

__all__ = [
    "FRAMEWORK_VERSION",
    "bfloat16_gain",
    "bfloat16_is_fast",
    "compiles_by_default",
    "describe_devices",
    "distribution_strategy",
    "has_gpu",
    "has_workers",
    "is_chief",
    "join_workers",
    "shared_input",
]
