from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan.layers.augmentation import affine, controller, operations
from keras_gan.layers.augmentation.color import color
from keras_gan.layers.augmentation.corruption import add_noise, cut_out
from keras_gan.layers.augmentation.frequency_filter import frequency_filter
from keras_gan.layers.augmentation.image_augmentation import ImageAugmentation
from keras_gan.layers.augmentation.warp import warp
from keras_gan.utils.arguments import integer

Tensor = Any


@keras.saving.register_keras_serializable(package="keras_gan")
class AdaptiveAugment(ImageAugmentation):
    """Adaptive discriminator augmentation (ADA).

    A discriminator that memorizes its few training images no longer teaches the
    generator anything. This layer changes every image that it sees, real or
    generated, applying each operation with probability p. A `GAN` that has it
    as `augmenter` raises p while the discriminator is overconfident about real
    images:

    ```
    r = mean sign(D(real));  p <- p + sign(r - target) images / (1000 speed)
    ```

    For p below 0.8 the changes do not leak into the generated images. All
    spatial operations on an image are combined into one affine map (with
    reflection at the edges and antialiasing by an orthogonal wavelet), and all
    color operations into one matrix.

    Args:
        operations: Letters of the groups in the paper's order, `"bgcfnc"`: blit
            (flip, quarter turns, shift by whole pixels), geometric (scale,
            rotation, stretch, shift), color (brightness, contrast, luma flip,
            hue, saturation), filter, noise, cutout. Or a list of such names, or
            a dict of names and multipliers of p in [0, 1].
        target: Mean sign of the logits of real images, in [-1, 1], above which
            p rises.
        interval: Number of discriminator updates between two changes of p.
        speed: Thousands of images in which p can go from 0 to 1. The paper's
            500 is for runs of 25,000 thousand images; use less for shorter
            runs.
        probability: None: p starts at 0 and adapts. A number in [0, 1]: p is
            fixed. A callable of the number of discriminator updates, such as a
            `keras.optimizers.schedules.LearningRateSchedule`: p follows it. In
            training it receives a tensor.
        value_range: `(low, high)` of the images.
        bounding_box_format: Format of bounding boxes, if there are any, such as
            `"xyxy"`.
        data_format: `"channels_last"` or `"channels_first"`. Default: that of
            Keras.
        seed: Integer that fixes the draws. None: random.
        **kwargs: `name` and `dtype`, as of any Keras layer.

    Input and output: images `(batch, height, width, channels)` or `(height,
    width, channels)`, or a dict as in `ImageAugmentation`.

    Attributes:
        probability: Variable p, saved with the layer.
        sign_statistic: Variable, the mean sign r at the last change of p.

    Raises:
        ValueError: If an argument is invalid.
        TypeError: If `probability` does not return a number.

    Example:

    >>> layer = AdaptiveAugment("bg", probability=0.7, seed=1)
    >>> tuple(layer(np.zeros((8, 32, 32, 3), "float32")).shape)
    (8, 32, 32, 3)
    >>> gan = keras_gan.GAN(
    ...     *keras_gan.networks.mlp((8, 8, 1)), augmenter=AdaptiveAugment()
    ... )

    Reference:
        [Karras et al., 2020](https://arxiv.org/abs/2006.06676)
    """

    def __init__(
        self,
        operations: str | Iterable[str] | Mapping[str, float] = "bgc",
        target: float = 0.6,
        *,
        interval: int = 4,
        speed: float = 500.0,
        probability: float | Callable[[Tensor], Tensor] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.multipliers = _multipliers(operations)
        self._rule = controller.rule(probability, target, speed)
        self._given_probability = probability
        self.target = float(target)
        self.interval = integer("interval", interval, at_least=1)
        self.speed = float(speed)
        self.probability = self._scalar("probability", self._rule.initial)
        self.sign_statistic = self._scalar("sign_statistic")
        self._signs = self._scalar("signs")
        self._count = self._scalar("count")
        self._updates = self._scalar("updates", dtype="int32")

    @property
    def has_fixed_probability(self) -> bool:
        """Whether p is constant."""
        return isinstance(self._rule, controller.Fixed)

    def update_state(self, real_logits: Tensor) -> None:
        """Updates p from the discriminator's logits for a batch.

        The GAN calls it at every update of the discriminator. With several
        replicas it uses the global batch.

        Args:
            real_logits: Logits of (augmented) real images, `(batch, 1)`. Logits
                that are not finite are ignored.
        """
        total, count = _sum_of_signs(real_logits)
        signs = controller.Signs(self._signs + total, self._count + count)
        updates = self._updates + 1
        due = ops.equal(updates % self.interval, 0)
        probability = ops.convert_to_tensor(self.probability)
        self.probability.assign(self._rule(probability, signs, updates, due))
        before = ops.convert_to_tensor(self.sign_statistic)
        self.sign_statistic.assign(ops.where(due, signs.mean, before))
        self._signs.assign(ops.where(due, 0.0, signs.total))
        self._count.assign(ops.where(due, 0.0, signs.count))
        self._updates.assign(updates)

    def draw(self, shape: Sequence[Any], seed: Any) -> dict[str, Tensor]:
        probability = ops.convert_to_tensor(self.probability)
        drawn = operations.draw(self.multipliers, probability, shape[0], seed)
        if "noise" in drawn:
            drawn["white_noise"] = keras.random.normal(
                shape, dtype="float32", seed=seed
            )
        return drawn

    def apply(self, images: Tensor, drawn: Mapping[str, Tensor]) -> Tensor:
        return _augmented(images, dict(drawn))

    def inverse_matrices(self, drawn, height, width) -> Tensor | None:
        return affine.inverse_matrices(drawn, height, width)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "operations": dict(self.multipliers),
            "target": self.target,
            "interval": self.interval,
            "speed": self.speed,
            "probability": controller.serialize(self._given_probability),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "AdaptiveAugment":
        probability = controller.deserialize(config.get("probability"))
        return cls(**{**config, "probability": probability})

    def _scalar(self, name: str, initial: float = 0.0, dtype="float32"):
        return self.add_weight(
            shape=(),
            initializer=keras.initializers.Constant(initial),
            dtype=dtype,
            trainable=False,
            # Every replica computes the same value: see `_sum_of_signs`.
            aggregation="only_first_replica",
            autocast=False,
            name=name,
        )


_multipliers = operations.multipliers


# Plain operations: as one XLA program, differentiated inside a training step,
# this was two to four times slower.
def _augmented(images, drawn):
    matrices = affine.inverse_matrices(drawn, *ops.shape(images)[1:3])
    if matrices is not None:
        same = affine.unchanged(matrices)[:, None, None, None]
        images = ops.where(same, images, warp(images, matrices))
    images = frequency_filter(color(images, drawn), drawn)
    if "noise" in drawn:
        images = add_noise(images, drawn["noise"], drawn["white_noise"])
    if "cutout" in drawn:
        images = cut_out(images, drawn["cutout"])
    return images


def _sum_of_signs(real_logits) -> tuple[Tensor, Tensor]:
    """Sum and number of the signs of the logits, over all replicas."""
    logits = ops.stop_gradient(ops.cast(real_logits, "float32"))
    replicas = float(backend.replica_count())
    # Otherwise one NaN would stay in the probability forever.
    known = ops.isfinite(logits)
    signs = ops.where(known, ops.sign(logits), 0.0)
    total = backend.replica_mean(ops.sum(signs))
    count = backend.replica_mean(ops.sum(ops.cast(known, "float32")))
    return total * replicas, count * replicas
