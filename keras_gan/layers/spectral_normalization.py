"""A layer whose weights are divided by their largest singular value."""

import math
from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan.utils.arguments import optional_seed
from keras_gan.utils.kernels import output_axes

Tensor = Any

# Norms below it count as 0.
_EPSILON = 1e-12


@keras.saving.register_keras_serializable(package="keras_gan")
class SpectralNormalization(keras.layers.Wrapper):
    """Divides the weights of a layer by their largest singular value.

    This bounds how fast the output of the layer changes with its input, which
    stabilizes the training of a GAN's discriminator:

    ```
    v = normalize(W^T u)
    u' = normalize(W v)
    sigma = u'^T W v
    y = layer(x) with W / sigma in place of W
    ```

    `W` is the kernel as a matrix (outputs, everything else). `u` is kept
    between calls, so that one step of this power iteration per training step
    suffices. The gradient flows through sigma (with `u'` and `v` held
    constant), and the weight that is stored, regularized and saved stays `W`.
    The normalization is computed in float32 or better; `dtype` is that of the
    wrapped layer.

    Args:
        layer: Keras layer with one `kernel` (`Dense`, `EinsumDense`, and the
            convolutions, depthwise and transposed ones too) or with
            `embeddings`, neither quantized nor with LoRA.
        seed: Integer that determines the first `u`, or None (random).
        **kwargs: `name` and `trainable`, as of any Keras layer.

    Call arguments: the inputs of the layer, and `training`: in a training call
    `u'` is kept as the next `u`, unless the layer is frozen.

    Attributes:
        updates_in_call: True by default. Whoever calls the layer several times
            in a step may set it to False and call `update_vectors()` once a
            step instead.
        updates_in_steps: The same for calls in training steps of the models of
            this package, which set it to False for the networks they train.

    Raises:
        ValueError: If the layer has no such weight, or `dtype` is given.

    Example:

    >>> layer = SpectralNormalization(keras.layers.Dense(8), seed=0)
    >>> tuple(layer(keras.ops.ones((2, 3)), training=True).shape)
    (2, 8)

    Reference:
        Miyato et al., "Spectral Normalization for Generative Adversarial
        Networks", arXiv 1802.05957.
    """

    def __init__(
        self, layer: Any, *, seed: int | None = None, **kwargs: Any
    ) -> None:
        if "dtype" in kwargs:
            raise ValueError(
                "The dtype of spectral normalization is that of the wrapped "
                f"layer. Received: dtype={kwargs['dtype']!r}. Pass it to the "
                "layer: `SpectralNormalization(Dense(1, dtype=...))`."
            )
        # The wrapped layer casts inputs and weights, not this one.
        super().__init__(layer, dtype="float32", autocast=False, **kwargs)
        _refuse_replaced_weights(layer)
        self.seed = optional_seed(seed)
        self.updates_in_call = True
        self.updates_in_steps = True
        self.supports_masking = layer.supports_masking

    def build(self, input_shape: Any = None) -> None:
        super().build(input_shape)
        weight = _weight_of(self.layer)
        self._axes = output_axes(self.layer, len(weight.shape))
        self.u = self.add_weight(
            name="u",
            shape=(math.prod(weight.shape[i] for i in self._axes),),
            initializer=keras.initializers.RandomNormal(
                stddev=1.0, seed=self.seed
            ),
            dtype=keras.backend.result_type(weight.dtype, "float32"),
            trainable=False,
            autocast=False,
        )

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        weight = _weight_of(self.layer)
        sigma, u = self._power_iteration(weight)
        if training and self._updates_here():
            self._keep(u)
        # A weight of zeros stays as it is.
        sigma = ops.where(sigma > 0, sigma, 1.0)
        normalized = ops.cast(weight, sigma.dtype) / sigma
        with _Substitution(weight, normalized) as scope:
            outputs = self.layer(inputs)
        scope.replay(self.layer)
        return outputs

    def _updates_here(self) -> bool:
        in_step = backend.in_training_step()
        return self.updates_in_call and (self.updates_in_steps or not in_step)

    def update_vectors(self) -> None:
        """Takes one step of the power iteration, unless the layer is frozen."""
        self._keep(self._power_iteration(_weight_of(self.layer))[1])

    def _power_iteration(self, weight: Any) -> tuple[Tensor, Tensor]:
        """The largest singular value, a scalar, and the next vector."""
        u = ops.convert_to_tensor(self.u)
        others = [i for i in range(len(weight.shape)) if i not in self._axes]
        matrix = ops.transpose(
            ops.cast(weight, u.dtype), [*others, *self._axes]
        )
        matrix = ops.reshape(matrix, (-1, *u.shape))
        v = ops.matmul(ops.stop_gradient(matrix), u)
        v = v / ops.maximum(ops.norm(v), _EPSILON)
        product = ops.matmul(v, matrix)
        held = ops.stop_gradient(product)
        norm = ops.norm(held)
        u = ops.where(norm > _EPSILON, held / ops.maximum(norm, _EPSILON), u)
        return ops.sum(u * product), u

    def _keep(self, u: Tensor) -> None:
        if self.trainable:
            self.u.assign(u)

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        return self.layer.compute_output_shape(*args, **kwargs)

    def compute_output_spec(self, inputs: Any, training: Any = None) -> Any:
        return self.layer.compute_output_spec(inputs)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        return self.layer.compute_mask(inputs, previous_mask)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["dtype"]
        # It appears when the layer is built; the wrapper stores its own.
        config["layer"].pop("build_config", None)
        return {**config, "seed": self.seed}


class _Substitution(keras.StatelessScope):
    """A scope in which one variable has another value.

    Other variables have the values that they have outside. Assignments and
    losses made inside are recorded, and `replay` makes them outside.
    """

    def __init__(self, variable: Any, value: Tensor) -> None:
        super().__init__([(variable, value)], collect_losses=True)
        self.updates: list[Any] = []

    def get_current_value(self, variable: Any) -> Any:
        value = super().get_current_value(variable)
        if value is None and self.original_scope is not None:
            return self.original_scope.get_current_value(variable)
        return value

    def add_update(self, update: Any) -> None:
        super().add_update(update)
        self.updates.append(update)

    def replay(self, layer: Any) -> None:
        """Makes the assignments and adds the losses outside the scope."""
        for variable, value in self.updates:
            variable.assign(value)
        for loss in self.losses:
            layer.add_loss(loss)


def _weight_of(layer: Any) -> Any:
    """The variable that a layer multiplies its inputs by."""
    _refuse_replaced_weights(layer)
    weight = getattr(layer, "kernel", getattr(layer, "embeddings", None))
    if not isinstance(weight, keras.Variable):
        raise ValueError(
            "`layer` must have one weight named `kernel` or `embeddings`. "
            f"Received: {layer!r}. Wrap layers such as `Dense`, `Conv2D` or "
            "`Embedding`; a model is normalized layer by layer."
        )
    return weight


def _refuse_replaced_weights(layer: Any) -> None:
    """Raises an error if a layer multiplies by more than its kernel."""
    found = {
        name: getattr(layer, name, None)
        for name in ("quantization_mode", "lora_rank")
        if getattr(layer, name, None)
    }
    if found:
        raise ValueError(
            "`layer` must be neither quantized nor have LoRA weights: what it "
            f"multiplies by is not its kernel alone. Received: {layer!r} with "
            f"{found}. Wrap a plain layer."
        )
