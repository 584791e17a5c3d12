import pytest

from keras_gan.losses import LeastSquaresLoss


def test_discriminator_formula(assert_formula):
    assert_formula(
        LeastSquaresLoss().discriminator_loss,
        lambda real, fake: ((real - 1) ** 2 + fake**2).mean() / 2,
    )


def test_generator_formula(assert_formula):
    assert_formula(
        LeastSquaresLoss().generator_loss,
        lambda real, fake: ((fake - 1) ** 2).mean() / 2,
    )


@pytest.mark.quickest
def test_best_scores_are_one_and_zero():
    loss = LeastSquaresLoss()
    assert float(loss.discriminator_loss([[1.0]], [[0.0]])) == 0.0
    assert float(loss.generator_loss([[0.0]], [[1.0]])) == 0.0
