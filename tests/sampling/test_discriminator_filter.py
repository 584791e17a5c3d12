from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers, ops
from portable import (
    BACKEND,
    FLOAT64,
    JIT_COMPILE,
    array,
    assert_close,
    assert_equal,
    compiled,
    corners,
    dtype_of,
    pipeline,
    tensor,
    to_numpy,
)

import keras_gan
from keras_gan.sampling.discriminator_filter import DiscriminatorFilter
from keras_gan.sampling.discriminator_rejection_sampling import (
    DiscriminatorRejectionSampling,
)
from keras_gan.sampling.discriminator_threshold import DiscriminatorThreshold

SHAPE = (4, 4, 1)
FILTERS = [DiscriminatorThreshold, DiscriminatorRejectionSampling]
each_filter = pytest.mark.parametrize("kind", FILTERS)
each_number = pytest.mark.parametrize("num_classes", corners([3, None]))


def discriminator(num_classes=None):
    images = keras.Input(SHAPE)
    x = layers.Dense(8, activation="tanh")(layers.Flatten()(images))
    if num_classes is None:
        return keras.Model(images, layers.Dense(1)(x))
    labels = keras.Input((), dtype="int32")
    x = x + layers.Embedding(num_classes, 8)(labels)
    return keras.Model([images, labels], layers.Dense(1)(x))


def source(num_classes=None, conditional=None, **others):
    conditional = num_classes is not None if conditional is None else None
    network = discriminator(num_classes if conditional else None)
    own = {
        "generator": object(),
        "num_classes": num_classes,
        "image_shape": SHAPE,
        "discriminator": network,
        "conditional_discriminator": bool(conditional),
    }
    return SimpleNamespace(**{**own, **others})


def some_images(number=80, num_classes=None, seed=0):
    rng = np.random.default_rng(seed)
    images = rng.uniform(-1, 1, (number, *SHAPE)).astype("float32")
    labels = None if num_classes is None else np.arange(number) % num_classes
    return images, labels, rng.random(number, "float32")


def ready(kind, num_classes=None, **arguments):
    made = kind(**arguments)
    made.bind(source(num_classes))
    made.calibrate(*some_images(80, num_classes, seed=1)[:2])
    return made


@keras.saving.register_keras_serializable(package="test_discriminator_filter")
class Holder(layers.Layer):
    """Holds a filter, and a network that the filter may ask, too."""

    def __init__(self, filter, network=None, **kwargs):
        super().__init__(**kwargs)
        self.filter = filter
        self.network = network

    def call(self, inputs):
        return inputs

    def get_config(self):
        return {
            **super().get_config(),
            "filter": keras.saving.serialize_keras_object(self.filter),
            "network": self.network
            and keras.saving.serialize_keras_object(self.network),
        }

    @classmethod
    def from_config(cls, config):
        for name in ("filter", "network"):
            config[name] = keras.saving.deserialize_keras_object(config[name])
        return cls(**config)


def reloaded(holder, folder):
    images = keras.Input(SHAPE)
    model = keras.Model(images, layers.Dense(1)(holder(images)))
    assert len(model.trainable_variables) == (6 if holder.network else 2)
    model.save(folder / "model.keras")
    return keras.saving.load_model(folder / "model.keras").layers[1]


@each_filter
@each_number
def test_the_score_is_the_logit(kind, num_classes):
    made = kind()
    origin = source(num_classes)
    made.bind(origin)
    images, labels, _ = some_images(80, num_classes)
    inputs = images if labels is None else [images, labels]
    assert_close(
        made.score(images, labels),
        origin.discriminator.predict(inputs, verbose=0)[:, 0],
        rtol=1e-5,
        atol=1e-6,
    )


