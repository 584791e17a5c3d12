import keras
import numpy as np
import pytest
from portable import array, assert_close, assert_equal, dtype_of
from small_generators import styled_gan

import keras_gan
from keras_gan import networks
from keras_gan.datasets import SyntheticImages, synthetic
from keras_gan.sampling import DiscriminatorThreshold, Drawer, open_generator

# Another backend would change nothing.
pytestmark = pytest.mark.once


def make_gan(num_classes=3):
    keras.utils.set_random_seed(5)
    pair = networks.mlp((4, 4, 1), latent_dim=8, num_classes=num_classes)
    return keras_gan.GAN(*pair, num_classes=num_classes, seed=5)


@pytest.fixture(scope="module")
def gan():
    return make_gan()


@pytest.fixture(scope="module")
def plain_gan():
    return make_gan(None)


def everything(batches):
    """Images and labels of all batches."""
    images, labels = zip(*batches, strict=True)
    return tuple(np.concatenate([array(x) for x in xs])
                 for xs in (images, labels))  # fmt: skip


class TestLabels:
    def test_classes_take_turns(self, gan):
        images = SyntheticImages(gan, num_images=7)
        assert images.labels.tolist() == [0, 1, 2, 0, 1, 2, 0]
        assert dtype_of(images.labels) == "int32"

    def test_counts_are_met_and_mixed(self, gan):
        images = SyntheticImages(gan, counts={2: 90, 0: 10, 1: 0}, seed=1)
        assert np.bincount(images.labels, minlength=3).tolist() == [10, 0, 90]
        # Sorted, all of class 0 would be in one tenth of the places.
        assert np.ptp(np.flatnonzero(images.labels == 0)) > 50
        other = SyntheticImages(gan, counts={2: 90, 0: 10}, seed=2)
        assert (other.labels != images.labels).any()

    def test_none_without_classes(self, plain_gan):
        images = SyntheticImages(plain_gan, num_images=5, batch_size=2)
        assert images.labels is None
        assert [batch.shape for batch in images] == (
            [(2, 4, 4, 1), (2, 4, 4, 1), (1, 4, 4, 1)]
        )


class TestImages:
    def test_are_those_of_the_drawer(self, gan):
        images = SyntheticImages(
            gan, num_images=8, batch_size=4, truncation=1.0, seed=7
        )
        drawer = Drawer(open_generator(gan), truncation=1.0, seed=7)
        for index in (1, 0):
            labels = images.labels[4 * index : 4 * index + 4]
            expected = drawer.batch(4, index, labels)
            drawn, found = images[index]
            assert_equal(drawn, expected.images)
            assert_equal(found, labels)

    def test_do_not_depend_on_how_many_follow(self, gan):
        options = {"batch_size": 4, "seed": 3, "truncation": 0.5}
        few, _ = everything(SyntheticImages(gan, num_images=6, **options))
        many, _ = everything(SyntheticImages(gan, num_images=9, **options))
        assert_equal(few, many[:6])
        assert len(np.unique(many, axis=0)) == 9

    def test_truncation_of_styles(self):
        gan = styled_gan()
        batches = {
            share: SyntheticImages(gan, num_images=9, seed=2, truncation=share)
            for share in (0.0, 0.5, 1.0, None)
        }
        mean, half, full, plain = (
            one.draw(0).images for one in batches.values()
        )
        expected = gan.generate(1, truncation=0.0)
        assert_close(mean, expected.repeat(9, 0), atol=1e-5)
        # The latents are not bounded as well.
        assert_close(full, plain, atol=1e-5)
        near, far = (np.abs(one - mean).mean() for one in (half, plain))
        assert 0.2 * far < near < 0.8 * far
        with pytest.raises(ValueError, match="share of each style's"):
            SyntheticImages(gan, num_images=1, truncation=1.5)
        with pytest.raises(ValueError, match="generator_0, generator_1 inside"):
            SyntheticImages(
                {c: styled_gan(None) for c in range(2)},
                num_images=1, truncation=0.5,
            )  # fmt: skip

    def test_follow_the_label(self):
        """A generator whose images are the number of the class."""
        latents = keras.Input((2,))
        labels = keras.Input((), dtype="int32")
        level = keras.layers.Embedding(
            3, 1, embeddings_initializer=lambda shape, dtype: (
                keras.ops.reshape(keras.ops.arange(3.0), shape) - 1.0
            )
        )(labels)  # fmt: skip
        images = keras.layers.Reshape((1, 1, 1))(level + 0.0 * latents[:, :1])
        generator = keras.Model([latents, labels], images)
        images, labels = everything(
            synthetic(generator, num_classes=3, counts={0: 2, 1: 3, 2: 4},
                      value_range=(0, 255))
        )  # fmt: skip
        assert_close(images[:, 0, 0, 0], labels * 127.5)

    def test_stay_in_the_value_range(self):
        latents = keras.Input((1,))
        images = keras.layers.Reshape((1, 1, 1))(4.0 * latents)
        generator = keras.Model(latents, images)
        images = SyntheticImages(generator, num_images=64, value_range=(0, 1))
        (batch,) = list(images)
        assert (batch.min(), batch.max(), batch.dtype) == (0, 1, "float32")
        assert np.abs(images.draw(0).images).max() > 1

    def test_filter_and_its_scores(self, gan):
        images = SyntheticImages(
            gan, counts={0: 20}, filter=DiscriminatorThreshold(quantile=0.75)
        )
        drawn = images.draw(0)
        thresholds = array(images._drawer.filter.thresholds)
        assert len(drawn.scores) == 20
        assert (drawn.scores >= thresholds[0] - 1e-5).all()
        plain = SyntheticImages(gan, counts={0: 20}).draw(0)
        assert np.isnan(plain.scores).all()


