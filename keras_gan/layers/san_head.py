"""The last layer of a discriminator whose direction is learned apart."""

from typing import Any

import keras
from keras import ops

from keras_gan.penalties import SANDirection
from keras_gan.utils.arguments import optional_seed, positive_integer


@keras.saving.register_keras_serializable(package="keras_gan")
class SANHead(keras.layers.Layer):
    """Scores features along a direction that has a loss of its own (SAN).

    An ordinary last layer is trained to minimize the adversarial loss, which
    does not make its weights the direction in which real and generated
    features differ most. Here the features h and the scale s are trained by
    the adversarial loss, and the direction w by the difference of means that
    it finds, as in the sliced Wasserstein distance:

    ```
    logits = s <h, sg(w / |w|)> + b
    directions = <sg(h), w / |w|>
    ```

    where sg stops gradients. A `GAN` adds `penalties.SANDirection`, which
    takes the second output, to the discriminator's loss by itself. For the
    generator, the logits are those of any linear layer. With classes there
    are a direction, a scale and an offset for each class.

    Args:
        num_classes: Number of classes, at least 1. None: no labels.
        use_bias: Whether there is an offset b.
        seed: Integer that determines the initial direction, or None.
        **kwargs: As in `keras.layers.Layer`. The outputs are always float32.

    Inputs: features `(batch, channels)`, or a list of features and integer
    labels `(batch,)`. Outputs: logits and directions, `(batch, 1)` each.

    Raises:
        TypeError, ValueError: If `num_classes` is not valid.

    Example:

    >>> logits, directions = SANHead(seed=1)(np.ones((5, 3), "float32"))
    >>> tuple(logits.shape), tuple(directions.shape)
    ((5, 1), (5, 1))

    Reference:
        Takida et al., "SAN: Inducing Metrizability of GAN with Discriminative
        Normalized Linear Layer", arXiv 2301.12811.
    """

    # Models give it to the player of which the layer is a part.
    own_penalty = SANDirection

    def __init__(
        self,
        num_classes: int | None = None,
        *,
        use_bias: bool = True,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        # Differences of scores are too fine for half precision.
        super().__init__(**{**kwargs, "dtype": "float32"})
        if num_classes is not None:
            num_classes = positive_integer("num_classes", num_classes)
        self.num_classes = num_classes
        self.use_bias = bool(use_bias)
        self.seed = optional_seed(seed)

    def build(self, input_shape: Any) -> None:
        features = input_shape if self.num_classes is None else input_shape[0]
        rows = self.num_classes or 1
        self.direction = self.add_weight(
            name="direction",
            shape=(rows, features[-1]),
            initializer=keras.initializers.RandomNormal(
                stddev=features[-1] ** -0.5, seed=self.seed
            ),
            # The length is without effect but divides the gradient, so it
            # would slow the direction down as it grows.
            constraint=keras.constraints.UnitNorm(axis=-1),
        )
        self.scale = self.add_weight(
            name="scale", shape=(rows, 1), initializer="ones"
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(rows, 1), initializer="zeros"
            )

    def call(self, inputs: Any) -> list[Any]:
        features, labels = inputs, None
        if self.num_classes is not None:
            features, labels = inputs

        def of_class(weights: Any) -> Any:
            # Without labels, the one row is that of all samples.
            return weights if labels is None else ops.take(weights, labels, 0)

        features = ops.cast(features, "float32")
        unit = of_class(ops.normalize(self.direction, axis=-1))
        logits = of_class(self.scale) * _products(
            features, ops.stop_gradient(unit)
        )
        if self.bias is not None:
            logits = logits + of_class(self.bias)
        return [logits, _products(ops.stop_gradient(features), unit)]

    def compute_output_shape(self, input_shape: Any) -> list[tuple[Any, ...]]:
        features = input_shape if self.num_classes is None else input_shape[0]
        return [(features[0], 1)] * 2

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "use_bias": self.use_bias,
            "seed": self.seed,
        }


def _products(features: Any, directions: Any) -> Any:
    return ops.sum(features * directions, axis=-1, keepdims=True)
