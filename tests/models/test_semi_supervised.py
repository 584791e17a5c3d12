"""`SemiSupervisedGAN`: classes from few labels and many images."""

import keras
import numpy as np
import pytest
import semi_models as small
from keras import ops
from portable import QUICK_STEPS, array, assert_close, assert_equal, corners

import keras_gan
from keras_gan import SemiSupervisedGAN, networks
from keras_gan.models import labeling
from keras_gan.models.partial_means import mean_where


def softmax(x):
    powers = np.exp(x - x.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def softplus(x):
    return np.logaddexp(x, 0.0)


def parts_of(gan, images):
    """Class logits and hidden features of a small discriminator."""
    middle = gan.discriminator.get_layer("middle").output
    network = gan.discriminator
    both = keras.Model(network.input, [middle, network.output])
    features, logits = both(images)
    return array(logits), array(features)


# Losses ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "generator_loss", corners(["feature_matching", "adversarial"])
)
def test_logs_are_those_of_the_formula(generator_loss):
    gan = small.make(ema_momentum=None, generator_loss=generator_loss)
    images, labels = small.images(), small.labels()
    logs = gan.test_on_batch(images, labels, return_dict=True)
    real, features = parts_of(gan, images)
    latents = images.reshape(-1, 16)[:, : small.LATENT_DIM]
    fake, fake_features = parts_of(gan, gan.generator(latents))
    known = labels >= 0
    right = softmax(real[known])[np.arange(known.sum()), labels[known]]
    z_real, z_fake = (np.log(np.exp(x).sum(-1)) for x in (real, fake))
    apart = features[~known].mean(0) - fake_features.mean(0)
    expected = {
        "class_loss": -np.log(right).mean(),
        "accuracy": np.mean(real[known].argmax(-1) == labels[known]),
        "labeled_share": known.mean(),
        "d_loss": softplus(-z_real[~known]).mean() + softplus(z_fake).mean(),
        "g_loss": np.sum(apart**2)
        if generator_loss == "feature_matching"
        else softplus(-z_fake).mean(),
        "d_real_accuracy": np.mean(z_real > 0),
        "d_fake_accuracy": np.mean(z_fake < 0),
    }
    assert {*logs} == {*expected}
    for name, value in expected.items():
        assert_close(array(logs[name]), value, rtol=1e-5, err_msg=name)


@pytest.mark.quickest
def test_features_are_those_of_the_named_layer():
    gan = small.make(ema_momentum=None, feature_layer="logits")
    images, labels = small.images(), small.labels()
    logs = gan.test_on_batch(images, labels, return_dict=True)
    real, _ = parts_of(gan, images[labels < 0])
    latents = images.reshape(-1, 16)[:, : small.LATENT_DIM]
    fake, _ = parts_of(gan, gan.generator(latents))
    apart = np.sum((real.mean(0) - fake.mean(0)) ** 2)
    assert_close(array(logs["g_loss"]), apart, rtol=1e-5)


