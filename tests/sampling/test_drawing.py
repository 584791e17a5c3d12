"""Batches that are a function of seed, number and labels."""

import keras
import numpy as np
import pytest
from keras import ops
from portable import assert_close, assert_equal, dtype_of

from keras_gan.sampling import Drawer, GeneratorSource, SampleFilter

LATENTS = 3


def source(num_classes=None):
    """A generator whose images are the latents; classes are added."""
    latents = keras.Input((LATENTS,))
    images = keras.layers.Reshape((1, LATENTS, 1))(latents)
    if num_classes is None:
        generator = keras.Model(latents, images)
    else:
        labels = keras.Input((), dtype="int32")
        shift = ops.cast(ops.reshape(labels, (-1, 1, 1, 1)), "float32")
        generator = keras.Model([latents, labels], images + 100 * shift)
    return GeneratorSource(generator, LATENTS, (1, LATENTS, 1), num_classes)


class Sampled(SampleFilter):
    """Keeps a share of the images by chance, and counts its calls."""

    def __init__(self, share, **kwargs):
        super().__init__(**kwargs)
        self.share = share
        self.shown = None

    def calibrate(self, images, labels=None):
        self.shown = (images, labels)

    def score(self, images, labels=None):
        return ops.mean(images, axis=(1, 2, 3))

    def accept(self, images, labels, uniform):
        return uniform < self.share


class First(Sampled):
    """Accepts only images whose first value is positive."""

    def accept(self, images, labels, uniform):
        return images[:, 0, 0, 0] > 0


class TestWithoutFilter:
    @pytest.mark.quickest
    def test_latents_are_normal_and_of_the_seed(self):
        drawer = Drawer(source(), seed=1)
        drawn = drawer.batch(2000, 0)
        assert drawn.images.shape == (2000, 1, LATENTS, 1)
        assert dtype_of(drawn.images) == dtype_of(drawn.scores) == "float32"
        assert abs(drawn.images.mean()) < 0.05
        assert abs(drawn.images.std() - 1) < 0.05
        expected = np.random.default_rng([1, 0, 0])
        assert_close(
            drawn.images.reshape(2000, LATENTS),
            expected.standard_normal((2000, LATENTS)),
            rtol=1e-5,
        )
        assert drawn.labels is None and np.isnan(drawn.scores).all()

    def test_number_and_seed_alone_decide(self):
        drawer = Drawer(source(), seed=1)
        third = drawer.batch(4, 3).images
        drawer.batch(4, 0)
        drawer.batch(8, 3)
        for same in (drawer, Drawer(source(), seed=1)):
            assert_equal(same.batch(4, 3).images, third)
        for other in (drawer.batch(4, 2), Drawer(source()).batch(4, 3)):
            assert (other.images != third).all()

    @pytest.mark.quickest
    def test_labels_reach_the_generator(self):
        labels = [2, 0, 1, 1]
        drawn = Drawer(source(3)).batch(4, 0, labels)
        assert_equal(np.round(drawn.images.mean((1, 2, 3)) / 100), labels)
        assert drawn.labels.tolist() == labels
        assert dtype_of(drawn.labels) == "int32"

    @pytest.mark.parametrize("bound", [0.001, 0.7])
    def test_truncation_bounds_the_latents(self, bound):
        drawer = Drawer(source(), seed=1, truncation=bound)
        images = drawer.batch(500, 0).images
        assert 0.99 * bound < np.abs(images).max() <= bound
        assert abs(images.mean()) < 0.05 * bound

    @pytest.mark.quickest
    @pytest.mark.parametrize("truncation", [0.0, -1, True, float("nan")])
    def test_truncation_out_of_range(self, truncation):
        with pytest.raises(ValueError, match="`truncation` must be positive"):
            Drawer(source(), truncation=truncation)


