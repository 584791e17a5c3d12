import pytest

from keras_gan.losses import WassersteinLoss


def test_discriminator_formula(assert_formula):
    assert_formula(
        WassersteinLoss().discriminator_loss,
        lambda real, fake: fake.mean() - real.mean(),
    )


def test_generator_formula(assert_formula):
    assert_formula(
        WassersteinLoss().generator_loss,
        lambda real, fake: -fake.mean(),
    )


@pytest.mark.quickest
def test_it_trains_with_the_gradient_penalty():
    assert WassersteinLoss.default_penalties == ("gradient_penalty",)


@pytest.mark.quickest
def test_batches_may_differ_in_size():
    loss = WassersteinLoss()
    assert float(loss.discriminator_loss([[1.0], [3.0]], [[5.0]])) == 3.0