@pytest.mark.quickest
def test_without_unlabeled_images_it_is_an_ordinary_classifier():
    images, labels = small.images(), np.arange(9) % small.CLASSES
    gan = small.make()
    with pytest.warns(UserWarning, match="All 9 images have labels"):
        gan.fit(images, labels, batch_size=9, epochs=3, verbose=0)
    _, plain = small.networks()
    plain.compile(
        keras.optimizers.SGD(0.1),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    plain.fit(images, labels, batch_size=9, epochs=3, verbose=0)
    for weight, same in zip(
        gan.discriminator.get_weights(), plain.get_weights(), strict=True
    ):
        assert_close(weight, same, atol=1e-5)


@pytest.mark.quickest
def test_what_stands_behind_minus_one_teaches_no_class():
    logits = np.random.default_rng(0).normal(size=(6, 3)).astype("float32")
    labels = np.array([0, -1, 2, -1, -1, 1], "int32")
    known = ops.array((labels >= 0).astype("float32"))

    def loss(logits):
        entropies = labeling.class_losses(ops.array(logits), ops.array(labels))
        return float(mean_where(entropies, known))

    before = loss(logits)
    right = softmax(logits[[0, 2, 5]])[np.arange(3), [0, 2, 1]]
    assert before == pytest.approx(-np.log(right).mean(), rel=1e-5)
    logits[labels < 0] = 50.0
    assert loss(logits) == pytest.approx(before, rel=1e-6)
    assert float(mean_where(known, 0.0 * known)) == 0.0


@pytest.mark.quickest
def test_difference_of_two_views():
    logits = np.array([[40.0, 0, 0], [0, 40.0, 0]], "float32")
    same = labeling.differences(ops.array(logits), ops.array(logits))
    assert_equal(array(same), [0.0, 0.0])
    others = ops.array(logits[::-1].copy())
    apart = labeling.differences(ops.array(logits), others)
    assert_close(array(apart), [2 / 3, 2 / 3], rtol=1e-5)


@pytest.mark.quickest
def test_weight_of_consistency_rises():
    steps = [0, 2, 5, 10, 20]
    found = [array(labeling.risen(8.0, ops.array(s), 10)) for s in steps]
    shares = np.minimum(np.array(steps) / 10, 1.0)
    assert_close(
        np.array(found), 8.0 * np.exp(-5 * (1 - shares) ** 2), rtol=1e-6
    )
    assert labeling.risen(8.0, ops.array(3), 0) == 8.0


def test_a_warmup_goes_on_after_a_pause(tmp_path):
    images, labels = small.images(18), small.labels(18)

    def gan(**options):
        return small.make(
            SemiSupervisedGAN,
            consistency_weight=50.0,
            augmenter=keras_gan.layers.augmenter("flip", seed=1),
            **options,
        )

    def weights(model):
        return [array(weight) for weight in model.discriminator.weights]

    fit = {"batch_size": 9, "shuffle": False, "verbose": 0}
    whole, half = (gan(consistency_warmup=8) for _ in range(2))
    whole.fit(images, labels, epochs=4, **fit)
    half.fit(images, labels, epochs=2, **fit)
    half.save(tmp_path / "half.keras")
    half = keras.saving.load_model(tmp_path / "half.keras")
    half.fit(images, labels, epochs=4, initial_epoch=2, **fit)
    for one, other in zip(weights(whole), weights(half), strict=True):
        assert_equal(one, other)
    at_once = gan()
    at_once.fit(images, labels, epochs=4, **fit)
    apart = [
        np.abs(one - other).max()
        for one, other in zip(weights(whole), weights(at_once), strict=True)
    ]
    assert max(apart) > 1e-4


@pytest.mark.quickest
def test_consistency_makes_two_augmentations_agree():
    # Mirrored images are as frequent, and of no class.
    images = small.images(60)
    labels = np.where(np.arange(60) < 12, np.arange(60) % 3, -1)

    def difference(weight):
        gan = small.make(
            SemiSupervisedGAN,
            consistency_weight=weight,
            augmenter=keras_gan.layers.augmenter("flip", seed=1),
            optimizers=[keras.optimizers.Adam(0.03) for _ in "gd"],
            run_eagerly=False,
        )
        gan.fit(images, labels, batch_size=30, epochs=30, verbose=0)
        views = images, images[:, :, ::-1].copy()
        one, other = (parts_of(gan, view)[0] for view in views)
        return np.mean((softmax(one) - softmax(other)) ** 2)

    assert difference(30.0) < 0.5 * difference(0.0)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "generator_loss", corners(["feature_matching", "adversarial"])
)
def test_generator_lowers_its_own_loss(generator_loss):
    gan = small.make(
        generator_loss=generator_loss,
        optimizers=(keras.optimizers.Adam(0.01), keras.optimizers.SGD(0.0)),
        run_eagerly=False,
    )
    images, labels = small.images(18), small.labels(18)
    history = gan.fit(images, labels, batch_size=18, epochs=40, verbose=0)
    losses = history.history["g_loss"]
    assert losses[-1] < 0.9 * losses[0]


# The classifier --------------------------------------------------------------


@pytest.mark.quickest
def test_classifier_is_the_average_and_validation_judges_it(tmp_path):
    images, labels = small.images(), small.labels()
    gan = small.make(SemiSupervisedGAN)
    best = keras.callbacks.ModelCheckpoint(
        tmp_path / "best.keras", monitor="val_accuracy", mode="max",
        save_best_only=True,
    )  # fmt: skip
    history = gan.fit(
        images, labels, batch_size=3, epochs=3, callbacks=[best], verbose=0,
        validation_data=(images, np.abs(labels)),
    ).history  # fmt: skip
    classifier = gan.classifier()
    logits = classifier.predict(images, verbose=0)
    assert logits.dtype == "float32"
    assert_close(logits, array(gan.ema_discriminator(images)), rtol=1e-5)
    assert np.abs(logits - array(gan.discriminator(images))).max() > 1e-4
    right = np.mean(logits.argmax(-1) == np.abs(labels))
    assert history["val_accuracy"][-1] == pytest.approx(right)
    kept = keras.saving.load_model(tmp_path / "best.keras").classifier()
    found = kept.predict(images, verbose=0).argmax(-1) == np.abs(labels)
    assert np.mean(found) == pytest.approx(max(history["val_accuracy"]))
    classifier.save(tmp_path / "classifier.keras")
    alone = keras.saving.load_model(tmp_path / "classifier.keras")
    assert_close(alone.predict(images, verbose=0), logits, rtol=1e-6)