@each_filter
@each_number
@pytest.mark.parametrize("jit_compile", JIT_COMPILE)
def test_verdicts_are_the_same_in_graphs(kind, num_classes, jit_compile):
    made = ready(kind, num_classes)
    images, labels, uniform = some_images(80, num_classes)
    eager = made.judge(images, labels, uniform)
    assert 0 < np.sum(array(eager[0])) < 80
    judge = compiled(made.judge, jit_compile)
    labels = None if labels is None else tensor(labels)
    accepted, scores = judge(tensor(images), labels, tensor(uniform))
    assert_equal(accepted, eager[0])
    assert_close(scores, eager[1], rtol=1e-4, atol=1e-5)
    assert_equal(accepted, made.accept(images, labels, uniform))
    assert dtype_of(accepted) == "bool" and dtype_of(scores) == "float32"


@pytest.mark.once  # On others tf.data maps layers, not plain functions.
@each_filter
def test_filters_work_in_a_data_pipeline(kind):
    made = ready(kind, 3)
    arrays = some_images(32, 3)
    data = pipeline(arrays, 32)
    (accepted,) = list(data.map(made.accept))
    assert_equal(accepted, made.accept(*arrays))


@pytest.mark.quickest
@each_filter
@each_number
def test_given_networks_and_calibration_are_saved(kind, num_classes, tmp_path):
    made = kind(discriminator=discriminator(num_classes))
    made.bind(source(num_classes, discriminator=None))
    images, labels, uniform = some_images(80, num_classes)
    made.calibrate(images, labels)
    loaded = reloaded(Holder(made), tmp_path).filter
    assert loaded.calibrated
    assert_equal(
        loaded.accept(images, labels, uniform),
        made.accept(images, labels, uniform),
    )
    assert loaded.get_config()["name"] == made.name


@pytest.mark.quickest
@each_filter
def test_a_network_that_the_holder_has_too_is_saved_with_both(kind, tmp_path):
    network = discriminator()
    made = kind(discriminator=network)
    made.bind(source())
    images, _, uniform = some_images()
    made.calibrate(images)
    loaded = reloaded(Holder(made, network), tmp_path)
    for one, other in zip(
        loaded.network.get_weights(), network.get_weights(), strict=True
    ):
        assert_equal(one, other)
    assert_equal(
        loaded.filter.accept(images, None, uniform),
        made.accept(images, None, uniform),
    )


@pytest.mark.quickest
def test_a_file_of_another_filter_is_refused():
    made = ready(DiscriminatorThreshold, 3)
    with pytest.raises(ValueError, match="1 variables. Received: 2 variables"):
        made.load_own_variables({"0": np.zeros(3), "1": np.zeros(3)})


@pytest.mark.quickest
@each_filter
def test_the_network_of_the_source_is_bound_anew(kind, tmp_path):
    made, origin = kind(), source(3)
    made.bind(origin)
    images, labels, uniform = some_images(80, 3)
    made.calibrate(images, labels)
    loaded = reloaded(Holder(made), tmp_path).filter
    with pytest.raises(ValueError, match="must be bound"):
        loaded.score(images, labels)
    loaded.bind(origin)
    assert_equal(
        loaded.accept(images, labels, uniform),
        made.accept(images, labels, uniform),
    )


@pytest.mark.quickest
@each_filter
def test_config_is_not_changed_by_use(kind):
    made = kind(discriminator=discriminator())
    before = made.get_config()
    made.bind(source())
    made.calibrate(some_images()[0])
    assert made.get_config() == before
    again = kind.from_config(before)
    assert keras.tree.map_structure(str, again.get_config()) == (
        keras.tree.map_structure(str, before)
    )


@pytest.mark.quickest
@each_filter
def test_calibrating_again_forgets_and_makes_no_variables(kind):
    made, origin = kind(), source(3)
    made.bind(origin)
    made.calibrate(*some_images(80, 3, seed=1)[:2])
    variables = [id(one) for one in made.variables]
    made.bind(origin)
    images, labels, _ = some_images(80, 3, seed=5)
    made.calibrate(images, labels)
    fresh = kind()
    fresh.bind(origin)
    fresh.calibrate(images, labels)
    assert [id(one) for one in made.variables] == variables
    for one, other in zip(made.variables, fresh.variables, strict=True):
        assert tuple(one.shape) == (3,) and dtype_of(one) == "float32"
        assert_equal(to_numpy(one), to_numpy(other))


