from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers, ops
from portable import (
    FLOAT64,
    JIT_COMPILE,
    array,
    assert_close,
    assert_equal,
    compiled,
    dtype_of,
    pipeline,
    tensor,
)

from keras_gan.sampling.classifier_agreement import ClassifierAgreement

LOGITS = np.array(
    [[0.9, -0.2, 0.1], [0.1, 0.3, 0.2], [-1.0, -0.5, 1.0], [0.2, 0.1, 0.0]],
    "float32",
)
LABELS = np.array([0, 1, 1, 0])
UNIFORM = np.zeros(4, "float32")


def logits_alone(scale=1.0):
    """A classifier whose logits are the image, of three pixels."""
    return keras.Sequential([keras.Input((3,)), layers.Rescaling(scale)])


def probabilities(scale=1.0):
    return keras.Sequential([logits_alone(scale), layers.Softmax()])


def source(num_classes=3, image_shape=(3,)):
    return SimpleNamespace(num_classes=num_classes, image_shape=image_shape)


def softmax(logits):
    powers = np.exp(logits)
    return powers / powers.sum(axis=-1, keepdims=True)


@pytest.mark.parametrize("make", [logits_alone, probabilities])
@pytest.mark.parametrize(
    "least, expected",
    [
        (0.0, [True, True, False, True]),
        (0.36, [True, True, False, True]),
        (0.5, [True, False, False, False]),
    ],
)
def test_labels_are_compared_and_weighed(make, least, expected):
    made = ClassifierAgreement(make(), least)
    made.bind(source())
    accepted, scores = made.judge(LOGITS, LABELS, UNIFORM)
    assert array(accepted).tolist() == expected
    assert_equal(accepted, made.accept(LOGITS, LABELS, UNIFORM))
    own = softmax(LOGITS)[np.arange(4), LABELS]
    assert_close(scores, own, rtol=1e-6)
    assert_close(made.score(LOGITS, LABELS), own, rtol=1e-6)


@pytest.mark.quickest
def test_log_probabilities_are_read_as_such():
    x = keras.Input((3,))
    made = ClassifierAgreement(keras.Model(x, ops.log_softmax(x)))
    own = softmax(LOGITS)[np.arange(4), LABELS]
    assert_close(made.score(LOGITS, LABELS), own, rtol=1e-6)


@pytest.mark.parametrize("jit_compile", JIT_COMPILE)
def test_verdicts_are_the_same_in_graphs(jit_compile):
    made = ClassifierAgreement(logits_alone(), 0.36)
    judge = compiled(made.judge, jit_compile)
    accepted, scores = judge(tensor(LOGITS), tensor(LABELS), tensor(UNIFORM))
    eager = made.judge(LOGITS, LABELS, UNIFORM)
    assert_equal(accepted, eager[0])
    assert_close(scores, eager[1], rtol=1e-6)


@pytest.mark.once  # On others tf.data maps layers, not plain functions.
def test_it_works_in_a_data_pipeline():
    made = ClassifierAgreement(probabilities(), 0.5)
    data = pipeline((LOGITS, LABELS, UNIFORM), 4)
    (accepted,) = list(data.map(made.accept))
    assert array(accepted).tolist() == [True, False, False, False]


@pytest.mark.quickest
def test_images_come_in_the_range_of_the_classifier():
    seen = []

    class Classifier(keras.Model):
        def call(self, images):
            seen.append(images)
            return images

    made = ClassifierAgreement(Classifier(), value_range=(0, 255))
    made.score(np.array([[-1.0, 0.0, 1.0]]), [0])
    assert_close(seen[0], [[0.0, 127.5, 255.0]])


@pytest.mark.quickest
def test_a_classifier_of_bytes_gets_them_rounded_and_clipped():
    bytes_ = keras.Input((3,), dtype="uint8")
    # Logits of the bytes' own size would saturate.
    logits = ops.cast(bytes_, "float32") / 100.0
    made = ClassifierAgreement(
        keras.Model(bytes_, logits), value_range=(0, 255)
    )
    images = np.array([[-1.2, 99.7 / 127.5 - 1, 1.3]], "float32")
    expected = softmax(np.array([0, 100, 255]) / 100.0)
    for label in range(3):
        assert_close(made.score(images, [label])[0], expected[label], rtol=1e-5)