@pytest.mark.quickest
def test_weights_of_another_are_those_of_the_classifier():
    other, gan = small.make(), small.make()
    for network, step in ((other.discriminator, 1.0), (other.classifier(), 2)):
        for weight in network.weights:
            weight.assign(weight + step)
    gan.take_weights(other, keep_classes=True)
    images = small.images()
    found = gan.classifier().predict(images, verbose=0)
    assert_close(found, array(other.classifier()(images)), rtol=1e-5)
    found = array(gan.discriminator(images))
    assert_close(found, array(other.discriminator(images)), rtol=1e-5)


@pytest.mark.quickest
def test_accuracy_counts_each_labeled_image_once():
    # Labels that are spread unevenly over the batches, some without any.
    images = small.images(12)
    labels = np.array([0, 1, 2, 0, 1] + [-1] * 7)
    gan = small.make()
    logs = gan.evaluate(
        images, labels, batch_size=4, return_dict=True, verbose=0
    )
    logits = gan.classifier().predict(images[:5], verbose=0)
    right = np.mean(logits.argmax(-1) == labels[:5])
    assert logs["accuracy"] == pytest.approx(right)
    losses = -np.log(softmax(logits)[np.arange(5), labels[:5]])
    assert logs["class_loss"] == pytest.approx(losses.mean(), rel=1e-5)
    assert logs["labeled_share"] == pytest.approx(5 / 12)


def test_resumed_training_is_the_same(tmp_path):
    images, labels = small.images(), small.labels()

    def fit(gan, first, epochs):
        gan.fit(
            images, labels, batch_size=3, initial_epoch=first, epochs=epochs,
            shuffle=False, verbose=0,
        )  # fmt: skip
        return gan

    def make():
        pair = networks.semi_supervised((4, 4, 1), 3, width=2, seed=1)
        gan = SemiSupervisedGAN(
            *pair,
            num_classes=3,
            consistency_weight=0.5,
            feature_layer="class_logits",
            augmenter=keras_gan.layers.augmenter("translation", seed=1),
            seed=1,
        )
        gan.compile(**QUICK_STEPS)
        return gan

    whole = fit(make(), 0, 2)
    half = fit(make(), 0, 1)
    half.save(tmp_path / "gan.keras")
    half = keras.saving.load_model(tmp_path / "gan.keras")
    for name in ("num_classes", "feature_layer", "consistency_weight"):
        assert half.get_config()[name] == whole.get_config()[name]
    for weight, same in zip(
        fit(half, 1, 2).get_weights(), whole.get_weights(), strict=True
    ):
        assert_equal(weight, same)


@pytest.mark.quickest
def test_generator_that_takes_labels_draws_classes():
    gan = small.make(SemiSupervisedGAN, takes_labels=True)
    gan.fit(small.images(), small.labels(), batch_size=9, verbose=0)
    drawn = gan.generate(4, labels=[0, 1, 2, 0], seed=1)
    assert drawn.shape == (4, *small.SHAPE)
    assert np.abs(gan.generate(4, labels=1, seed=1) - drawn).max() > 0
    unlabeled = small.make()
    with pytest.raises(ValueError, match="labels"):
        unlabeled.generate(2, labels=1)


@pytest.mark.quickest
def test_separable_classes_are_learned_from_one_label_each():
    # Three images with noise: their classes are plain, once one knows them.
    rng = np.random.default_rng(0)
    classes = np.arange(300) % 3
    centers = rng.uniform(-0.8, 0.8, (3, *small.SHAPE))
    images = centers[classes] + rng.normal(0, 0.1, (300, *small.SHAPE))
    images = np.clip(images, -1, 1).astype("float32")
    batches = keras_gan.datasets.semi_supervised(
        (images[:3], classes[:3]), images, batch_size=40, seed=1
    )
    gan = small.make(
        SemiSupervisedGAN,
        ema_momentum=0.9,
        optimizers=[keras.optimizers.Adam(0.01, beta_1=0.5) for _ in "gd"],
    )
    history = gan.fit(
        batches, epochs=5, verbose=0, validation_data=(images, classes)
    ).history
    assert history["val_accuracy"][-1] == 1.0
    assert history["labeled_share"] == [0.5] * 5


# Data and arguments ----------------------------------------------------------