class TestFilter:
    @pytest.mark.quickest
    def test_is_calibrated_on_all_classes_alike(self):
        filter = Sampled(0.5)
        drawer = Drawer(source(3), filter=filter)
        images, labels = filter.shown
        assert drawer.filter is filter
        assert len(images) == len(labels) >= 1000
        counts = np.bincount(labels)
        assert len(counts) == 3 and np.ptp(counts) <= 1
        assert_equal(np.round(images.mean((1, 2, 3)) / 100), labels)

    @pytest.mark.quickest
    def test_every_place_is_filled_by_an_accepted_image(self):
        drawn = Drawer(source(), filter=First(0.5)).batch(200, 0)
        assert (drawn.images[:, 0, 0, 0] > 0).all()
        assert len(np.unique(drawn.images[:, 0, 0, 0])) == 200
        assert_close(
            drawn.scores, drawn.images.mean((1, 2, 3)), rtol=1e-5, atol=1e-6
        )

    def test_first_accepted_draw_is_taken(self):
        free = Drawer(source(), seed=4).batch(50, 2).images
        drawn = Drawer(source(), seed=4, filter=First(0.5)).batch(50, 2)
        kept = free[:, 0, 0, 0] > 0
        assert 10 < kept.sum() < 40
        assert_equal(drawn.images[kept], free[kept])
        assert (drawn.images[~kept] != free[~kept]).all()

    @pytest.mark.quickest
    def test_chance_is_of_the_seed_too(self):
        first, second = (
            Drawer(source(), seed=4, filter=Sampled(0.3)).batch(50, 2)
            for _ in range(2)
        )
        assert_equal(first.images, second.images)
        assert_equal(first.scores, second.scores)

    @pytest.mark.quickest
    def test_gives_up_and_says_how_many(self):
        class Two(Sampled):
            def accept(self, images, labels, uniform):
                return ops.equal(labels, 2)

        drawer = Drawer(source(3), filter=Two(1.0), max_draws=64)
        for draw in (
            lambda: drawer.batch(4, 0, [0, 2, 1, 0]),
            drawer.check_filter,
        ):
            with pytest.raises(ValueError, match=r"accept.*Of the class") as e:
                draw()
            words = str(e.value)
            assert "which accepted 1 of " in words and "[0, 1], which" in words
            assert "it accepted 0 of " in words and "(0.00%)" in words
        drawer.check_filter([2])
        assert (drawer.batch(2, 0, [2, 2]).labels == 2).all()

    @pytest.mark.quickest
    def test_all_refused_are_as_many_as_promised(self):
        sampled = Sampled(0.0)
        drawer = Drawer(source(), filter=sampled)
        with pytest.raises(ValueError, match=r"0 of 4096 draws \(0\.00%\)"):
            drawer.batch(64, 0)

    @pytest.mark.quickest
    @pytest.mark.parametrize("share", [0.01, 0.03])
    @pytest.mark.parametrize("size", [1, 64])
    def test_a_few_in_a_hundred_are_enough(self, share, size):
        # Of 64 draws for each place, all are refused in half of them and more.
        drawer = Drawer(source(2), filter=Sampled(share), seed=1)
        labels = np.arange(size) % 2
        drawn, again = (drawer.batch(size, 3, labels) for _ in range(2))
        assert len(np.unique(drawn.images, axis=0)) == size
        assert_equal(drawn.images, again.images)
        assert_equal(np.round(drawn.images.mean((1, 2, 3)) / 100), labels)
        assert_close(
            drawn.scores, drawn.images.mean((1, 2, 3)), rtol=1e-5, atol=1e-5
        )

    @pytest.mark.quickest
    def test_candidates_are_shared_among_the_places_that_are_left(self):
        sampled = Sampled(0.05)
        drawer = Drawer(source(), filter=sampled, seed=1)
        sizes = []
        draw = drawer._candidates

        def watched(labels, size, seed):
            sizes.append(size)
            return draw(labels, size, seed)

        drawer._candidates = watched
        drawer.batch(64, 0)
        # 64 / 0.05 are 1,280; a place that is left alone takes 64 at once.
        assert 640 < sum(sizes) < 2560 and set(sizes) == {64}

    @pytest.mark.quickest
    def test_calibration_shares_no_draw_with_batches(self):
        filter = Sampled(1.0)
        drawer = Drawer(source(), filter=filter)
        shown = set(filter.shown[0][:, 0, 0, 0].tolist())
        for number in (0, 1, 256):
            drawn, _ = drawer._candidates(None, 64, [0, 0, number])
            assert not shown & set(drawn[:, 0, 0, 0].tolist())
