"""`CycleGAN`: translates between two domains, learned without pairs."""

import keras
from keras import ops

from keras_gan import losses
from keras_gan.models import augmenter_checks, coupling, cycling, translation
from keras_gan.models import network_checks as checks
from keras_gan.models.batch import call_network
from keras_gan.models.image_pool import image_pools
from keras_gan.models.two_domains import NAMES, TwoDomains
from keras_gan.models.two_player_model import TwoPlayerModel
from keras_gan.utils.arguments import choice, integer
from keras_gan.utils.models import Untracked
from keras_gan.utils.tensors import batch_mean


@keras.saving.register_keras_serializable(package="keras_gan")
class CycleGAN(TwoDomains, translation.TranslatingModel, TwoPlayerModel):
    """Two generators that translate images between two domains, and back.

    The data is unpaired: photos and paintings, or horses and zebras. Each
    domain has a discriminator, and an image that is translated to the other
    domain and back must be the same as before. That makes translations keep the
    content of an image. An image of the target domain must not change at all,
    which keeps colors from being inverted.

    ```
    G: x -> y, F: y -> x,  each |.| the mean absolute error
    cycle = |F(G(x)) - x| + |G(F(y)) - y|
    identity = |G(y) - y| + |F(x) - x|
    loss of G, F = adversarial_weight * adversarial
                   + cycle_weight * (cycle + identity_weight * identity)
    loss of D    = adversarial, of both domains
    ```

    All features of `GAN` (losses, penalties, augmentation, both update orders,
    precision, distribution, saving, resuming) are available. Call
    `fit(first_images, second_images)`, or use a data set of such tuples
    (`keras_gan.datasets.domains`). The logs are those of `GAN`, and
    `cycle_loss` and `identity_loss` without their weights. Metrics are of
    translations to the second domain, or, in a dict, by the domain of the
    translations: `metrics={"first": [...], "second": [...]}`.

    Args:
        generators: Pair of models, images of the first domain -> images of the
            second one, and back; or one model, images of both -> both
            translations. Layers that are in both models are shared.
        discriminators: Pair of models, images of the first and of the second
            domain -> logits `(batch, ...)`; or one model of both.
        pool_size: Number of earlier fakes of each domain that are shown to the
            discriminators in exchange for new ones, 0 or more; see `ImagePool`.
        augmenter: As in `GAN`, for images of both domains.
        ema_momentum: Momentum in `[0, 1)` of the averaged generators, as in
            `GAN`. None: no average.
        seed: Integer seed of all draws. None: a random one.
        name: Name of the model.

    Raises:
        ValueError: If the networks do not match each other or the arguments.

    Example:

    >>> def network(activation):
    ...     convolution = keras.layers.Conv2D(1, 3, padding="same")
    ...     end = keras.layers.Activation(activation)
    ...     return keras.Sequential([keras.Input((8, 8, 1)), convolution, end])
    >>> generators = network("tanh"), network("tanh")
    >>> discriminators = network("linear"), network("linear")
    >>> images = np.random.uniform(-1, 1, (32, 8, 8, 1)).astype("float32")
    >>> gan = CycleGAN(generators, discriminators, seed=1)
    >>> gan.compile()
    >>> history = gan.fit(images, -images[::-1], batch_size=16, verbose=0)
    >>> gan.translate(images[:5], to="second").shape
    (5, 8, 8, 1)

    Reference:
        [Zhu et al., 2017](https://arxiv.org/abs/1703.10593).
    """

    log_names = (*TwoPlayerModel.log_names, "cycle_loss", "identity_loss")

    def __init__(
        self,
        generators,
        discriminators,
        *,
        pool_size=50,
        augmenter=None,
        ema_momentum=0.999,
        seed=None,
        name="cycle_gan",
        **kwargs,
    ):
        _, seed = checks.check_arguments(None, ema_momentum, seed)
        pool_size = integer("pool_size", pool_size, at_least=0)
        super().__init__(name=name, seed=seed, **kwargs)
        self.generator = cycling.joint("generator", generators)
        self.discriminator = cycling.joint("discriminator", discriminators)
        shapes = cycling.image_shapes(self.generator, self.discriminator)
        self._shapes = Untracked(shapes)
        self.split_discriminator()
        augmenter_checks.check_kind(augmenter)
        self.augmenter = augmenter
        self.seed = seed
        self.make_average(ema_momentum, self.generator.inputs)
        self._networks = Untracked(_by_target(self.generator))
        self._averages = Untracked(_by_target(self.sampler))
        self.pool_size = pool_size
        self.pools = image_pools(pool_size, shapes.values(), seed)

    def compile(  # type: ignore[override]
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        *,
        loss="least_squares",
        cycle_weight=10.0,
        identity_weight=None,
        adversarial_weight=None,
        penalties=(),
        update="simultaneous",
        **kwargs,
    ):
        """Configures how generators and discriminators are trained.

        Args:
            generator_optimizer: Optimizer, name or config; or an
                `AdversarialOptimizer` for both players. Default: Adam with
                learning rate 2e-4 and `beta_1=0.5`. Published runs decay it in
                their second half: `keras_gan.optimizers.LinearDecay`.
            discriminator_optimizer: The same for the discriminators.
            loss: As in `GAN.compile`.
            cycle_weight: Weight of the cycle, 0 or more.
            identity_weight: Weight of the identity loss as a fraction of
                `cycle_weight`, 0 or more. None: 0.5, or 0 if images of the two
                domains have different shapes.
            adversarial_weight: Weight of the generators' adversarial loss, 0 or
                more. None: as published, 2 for least squares, because
                `LeastSquaresLoss` has a factor of 1/2, and 1 otherwise.
            penalties: As in `GAN.compile`; none by default.
            update: As in `GAN.compile`. The default is as published: all
                networks are updated from one pass.
            **kwargs: As in `GAN.compile`: `discriminator_steps`,
                `freeze_layers`, `metrics`, `run_eagerly`,
                `steps_per_execution`, `jit_compile`.

        Raises:
            TypeError: If there is another argument, such as `optimizer`.
            ValueError: If an argument is not valid.
        """
        loss = losses.get(loss)
        weights = cycling.weights(
            cycle_weight,
            identity_weight,
            adversarial_weight,
            shapes=self.image_shapes(),
            loss=loss,
        )
        with self.scope():
            optimizers = translation.optimizers(
                generator_optimizer, discriminator_optimizer
            )
        super().compile(
            *optimizers, loss=loss, penalties=penalties, update=update, **kwargs
        )
        for name, weight in weights.items():
            setattr(self, name, weight)

    def image_shapes(self) -> dict:
        return self._shapes.value

    # Training ----------------------------------------------------------------

    def sample(self, batch, training=True):
        """Returns the translations of a batch, by the domain they are in."""
        first, second = batch.images
        fakes = {
            "second": self._translated(first, "second", training),
            "first": self._translated(second, "first", training),
        }
        return {"fakes": fakes}

    def scores(self, turn):
        return self.scores_of(turn, self._shown(turn))

    def generated(self, turn, name):
        fakes = turn.samples["fakes"][name]
        return turn.scores[name].scored(fakes, keeps_gradients=False)

    def generator_loss(self, turn) -> tuple:
        adversarial, logs = super().generator_loss(turn)
        loss = self.adversarial_weight * adversarial
        identity_weight = self.cycle_weight * self.identity_weight
        for name, weight, error in (
            ("cycle_loss", self.cycle_weight, self._cycle_error),
            ("identity_loss", identity_weight, self._identity_error),
        ):
            if weight:
                logs[name] = error(turn)
                loss = loss + weight * logs[name]
        return loss, logs

    def _cycle_error(self, turn):
        (first, second), fakes = turn.batch.images, turn.samples["fakes"]
        there_and_back = self._error(turn, fakes["second"], "first", first)
        return there_and_back + self._error(
            turn, fakes["first"], "second", second
        )

    def _identity_error(self, turn):
        first, second = turn.batch.images
        unchanged = self._error(turn, first, "first", first)
        return unchanged + self._error(turn, second, "second", second)

    def _error(self, turn, images, to, wanted):
        """Mean absolute error of the translations of images."""
        return batch_mean(
            ops.abs(self._translated(images, to, turn.training) - wanted)
        )

    def _translated(self, images, to, training):
        networks = self._networks if training else self._averages
        outputs = call_network(networks.value[to], images, training)
        return ops.cast(outputs, "float32")

    def _shown(self, turn):
        """The fakes that the discriminators see, some of them from the pool."""
        samples = turn.samples
        names = [player.name for player in turn.players]
        if not self.pools or "discriminator" not in names:
            return samples["fakes"]
        # Once per turn, although lazy penalties ask for the scores again.
        if "shown" not in samples:
            samples["shown"] = {
                name: pool.exchange(samples["fakes"][name])
                for name, pool in zip(
                    self.image_shapes(), self.pools, strict=True
                )
            }
        return samples["shown"]

    # Use and saving ----------------------------------------------------------

    # Not a property, for the same reason as `ACGAN.classifier`.
    def translator(self, to="second") -> keras.Model:
        """Returns the (averaged) generator that translates to a domain.

        Args:
            to: `"second"` or `"first"`.

        Raises:
            ValueError: If `to` is neither of these.
        """
        return self._averages.value[choice("to", to, reversed(NAMES))]

    def translate(self, images, to="second", **options):
        """Translates images to a domain with the (averaged) generator.

        Args:
            images: Array `(num_images, height, width, channels)` of the other
                domain, in [-1, 1].
            to: `"second"` or `"first"`, the domain of the result.
            **options: As in `Pix2Pix.translate`: `batch_size`, `tile`,
                `overlap`, `seed`.

        Returns:
            Float32 NumPy array, the images in the same order.

        Raises:
            ValueError: If the images do not have the shape of the generator's
                inputs, are not in [-1, 1], or an argument is out of its range.
        """
        return self.translate_with(self.translator(to), images, **options)

    def compile_arguments(self) -> dict:
        weights = {name: getattr(self, name) for name in cycling.WEIGHTS}
        return {**super().compile_arguments(), **weights}

    def get_config(self) -> dict:
        serialize = keras.saving.serialize_keras_object
        return {
            "generators": serialize(self.generator),
            "discriminators": serialize(self.discriminator),
            "pool_size": self.pool_size,
            "augmenter": serialize(self.augmenter),
            "ema_momentum": self.ema_momentum,
            "seed": self.seed,
            "name": self.name,
        }


def _by_target(generator) -> dict:
    """The two networks of a joint generator, by the domain of their images."""
    parts = coupling.parts(generator, "generators")
    return dict(zip(reversed(NAMES), parts, strict=True))
