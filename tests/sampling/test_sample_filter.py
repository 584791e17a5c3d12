import keras
import numpy as np
import pytest
from keras import ops
from portable import assert_close, dtype_of, tensor

from keras_gan.sampling.sample_filter import SampleFilter, check_images


class Bright(SampleFilter):
    def score(self, images, labels=None):
        return ops.mean(images, axis=-1)

    def accept(self, images, labels, uniform):
        return self.score(images, labels) > uniform


@pytest.mark.quickest
def test_a_subclass_of_two_methods_is_a_filter():
    images = np.array([[0.2, 0.4], [0.8, 1.0]], "float32")
    bright = Bright()
    bright.bind(None)
    bright.calibrate(images)
    accepted, scores = bright.judge(images, None, tensor([0.5, 0.5]))
    assert ops.convert_to_numpy(accepted).tolist() == [False, True]
    assert_close(scores, [0.3, 0.9], rtol=1e-6)
    assert bright.calibrated


@pytest.mark.quickest
def test_the_base_alone_is_no_filter():
    with pytest.raises(TypeError, match="abstract"):
        SampleFilter()


@pytest.mark.parametrize("policy", ["float32", "mixed_float16", "float64"])
def test_filters_compute_in_float32_and_train_nothing(policy):
    keras.config.set_dtype_policy(policy)
    bright = Bright(name="bright")
    assert dtype_of(bright) == bright.compute_dtype == "float32"
    assert not bright.trainable
    config = bright.get_config()
    assert Bright.from_config(config).get_config() == config


@pytest.mark.quickest
@pytest.mark.parametrize("shape", [(0, 4), (5,)])
def test_nothing_to_calibrate_on_is_refused(shape):
    with pytest.raises(ValueError, match="`images` must be .*Received: shape"):
        Bright().calibrate(np.zeros(shape))


@pytest.mark.quickest
def test_images_become_float32():
    assert dtype_of(check_images([[1, 2]])) == "float32"
