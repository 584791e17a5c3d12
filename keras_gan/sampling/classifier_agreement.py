from typing import Any

import keras
from keras import ops

from keras_gan.images import Range, check_value_range
from keras_gan.sampling.filter_networks import check_network, output_shapes
from keras_gan.sampling.sample_filter import SampleFilter, Tensor
from keras_gan.utils.arguments import check_number, number_in
from keras_gan.utils.models import Untracked, deserialized

# Tolerance for rounding in a softmax over many classes in half precision.
_SLACK = 1e-3


@keras.saving.register_keras_serializable(package="keras_gan")
class ClassifierAgreement(SampleFilter):
    """Keeps images that a classifier assigns to the class they were made for.

    A conditional generator sometimes draws a 7 when asked for a 1. Such an
    image has the wrong label for training, and discriminators need not notice.

    ```
    accept where argmax p(x) = label and p(x)[label] >= least_probability
    ```

    The score is `p(x)[label]`.

    Args:
        classifier: `keras.Model`, images `(batch, ...)` -> probabilities or
            logits `(batch, num_classes)`. A softmax is applied to rows that are
            not probabilities.
        least_probability: Minimum probability of the label, in [0, 1).
        value_range: `(low, high)` of the images that `classifier` takes; the
            generator's images, in [-1, 1], are scaled to it, and rounded for a
            classifier of integers.
        **kwargs: `name`, as of any Keras layer.

    Raises:
        TypeError, ValueError: If an argument is invalid.

    Example:

    >>> classifier = keras.Sequential([
    ...     keras.Input((2,)), keras.layers.Softmax()])
    >>> agreement = ClassifierAgreement(classifier, least_probability=0.7)
    >>> images = np.array([[1.0, -1.0], [0.2, 0.1], [-1.0, 1.0]])
    >>> np.array(agreement.accept(images, [0, 0, 0], np.zeros(3))).tolist()
    [True, False, False]
    """

    def __init__(
        self,
        classifier: Any,
        least_probability: float = 0.0,
        *,
        value_range: Range = (-1, 1),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._given = Untracked(check_network("classifier", classifier))
        check_number("least_probability", least_probability)
        self.least_probability = number_in(
            "least_probability",
            least_probability,
            "[0, 1)",
            hint="At 0 it is enough that the label is the likeliest.",
        )
        self.value_range = check_value_range(value_range)

    def bind(self, source: Any) -> None:
        if source.num_classes is None:
            raise ValueError(
                f"`{self.name}` compares labels, but the generator has no "
                "classes. Received: num_classes=None. Use a conditional GAN, "
                "or a filter that uses the discriminator."
            )
        images = keras.KerasTensor((None, *source.image_shape), "float32")
        shapes = output_shapes("classifier", self._given.value, images)
        shape, *others = shapes
        fits = len(shape) == 2 and (shape[1] or 0) >= source.num_classes
        if others or not fits:
            raise ValueError(
                "`classifier` must return one number per class, shape "
                f"(batch, {source.num_classes}) or more. Received: "
                f"{' and '.join(map(str, shapes))}. Train one on the classes "
                "of the GAN, or use only its output of classes."
            )

    def score(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return self._agreement(images, labels)[1]

    def accept(
        self, images: Tensor, labels: Tensor | None, uniform: Tensor
    ) -> Tensor:
        return self.judge(images, labels, uniform)[0]

    def judge(
        self, images: Tensor, labels: Tensor | None, uniform: Tensor
    ) -> tuple[Tensor, Tensor]:
        agree, scores = self._agreement(images, labels)
        return ops.logical_and(agree, scores >= self.least_probability), scores

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "classifier": keras.saving.serialize_keras_object(
                self._given.value
            ),
            "least_probability": self.least_probability,
            "value_range": self.value_range,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        config = dict(config)
        if isinstance(config["classifier"], dict):
            config["classifier"] = deserialized(config["classifier"])
        return super().from_config(config)

    def _agreement(
        self, images: Tensor, labels: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """Whether each label is the likeliest, and its probability."""
        if labels is None:
            raise ValueError(
                f"`labels` must be given: `{self.name}` compares them. "
                "Received: labels=None."
            )
        labels = ops.reshape(ops.cast(labels, "int32"), (-1,))
        outputs = self._given.value(self._scaled(images), training=False)
        outputs = ops.cast(outputs, "float32")
        agree = ops.cast(ops.argmax(outputs, axis=-1), "int32") == labels
        chances = _probabilities(outputs)
        own = ops.take_along_axis(chances, labels[:, None], axis=-1)
        return agree, ops.reshape(own, (-1,))

    def _scaled(self, images: Tensor) -> Tensor:
        low, high = self.value_range
        images = ops.cast(images, "float32")
        if (low, high) != (-1.0, 1.0):
            images = low + (images + 1.0) * ((high - low) / 2)
        inputs = getattr(self._given.value, "inputs", None)
        dtype = inputs[0].dtype if inputs else "float32"
        if keras.backend.is_float_dtype(dtype):
            return images
        # A plain cast would truncate fractions and wrap out-of-range values.
        return ops.cast(ops.clip(ops.round(images), low, high), dtype)


def _probabilities(outputs: Tensor) -> Tensor:
    total = ops.sum(outputs, axis=-1, keepdims=True)
    lowest = ops.min(outputs, axis=-1, keepdims=True)
    already = ops.logical_and(ops.abs(total - 1.0) < _SLACK, lowest >= 0.0)
    return ops.where(already, outputs, ops.softmax(outputs, axis=-1))
