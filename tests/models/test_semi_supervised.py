"""`SemiSupervisedGAN`: classes from few labels and many images."""

import keras
import numpy as np
import pytest
import semi_models as small
from keras import ops

from keras_gan import SemiSupervisedGAN, networks
from keras_gan.models import labeling

to_numpy = ops.convert_to_numpy


def softmax(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def softplus(x):
    return np.logaddexp(x, 0.0)


def test_logs_are_those_of_the_formula():
    gan = small.make(ema_momentum=None)
    images, labels = small.images(), small.labels()
    logs = gan.test_on_batch(images, labels, return_dict=True)
    of_real, features = map(to_numpy, gan.discriminator(images))
    latents = images.reshape(-1, 16)[:, : small.LATENT_DIM]
    of_fake, fake_features = map(
        to_numpy, gan.discriminator(gan.generator(latents))
    )
    known = labels >= 0
    right = softmax(of_real[known])[np.arange(known.sum()), labels[known]]
    z_real, z_fake = (np.log(np.exp(x).sum(-1)) for x in (of_real, of_fake))
    expected = {
        "class_loss": -np.log(right).mean(),
        "accuracy": np.mean(of_real[known].argmax(-1) == labels[known]),
        "d_loss": softplus(-z_real).mean() + softplus(z_fake).mean(),
        "g_loss": np.sum((features.mean(0) - fake_features.mean(0)) ** 2),
        "d_real_accuracy": np.mean(z_real > 0),
        "d_fake_accuracy": np.mean(z_fake < 0),
    }
    assert {*logs} == {*expected}
    for name, value in expected.items():
        np.testing.assert_allclose(logs[name], value, rtol=1e-5, err_msg=name)


def test_without_unlabeled_images_it_is_an_ordinary_classifier():
    images, labels = small.images(), np.arange(9) % small.CLASSES
    gan = small.make(unlabeled_weight=0.0)
    with pytest.warns(UserWarning, match="All 9 images have labels"):
        gan.fit(images, labels, batch_size=9, epochs=3, verbose=0)
    _, other = small.networks()
    plain = keras.Model(other.inputs, other.outputs[0])
    plain.compile(
        keras.optimizers.SGD(0.1),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    plain.fit(images, labels, batch_size=9, epochs=3, verbose=0)
    for weight, same in zip(
        gan.discriminator.get_weights(), plain.get_weights(), strict=True
    ):
        np.testing.assert_allclose(weight, same, atol=1e-5)


def test_what_stands_behind_minus_one_teaches_no_class():
    logits = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
    labels = np.array([0, -1, 2, -1, -1, 1])
    loss = labeling.class_loss(logits, ops.array(labels))
    logits[labels < 0] = 50.0
    assert float(labeling.class_loss(logits, ops.array(labels))) == (
        pytest.approx(float(loss), rel=1e-6)
    )
    none = ops.array([-1] * 6)
    assert float(labeling.class_loss(logits, none)) == 0.0
    assert float(labeling.accuracy(logits, none)) == 0.0


def test_consistency_is_zero_for_equal_views_and_at_most_two():
    logits = np.array([[40.0, 0, 0], [0, 40.0, 0]], "float32")
    assert float(labeling.disagreement(logits, logits)) == 0.0
    apart = float(labeling.disagreement(logits, logits[::-1].copy()))
    assert apart == pytest.approx(2.0, rel=1e-5)


def test_consistency_trains_the_classifier():
    # The dropout of the network makes the two views different.
    def trained(weight):
        gan = SemiSupervisedGAN(
            *networks.semi_supervised((8, 8, 1), 3, width=2, seed=1),
            num_classes=3,
            consistency_weight=weight,
            seed=1,
        )
        gan.compile(keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1))
        data = np.random.default_rng(0).uniform(-1, 1, (6, 8, 8, 1))
        gan.train_on_batch(data.astype("float32"), np.arange(6) % 4 - 1)
        return gan.discriminator.get_weights()

    pairs = list(zip(trained(0.0), trained(50.0), strict=True))
    assert max(np.abs(a - b).max() for a, b in pairs) > 1e-5


@pytest.mark.parametrize("objective", ["feature_matching", "adversarial"])
def test_generator_objectives_lower_their_own_loss(objective):
    gan = small.make(
        generator_objective=objective,
        optimizers=(keras.optimizers.Adam(0.01), keras.optimizers.SGD(0.0)),
    )
    images, labels = small.images(18), small.labels(18)
    history = gan.fit(images, labels, batch_size=18, epochs=40, verbose=0)
    losses = history.history["g_loss"]
    assert losses[-1] < 0.9 * losses[0]


def test_classifier_is_the_average_and_validation_judges_it():
    images, labels = small.images(), small.labels()
    gan = small.make()
    history = gan.fit(
        images,
        labels,
        batch_size=3,
        epochs=2,
        validation_data=(images, np.abs(labels)),
        verbose=0,
    ).history
    classifier = gan.classifier()
    logits = classifier.predict(images, verbose=0)
    assert logits.dtype == "float32"
    expected, _ = gan.ema_classifier(images)
    np.testing.assert_allclose(logits, to_numpy(expected), rtol=1e-5)
    plain, _ = gan.discriminator(images)
    assert np.abs(logits - to_numpy(plain)).max() > 1e-4
    right = np.mean(logits.argmax(-1) == np.abs(labels))
    assert history["val_accuracy"][-1] == pytest.approx(right)


def test_resumed_training_is_the_same(tmp_path):
    images, labels = small.images(), small.labels()

    def fit(gan, first, epochs):
        gan.fit(
            images, labels, batch_size=3, initial_epoch=first, epochs=epochs,
            shuffle=False, verbose=0,
        )  # fmt: skip
        return gan

    options = {"consistency_weight": 0.5, "cls": SemiSupervisedGAN}
    whole = fit(small.make(**options), 0, 2)
    half = fit(small.make(**options), 0, 1)
    half.save(tmp_path / "gan.keras")
    half = keras.saving.load_model(tmp_path / "gan.keras")
    assert half.consistency_weight == 0.5 and half.num_labels == 3
    for weight, same in zip(
        fit(half, 1, 2).get_weights(), whole.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(weight, same)


def test_generator_that_takes_labels_draws_classes():
    gan = small.make(SemiSupervisedGAN, takes_labels=True)
    gan.fit(small.images(), small.labels(), batch_size=9, verbose=0)
    drawn = gan.generate(4, labels=[0, 1, 2, 0], seed=1)
    assert drawn.shape == (4, *small.SHAPE)
    assert np.abs(gan.generate(4, labels=1, seed=1) - drawn).max() > 0
    unlabeled = small.make()
    with pytest.raises(ValueError, match="labels"):
        unlabeled.generate(2, labels=1)


def test_separable_classes_are_learned_from_one_label_each():
    # Three images with noise: their classes are plain, once one knows them.
    rng = np.random.default_rng(0)
    classes = np.arange(300) % 3
    centers = rng.uniform(-0.8, 0.8, (3, *small.SHAPE))
    images = centers[classes] + rng.normal(0, 0.05, (300, *small.SHAPE))
    images = np.clip(images, -1, 1).astype("float32")
    labels = np.where(np.arange(300) < 150, classes, -1)
    gan = small.make(
        SemiSupervisedGAN,
        ema_momentum=0.9,
        optimizers=[keras.optimizers.Adam(0.01, beta_1=0.5) for _ in "gd"],
    )
    history = gan.fit(
        images, labels, batch_size=60, epochs=15, verbose=0,
        validation_data=(images, classes),
    )  # fmt: skip
    assert history.history["val_accuracy"][-1] == 1.0


@pytest.mark.parametrize(
    "labels, message",
    [
        (np.full(9, -1), "none of class 0, 1, 2, of 3 classes"),
        (np.where(np.arange(9) % 2, -1, 0), "none of class 1, 2, of 3"),
        (np.arange(9) % 4, r"\[0, 3\), or -1 .*Received: 3"),
        (np.arange(9) % 3 - 2, r"\[0, 3\), or -1 .*Received: -2"),
        (np.linspace(0, 1, 9), "must be integers"),
        (None, "needs labels"),
    ],
)
def test_labels_that_cannot_be_trained_with(labels, message):
    gan = small.make()
    before = gan.get_weights()
    with pytest.raises(ValueError, match=message):
        gan.fit(small.images(), labels, verbose=0)
    for weight, same in zip(before, gan.get_weights(), strict=True):
        np.testing.assert_array_equal(weight, same)


def test_very_few_labels_in_an_array_are_a_warning():
    labels = np.full(60, -1)
    labels[:3] = [0, 1, 2]
    with pytest.warns(UserWarning, match="Only 3 of 60 images have labels"):
        small.make().fit(small.images(60), labels, verbose=0)


def test_networks_of_another_kind_are_refused():
    generator, discriminator = small.networks()
    only_logits = keras.Model(discriminator.inputs, discriminator.outputs[0])
    with pytest.raises(ValueError, match="with_features"):
        SemiSupervisedGAN(generator, only_logits, num_classes=small.CLASSES)
    with pytest.raises(ValueError, match=r"of shape \(batch, 4\)"):
        SemiSupervisedGAN(generator, discriminator, num_classes=4)
    with pytest.raises(ValueError, match="`generator_objective` must be"):
        small.make(generator_objective="best")
    with pytest.raises(ValueError, match="`num_classes` must be an integer"):
        SemiSupervisedGAN(generator, discriminator, num_classes=1)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_low_precision_trains(policy):
    keras.config.set_dtype_policy(policy)
    pair = networks.semi_supervised((8, 8, 1), 3, width=2, seed=1)
    gan = SemiSupervisedGAN(*pair, num_classes=3, seed=1)
    gan.compile()
    data = np.random.default_rng(0).uniform(-1, 1, (6, 8, 8, 1))
    logs = gan.train_on_batch(
        data.astype("float32"), np.arange(6) % 4 - 1, return_dict=True
    )
    assert all(np.isfinite(value) for value in logs.values())
    assert gan.classifier().predict(data, verbose=0).dtype == "float32"
