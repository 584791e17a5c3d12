"""What draws images, whatever it was made from."""

import keras
import numpy as np
import pytest
from portable import assert_close, assert_equal, dtype_of, to_numpy

import keras_gan
from keras_gan import networks
from keras_gan.sampling import (
    DiscriminatorThreshold,
    GeneratorSource,
    open_generator,
)
from keras_gan.sampling.generator_source import (
    source_of_classes,
    source_of_gan,
    source_of_generator,
)

SHAPE = (4, 4, 1)


def make_gan(num_classes=None, **options):
    pair = networks.mlp(SHAPE, latent_dim=8, num_classes=num_classes)
    return keras_gan.GAN(*pair, num_classes=num_classes, **options)


def constant_source(level, shape=SHAPE):
    """Draws images of one level, whatever the latents are."""
    latents = keras.Input((8,))
    images = keras.layers.Dense(
        int(np.prod(shape)),
        kernel_initializer="zeros",
        bias_initializer=keras.initializers.Constant(level),
    )(latents)
    images = keras.layers.Reshape(shape)(images)
    return GeneratorSource(keras.Model(latents, images), 8, shape)


class TestOfGan:
    def test_draws_with_the_averaged_generator(self):
        gan = make_gan(seed=1)
        gan.ema_generator.set_weights(
            [0.5 * one for one in gan.generator.get_weights()]
        )
        source = source_of_gan(gan)
        latents = np.random.default_rng(0).normal(size=(3, 8))
        latents = latents.astype("float32")
        assert_close(
            source.images(latents), gan.ema_generator(latents), atol=1e-6
        )
        drawn, other = to_numpy(
            [source.images(latents), gan.generator(latents)]
        )
        assert not np.allclose(drawn, other)
        assert source.discriminator is gan.discriminator

    @pytest.mark.quickest
    @pytest.mark.parametrize("num_classes", [None, 3])
    def test_knows_what_the_networks_take(self, num_classes):
        source = source_of_gan(make_gan(num_classes))
        assert source.num_classes == num_classes
        assert source.conditional_discriminator is (num_classes is not None)
        assert (source.latent_dim, source.image_shape) == (8, SHAPE)

    @pytest.mark.quickest
    def test_subclassed_discriminator_that_names_the_class(self):
        class TwoHeads(keras.Model):
            def __init__(self):
                super().__init__()
                self.flatten = keras.layers.Flatten()
                self.heads = [keras.layers.Dense(1), keras.layers.Dense(3)]

            def call(self, images):
                return [head(self.flatten(images)) for head in self.heads]

        generator = networks.mlp(SHAPE, latent_dim=8, num_classes=3)[0]
        source = source_of_gan(
            keras_gan.ACGAN(generator, TwoHeads(), num_classes=3)
        )
        assert not source.conditional_discriminator
        threshold = DiscriminatorThreshold()
        threshold.bind(source)
        threshold.calibrate(np.zeros((3, *SHAPE)), np.arange(3))
        assert threshold.calibrated

    @pytest.mark.quickest
    def test_weights_of_both_networks_or_of_one(self):
        gan = make_gan()
        source = source_of_gan(gan)
        sizes = [len(gan.ema_generator.weights), len(gan.discriminator.weights)]
        assert len(source.weights) == sum(sizes)
        alone = source.without_discriminator()
        assert len(alone.weights) == sizes[0]
        assert alone.discriminator is None
        assert not alone.conditional_discriminator

    @pytest.mark.quickest
    def test_config_makes_the_same_source(self):
        source = source_of_gan(make_gan(3))
        twin = GeneratorSource.from_config(source.get_config())
        for one, other in zip(twin.weights, source.weights, strict=True):
            one.assign(other)
        latents, labels = np.ones((3, 8), "float32"), np.arange(3)
        images = source.images(latents, labels)
        assert_close(twin.images(latents, labels), images)
        assert twin.image_shape == SHAPE and twin.num_classes == 3
        assert not np.allclose(images[0], images[1])


class TestOfGenerator:
    @pytest.mark.quickest
    def test_reads_the_shapes(self):
        source = source_of_generator(make_gan().generator, None)
        assert (source.latent_dim, source.image_shape) == (8, SHAPE)
        assert source.discriminator is None

    def test_half_precision_is_drawn_as_float32(self):
        keras.config.set_dtype_policy("mixed_bfloat16")
        source = source_of_generator(make_gan().generator, None)
        assert dtype_of(source.images(np.zeros((2, 8), "float32"))) == "float32"

    @pytest.mark.quickest
    @pytest.mark.parametrize("given, classes", [(None, 3), (3, None)])
    def test_classes_are_named_where_there_are_any(self, given, classes):
        with pytest.raises(ValueError, match="`num_classes` must be given for"):
            source_of_generator(make_gan(classes).generator, given)

    @pytest.mark.quickest
    def test_a_classifier_is_none(self):
        with pytest.raises(ValueError, match="must be a GAN or a generator"):
            source_of_generator(make_gan().discriminator, None)

    @pytest.mark.quickest
    def test_a_model_that_was_not_built_is_none(self):
        model = keras.Sequential([keras.layers.Dense(3)])
        with pytest.raises(ValueError, match="must be a GAN or a generator"):
            source_of_generator(model, None)


class TestOfClasses:
    def test_the_label_picks_the_generator(self):
        source = source_of_classes(
            {label: constant_source(level)
             for label, level in ((1, 0.5), (0, -0.5), (2, 0.25))}
        )  # fmt: skip
        latents = np.ones((4, 8), "float32")
        images = to_numpy(source.images(latents, [2, 0, 1, 1]))
        assert images.shape == (4, *SHAPE)
        assert_close(images.mean((1, 2, 3)), [0.25, -0.5, 0.5, 0.5])
        assert source.num_classes == 3 and source.discriminator is None

    @pytest.mark.quickest
    def test_same_generator_for_two_classes(self):
        one = constant_source(0.5)
        source = source_of_classes({0: one, 1: constant_source(-1.0), 2: one})
        latents = np.ones((3, 8), "float32")
        images = source.images(latents, [0, 1, 2])
        assert_close(images[:, 0, 0, 0], [0.5, -1.0, 0.5])
        twin = GeneratorSource.from_config(source.get_config())
        for new, weight in zip(twin.weights, source.weights, strict=True):
            new.assign(weight)
        assert_equal(twin.images(latents, [0, 1, 2]), images)

    @pytest.mark.quickest
    @pytest.mark.parametrize("labels", [(), (1, 2), (0, 2)])
    def test_classes_count_from_zero(self, labels):
        sources = {label: constant_source(0.0) for label in labels}
        with pytest.raises(ValueError, match="must have the classes 0, 1"):
            source_of_classes(sources)

    @pytest.mark.quickest
    def test_images_of_two_shapes(self):
        sources = {0: constant_source(0.0), 1: constant_source(0.0, (2, 2, 1))}
        with pytest.raises(
            ValueError, match="equal shapes of latents and images"
        ):
            source_of_classes(sources)

    @pytest.mark.quickest
    def test_each_without_classes(self):
        sources = dict.fromkeys((0, 1), open_generator(make_gan(2)))
        with pytest.raises(ValueError, match=r"num_classes \[2, 2\]"):
            source_of_classes(sources)
