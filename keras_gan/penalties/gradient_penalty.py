from typing import Any

import keras
from keras import ops

from keras_gan import backend
from keras_gan.penalties.penalty import Penalty, Tensor, squared_norms
from keras_gan.penalties.scores import Scores
from keras_gan.utils.arguments import non_negative, optional_seed
from keras_gan.utils.tensors import batch_mean


@keras.saving.register_keras_serializable(package="keras_gan")
class GradientPenalty(Penalty):
    """The WGAN-GP penalty: holds D's slope between real and fake at 1.

    It bounds the slope of the discriminator, as the Wasserstein loss needs, at
    one random point on the line from each real image to its partner among the
    fakes.

    ```
    weight * mean((|d D(p) / d p| - target)^2),  p = a x + (1 - a) G(z)
    ```

    where `a` is uniform in [0, 1), drawn for each pair, and the norm of a
    gradient is taken over all axes of its image. The discriminator must not mix
    the images of a batch (no batch normalization).

    Args:
        weight: Strength, at least 0.
        target: The slope that is aimed at, at least 0.
        one_sided: Whether slopes below the target go unpunished.
        every: Number of discriminator updates from one computation to the
            next, at least 1.
        seed: Integer that fixes the draws. `None` takes a new one.
        name: Name of the penalty in the logs.

    Example:

    >>> images = ops.ones((8, 4))
    >>> penalty = GradientPenalty(weight=10.0)
    >>> float(penalty(lambda x: ops.sum(x, axis=1), images, 2.0 * images))
    10.0

    Reference:
        [Gulrajani et al., 2017](https://arxiv.org/abs/1704.00028)
    """

    default_name = "gradient_penalty"
    uses_input_gradients = True

    def __init__(
        self,
        weight: float = 10.0,
        target: float = 1.0,
        one_sided: bool = False,
        *,
        every: int = 1,
        seed: int | None = None,
        name: str | None = None,
    ) -> None:
        super().__init__(every=every, name=name)
        self.weight = non_negative("weight", weight)
        self.target = non_negative("target", target)
        self.one_sided = bool(one_sided)
        self.seed = optional_seed(seed)
        self._seed_generator: keras.random.SeedGenerator | None = None

    def build(self) -> None:
        if self._seed_generator is None:
            self._seed_generator = backend.ReplicaSeedGenerator(self.seed)

    @property
    def seed_generators(self) -> list[keras.random.SeedGenerator]:
        return [] if self._seed_generator is None else [self._seed_generator]

    def penalize(self, scores: Scores) -> Tensor:
        self.build()
        real_images, fake_images = (
            ops.cast(one.images, "float32")
            for one in (scores.real, scores.fake)
        )
        points = scores.scored(self.points(real_images, fake_images))
        slopes = _safe_sqrt(squared_norms(points.input_gradients))
        excess = slopes - self.target
        if self.one_sided:
            excess = ops.relu(excess)
        return self.weight * batch_mean(ops.square(excess))

    def points(self, real_images: Tensor, fake_images: Tensor) -> Tensor:
        """Returns the images at which the slope is measured, `(batch, ...)`.

        Args:
            real_images: Float32 tensor `(batch, ...)`.
            fake_images: Float32 tensor of the same shape.
        """
        _check_paired(tuple(real_images.shape), tuple(fake_images.shape))
        share = self._draw_per_image(real_images)
        return share * real_images + (1.0 - share) * fake_images

    def get_config(self) -> dict[str, Any]:
        return {
            "weight": self.weight,
            "target": self.target,
            "one_sided": self.one_sided,
            "seed": self.seed,
            **super().get_config(),
        }

    def _draw_per_image(self, images: Tensor) -> Tensor:
        # One number per image, in a shape that broadcasts over its axes.
        ones = (1,) * (len(images.shape) - 1)
        return self._draw((ops.shape(images)[0], *ones))

    def _draw(self, shape: tuple[int, ...]) -> Tensor:
        return keras.random.uniform(
            shape, dtype="float32", seed=self._seed_generator
        )


def _safe_sqrt(squares: Tensor) -> Tensor:
    # The slope of a root at 0 is infinite, and infinity times the 0 that
    # `where` passes back is NaN (under XLA): the root must not see the 0.
    positive = squares > 0.0
    roots = ops.sqrt(ops.where(positive, squares, 1.0))
    return ops.where(positive, roots, 0.0)


def _check_paired(
    real_shape: tuple[int | None, ...], fake_shape: tuple[int | None, ...]
) -> None:
    agree = len(real_shape) == len(fake_shape) and all(
        real == fake or real is None or fake is None
        for real, fake in zip(real_shape, fake_shape, strict=True)
    )
    if not agree:
        raise ValueError(
            "A gradient penalty mixes each real image with a fake one, so "
            "`real_images` and `fake_images` must have the same shape. "
            f"Received: real_images.shape={real_shape}, "
            f"fake_images.shape={fake_shape}. Generate as many images as there "
            "are real ones."
        )