@pytest.mark.quickest
@each_filter
def test_classes_not_seen_use_the_number_over_all(kind):
    made = kind()
    made.bind(source(5))
    images, labels, _ = some_images(80, 3)
    labels[labels == 2] = 4
    labels[0] = 3  # One image alone is as good as none.
    made.calibrate(images, labels)
    whole = array(made.fit(ops.convert_to_numpy(made.score(images, labels))))
    for variable, number in zip(made.variables, whole, strict=True):
        values = to_numpy(variable)
        assert_close(values[[2, 3]], number, rtol=1e-5)
        assert not np.isclose(values[[0, 1, 4]], number, rtol=1e-5).all()


@each_filter
@pytest.mark.parametrize("policy", ["mixed_float16", *FLOAT64])
def test_everything_is_float32_under_every_policy(kind, policy):
    keras.config.set_dtype_policy(policy)
    made = ready(kind)
    images, labels, uniform = some_images()
    assert dtype_of(made.score(images, labels)) == "float32"
    assert {one.dtype for one in made.variables} == {"float32"}
    assert 0 < np.sum(array(made.accept(images, labels, uniform))) < 80


@pytest.mark.quickest
def test_an_unconditional_discriminator_may_judge_classes():
    made = ready(DiscriminatorThreshold, 3, discriminator=discriminator())
    images, labels, _ = some_images(80, 3)
    first = made.score(images, labels)
    assert_equal(first, made.score(images, 2 - labels))
    assert tuple(made.thresholds.shape) == (3,)


@pytest.mark.quickest
def test_a_source_says_whether_its_discriminator_takes_labels():
    made = DiscriminatorThreshold()
    made.bind(source(3, conditional=False))
    images, labels, _ = some_images(80, 3)
    assert made.score(images, labels).shape == (80,)


@pytest.mark.quickest
def test_a_discriminator_may_say_the_class_after_the_logit():
    images = keras.Input(SHAPE)
    x = layers.Flatten()(images)
    network = keras.Model(images, [layers.Dense(1)(x), layers.Dense(3)(x)])
    made = ready(DiscriminatorThreshold, 3, discriminator=network)
    images, labels, _ = some_images(80, 3)
    assert_close(
        made.score(images, labels), network(images)[0][:, 0], rtol=1e-6
    )


@pytest.mark.quickest
def test_no_image_is_accepted_before_calibration():
    made = DiscriminatorThreshold()
    made.bind(source())
    assert not made.calibrated
    images, _, uniform = some_images()
    with pytest.raises(ValueError, match="must be calibrated before"):
        made.accept(images, None, uniform)
    if BACKEND != "torch":  # Which has no graphs.
        accept = compiled(made.accept)
        assert not np.any(accept(tensor(images), None, tensor(uniform)))


@pytest.mark.quickest
def test_a_filter_without_a_discriminator_is_refused():
    with pytest.raises(ValueError, match="needs a discriminator.*Pass the"):
        DiscriminatorThreshold().bind(source(discriminator=None))


@pytest.mark.quickest
def test_a_conditional_discriminator_needs_classes():
    made = DiscriminatorThreshold(discriminator=discriminator(3))
    with pytest.raises(
        ValueError, match="`discriminator` must take images only"
    ):
        made.bind(source())


@pytest.mark.quickest
def test_a_discriminator_of_other_images_is_refused():
    made = DiscriminatorThreshold(discriminator=discriminator())
    with pytest.raises(ValueError, match="`discriminator` must take the gen"):
        made.bind(source(image_shape=(8, 8, 1)))


@pytest.mark.quickest
def test_a_discriminator_of_several_logits_is_refused():
    network = keras.Sequential([keras.Input(SHAPE), layers.Flatten()])
    with pytest.raises(ValueError, match="one logit per image.*16"):
        DiscriminatorThreshold(discriminator=network).bind(source())


