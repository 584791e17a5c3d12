"""A GAN that begins with the weights of another one."""

import keras
import numpy as np
import pytest
from keras import layers, ops
from portable import array, assert_close

import keras_gan
from keras_gan.callbacks import ProgressiveGrowing
from keras_gan.layers import ConditionalBatchNormalization
from keras_gan.models.growing import growing_layers
from keras_gan.models.transfer import Transfer
from keras_gan.models.weighted_layers import class_layers, weighted_layers

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

ROLES = "generator", "discriminator", "ema_generator"


def dcgan(seed, *, side=8, width=2, num_classes=None, latent_dim=3):
    """A GAN whose average is not its generator."""
    networks = keras_gan.networks.dcgan(
        (side, side, 1), width=width, num_classes=num_classes,
        latent_dim=latent_dim, seed=seed,
    )  # fmt: skip
    gan = keras_gan.GAN(*networks, num_classes=num_classes, seed=seed)
    generator = gan.ema_generator
    generator.set_weights([w + 0.1 for w in generator.get_weights()])
    return gan


def values(layer):
    return [ops.convert_to_numpy(weight).copy() for weight in layer.weights]


def equal(one, other):
    pairs = zip(one, other, strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


def growing(side, width, seed, **schedule):
    """A GAN whose networks grow, with as wide levels at every size."""
    networks = keras_gan.networks.progressive(
        (side, side, 1), width=width, latent_dim=3, seed=seed, **schedule
    )
    return keras_gan.GAN(*networks, seed=seed)


@pytest.mark.parametrize("growth", [1.0, 0.5])
def test_networks_of_larger_images_grow_on(growth):
    other = growing(8, 4, 1, steps_per_stage=2, fade_steps=4)
    gan = growing(16, 2, 2)
    for layer in growing_layers([other]):
        layer.steps.assign(2 + 4 * growth)
    gan.take_weights(other)
    assert {layer.num_levels for layer in growing_layers([gan])} == {2}
    gan.compile()
    callback = ProgressiveGrowing(total_steps=40, share=1.0)
    callback.set_model(gan)
    callback.on_train_begin()
    # They compute what the others did, of images twice as large.
    rng = np.random.default_rng(3)
    latents, images = rng.normal(size=(4, 3)), rng.normal(size=(4, 8, 8, 1))
    for role in ("generator", "ema_generator"):
        small, large = (getattr(one, role)(latents) for one in (other, gan))
        assert_close(large, doubled(array(small)), atol=1e-6)
    small = other.discriminator(images)
    assert_close(gan.discriminator(doubled(images)), small, atol=1e-5)
    # The rest of the levels takes the whole run.
    grown = []
    for _ in range(40):
        for layer in growing_layers([gan]):
            layer.count_step()
        grown.append({float(x.value()) for x in growing_layers([gan])})
    assert grown[-1] == {2.0}
    assert grown.index({1.5}) == {1.0: 29, 0.5: 19}[growth]


def doubled(images):
    return images.repeat(2, 1).repeat(2, 2)


def test_all_weights_and_the_average_are_taken_and_nothing_else():
    gan, other = dcgan(1), dcgan(2)
    latents = ops.convert_to_numpy(gan.draw((4, 3)))
    gan, again = dcgan(1), dcgan(1)
    report = gan.take_weights(other)
    assert report is gan.taken and report.new == ()
    assert str(report) == "all 8 layers"
    for role in ROLES:
        assert equal(
            getattr(gan, role).get_weights(), getattr(other, role).get_weights()
        )
        assert not equal(
            getattr(gan, role).get_weights(), getattr(again, role).get_weights()
        )
    # It draws as it would have drawn.
    assert equal([ops.convert_to_numpy(gan.draw((4, 3)))], [latents])
    assert not equal(
        gan.generator.get_weights(), gan.ema_generator.get_weights()
    )


@pytest.mark.parametrize(
    ("before", "after", "keep", "new"),
    [
        (3, 5, True, {"generator", "discriminator"}),
        (3, 5, False, {"generator", "discriminator"}),
        (3, 3, False, {"generator", "discriminator"}),
        (3, 3, True, set()),
    ],
)
def test_what_is_of_classes_starts_anew(before, after, keep, new):
    gan, other = dcgan(1, num_classes=after), dcgan(2, num_classes=before)
    old = {
        role: values(getattr(gan, role).get_layer("label_embedding"))
        for role in ROLES
    }
    report = gan.take_weights(other, keep_classes=keep)
    assert set(report.new) == {f"{role}/label_embedding" for role in new}
    for role in ROLES:
        layer = getattr(gan, role).get_layer("label_embedding")
        assert equal(values(layer), old[role]) is bool(new)
    # All others are the other one's.
    first = [one.discriminator.weights[0] for one in (gan, other)]
    assert equal(*([ops.convert_to_numpy(weight)] for weight in first))


def test_the_head_of_classes_starts_anew():
    def acgan(seed):
        family = keras_gan.networks
        generator = family.mlp_generator((8, 8, 1), num_classes=3, seed=seed)
        discriminator = family.with_classifier(
            family.mlp_discriminator((8, 8, 1), seed=seed), 3, seed=seed
        )
        return keras_gan.ACGAN(generator, discriminator, num_classes=3)

    for keep in (True, False):
        gan, other = acgan(1), acgan(2)
        report = gan.take_weights(other, keep_classes=keep)
        head = gan.discriminator.outputs[1]._keras_history.operation
        taken = other.discriminator.outputs[1]._keras_history.operation
        assert equal(values(head), values(taken)) is keep
        assert (f"discriminator/{head.name}" in report.new) is not keep


def test_with_classes_what_was_learned_without():
    gan, other = dcgan(1, num_classes=3), dcgan(2)
    report = gan.take_weights(other)
    # The first layer sees the embedding, too.
    kinds = [name.rstrip("_0123456789") for name in report.new]
    assert sorted(kinds) == [
        "discriminator/label_embedding",
        "generator/dense",
        "generator/label_embedding",
    ]
    # Under another name, in the same place.
    logits = gan.discriminator.get_layer("unconditional_logits")
    assert equal(values(logits), values(other.discriminator.layers[-1]))


def test_another_size_of_images_takes_the_layers_that_fit():
    gan, other = dcgan(1, side=16), dcgan(2, side=8)
    before = values(weighted_layers(gan.generator)[0])
    report = gan.take_weights(other)
    assert (len(report.taken), len(report.new)) == (7, 3)
    assert all(name.startswith("generator/") for name in report.new)
    assert "7 of 10 layers; new: generator/dense" in str(report)
    assert equal(
        gan.discriminator.get_weights(), other.discriminator.get_weights()
    )
    ours, theirs = map(weighted_layers, (gan.generator, other.generator))
    for one, same in zip(ours[-4:], theirs[-4:], strict=True):
        assert equal(values(one), values(same))
    assert equal(values(ours[0]), before)


def test_layers_that_have_names_fit_by_name():
    def chain(*names):
        x = inputs = keras.Input((2,))
        for name in names:
            x = layers.Dense(2, name=name)(x)
        return keras.Model(inputs, x)

    def gan(*names):
        judge = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
        return keras_gan.GAN(chain(*names), judge)

    ours, theirs = gan("new", "fine"), gan("coarse", "middle", "fine")
    report = ours.take_weights(theirs)
    fine = [one.generator.get_layer("fine") for one in (ours, theirs)]
    assert equal(*map(values, fine))
    assert report.new == () and len(report.taken) == 3
    ours, theirs = gan("coarse", "fine"), gan("fine", "coarse")
    assert ours.take_weights(theirs).new in (
        ("generator/coarse",),
        ("generator/fine",),
    )


def test_longer_latents_are_a_first_layer_of_its_own():
    report = dcgan(1).take_weights(dcgan(2, latent_dim=4))
    assert len(report.taken) == 7 and "generator/dense" in report.new[0]


def test_too_little_that_fits_is_one_error():
    gan, other = dcgan(1), dcgan(2, width=3)
    before = gan.get_weights()
    with pytest.raises(ValueError) as error:
        gan.take_weights(other)
    message = str(error.value)
    assert "At least a third of the layers" in message and "\n" not in message
    fitting, others = message.split("Received: ")[1].split(", which fit, and ")
    assert "generator/dense" in others and " (3, 64)" in others
    assert "which do not" in others and "same architecture" in others
    assert fitting == "none"
    assert equal(gan.get_weights(), before)


def test_layers_of_both_networks_are_named_however_many_there_are():
    many = tuple(f"generator/{number}" for number in range(10))
    text = str(Transfer((), (*many, "discriminator/x")))
    assert text.startswith("0 of 11 layers; new: generator/0, generator/1")
    assert text.endswith("generator/7 and 2 others, discriminator/x")


def test_only_of_a_gan():
    with pytest.raises(ValueError, match="`other` must be a GAN. Received: "):
        dcgan(1).take_weights(keras.Sequential())


def test_layers_of_classes_are_the_first_that_labels_reach():
    latents, labels = keras.Input((2,)), keras.Input((), dtype="int32")
    inner = keras.Input((), dtype="int32")
    embedding = layers.Embedding(3, 2)
    mapping = keras.Model(inner, layers.Dense(2)(embedding(inner)))
    one_hot = layers.Dense(2)
    norm = ConditionalBatchNormalization(3)
    x = latents + mapping(labels) + one_hot(ops.one_hot(labels, 3))
    network = keras.Model([latents, labels], layers.Dense(1)(norm([x, labels])))
    found = class_layers(network)
    assert {id(x) for x in found} == {id(x) for x in (embedding, one_hot, norm)}
    assert len(weighted_layers(network)) == 5
    assert class_layers(keras.Model(latents, layers.Dense(1)(latents))) == []