class TestDataset:
    def test_length_and_form_are_known(self, gan, plain_gan):
        dataset = synthetic(gan, num_images=10, batch_size=4)
        assert dataset.cardinality() == 3
        images, labels = dataset.element_spec
        assert images.shape == (None, 4, 4, 1) and dtype_of(images) == "float32"
        assert labels.shape == (None,) and dtype_of(labels) == "int32"
        dataset = synthetic(plain_gan, num_images=10)
        assert dataset.element_spec.shape == (None, 4, 4, 1)

    def test_passes_and_python_give_the_same(self, gan):
        options = {"counts": {0: 5, 2: 8}, "batch_size": 4, "seed": 2,
                   "filter": "rejection"}  # fmt: skip
        dataset = synthetic(gan, **options)
        first, again, python = map(
            everything, (dataset, dataset, SyntheticImages(gan, **options))
        )
        for one in (again, python):
            assert_equal(first[0], one[0])
            assert_equal(first[1], one[1])

    def test_trains_a_classifier(self, gan):
        classifier = keras.Sequential(
            [keras.layers.Flatten(), keras.layers.Dense(3)]
        )
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        classifier.compile("sgd", loss)
        for data in (
            synthetic(gan, num_images=10, batch_size=4),
            SyntheticImages(gan, num_images=10, batch_size=4),
        ):
            history = classifier.fit(data, shuffle=False, verbose=0)
            assert np.isfinite(history.history["loss"]).all()

    def test_from_a_file(self, gan, tmp_path):
        gan.save(tmp_path / "model.keras")
        options = {"num_images": 4, "seed": 1}
        images, _ = everything(synthetic(tmp_path, **options))
        expected, _ = everything(synthetic(gan, **options))
        assert_close(images, expected, atol=1e-6)


class TestErrors:
    @pytest.mark.parametrize(
        "options, words",
        [
            ({}, "Exactly one of `num_images` and `counts`"),
            ({"num_images": 1, "counts": {0: 1}}, "Exactly one"),
            ({"num_images": 0}, "`num_images` must be an integer of at"),
            ({"num_images": True}, "num_images=True"),
            ({"num_images": 1.5}, "num_images=1.5"),
            ({"counts": {3: 1}}, "integers from 0 to 2. Received: 3"),
            ({"counts": {"cat": 1}}, "Received: 'cat'"),
            ({"counts": {0: -1}}, r"`counts\[0\]` must be an integer"),
            ({"counts": {0: 0}}, "at least one image"),
            ({"counts": [1, 2]}, "must be a dict"),
            ({"num_images": 1, "batch_size": 0}, "`batch_size`"),
            ({"num_images": 1, "seed": -1}, "`seed`"),
            ({"num_images": 1, "value_range": (1, 0)}, "`value_range`"),
            ({"num_images": 1, "filter": "best"}, "`filter`"),
        ],
    )
    def test_arguments(self, gan, options, words):
        for make in (synthetic, SyntheticImages):
            with pytest.raises(ValueError, match=words):
                make(gan, **options)

    def test_counts_need_classes(self, plain_gan):
        with pytest.raises(ValueError, match="`counts` needs a GAN with"):
            synthetic(plain_gan, counts={0: 1})

    @pytest.mark.parametrize("index", [-1, 2])
    def test_batch_that_is_not_there(self, gan, index):
        with pytest.raises(IndexError, match="There are 2 batches"):
            SyntheticImages(gan, num_images=70)[index]

    def test_filter_that_refuses_all(self, gan):
        for make in (synthetic, SyntheticImages):
            with pytest.raises(ValueError, match=r"accepted 0 of .*\(0.00%\)"):
                make(gan, num_images=3, batch_size=4, filter=1e9)
