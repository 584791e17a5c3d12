"""What a network says about images, computed once."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_gan import backend
from keras_gan.penalties import Scored, Scores, input_gradients

numpy = ops.convert_to_numpy


@pytest.fixture
def matrix():
    """A symmetric matrix: x A x has the gradient 2 A x."""
    values = np.random.default_rng(0).normal(size=(3, 3))
    return (values + values.T).astype("float32")


@pytest.fixture
def images():
    rng = np.random.default_rng(1)
    return ops.convert_to_tensor(rng.normal(size=(5, 3)).astype("float32"))


class Quadratic:
    """x -> x A x, which counts its passes."""

    def __init__(self, matrix):
        self.matrix = matrix
        self.passes = 0

    def __call__(self, images):
        self.passes += 1
        products = ops.matmul(images, self.matrix) * images
        return ops.sum(products, -1, keepdims=True)


def close(found, expected, rtol=1e-5, atol=1e-6):
    np.testing.assert_allclose(numpy(found), expected, rtol=rtol, atol=atol)


WAYS = {
    "function": lambda score, images: input_gradients(score, images),
    "scores": lambda score, images: input_gradients(
        Scores(score, images, images + images), images
    ),
    "no gradients kept": lambda score, images: input_gradients(
        Scores(score, images, images + images, keeps_gradients=False), images
    ),
}
each_way = pytest.mark.parametrize("way", WAYS)


@each_way
@pytest.mark.parametrize("run", ["eager", "compiled"])
def test_input_gradients(matrix, images, way, run):
    def gradients(images):
        return WAYS[way](Quadratic(matrix), images)

    function = backend.compiled(gradients) if run == "compiled" else gradients
    close(function(images), 2 * numpy(images) @ matrix)


@pytest.mark.quickest
@each_way
@pytest.mark.parametrize("kind", [np.asarray, ops.convert_to_tensor])
def test_integer_images_have_no_gradients(way, kind):
    images = kind(np.zeros((2, 3), "uint8"))
    with pytest.raises(TypeError, match="`images` .*dtype uint8. Cast them"):
        WAYS[way](lambda x: ops.cast(x, "float32"), images)


@each_way
def test_input_gradients_can_be_differentiated_again(matrix, images, way):
    weights = keras.Variable(matrix)

    def losses():
        slopes = WAYS[way](Quadratic(weights), images)
        return [ops.sum(slopes**2)], {}

    found, _ = backend.gradients(losses, [[weights]])
    # |(A + A') x|^2 summed over x: with s = (A + A') x, d/dA = 2 (s x' + x s').
    x = numpy(images)
    s = 2 * x @ matrix
    close(found[0][0], 2 * (s.T @ x + x.T @ s), rtol=1e-4, atol=1e-4)


def test_scores_that_do_not_depend_on_images_have_no_slope(images):
    slopes = input_gradients(lambda x: ops.ones((5, 1)), images)
    np.testing.assert_array_equal(numpy(slopes), np.zeros((5, 3)))


@pytest.mark.quickest
def test_each_batch_is_scored_once_and_when_it_is_asked_for(matrix, images):
    network = Quadratic(matrix)
    scores = Scores(network, images, images + 1.0)
    assert network.passes == 0
    first = numpy(scores.real.logits)
    slopes = scores.real.input_gradients
    assert network.passes == 1
    np.testing.assert_array_equal(numpy(scores(images)), first)
    assert input_gradients(scores, images) is slopes
    assert scores.scored(images) is scores.real
    assert network.passes == 1
    close(scores.fake.input_gradients, 2 * numpy(images + 1.0) @ matrix)
    assert scores(scores.fake.images) is scores.fake.logits
    assert network.passes == 2


@pytest.mark.quickest
def test_other_images_are_scored_anew(matrix, images):
    network = Quadratic(matrix)
    scores = Scores(network, images, images + 1.0)
    numpy(scores.real.logits)
    # Another object is another batch, though it may stand at the same place.
    for shift in range(3):
        others = images + float(shift)
        close(scores(others), numpy(Quadratic(matrix)(others)))
    assert network.passes == 4
    others = images + 2.0
    close(input_gradients(scores, others), 2 * numpy(others) @ matrix)


@pytest.mark.quickest
def test_the_way_back_is_made_only_where_it_is_wanted(matrix, images):
    network = Quadratic(matrix)
    scored = Scored(network, images, keeps_gradients=False)
    numpy(scored.logits)
    close(scored.input_gradients, 2 * numpy(images) @ matrix)
    # A pass of its own, because the first was not recorded.
    assert network.passes == 2


def test_one_pass_gives_the_gradient_of_two(matrix, images):
    found = []
    for kept in (True, False):
        weights = keras.Variable(matrix)

        def losses(weights=weights, kept=kept):
            scored = Scored(Quadratic(weights), images, keeps_gradients=kept)
            loss = ops.mean(scored.logits) + ops.sum(scored.input_gradients**2)
            return [loss], {}

        gradients, _ = backend.gradients(losses, [[weights]])
        found.append(numpy(gradients[0][0]))
    np.testing.assert_allclose(*found, rtol=1e-6)


def test_slopes_are_of_the_first_output(matrix, images):
    def network(images):
        return Quadratic(matrix)(images), 100.0 * images

    scored = Scored(network, images)
    assert len(scored.outputs) == 2
    assert scored.logits is scored.outputs[0]
    close(scored.outputs[1], 100.0 * numpy(images))
    close(scored.input_gradients, 2 * numpy(images) @ matrix)


@pytest.mark.quickest
def test_labels_may_be_integers_where_no_slope_is_asked_for():
    scored = Scored(lambda x: ops.cast(x, "float32"), np.arange(3))
    np.testing.assert_array_equal(numpy(scored.logits), [0.0, 1.0, 2.0])
