"""Losses that layers add count for the player whose layers they are."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from portable import corners

import keras_gan

RATE, WEIGHT = 0.5, 0.1
REAL = np.random.default_rng(0).uniform(-1, 1, (8, 3)).astype("float32")
FAKE = np.float32([0.5, -0.2, 0.1])
R1 = [keras_gan.penalties.R1(1.0)]
# What is due now and then stands in a branch of the graph.
LAZY = [keras_gan.penalties.R1(1.0, every=2)]
each_way = pytest.mark.parametrize(
    ("update", "options"),
    corners(
        [
            ("simultaneous", {"penalties": LAZY}),
            ("simultaneous", {"penalties": R1}),
            ("alternating", {"penalties": []}),
        ]
    ),
)


class AddsLoss(layers.Layer):
    """Adds the mean square of what passes through."""

    def call(self, inputs):
        self.add_loss(WEIGHT * ops.mean(ops.square(inputs)))
        return inputs


def make_gan(generator_layers=(), discriminator_layers=(), regularizer=None):
    """A generator of one constant point, and a linear discriminator."""
    keras.utils.set_random_seed(3)
    bias = keras.initializers.Constant(0.0)
    generator = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(3, kernel_initializer="zeros", bias_initializer=bias),
            *generator_layers,
        ]
    )
    generator.layers[0].bias.assign(FAKE)
    dense = layers.Dense(1, kernel_regularizer=regularizer)
    discriminator = keras.Sequential(
        [keras.Input((3,)), dense, *discriminator_layers]
    )
    return keras_gan.GAN(generator, discriminator, seed=1, ema_momentum=None)


def trained(gan, data=REAL, **options):
    """Weights before and after one step, and its logs."""
    rates = (keras.optimizers.SGD(RATE) for _ in range(2))
    gan.compile(*rates, **{"loss": "non_saturating", **options})
    networks = gan.generator, gan.discriminator
    before = [network.get_weights() for network in networks]
    logs = gan.fit(data, batch_size=len(data), shuffle=False, verbose=0).history
    after = [network.get_weights() for network in networks]
    return before, after, {name: values[0] for name, values in logs.items()}


def difference(first, second):
    """By how much the added losses moved the weights of each player."""
    return [
        [a - b for a, b in zip(*networks, strict=True)]
        for networks in zip(first[1], second[1], strict=True)
    ]


@each_way
def test_weight_decay_of_one_layer(update, options):
    options = {"update": update, **options}
    plain = trained(make_gan(), **options)
    decayed = trained(
        make_gan(regularizer=keras.regularizers.L2(WEIGHT)), **options
    )
    kernel = plain[0][1][0]
    moved = difference(decayed, plain)[1]
    np.testing.assert_allclose(
        moved[0], -RATE * 2 * WEIGHT * kernel, rtol=1e-4, atol=1e-7
    )
    np.testing.assert_allclose(moved[1], 0.0, atol=1e-7)
    expected = WEIGHT * np.sum(kernel**2)
    found = decayed[2]["discriminator_regularization"]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@each_way
def test_losses_of_the_discriminators_layers(update, options):
    options = {"update": update, **options}
    plain = trained(make_gan(), **options)
    adding = trained(make_gan(discriminator_layers=[AddsLoss()]), **options)
    kernel, bias = plain[0][1]
    # Of the pass of real and of the pass of generated images.
    expected, slope = 0.0, 0.0
    for images in (REAL, np.tile(FAKE, (len(REAL), 1))):
        logits = images @ kernel + bias
        expected += WEIGHT * np.mean(logits**2)
        slope = slope + 2 * WEIGHT * images.T @ logits / len(images)
    np.testing.assert_allclose(
        adding[2]["discriminator_added_loss"], expected, rtol=1e-4
    )
    of_generator, of_discriminator = difference(adding, plain)
    if update == "simultaneous":
        # The generator's own loss has nothing of it.
        np.testing.assert_allclose(of_generator[1], 0.0, atol=1e-7)
    np.testing.assert_allclose(
        of_discriminator[0], -RATE * slope, rtol=1e-3, atol=1e-6
    )


@pytest.mark.parametrize("update", corners(["alternating", "simultaneous"]))
def test_losses_of_the_generators_layers(update):
    plain = trained(make_gan(), update=update)
    layer = layers.ActivityRegularization(l2=WEIGHT)
    adding = trained(make_gan([layer]), update=update)
    # Keras divides by the number of images.
    expected = WEIGHT * np.sum(FAKE**2)
    np.testing.assert_allclose(
        adding[2]["generator_added_loss"], expected, rtol=1e-5
    )
    moved = difference(adding, plain)[0][1]
    np.testing.assert_allclose(
        moved, -RATE * 2 * WEIGHT * FAKE, rtol=1e-3, atol=1e-6
    )
    assert "discriminator_added_loss" not in adding[2]


@pytest.mark.quickest
def test_losses_of_an_augmenter_are_the_discriminators():
    gan = make_gan()
    gan.augmenter = keras.Sequential([keras.Input((3,)), AddsLoss()])
    logs = trained(gan)[2]
    expected = WEIGHT * (np.mean(REAL**2) + np.mean(FAKE**2))
    np.testing.assert_allclose(
        logs["discriminator_added_loss"], expected, rtol=1e-4
    )


def test_two_replicas_are_one_device(two_cpus):
    def run():
        gan = make_gan([AddsLoss()], [AddsLoss()], "l2")
        return trained(gan, penalties=R1)

    _, expected, logs = run()
    with two_cpus.scope():
        _, found, replicas_logs = run()
    assert logs.keys() == replicas_logs.keys()
    for name, value in logs.items():
        np.testing.assert_allclose(replicas_logs[name], value, rtol=1e-4)
    # The gradient of the generator's kernel depends on the replica's latents.
    found, expected = ([x[0][1], *x[1]] for x in (found, expected))
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


@pytest.mark.quickest
def test_pairs_of_domains():
    shape = (4, 4, 1)
    networks = keras_gan.networks.coupled(shape, width=2, latent_dim=2)
    for network in keras.tree.flatten(networks):
        network.layers[-1].activity_regularizer = keras.regularizers.L2(0.1)
    gan = keras_gan.CoupledGAN(*networks, seed=1)
    gan.compile(penalties=[])
    images = np.zeros((8, *shape), "float32")
    logs = gan.train_on_batch(images, -images, return_dict=True)
    for name in ("generator_added_loss", "discriminator_added_loss"):
        assert float(logs[name]) > 0.0


@pytest.mark.quickest
def test_outside_of_training_it_is_as_in_keras():
    gan = make_gan(discriminator_layers=[AddsLoss()])
    trained(gan)
    logits = ops.convert_to_numpy(gan.discriminator(REAL))
    (loss,) = gan.discriminator.losses
    np.testing.assert_allclose(
        ops.convert_to_numpy(loss), WEIGHT * np.mean(logits**2), rtol=1e-5
    )
