"""Which images give way, and what is generated in their place."""

import numpy as np
import pytest
from portable import array, assert_close, assert_equal, tensor

from keras_gan.sampling import mixing
from keras_gan.sampling.mixing import Draws


def draws(batch_size, num_classes=4, seed=0):
    random = np.random.default_rng(seed)
    one = [random.random() for _ in range(2)]
    images = random.random(batch_size)
    drawn = (*one, images, random.random(num_classes))
    return Draws(*(tensor(values, "float32") for values in drawn))


def after(classes, mix, num_classes=4):
    """Images of each class after a batch was mixed in place."""
    classes, used = array(classes).copy(), array(mix.used)
    classes[array(mix.places)[used]] = array(mix.labels)[used]
    return np.bincount(classes, minlength=num_classes)


class TestSlots:
    @pytest.mark.parametrize("fraction", [0.0, 0.37, 1.0])
    @pytest.mark.parametrize("size", [1, 30])
    @pytest.mark.parametrize("known", [True, False])
    def test_right_in_the_mean(self, fraction, size, known):
        exact = fraction * size
        used = []
        for draw in (np.arange(100, dtype="float32") + 0.5) / 100:
            batch = size if known else tensor(size)
            number, mask = mixing.slots(fraction, batch, draw)
            mask = array(mask)
            assert len(mask) == int(number) == np.ceil(exact - 1e-6)
            assert (np.diff(mask.astype(int)) <= 0).all()
            used.append(mask.sum())
        assert np.mean(used) == pytest.approx(exact, abs=0.011)
        assert max(used) - min(used) <= 1


class TestAsFound:
    def test_labels_are_those_of_the_places(self):
        classes = np.arange(10, dtype="int32") % 4
        mix = mixing.unbalanced(classes, 0.5, 10, draws(10))
        places = array(mix.places)
        assert len(set(places)) == 5
        assert_equal(mix.labels, classes[places])

    def test_without_classes(self):
        assert mixing.unbalanced(None, 0.5, 10, draws(10)).labels is None


class TestInPlace:
    @pytest.mark.parametrize("seed", range(2))
    def test_fills_up_what_is_missing(self, seed):
        classes = np.int32([0] * 9 + [1] * 5 + [2] * 2)
        mix = mixing.balanced_by_replacing(
            tensor(classes), tensor([4.0] * 4), 0.5, 16, draws(16, seed=seed)
        )
        assert_equal(after(classes, mix), 4)
        # The images of the two rare classes stay.
        assert not set(array(mix.places)) & {14, 15}

    @pytest.mark.parametrize("seed", range(2))
    def test_a_share_of_nothing_is_not_generated(self, seed):
        classes = np.int32([0, 1, 2, 3] * 4)
        mix = mixing.balanced_by_replacing(
            tensor(classes),
            tensor([8.0, 8.0, 0.0, 0.0]),
            0.75,
            16,
            draws(16, seed=seed),
        )
        assert set(array(mix.labels)) <= {0, 1}
        assert_equal(after(classes, mix), [8, 8, 0, 0])

    def test_too_little_goes_to_what_is_missing_most(self):
        classes = np.int32([0] * 12 + [1] * 3 + [2])
        mix = mixing.balanced_by_replacing(
            tensor(classes), tensor([4.0] * 4), 0.25, 16, draws(16)
        )
        counts = after(classes, mix).tolist()
        assert counts in ([8, 3, 2, 3], [8, 3, 3, 2])

    def test_wanted_that_are_no_whole_numbers(self):
        classes = np.int32([0] * 10)
        wanted = tensor([2.5, 2.5, 2.5, 2.5])
        total = sum(
            after(classes, mixing.balanced_by_replacing(
                tensor(classes), wanted, 1.0, 10, draws(10, seed=seed)
            ))
            for seed in range(100)
        )  # fmt: skip
        assert_close(total / 100, 2.5, atol=0.2)


class TestOne:
    @pytest.mark.parametrize("used", [True, False])
    def test_is_of_what_is_missing_most(self, used):
        classes, wanted = tensor([0], "int32"), tensor([0.1, 0.1, 3.0, 0.1])
        assert_close(mixing.surplus_of_one(classes, wanted), [0.9])
        mix = mixing.balanced_one(classes, wanted, tensor([used]), draws(1))
        assert array(mix.labels).tolist() == [2]
        assert_equal(
            after(classes, mix), [0, 0, 1, 0] if used else [1, 0, 0, 0]
        )


class TestBeside:
    def test_fills_up_to_the_shares(self):
        rows = np.eye(4, dtype="float32")[[0] * 5 + [1] * 3 + [2] * 2]
        mix = mixing.balanced_by_appending(
            tensor(rows), tensor([5.0] * 4), 1.0, 10, draws(10)
        )
        counts = np.bincount(array(mix.labels), minlength=4)
        assert_equal(counts, [0, 2, 3, 5])

    def test_mixed_rows_count_by_their_shares(self):
        rows = np.tile(np.float32([0.5, 0.5, 0, 0]), (8, 1))
        mix = mixing.balanced_by_appending(
            tensor(rows), tensor([4.0] * 4), 1.0, 8, draws(8)
        )
        counts = np.bincount(array(mix.labels), minlength=4)
        assert_equal(counts, [0, 0, 4, 4])
