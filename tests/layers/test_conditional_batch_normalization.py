import keras
import numpy as np
import pytest
from keras import ops
from portable import (
    JIT_COMPILE,
    array,
    assert_close,
    assert_equal,
    compiled,
    dtype_of,
    tensor,
    variable_gradients,
)

from keras_gan.layers.conditional_batch_normalization import (
    ConditionalBatchNormalization,
)

LABELS = np.array([2, 0, 2, 1], "int32")
SHAPES = [(4, 5), (4, 3, 5), (4, 3, 2, 5), (4, 2, 3, 2, 5)]


def features(shape=(4, 3, 2, 5)):
    return np.random.default_rng(0).normal(2, 3, shape).astype("float32")


def trained_layer(shape=(4, 3, 2, 5), **options):
    """A layer whose classes differ."""
    layer = ConditionalBatchNormalization(3, **options)
    layer.build([shape, (None,)])
    random = np.random.default_rng(1)
    for weight in layer.trainable_weights:
        weight.assign(random.normal(1, 0.5, weight.shape))
    return layer


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("training", [True, False])
def test_closed_form(shape, training):
    layer, x = trained_layer(shape), features(shape)
    y = layer([x, LABELS], training=training)
    places = tuple(range(x.ndim - 1))
    mean, variance = x.mean(places), x.var(places)
    if not training:
        mean, variance = 0.0, 1.0  # Where the averages begin.
    rows = (-1, *[1] * (x.ndim - 2), 5)
    gain, offset = (
        array(weight)[LABELS].reshape(rows)
        for weight in (layer.gain, layer.offset)
    )
    expected = gain * (x - mean) / np.sqrt(variance + 1e-3) + offset
    assert_close(y, expected, rtol=1e-4, atol=1e-4)
    assert layer.compute_output_shape([shape, (4,)]) == y.shape == shape


def test_begins_as_batch_normalization():
    layer = ConditionalBatchNormalization(3)
    plain = keras.layers.BatchNormalization(momentum=0.9)
    for training in (True, False, True, False):
        assert_close(
            layer([features(), LABELS], training=training),
            plain(features(), training=training),
            rtol=1e-5,
            atol=1e-5,
        )
    for ours, theirs in zip(
        layer.non_trainable_weights, plain.non_trainable_weights, strict=True
    ):
        assert_close(ours, theirs, rtol=1e-5)


@pytest.mark.quickest
def test_weights():
    layer = trained_layer()
    assert {weight.path.split("/")[-1] for weight in layer.weights} == {
        "gain", "offset", "moving_mean", "moving_variance",
    }  # fmt: skip
    assert [w.shape for w in layer.trainable_weights] == [(3, 5)] * 2


def test_only_classes_of_the_batch_learn():
    layer, x = trained_layer(), tensor(features())

    def loss():
        y = layer([x, np.array([2, 0, 2, 0])], training=True)
        return keras.ops.sum(y**2)

    for gradient in variable_gradients(loss, layer.trainable_weights):
        rows = np.abs(gradient).sum(-1)
        assert rows[0] > 0 and rows[1] == 0 and rows[2] > 0


@pytest.mark.parametrize("jit_compile", JIT_COMPILE)
def test_in_a_graph(jit_compile):
    layer = trained_layer()
    # Batches of a size that is not known beforehand.
    call = compiled(
        lambda x, labels: layer([x, labels], training=True),
        jit_compile,
        shapes=[(None, 3, 2, 5), ((None,), "int32")],
    )
    assert_close(
        call(features(), LABELS),
        layer([features(), LABELS], training=True),
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.parametrize("half", ["float16", "bfloat16"])
def test_mixed_precision(half):
    layer = trained_layer(dtype=f"mixed_{half}")
    y = layer([features(), LABELS], training=True)
    assert dtype_of(y) == half
    assert {weight.dtype for weight in layer.weights} == {"float32"}
    expected = trained_layer()([features(), LABELS], training=True)
    assert_close(ops.cast(y, "float32"), expected, rtol=0.05, atol=0.05)


def test_classes_are_told_apart_in_half_precision():
    layer = ConditionalBatchNormalization(600, dtype="mixed_bfloat16")
    layer.build([(2, 5), (2,)])
    layer.offset.assign(np.arange(600)[:, None] % 2 * np.ones((600, 5)))
    y = layer([np.zeros((2, 5)), np.array([512, 513])])
    # bfloat16 has no 513.
    assert_equal(ops.cast(y[:, 0], "float32"), [0.0, 1.0])


@pytest.mark.quickest
def test_labels_of_any_integer_or_whole_numbers():
    layer = trained_layer()
    expected = layer([features(), LABELS])
    for dtype in ("int64", "uint8", "float32"):
        y = layer([features(), LABELS.astype(dtype)])
        assert_equal(y, expected)


def test_negative_labels_count_from_the_end():
    layer = trained_layer()
    assert_equal(layer([features(), LABELS - 3]), layer([features(), LABELS]))


@pytest.mark.quickest
def test_config_is_that_of_the_arguments_before_and_after_building():
    options = {"momentum": 0.7, "epsilon": 1e-4, "synchronized": False}
    layer = ConditionalBatchNormalization(3, name="mine", **options)
    config = layer.get_config()
    assert options.items() <= config.items() and config["num_classes"] == 3
    layer.build([(None, 4, 4, 5), (None,)])
    assert layer.get_config() == config
    assert ConditionalBatchNormalization.from_config(config).get_config() == (
        config
    )


def test_saved_inside_a_model(tmp_path):
    x, labels = keras.Input((3, 2, 5)), keras.Input((), dtype="int32")
    y = ConditionalBatchNormalization(3)([x, labels])
    assert y.shape == (None, 3, 2, 5)
    model = keras.Model([x, labels], y)
    model.compile("adam", "mse")
    model.fit([features(), LABELS], features(), epochs=2, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert_equal(loaded([features(), LABELS]), model([features(), LABELS]))
    for weight, other in zip(model.weights, loaded.weights, strict=True):
        assert weight.path == other.path
        assert_equal(weight, other)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "options, message",
    [
        ({"num_classes": 1}, "at least 2.*num_classes=1"),
        ({"num_classes": 2.5}, "integer.*num_classes=2.5"),
        ({"num_classes": None}, "integer.*num_classes=None"),
        ({"momentum": 1.0}, r"`momentum` must be in \[0, 1\).*momentum=1.0"),
        ({"epsilon": 0.0}, "`epsilon` must be above 0.*epsilon=0.0"),
    ],
)
def test_arguments_out_of_range(options, message):
    with pytest.raises(ValueError, match=message):
        ConditionalBatchNormalization(**{"num_classes": 3, **options})


@pytest.mark.quickest
@pytest.mark.parametrize(
    "shape", [(4, 5), [(4, 5), (4, 1)], [(4,), (4,)], [(4, 5), (4,), (4,)]]
)
def test_inputs_that_are_not_features_and_labels(shape):
    with pytest.raises(ValueError, match=r"must be \[x, labels\]"):
        ConditionalBatchNormalization(3).build(shape)
