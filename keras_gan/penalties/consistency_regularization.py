from typing import Any

import keras
from keras import ops

from keras_gan.penalties.penalty import Penalty, Tensor
from keras_gan.penalties.scores import (
    Scored,
    Scores,
    dtype_of,
    is_floating,
)
from keras_gan.utils.arguments import non_negative
from keras_gan.utils.inner_layers import (
    seed_generators,
    with_inner_layers,
)
from keras_gan.utils.tensors import batch_mean


@keras.saving.register_keras_serializable(package="keras_gan")
class ConsistencyRegularization(Penalty):
    """The CR and bCR penalties: D's logit should not change by augmentation.

    An augmentation does not change whether an image is real, so the
    discriminator should give an image and its augmented copy the same logit.
    The other terms of its loss still use the images without augmentation.

    ```
    real_weight * mean((D(T(x)) - D(x))^2)
        + fake_weight * mean((D(T(G(z))) - D(G(z)))^2)
    ```

    where T is the augmenter, with new random draws each time. With both weights
    this is balanced consistency regularization (bCR). With `fake_weight=0` it
    is the older form on real images only (CR), which can let effects of T leak
    into the generated images. The penalty only trains the discriminator's
    weights, so T need not be differentiable.

    If the `GAN` has an augmenter too, it is applied before D in both terms of
    each difference, with separate draws. The two must be different layers,
    because each has its own random state. An adaptive layer in T is controlled
    by the sign of the logits of real images. The relativistic losses (including
    the GAN's default) and the Wasserstein loss depend only on differences of
    logits, so that sign is meaningless: use a fixed probability with them, such
    as `AdaptiveAugment(probability=0.5)`.

    Args:
        augmenter: Keras layer, images -> images of the same shape, called with
            `training=True`.
        real_weight: Strength on real images, at least 0.
        fake_weight: Strength on generated images, at least 0.
        every: The penalty is computed in every `every`-th discriminator update,
            at least 1.
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
                "`keras_gan.layers.augmenter(name)` creates a layer by name."
            )
        self.augmenter = augmenter
        self.real_weight = non_negative("real_weight", real_weight)
        self.fake_weight = non_negative("fake_weight", fake_weight)

    @property
    def variables(self) -> list[keras.Variable]:
        """Variables of the augmenter without its seeds."""
        seeds = {id(one.state) for one in self.seed_generators}
        return [v for v in self.augmenter.variables if id(v) not in seeds]

    @property
    def seed_generators(self) -> list[keras.random.SeedGenerator]:
        """Seed generators of the augmenter and of the layers inside it."""
        return seed_generators(self.augmenter)

    def update_state(self, real_logits: Tensor, fake_logits: Tensor) -> None:
        # An adaptive augmenter would stay at probability 0 without these.
        for layer in with_inner_layers(self.augmenter):
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
        # The penalty trains no weights through the images.
        augmented = ops.stop_gradient(augmented)
        augmented_logits = ops.cast(scores(augmented), "float32")
        logits = ops.cast(scored.logits, "float32")
        return batch_mean(ops.square(augmented_logits - logits))

    def get_config(self) -> dict[str, Any]:
        augmenter = keras.saving.serialize_keras_object(self.augmenter)
        # The config must not depend on whether the penalty was used.
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
    if not is_floating(images):
        raise TypeError(
            "Images of a penalty must be floating-point numbers, in the range "
            "that the discriminator is trained on. Received: dtype "
            f"{dtype_of(images)}. Scale bytes with `images / 127.5 - 1.0`."
        )