@pytest.mark.parametrize("policy", ["mixed_float16", *FLOAT64])
def test_everything_is_float32_under_every_policy(policy):
    keras.config.set_dtype_policy(policy)
    made = ClassifierAgreement(probabilities(), 0.5)
    accepted, scores = made.judge(LOGITS, LABELS, UNIFORM)
    assert dtype_of(scores) == "float32"
    assert array(accepted).tolist() == [True, False, False, False]


@keras.saving.register_keras_serializable(package="test_classifier_agreement")
class Holder(layers.Layer):
    def __init__(self, filter, **kwargs):
        super().__init__(**kwargs)
        self.filter = filter

    def call(self, inputs):
        return inputs

    def get_config(self):
        own = keras.saving.serialize_keras_object(self.filter)
        return {**super().get_config(), "filter": own}

    @classmethod
    def from_config(cls, config):
        own = keras.saving.deserialize_keras_object(config.pop("filter"))
        return cls(own, **config)


@pytest.mark.quickest
def test_the_classifier_is_saved_with_what_holds_the_filter(tmp_path):
    classifier = keras.Sequential([keras.Input((3,)), layers.Dense(3)])
    made = ClassifierAgreement(classifier, 0.2, value_range=(0, 1))
    made.bind(source())
    images = keras.Input((3,))
    outputs = layers.Dense(1)(Holder(made)(images))
    model = keras.Model(images, outputs)
    assert len(model.trainable_variables) == 2
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras").layers[1].filter
    assert loaded.least_probability == 0.2
    assert loaded.value_range == (0.0, 1.0)
    assert_equal(loaded.score(LOGITS, LABELS), made.score(LOGITS, LABELS))


@pytest.mark.quickest
def test_config_is_not_changed_by_use():
    made = ClassifierAgreement(logits_alone())
    before = made.get_config()
    made.bind(source())
    made.calibrate(LOGITS, LABELS)
    made.accept(LOGITS, LABELS, UNIFORM)
    assert made.get_config() == before


@pytest.mark.quickest
def test_a_classifier_may_know_more_classes():
    made = ClassifierAgreement(logits_alone())
    made.bind(source(num_classes=2))
    accepted = made.accept(LOGITS, [0, 2, 2, 1], UNIFORM)
    assert array(accepted).tolist() == [True, False, True, False]


@pytest.mark.quickest
def test_a_classifier_of_fewer_classes_is_refused():
    with pytest.raises(ValueError, match=r"\(batch, 4\).*\(None, 3\)"):
        ClassifierAgreement(logits_alone()).bind(source(num_classes=4))


@pytest.mark.quickest
def test_a_classifier_of_two_heads_is_refused():
    x = keras.Input((3,))
    made = ClassifierAgreement(keras.Model(x, [x, layers.Dense(1)(x)]))
    with pytest.raises(ValueError, match=r"\(None, 3\) and \(None, 1\)"):
        made.bind(source())


@pytest.mark.quickest
def test_a_source_without_classes_is_refused():
    with pytest.raises(ValueError, match="the generator has no classes"):
        ClassifierAgreement(logits_alone()).bind(source(num_classes=None))


@pytest.mark.quickest
def test_a_classifier_of_other_images_is_refused():
    with pytest.raises(ValueError, match="`classifier` must take the gen"):
        ClassifierAgreement(logits_alone()).bind(source(image_shape=(5,)))


@pytest.mark.quickest
def test_labels_that_are_missing_are_refused():
    with pytest.raises(ValueError, match="`labels` must be given"):
        ClassifierAgreement(logits_alone()).score(LOGITS)


@pytest.mark.quickest
@pytest.mark.parametrize("least", [-0.1, 1.0, 2])
def test_probabilities_out_of_range_are_refused(least):
    with pytest.raises(ValueError, match=f"least_probability={least}"):
        ClassifierAgreement(logits_alone(), least)


@pytest.mark.quickest
def test_what_is_no_classifier_is_refused():
    with pytest.raises(TypeError, match="`classifier` must be a `keras.Mod"):
        ClassifierAgreement("digits")


@pytest.mark.quickest
def test_a_range_that_is_none_is_refused():
    with pytest.raises(ValueError, match="`value_range` must be two numbers"):
        ClassifierAgreement(logits_alone(), value_range=(1, 0))
