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
    """The WGAN-GP penalty: pulls D's gradient norm between images towards 1.

    The Wasserstein loss needs a discriminator with a bounded gradient. The
    penalty measures the gradient at a random point on the line between each
    real image and a generated one.

    ```
    weight * mean((|d D(p) / d p| - target)^2),  p = a x + (1 - a) G(z)
    ```

    where `a` is drawn per pair, uniformly from [0, 1), and the norm is over all
    axes of an image. The discriminator must not mix the images of a batch (no
    batch normalization).

    Args:
        weight: Strength, at least 0.
        target: Target gradient norm, at least 0.
        one_sided: Whether only norms above the target are penalized.
        every: The penalty is computed in every `every`-th discriminator update,
            at least 1.
        seed: Integer seed of the random draws. `None`: a random one.
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
        """Returns the points at which the gradient is taken, `(batch, ...)`.

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
    # The derivative of the square root is infinite at 0. Multiplied by the zero
    # gradient of `where` it gives NaN, so the root must never be taken of 0.
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
            f"fake_images.shape={fake_shape}. Generate one image per real "
            "image."
        )
