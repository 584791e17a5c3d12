import keras
import pytest

from keras_gan.sampling.filter_networks import (
    check_network,
    output_shapes,
)

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def network(width=3):
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(width)])


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(5)

    def call(self, images):
        return self.dense(images)


class Pair(keras.Model):
    def call(self, images):
        return [images, images]


def spec(*shape):
    return keras.KerasTensor((None, *shape), "float32")


def test_shapes_are_those_of_the_output():
    assert output_shapes("judge", network(), spec(4)) == [(None, 3)]
    assert output_shapes("judge", Subclassed(), spec(4)) == [(None, 5)]


def test_images_of_another_size_are_refused():
    with pytest.raises(ValueError, match=r"`judge` .*\(None, 7\).*Resizing"):
        output_shapes("judge", network(), spec(7))


def test_a_number_of_inputs_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="`judge` must take"):
        output_shapes("judge", network(), [spec(4), spec()])


def test_what_a_model_raises_is_told():
    with pytest.raises(ValueError, match="`judge` could not be called"):
        output_shapes("judge", Subclassed(), [spec(4), spec()])


def test_a_model_of_several_outputs_has_several_shapes():
    assert output_shapes("judge", Pair(), spec(4)) == [(None, 4)] * 2


@pytest.mark.parametrize("value", ["net", keras.layers.Dense(1), len])
def test_what_is_no_model_is_refused(value):
    with pytest.raises(TypeError, match="`judge` must be a `keras.Model`"):
        check_network("judge", value)
