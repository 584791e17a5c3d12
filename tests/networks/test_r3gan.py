import keras
import numpy as np
import pytest
from portable import assert_close, quick, to_numpy

from keras_gan import networks

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


def convolutions(model):
    return [
        layer
        for layer in model.layers
        if isinstance(layer, keras.layers.Conv2D)
    ]


def test_stages_follow_the_widths():
    _, discriminator = networks.r3gan((28, 28, 1), width=(6, 4, 2), blocks=2)
    adds = [
        layer.output.shape[1:]
        for layer in discriminator.layers
        if isinstance(layer, keras.layers.Add)
    ]
    expected = [(28, 28, 2), (14, 14, 4), (7, 7, 6)]
    assert adds == [shape for shape in expected for _ in range(2)]


def test_linear_convolution_only_where_the_width_changes():
    same = networks.r3gan_discriminator((32, 32, 3), width=(4, 4, 4, 4))
    other = networks.r3gan_discriminator((32, 32, 3), width=(8, 8, 4, 4))
    # Three in each of the four blocks, and one from the image's channels.
    assert len(convolutions(same)) == 13
    assert len(convolutions(other)) == 14


def test_only_activations_have_a_bias():
    generator, discriminator = networks.r3gan(
        (16, 16, 1), width=4, num_classes=2
    )
    for model in (generator, discriminator):
        biased = sum(weight.name == "bias" for weight in model.weights)
        activations = sum(
            isinstance(layer, keras.layers.LeakyReLU) for layer in model.layers
        )
        assert biased == activations == 6


def test_no_tanh():
    generator = networks.r3gan_generator((8, 8, 1), latent_dim=3, width=4)
    z = np.random.default_rng(0).normal(size=(2, 3)).astype("float32")
    # Blocks start as the identity and nothing has a bias yet, so the
    # generator starts linear: no saturation at any scale.
    assert_close(generator(1000 * z), 1000 * generator(z), rtol=1e-3, atol=1e-2)


def test_generator_starts_at_about_the_variance_of_images():
    generator = networks.r3gan_generator((32, 32, 3), width=16, seed=0)
    z = np.random.default_rng(0).normal(size=(32, 64))
    assert 0.3 < np.std(to_numpy(quick(generator)(z))) < 3


def test_the_network_of_the_paper_is_within_reach():
    generator, discriminator = networks.r3gan(
        (32, 32, 3), width=(48,) * 4, blocks=2, groups=6, expansion=2
    )
    grouped = [
        layer for layer in convolutions(discriminator) if layer.groups == 6
    ]
    assert len(grouped) == 8
    assert all(
        layer.kernel.shape == (3, 3, 16, 96) and layer.kernel_size == (3, 3)
        for layer in grouped
    )
    assert generator.output_shape == (None, 32, 32, 3)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"width": 6, "groups": 4}, ValueError, "`groups` must divide"),
        ({"width": (4, 4, 4)}, ValueError, "each of the 2 stages"),
        ({"width": (4, 0)}, ValueError, "`width` must be at least 1"),
        ({"width": "wide"}, TypeError, "`width`"),
        ({"blocks": 0}, ValueError, "`blocks` must be at least 1"),
        ({"expansion": 0}, ValueError, "`expansion` must be at least 1"),
    ],
    ids=str,
)
def test_bad_options(options, error, message):
    with pytest.raises(error, match=message):
        networks.r3gan_generator((8, 8, 1), **options)
