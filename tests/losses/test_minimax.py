import numpy as np
import pytest
from portable import assert_close

from keras_gan.losses import MinimaxLoss


def softplus(values):
    return np.logaddexp(0.0, values)


def test_discriminator_formula(assert_formula):
    assert_formula(
        MinimaxLoss().discriminator_loss,
        lambda real, fake: softplus(-real).mean() + softplus(fake).mean(),
    )


def test_generator_formula(assert_formula):
    assert_formula(
        MinimaxLoss().generator_loss,
        lambda real, fake: -softplus(fake).mean(),
    )


@pytest.mark.quickest
def test_the_game_is_zero_sum_in_the_fakes():
    rng = np.random.default_rng(5)
    fake = rng.normal(size=(8, 1)).astype("float32")
    real = np.full((8, 1), 200.0, "float32")  # Costs the discriminator nothing.
    loss = MinimaxLoss()
    assert_close(
        loss.generator_loss(real, fake), -loss.discriminator_loss(real, fake)
    )
