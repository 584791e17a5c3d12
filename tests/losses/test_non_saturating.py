import numpy as np
import pytest
from portable import assert_close

from keras_gan import losses
from keras_gan.losses import NonSaturatingLoss

# A score so sure that the cross-entropy is this number where the label is
# wrong, and nothing where it is right.
SURE = 40.0


def softplus(values):
    return np.logaddexp(0.0, values)


def flipped_shares(loss, num_images=4000):
    """Shares of real and of fake images whose label a loss exchanged."""
    right = np.full((num_images, 1), SURE, "float32")
    real_share = loss.discriminator_loss(right, -right[:0]) / SURE
    fake_share = loss.discriminator_loss(right[:0], -right) / SURE
    return float(real_share), float(fake_share)


def test_discriminator_formula(assert_formula):
    assert_formula(
        NonSaturatingLoss().discriminator_loss,
        lambda real, fake: softplus(-real).mean() + softplus(fake).mean(),
    )


def test_generator_formula(assert_formula):
    assert_formula(
        NonSaturatingLoss(0.2, 0.3).generator_loss,
        lambda real, fake: softplus(-fake).mean(),
    )


def test_small_losses_keep_their_digits():
    right = np.full((1, 1), 14.0)
    received = NonSaturatingLoss().discriminator_loss(right, -right)
    assert_close(received, 2.0 * softplus(-14.0), rtol=1e-5)


def test_smoothing_moves_the_target_of_real_images_only(assert_formula):
    def formula(real, fake):
        smoothed = 0.9 * softplus(-real) + 0.1 * softplus(real)
        return smoothed.mean() + softplus(fake).mean()

    assert_formula(NonSaturatingLoss(0.1).discriminator_loss, formula)


@pytest.mark.parametrize("probability", [0.05, 0.3])
def test_noise_exchanges_labels_of_both_sides(probability):
    deviation = np.sqrt(probability * (1.0 - probability) / 4000)
    loss = NonSaturatingLoss(label_noise=probability, seed=1)
    for share in flipped_shares(loss):
        assert abs(share - probability) < 4.0 * deviation


@pytest.mark.quickest
def test_an_image_labeled_real_is_smoothed_whatever_it_is():
    plain = NonSaturatingLoss(label_noise=0.3, seed=1)
    smooth = NonSaturatingLoss(0.1, label_noise=0.3, seed=1)
    real_share, fake_share = flipped_shares(plain)
    smooth_real, smooth_fake = flipped_shares(smooth)
    # Real images that kept their label miss the target by the smoothing.
    assert smooth_real == pytest.approx(real_share + 0.1 * (1 - real_share))
    assert smooth_fake == pytest.approx(0.9 * fake_share)


def test_draws_follow_the_seed():
    def sequence(seed):
        loss = NonSaturatingLoss(label_noise=0.5, seed=seed)
        return [flipped_shares(loss) for _ in range(3)]

    assert sequence(1) == sequence(1)
    assert sequence(1) != sequence(2)
    assert len(set(sequence(1))) == 3


def test_build_makes_the_seed_once_and_only_for_noise():
    quiet = NonSaturatingLoss(0.1)
    quiet.build()
    assert quiet.seed_generators == []
    noisy = NonSaturatingLoss(label_noise=0.1)
    assert noisy.seed_generators == []
    noisy.build()
    first = noisy.seed_generators
    noisy.build()
    assert len(first) == 1
    assert noisy.seed_generators[0] is first[0]


@pytest.mark.quickest
def test_config_is_unchanged_by_build():
    loss = NonSaturatingLoss(0.1, 0.2, seed=None)
    before = loss.get_config()
    loss.build()
    assert loss.get_config() == before
    assert before == {"label_smoothing": 0.1, "label_noise": 0.2, "seed": None}
    again = losses.deserialize(losses.serialize(loss))
    assert again.get_config() == before


@pytest.mark.quickest
@pytest.mark.parametrize("name", ["label_smoothing", "label_noise"])
@pytest.mark.parametrize("value", [-0.1, 1.0, float("nan")])
def test_shares_out_of_range_are_refused(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be in .*Received"):
        NonSaturatingLoss(**{name: value})


@pytest.mark.quickest
@pytest.mark.parametrize("name", ["label_smoothing", "label_noise", "seed"])
@pytest.mark.parametrize("value", ["a", True, [0.1]])
def test_wrong_types_are_refused(name, value):
    with pytest.raises(TypeError, match=f"`{name}` must be .*Received"):
        NonSaturatingLoss(**{name: value})
