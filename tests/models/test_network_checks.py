"""Networks that do not fit each other or the losses."""

import keras
import numpy as np
import pytest
from keras import layers

from keras_gan import GAN, networks, penalties


def dense(inputs, outputs):
    return keras.Sequential([layers.Input((inputs,)), layers.Dense(outputs)])


@keras.saving.register_keras_serializable(package="test_checks")
class Unbuilt(keras.Model):
    """A subclassed network that knows its input only when it is called."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.dense = layers.Dense(units)

    def call(self, inputs):
        return self.dense(inputs)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


# Networks --------------------------------------------------------------------


@pytest.mark.quickest
@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: GAN(dense(2, 4), dense(5, 1)), r"\(4,\).*\(5,\).*same image"),
        (lambda: GAN(dense(2, 4), dense(4, 1), latent_dim=3),
         "`latent_dim`.*2.*Received: latent_dim=3.*Leave it out"),
        (lambda: GAN(dense(2, 4), dense(4, 1), num_classes=3),
         "`generator` must take `.latents, labels.`.*Received.*1 input"),
        (lambda: GAN(*networks.mlp((4,), num_classes=3)),
         "`generator` must take `latents`.*Received.*2 input.*`num_classes=`"),
        (lambda: GAN(networks.mlp_generator((4,)),
                     networks.mlp_discriminator((4,), num_classes=3)),
         "`discriminator` must take `images`.*Received.*2 input"),
        (lambda: GAN(dense(2, 4), dense(4, 3)), r"logit.*Received.*3.*Dense"),
        (lambda: GAN(Unbuilt(4), dense(4, 1)), "Pass `latent_dim=`"),
        (lambda: GAN(Unbuilt(4), dense(4, 1), latent_dim=0), "latent_dim=0"),
    ],
)  # fmt: skip
def test_networks_that_do_not_fit(make, words):
    with pytest.raises(ValueError, match=f"(?s){words}"):
        make()


@pytest.mark.quickest
def test_network_with_several_outputs():
    inputs = layers.Input((2,))
    two = keras.Model(inputs, [layers.Dense(4)(inputs)] * 2)
    with pytest.raises(ValueError, match="`generator` must return one tensor"):
        GAN(two, dense(4, 1))


@pytest.mark.parametrize("ema_momentum", [None, 0.9])
@pytest.mark.parametrize(
    "make",
    [Unbuilt, lambda units: keras.Sequential([layers.Dense(units)])],
    ids=["subclass", "sequential"],
)
def test_unbuilt_networks(make, ema_momentum, points):
    gan = GAN(make(4), make(1), latent_dim=3, ema_momentum=ema_momentum)
    assert (gan.latent_dim, gan.image_shape) == (3, (4,))
    gan.compile(run_eagerly=True)
    gan.fit(points, verbose=0)
    assert gan.generate(2).shape == (2, 4)


def test_unbuilt_networks_under_a_strategy(two_cpus, points):
    with two_cpus.scope():
        gan = GAN(Unbuilt(4), Unbuilt(1), latent_dim=3)
        gan.compile()
    for variable in gan.variables:
        assert variable.value.distribute_strategy is two_cpus
    assert np.isfinite(gan.fit(points, verbose=0).history["d_loss"]).all()


# Warnings --------------------------------------------------------------------


def functional_sigmoid():
    inputs = layers.Input((4,))
    outputs = keras.ops.sigmoid(layers.Dense(1)(inputs))
    return keras.Model(inputs, outputs), "sigmoid"


def ends_in(*last, name):
    return keras.Sequential([layers.Input((4,)), *last]), name


@pytest.mark.quickest
@pytest.mark.parametrize(
    "make",
    [
        lambda: ends_in(layers.Dense(1, activation="sigmoid", name="end"),
                        name="end"),
        lambda: ends_in(layers.Dense(1),
                        layers.Activation("sigmoid", name="end"), name="end"),
        lambda: ends_in(layers.Dense(1, activation="sigmoid", name="end"),
                        layers.Reshape((1,)), name="end"),
        lambda: ends_in(ends_in(layers.Dense(1, activation="sigmoid",
                                             name="end"), name="")[0],
                        name="end"),
        lambda: ends_in(layers.SpectralNormalization(
            layers.Dense(1, activation="sigmoid"), name="end"), name="end"),
        functional_sigmoid,
    ],
    ids=["dense", "activation", "reshaped", "nested", "wrapped", "operation"],
)  # fmt: skip
def test_sigmoid_at_the_end_of_the_discriminator(make):
    discriminator, name = make()
    with pytest.warns(UserWarning, match=f"sigmoid.*{name}.*Remove"):
        GAN(dense(2, 4), discriminator)


@pytest.mark.quickest
def test_sigmoid_inside_the_discriminator_is_fine():
    hidden = layers.Dense(4, activation="sigmoid")
    GAN(dense(2, 4), ends_in(hidden, layers.Dense(1), name="")[0])


class Block(layers.Layer):
    """A layer that has its batch normalization inside."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.norm = layers.BatchNormalization(name="norm")

    def build(self, shape):
        self.norm.build(shape)

    def call(self, inputs, training=None):
        return self.norm(inputs, training=training)


@pytest.mark.quickest
@pytest.mark.parametrize("kind", ["layer", "model", "block"])
def test_batch_normalization_under_a_gradient_penalty(kind):
    norm = layers.BatchNormalization(name="norm")
    if kind == "model":
        norm = ends_in(norm, name="")[0]
    if kind == "block":
        norm = Block()
    gan = GAN(dense(2, 4), ends_in(norm, layers.Dense(1), name="")[0])
    with pytest.warns(UserWarning, match=r"batch normalization \(norm\)"):
        gan.compile(penalties=[penalties.R1(1.0)])
    # No gradient penalty, no warning: warnings are errors here.
    gan.compile(penalties=None)
    gan.compile(penalties=[penalties.LeCam()])