@pytest.mark.quickest
@pytest.mark.parametrize(
    "labels, message",
    [
        (np.full(9, -1), r"none of 3 of 3 classes \(0, 1, 2\), 0 labels"),
        (np.where(np.arange(9) % 2, -1, 0), r"2 of 3 classes \(1, 2\), 5 lab"),
        (np.arange(9) % 4, r"\[0, 3\), or -1 .*Received: 2 others.* 3"),
        (np.arange(9) % 3 - 2, r"or -1 .*Received: 3 others, .* -2"),
        (np.arange(8) % 3, "8 labels and 9 images"),
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
        assert_equal(weight, same)


class Batches(keras.utils.PyDataset):
    """Batches whose labels nobody knows before they arrive."""

    def __len__(self):
        return 3

    def __getitem__(self, index):
        return small.images(), np.arange(9) % 3 - 1 + index


@pytest.mark.quickest
def test_labels_of_a_data_set_that_are_out_of_range_end_the_run():
    with pytest.raises(ValueError, match="or -1 for images without"):
        small.make().evaluate(Batches(), verbose=0)


@pytest.mark.quickest
def test_batch_need_not_have_all_classes():
    gan = small.make(**QUICK_STEPS)
    gan.train_on_batch(small.images(3), np.array([0, -1, -1]))


@pytest.mark.quickest
def test_very_few_labels_in_an_array_are_a_warning():
    labels = np.full(60, -1)
    labels[:3] = [0, 1, 2]
    with pytest.warns(UserWarning, match="Only 3 of 60 images have labels"):
        small.make().fit(small.images(60), labels, verbose=0)


@pytest.mark.quickest
def test_networks_of_another_kind_are_refused():
    generator, classifier = small.networks()
    two = keras.Model(classifier.input, classifier.outputs * 2)
    for wrong, message in (
        (two, r"images -> class logits \(batch, 3\)"),
        (generator, "must take the images"),
        (keras.layers.Dense(3), "must be a functional or sequential model"),
    ):
        with pytest.raises(ValueError, match=message):
            SemiSupervisedGAN(generator, wrong, num_classes=small.CLASSES)
    with pytest.raises(ValueError, match=r"class logits \(batch, 4\)"):
        SemiSupervisedGAN(generator, classifier, num_classes=4)
    with pytest.raises(ValueError, match="`num_classes` must be an integer"):
        SemiSupervisedGAN(generator, classifier, num_classes=1)
    probable = keras.layers.Softmax()(classifier.output)
    with pytest.warns(UserWarning, match="has a softmax"):
        SemiSupervisedGAN(
            generator, keras.Model(classifier.input, probable), num_classes=3
        )


@pytest.mark.quickest
def test_features_must_be_on_the_way_to_the_logits():
    generator, classifier = small.networks()
    inside = keras.Sequential([keras.Input(small.SHAPE), classifier])
    with pytest.raises(ValueError, match=r"name a layer.*Pass one of \["):
        SemiSupervisedGAN(generator, inside, num_classes=3)
    with pytest.raises(ValueError, match="must be called once.*'functional"):
        SemiSupervisedGAN(
            generator, inside, num_classes=3, feature_layer=classifier.name
        )


@pytest.mark.quickest
def test_wrong_arguments():
    for options, message in (
        ({"generator_loss": "best"}, "`generator_loss` must be one of"),
        ({"feature_layer": "none"}, "`feature_layer` must be one of"),
        ({"consistency_weight": -1}, "`consistency_weight` must be"),
        ({"consistency_warmup": 1.5}, "`consistency_warmup` must be"),
    ):
        with pytest.raises(ValueError, match=message):
            small.make(**options)
    gan = SemiSupervisedGAN(*small.networks(), num_classes=small.CLASSES)
    with pytest.raises(ValueError, match='`loss` must be "non_saturating"'):
        gan.compile(loss="hinge")


@pytest.mark.parametrize("policy", corners(["mixed_float16", "mixed_bfloat16"]))
def test_low_precision_trains(policy):
    keras.config.set_dtype_policy(policy)
    pair = networks.semi_supervised((8, 8, 1), 3, width=2, seed=1)
    gan = SemiSupervisedGAN(*pair, num_classes=3, seed=1)
    gan.compile(**QUICK_STEPS)
    data = small.images(6, shape=(8, 8, 1))
    logs = gan.train_on_batch(data, np.arange(6) % 4 - 1, return_dict=True)
    assert np.isfinite([float(value) for value in logs.values()]).all()
    assert gan.classifier().predict(data, verbose=0).dtype == "float32"
