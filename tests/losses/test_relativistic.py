import numpy as np
import pytest
from portable import compiled

from keras_gan.losses import RelativisticLoss


def softplus(values):
    return np.logaddexp(0.0, values)


def test_discriminator_formula(assert_formula):
    assert_formula(
        RelativisticLoss().discriminator_loss,
        lambda real, fake: softplus(-(real - fake)).mean(),
    )


def test_generator_formula(assert_formula):
    assert_formula(
        RelativisticLoss().generator_loss,
        lambda real, fake: softplus(-(fake - real)).mean(),
    )


def test_images_are_paired_in_order():
    loss = RelativisticLoss()
    real = np.array([[0.0], [10.0]], "float32")
    paired = float(loss.discriminator_loss(real, real))
    crossed = float(loss.discriminator_loss(real, real[::-1]))
    assert paired == pytest.approx(np.log(2.0))
    assert crossed == pytest.approx((softplus(10.0) + softplus(-10.0)) / 2)


@pytest.mark.quickest
@pytest.mark.parametrize("method", ["discriminator_loss", "generator_loss"])
@pytest.mark.parametrize("fake_shape", [(3, 1), (4,), (4, 2), (1, 1)])
def test_different_shapes_are_refused(method, fake_shape):
    loss = RelativisticLoss()
    with pytest.raises(ValueError, match="must have the same shape") as error:
        getattr(loss, method)(np.zeros((4, 1)), np.zeros(fake_shape))
    assert f"fake_logits.shape={fake_shape}" in str(error.value)
    assert "real_logits.shape=(4, 1)" in str(error.value)


def test_batch_size_may_be_unknown_while_tracing():
    loss = RelativisticLoss()
    graph = compiled(loss.discriminator_loss, shapes=2 * [(None, 1)])
    logits = np.ones((5, 1), "float32")
    assert float(graph(logits, logits)) == pytest.approx(np.log(2.0))
