import numpy as np
import pytest

from keras_gan.losses import HingeLoss


def test_discriminator_formula(assert_formula):
    assert_formula(
        HingeLoss().discriminator_loss,
        lambda real, fake: (
            np.maximum(1 - real, 0).mean() + np.maximum(1 + fake, 0).mean()
        ),
    )


def test_generator_formula(assert_formula):
    assert_formula(
        HingeLoss().generator_loss,
        lambda real, fake: -fake.mean(),
    )


@pytest.mark.quickest
def test_images_beyond_the_margin_count_no_more():
    loss = HingeLoss()
    assert float(loss.discriminator_loss([[1.5], [9.0]], [[-1.5], [-9.0]])) == 0
