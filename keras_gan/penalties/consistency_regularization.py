from typing import Any

import keras
from keras import ops

from keras_gan.penalties.penalty import Penalty, Tensor
from keras_gan.penalties.scores import Scored, Scores
from keras_gan.utils.arguments import non_negative
from keras_gan.utils.tensors import batch_mean


@keras.saving.register_keras_serializable(package="keras_gan")
class ConsistencyRegularization(Penalty):
    """The CR and bCR penalty: an image and its augmentation score the same.

    What an augmentation changes does not tell real from fake, so the
    discriminator shall not look at it. It is still trained on the images as
    they are: the augmentation is asked for in this term alone.

    ```
    real_weight * mean((D(T(x)) - D(x))^2)
        + fake_weight * mean((D(T(G(z))) - D(G(z)))^2)
    ```

    where T is the augmenter, drawn anew at each computation. With both weights
    it is balanced consistency regularization (bCR); with `fake_weight=0` the
    older form on real images alone (CR), after which traces of T may show up in
    generated images. It trains the discriminator's weights only, so T need not
    be differentiable.

    Where the `GAN` has an augmenter too, that one stands before D on both
    sides, with draws of its own. The two must be different layers, because each
    keeps its own random state. An adaptive layer in T is steered by the sign of
    the logits of real images themselves. Under the relativistic losses (the
    GAN's default among them) and the Wasserstein loss, which know only
    differences, that sign says nothing: give T a fixed probability there, such
    as `AdaptiveAugment(probability=0.5)`.

    Args:
        augmenter: Keras layer, images -> images of the same shape, called with
            `training=True`.
        real_weight: Strength on real images, at least 0.
        fake_weight: Strength on generated images, at least 0.
        every: Number of discriminator updates from one computation to the
            next, at least 1.
        name: Name of the penalty in the logs.

    Raises:
        TypeError: If `augmenter` is not a Keras layer, or images are integers.

    Example:

    >>> flip = keras.layers.RandomFlip("horizontal")
    >>> penalty = ConsistencyRegularization(flip)
    >>> images = ops.ones((4, 8, 8, 3))
    >>> float(penalty(lambda x: ops.mean(x, axis=(1, 2, 3)), images, images))
    0.0

    Reference:
        - [Zhang et al., 2020](https://arxiv.org/abs/1910.12027) (CR)
        - [Zhao et al., 2021](https://arxiv.org/abs/2002.04724) (bCR)
    """

    default_name = "consistency"

    def __init__(
        self,
        augmenter: keras.layers.Layer,
        real_weight: float = 10.0,
        fake_weight: float = 10.0,
        *,
        every: int = 1,
        name: str | None = None,
    ) -> None:
        super().__init__(every=every, name=name)
        if not isinstance(augmenter, keras.layers.Layer):
            raise TypeError(
                "`augmenter` must be a Keras layer, images -> images. "
                f"Received: {augmenter!r} of type {type(augmenter).__name__}. "
                "For one with a name call `keras_gan.layers.augmenter(name)`."
            )
        self.augmenter = augmenter
        self.real_weight = non_negative("real_weight", real_weight)
        self.fake_weight = non_negative("fake_weight", fake_weight)

    @property
    def variables(self) -> list[keras.Variable]:
        """All that the augmenter keeps, its seeds included."""
        return list(self.augmenter.variables)

    def update_state(self, real_logits: Tensor, fake_logits: Tensor) -> None:
        # An adaptive augmenter would stay at probability 0 without these.
        for layer in self.augmenter._flatten_layers():
            if hasattr(layer, "update_state"):
                layer.update_state(ops.stop_gradient(real_logits))

    def penalize(self, scores: Scores) -> Tensor:
        value = ops.zeros((), "float32")
        for weight, scored in (
            (self.real_weight, scores.real),
            (self.fake_weight, scores.fake),
        ):
            if weight > 0.0:
                value = value + weight * self._distance(scores, scored)
        return value

    def _distance(self, scores: Scores, scored: Scored) -> Tensor:
        _check_floating(scored.images)
        augmented = self.augmenter(scored.images, training=True)
        # Nothing is trained through the images.
        augmented = ops.stop_gradient(augmented)
        moved = ops.cast(scores(augmented), "float32")
        logits = ops.cast(scored.logits, "float32")
        return batch_mean(ops.square(moved - logits))

    def get_config(self) -> dict[str, Any]:
        augmenter = keras.saving.serialize_keras_object(self.augmenter)
        # The config is that of the penalty, whether it was used or not.
        augmenter.pop("build_config", None)
        return {
            "augmenter": augmenter,
            "real_weight": self.real_weight,
            "fake_weight": self.fake_weight,
            **super().get_config(),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "ConsistencyRegularization":
        augmenter = keras.saving.deserialize_keras_object(config["augmenter"])
        return cls(**{**config, "augmenter": augmenter})


def _check_floating(images: Tensor) -> None:
    dtype = keras.backend.standardize_dtype(images.dtype)
    if "float" not in dtype:
        raise TypeError(
            "Images of a penalty must be floating-point numbers, in the range "
            f"that the discriminator is trained on. Received: dtype {dtype}. "
            "Scale bytes with `images / 127.5 - 1.0`."
        )