@pytest.mark.quickest
def test_what_is_no_network_is_refused():
    with pytest.raises(TypeError, match="`discriminator` must be a `keras.Mo"):
        DiscriminatorThreshold(discriminator="dcgan")


@pytest.mark.quickest
def test_another_number_of_classes_is_refused():
    made = ready(DiscriminatorThreshold, 3)
    with pytest.raises(ValueError, match="num_classes=3.*num_classes=None"):
        made.bind(source())
    assert tuple(made.thresholds.shape) == (3,)


@pytest.mark.quickest
def test_use_before_bind_is_refused():
    with pytest.raises(ValueError, match="must be bound before"):
        DiscriminatorThreshold(0.0).score(some_images()[0])


@pytest.mark.quickest
@pytest.mark.parametrize(
    "labels",
    [[0, 1], [0, 1, 3], [-1, 0, 1], [0.0, 1.0, 2.0], [[0], [1], [2]]],
)
def test_labels_that_do_not_fit_are_refused(labels):
    made = ready(DiscriminatorThreshold, 3)
    before = to_numpy(made.thresholds).tolist()
    with pytest.raises(ValueError, match="`labels` must be 3 integers from 0"):
        made.calibrate(some_images(3)[0], array(labels))
    assert to_numpy(made.thresholds).tolist() == before


@pytest.mark.quickest
@pytest.mark.parametrize("labels", [["a", "b", "c"], []])
def test_labels_without_a_least_and_a_largest_are_refused(labels):
    made = ready(DiscriminatorThreshold, 3)
    with pytest.raises(ValueError, match=r"Received: .* of shape \(\d,\)\."):
        made.calibrate(some_images(3)[0], np.array(labels))


@pytest.mark.quickest
def test_labels_that_are_missing_are_refused():
    made = ready(DiscriminatorThreshold, 3)
    with pytest.raises(ValueError, match="`labels` must be given"):
        made.calibrate(some_images(3)[0])


@pytest.mark.quickest
def test_logits_that_are_not_finite_are_refused():
    made = ready(DiscriminatorThreshold)
    before = float(to_numpy(made.thresholds))
    with pytest.raises(ValueError, match="logits .* must be finite"):
        made.calibrate(np.full((3, *SHAPE), np.nan))
    assert float(to_numpy(made.thresholds)) == before


@pytest.mark.quickest
def test_a_subclass_names_its_numbers():
    class AboveMean(DiscriminatorFilter):
        state_names = ("means",)

        def fit(self, logits):
            return [logits.mean()]

        def accept_logits(self, logits, labels, uniform):
            return logits > self.state_of("means", labels)

    made = ready(AboveMean, 3)
    images, labels, uniform = some_images(80, 3)
    made.calibrate(images, labels)
    accepted, logits = map(array, made.judge(images, labels, uniform))
    means = np.array([logits[labels == number].mean() for number in range(3)])
    assert_equal(accepted, logits > means[labels])


@pytest.mark.quickest
@each_filter
@pytest.mark.parametrize("own", [True, False])
def test_a_second_generator_is_refused_and_nothing_changes(kind, own):
    made = kind(discriminator=discriminator() if own else None)
    origin = source()
    made.bind(origin)
    images, _, uniform = some_images()
    made.calibrate(images)
    accepted = array(made.accept(images, None, uniform))
    with pytest.raises(ValueError, match="for one generator.*Make another fil"):
        made.bind(source())
    made.bind(origin)
    assert_equal(made.accept(images, None, uniform), accepted)


@pytest.mark.quickest
def test_a_classifier_is_no_discriminator_of_a_filter():
    pair = keras_gan.networks.semi_supervised((8, 8, 1), 3, width=2)
    gan = keras_gan.SemiSupervisedGAN(*pair, num_classes=3)
    of_gan = keras_gan.sampling.open_generator(gan)
    assert of_gan.discriminator is None
    with pytest.raises(ValueError, match="needs a discriminator.*Pass the"):
        DiscriminatorThreshold().bind(of_gan)
