"""R1 and R2 by finite differences: the gradient's, on average."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan
from keras_gan.penalties import R1, R2

to_numpy = ops.convert_to_numpy
IMAGES = np.random.default_rng(0).uniform(-1, 1, (8, 4, 4, 1))


@pytest.mark.parametrize("cls, place", [(R1, 0), (R2, 1)])
def test_mean_over_the_noise_is_that_of_the_gradient(
    make_quadratic, cls, place
):
    score = make_quadratic((2, 2, 1))
    one = np.random.default_rng(1).normal(size=(2, 1, 2, 2, 1))
    # 20,000 draws at the same point; the other images are not looked at.
    many = np.broadcast_to(one[place], (20_000, 2, 2, 1)).astype("float32")
    images = [many, many[:1]] if place == 0 else [many[:1], many]
    penalty = cls(0.7, method="finite_difference", seed=1)
    received = float(to_numpy(penalty(score, *map(ops.array, images))))
    expected = 0.35 * (score.gradients(one[place]) ** 2).sum()
    # A square of a normal variable varies by sqrt(2) of its mean.
    assert received == pytest.approx(expected, rel=4 * (2 / 20_000) ** 0.5)


def test_linear_scores_are_exact_in_the_direction_of_the_noise():
    penalty = R1(2.0, method="finite_difference", seed=1)
    penalty.build()
    (generator,) = penalty.seed_generators
    state = to_numpy(generator.state)
    images = ops.zeros((4, 3))
    received = penalty(lambda x: ops.sum(x, axis=1), images, images)
    generator.state.assign(state)
    noise = keras.random.normal((4, 3), seed=generator)
    expected = np.mean(to_numpy(noise).sum(1) ** 2)
    assert float(to_numpy(received)) == pytest.approx(expected, rel=1e-5)


def discriminator(*inner, dtype="float32"):
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            layers.Flatten(dtype=dtype),
            *inner,
            layers.Dense(1, dtype="float32"),
        ]
    )


def compiled(network):
    generator, _ = keras_gan.networks.mlp((4, 4, 1), hidden=(3,), seed=1)
    gan = keras_gan.GAN(generator, network, seed=1)
    gan.compile(
        penalties=[
            R1(0.1, method="finite_difference", seed=2),
            R2(0.1, method="finite_difference", seed=3),
        ]
    )
    return gan


@pytest.mark.quickest
@pytest.mark.parametrize(
    "inner, dtype, words",
    [
        ([layers.Dropout(0.5, name="drop")], "float32", "random layers drop"),
        ([], "mixed_bfloat16", "layers that compute in bfloat16"),
    ],
    ids=["dropout", "bfloat16"],
)
def test_networks_that_hide_small_differences(inner, dtype, words):
    with pytest.raises(ValueError, match="finite_difference") as error:
        compiled(discriminator(*inner, dtype=dtype))
    assert words in str(error.value) and 'method="gradient"' in str(error.value)


def test_it_trains_and_is_resumed_exactly(tmp_path):
    def fitted(gan, epochs, first=0):
        gan.fit(
            IMAGES, batch_size=4, epochs=epochs, initial_epoch=first,
            shuffle=False, verbose=0,
        )  # fmt: skip
        return gan

    whole = fitted(compiled(discriminator()), 2)
    half = fitted(compiled(discriminator()), 1)
    half.save(tmp_path / "half.keras")
    half = fitted(keras.saving.load_model(tmp_path / "half.keras"), 2, 1)
    for same, weight in zip(
        half.get_weights(), whole.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(same, weight)


@pytest.mark.quickest
def test_unknown_methods_are_refused():
    with pytest.raises(ValueError, match="`method` must be .*Received: method"):
        R1(method="guess")
