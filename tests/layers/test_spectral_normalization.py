import keras
import numpy as np
import pytest
from keras import layers, ops
from portable import (
    BACKEND,
    assert_close,
    assert_equal,
    quick,
    variable_gradients,
)

from keras_gan import penalties
from keras_gan.layers import SpectralNormalization

# Layers without a bias, an input of each, and how to make the kernel a matrix.
CASES = {
    "dense": (lambda: layers.Dense(6, use_bias=False), (3, 5), (0, 1)),
    "conv": (
        lambda: layers.Conv2D(6, 3, strides=2, use_bias=False),
        (2, 7, 7, 4),
        (0, 1, 2, 3),
    ),
    "transposed": (
        lambda: layers.Conv2DTranspose(6, 3, use_bias=False),
        (2, 4, 4, 3),
        (0, 1, 3, 2),
    ),
    "depthwise": (
        lambda: layers.DepthwiseConv2D(3, depth_multiplier=2, use_bias=False),
        (2, 5, 5, 3),
        None,
    ),
    "einsum": (
        lambda: layers.EinsumDense("bt,thc->bhc", (3, 4)),
        (2, 6),
        None,
    ),
    "embedding": (lambda: layers.Embedding(7, 5), (3, 4), (0, 1)),
}
OUTPUTS = {"depthwise": 2, "einsum": 2}
each_case = pytest.mark.parametrize("name", CASES)


def values(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def inputs_of(name):
    shape = CASES[name][1]
    if name == "embedding":
        return np.random.default_rng(0).integers(0, 7, shape)
    return values(*shape)


def made(name, **kwargs):
    """A built layer, whose weight is drawn anew, and inputs."""
    layer = SpectralNormalization(CASES[name][0](), seed=1, **kwargs)
    x = inputs_of(name)
    layer.build(x.shape)
    kernel = weight(layer)
    kernel.assign(values(*kernel.shape, seed=2))
    return layer, x


def weight(layer):
    inner = layer.layer
    return getattr(inner, "kernel", getattr(inner, "embeddings", None))


def array(value):
    return np.array(ops.convert_to_numpy(value))


def matrix(name, kernel):
    """The kernel as a matrix (everything else, outputs)."""
    number = OUTPUTS.get(name, 1)
    order = CASES[name][2] or range(kernel.ndim)
    kernel = np.transpose(kernel, order)
    return kernel.reshape(-1, int(np.prod(kernel.shape[-number:])))


def divisor(layer, x):
    """What the weight was divided by, read off the outputs."""
    plain, normalized = array(layer.layer(x)), array(layer(x))
    place = np.unravel_index(np.abs(plain).argmax(), plain.shape)
    number = plain[place] / normalized[place]
    atol = 1e-5 * np.abs(plain).max()
    assert_close(plain, normalized * number, atol=atol)
    return number


def power_step(w, u):
    """`w` is (everything else, outputs)."""
    v = w @ u
    v /= np.linalg.norm(v)
    u = v @ w
    return v, u / np.linalg.norm(u)


@each_case
def test_largest_singular_value_becomes_1(name):
    layer, x = made(name)
    update = quick(layer.update_vectors)
    for _ in range(100):
        update()
    kernel = array(weight(layer)) / divisor(layer, x)
    largest = np.linalg.norm(matrix(name, kernel), ord=2)
    assert abs(largest - 1) < 1e-3


@each_case
def test_gradient_is_orthogonal_to_the_weight(name):
    layer, x = made(name)
    target = ops.convert_to_tensor(values(*layer(x).shape, seed=3))

    def loss():
        return ops.mean((layer(x, training=True) - target) ** 2)

    (gradient,) = variable_gradients(loss, [weight(layer)], quick)
    kernel = array(weight(layer))
    scale = np.linalg.norm(gradient) * np.linalg.norm(kernel)
    assert scale > 0
    assert abs((gradient * kernel).sum()) / scale < 1e-5


def test_gradient_against_finite_differences():
    layer, x = made("dense")
    w, u = array(layer.layer.kernel).astype(float), array(layer.u).astype(float)
    v, u = power_step(w, u)

    def loss(w):
        return np.sum(np.tanh(x.astype(float) @ w / (v @ w @ u)) ** 2)

    step = 1e-6 * np.eye(w.size).reshape(w.size, *w.shape)
    expected = [(loss(w + s) - loss(w - s)) / 2e-6 for s in step]
    (gradient,) = variable_gradients(
        lambda: ops.sum(ops.tanh(layer(x)) ** 2), [layer.layer.kernel]
    )
    assert_close(gradient.ravel(), expected, rtol=1e-4, atol=1e-5)


def test_second_derivatives_of_a_gradient_penalty():
    layer, x = made("dense")
    w, u = array(layer.layer.kernel).astype(float), array(layer.u).astype(float)
    v, u = power_step(w, u)

    def penalty(w):
        w_bar = w / (v @ w @ u)
        slopes = (1 - np.tanh(x @ w_bar) ** 2) @ w_bar.T
        return np.mean(np.sum(slopes**2, axis=1))

    def score(images, *_):
        return ops.sum(ops.tanh(layer(images)), axis=1, keepdims=True)

    step = 1e-6 * np.eye(w.size).reshape(w.size, *w.shape)
    expected = [(penalty(w + s) - penalty(w - s)) / 2e-6 for s in step]
    r1 = penalties.R1(2.0)
    (gradient,) = variable_gradients(
        lambda: r1(score, ops.convert_to_tensor(x), ops.convert_to_tensor(x)),
        [layer.layer.kernel],
    )
    assert_close(gradient.ravel(), expected, rtol=1e-3, atol=1e-5)


@each_case
def test_calls_change_the_vector_once_and_the_weight_never(name):
    layer, x = made(name)
    kernel, u = array(weight(layer)), array(layer.u)
    layer(x, training=False)
    layer(x)
    assert_equal(array(layer.u), u)
    for _ in range(2):
        layer(x, training=True)
        u = power_step(matrix(name, kernel), u)[1]
        assert_close(array(layer.u), u, rtol=1e-4, atol=1e-5)
    assert_equal(array(weight(layer)), kernel)
    assert layer.non_trainable_weights == [layer.u]


@pytest.mark.quickest
def test_vector_updated_by_hand():
    layer, x = made("dense")
    other, _ = made("dense")
    layer.updates_in_call = False
    u = array(layer.u)
    layer(x, training=True)
    assert_equal(array(layer.u), u)
    layer.update_vectors()
    other(x, training=True)
    assert_equal(array(layer.u), array(other.u))
    assert np.abs(array(layer.u) - u).max() > 0


def test_updates_between_a_pass_and_its_gradient():
    layer, x = made("dense")
    other, _ = made("dense")

    def loss():
        y = layer(x, training=True)
        layer.update_vectors()
        return ops.sum(ops.tanh(y) ** 2)

    (found,) = variable_gradients(loss, [layer.layer.kernel])
    (expected,) = variable_gradients(
        lambda: ops.sum(ops.tanh(other(x)) ** 2), [other.layer.kernel]
    )
    assert_equal(found, expected)


def test_update_in_a_stateless_scope():
    layer, _ = made("conv")
    u = array(layer.u)
    with keras.StatelessScope([(layer.u, ops.ones(6))]) as scope:
        layer.update_vectors()
    found = array(scope.get_current_value(layer.u))
    kernel = matrix("conv", array(layer.layer.kernel))
    expected = power_step(kernel, np.ones(6))[1]
    assert_close(found, expected, rtol=1e-4, atol=1e-5)
    assert_equal(array(layer.u), u)


@pytest.mark.quickest
def test_seed_determines_the_first_vector():
    def first(seed):
        layer = SpectralNormalization(layers.Dense(1000), seed=seed)
        layer.build((None, 2))
        return array(layer.u)

    assert_equal(first(1), first(1))
    # Random directions in many dimensions are nearly orthogonal.
    assert abs(np.corrcoef(first(1), first(2))[0, 1]) < 0.2
    assert abs(first(None).mean()) < 0.2


@pytest.mark.quickest
def test_frozen_layer_does_not_change():
    layer, x = made("dense")
    layer.trainable = False
    u = array(layer.u)
    layer(x, training=True)
    layer.update_vectors()
    assert_equal(array(layer.u), u)


@pytest.mark.parametrize("scale", [0.0, 1e-9, 1e9])
def test_weights_of_any_size(scale):
    layer, x = made("dense")
    layer.layer.kernel.assign(values(5, 6) * scale)
    call = quick(lambda x: layer(x, training=True))
    for _ in range(100):
        y = array(call(x))
    assert np.isfinite(y).all() and np.isfinite(array(layer.u)).all()
    if scale:
        kernel = array(layer.layer.kernel) / divisor(layer, x)
        assert abs(np.linalg.norm(kernel, ord=2) - 1) < 1e-3
    else:
        assert_equal(y, 0)
        layer.layer.kernel.assign(values(5, 6))
        assert np.abs(array(layer(x, training=True))).max() > 0


def network(seed=0, **kwargs):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            SpectralNormalization(layers.Conv2D(4, 3, activation="tanh")),
            layers.Flatten(),
            SpectralNormalization(layers.Dense(1)),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "mse", **kwargs)
    return model


def trained(model, epochs=1):
    history = model.fit(
        values(12, 6, 6, 2),
        values(12, 1, seed=1),
        batch_size=4,
        epochs=epochs,
        shuffle=False,
        verbose=0,
    )
    return history.history["loss"]


def test_saved_and_resumed_bit_for_bit(tmp_path):
    whole, half = network(), network()
    trained(whole, epochs=2)
    trained(half)
    half.save(tmp_path / "model.keras")
    resumed = keras.saving.load_model(tmp_path / "model.keras")
    trained(resumed)
    for one, other in zip(whole.weights, resumed.weights, strict=True):
        assert_equal(array(one), array(other))


def test_eager_and_compiled_training_agree():
    ways = {"run_eagerly": True}, {"jit_compile": False}, {"jit_compile": True}
    if BACKEND == "torch":
        ways = ways[:2]  # Its compiler takes minutes.
    if BACKEND == "jax":
        ways = ways[::2]  # Not compiled is eager.
    models = [network(**way) for way in ways]
    losses = [trained(model, epochs=3) for model in models]
    assert losses[0][-1] < losses[0][0]
    for model, loss in zip(models[1:], losses[1:], strict=True):
        assert_close(loss, losses[0], rtol=1e-4)
        for one, other in zip(models[0].weights, model.weights, strict=True):
            assert_close(array(one), array(other), atol=1e-4)


@pytest.mark.quickest
def test_clone_and_config():
    model = network()
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    x = values(3, 6, 6, 2)
    assert_equal(array(clone(x)), array(model(x)))
    layer = SpectralNormalization(layers.Dense(3, name="inner"), seed=4)
    config = layer.get_config()
    layer.updates_in_call = False
    layer.build((None, 2))
    assert layer.get_config() == config
    again = SpectralNormalization.from_config(layer.get_config())
    assert again.get_config() == config and again.updates_in_call
    again.build_from_config(layer.get_build_config())
    assert_equal(array(again.u), array(layer.u))


@pytest.mark.quickest
@each_case
def test_shapes_are_those_of_the_layer(name):
    layer, x = made(name)
    wanted = tuple(layer.layer.compute_output_shape((None, *x.shape[1:])))
    dtype = "int32" if name == "embedding" else "float32"
    inputs = keras.Input(x.shape[1:], dtype=dtype)
    outputs = SpectralNormalization(CASES[name][0]())(inputs)
    assert outputs.shape == wanted
    assert tuple(layer.compute_output_shape((None, *x.shape[1:]))) == wanted
    assert keras.Model(inputs, outputs)(x).shape == (len(x), *wanted[1:])


def test_mixed_precision_rounds_the_normalized_weight_only():
    whole, x = made("dense")
    keras.config.set_dtype_policy("mixed_bfloat16")
    half, _ = made("dense")
    inputs = keras.Input((5,))
    model = keras.Model(inputs, half(inputs))
    expected = array(whole(x, training=True))
    y = model(x, training=True)
    assert keras.backend.standardize_dtype(y.dtype) == "bfloat16"
    assert model.outputs[0].dtype == "bfloat16"
    assert {w.dtype for w in model.weights} == {"float32"}
    assert_equal(array(half.u), array(whole.u))
    y = array(ops.cast(y, "float32"))
    assert_close(y, expected, rtol=0.02, atol=0.02)


@pytest.mark.quickest
def test_regularizers_act_on_the_stored_weight():
    x = values(3, 5)
    plain, wrapped = (
        layers.Dense(
            2,
            kernel_initializer=keras.initializers.Constant(2.0),
            kernel_regularizer="l2",
            activity_regularizer="l1",
        )
        for _ in "ab"
    )
    layer = SpectralNormalization(wrapped, seed=0)
    plain(x)
    y = array(layer(x, training=True))
    activity, weights = map(array, layer.losses)
    assert weights == pytest.approx(array(plain.losses[1]))
    assert activity == pytest.approx(0.01 * np.abs(y).sum() / 3, rel=1e-5)
    model = keras.Sequential([layer])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    loss = model.train_on_batch(x, np.zeros((3, 2)))
    y = array(layer(x))
    expected = np.mean(y**2) + 0.01 * np.abs(y).sum() / 3 + weights
    assert loss == pytest.approx(expected, rel=1e-3)


@keras.saving.register_keras_serializable(package="tests")
class Counting(layers.Dense):
    """A layer that changes a weight of its own, and draws numbers."""

    def build(self, input_shape):
        super().build(input_shape)
        self.calls = self.add_weight(
            name="calls", initializer="zeros", trainable=False
        )
        self.draws = keras.random.SeedGenerator(1)

    def call(self, inputs, training=False):
        self.calls.assign_add(1.0)
        self.calls.assign_add(1.0 if training else 0.0)
        noise = keras.random.uniform((), seed=self.draws)
        return super().call(inputs) + 0 * noise


@pytest.mark.quickest
def test_layers_with_state_of_their_own():
    layer = SpectralNormalization(Counting(1))
    x = values(4, 3)
    layer(x)
    before = array(layer.layer.draws.state)
    layer(x, training=True)
    assert float(layer.layer.calls) == 3.0
    assert (array(layer.layer.draws.state) != before).any()
    model = keras.Sequential([layer])
    model.compile("sgd", "mse")
    model.train_on_batch(x, np.zeros((4, 1)))
    assert float(layer.layer.calls) == 5.0


@pytest.mark.quickest
def test_masks_pass():
    embedding = layers.Embedding(5, 3, mask_zero=True)
    inputs = keras.Input((4,), dtype="int32")
    x = SpectralNormalization(embedding)(inputs)
    x = SpectralNormalization(layers.Dense(2))(x)
    model = keras.Model(inputs, layers.GlobalAveragePooling1D()(x))
    short, long = model(np.array([[1, 2, 0, 0], [1, 2, 1, 2]]))
    assert_close(array(short), array(long), rtol=1e-5)


def quantized():
    layer = layers.Dense(2)
    layer.build((None, 3))
    layer.quantize("int8")
    return layer


@pytest.mark.quickest
@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: layers.Flatten(), "one weight named `kernel`"),
        (lambda: layers.SeparableConv1D(2, 3), "one weight named `kernel`"),
        (lambda: network(), "one weight named `kernel`"),
        (lambda: layers.Dense(2, lora_rank=1), "LoRA.*'lora_rank': 1"),
        (quantized, "quantized.*'int8'"),
    ],
)
def test_other_layers_are_refused(make, words):
    with pytest.raises(ValueError, match=f"`layer` must.*{words}"):
        SpectralNormalization(make()).build((None, 6, 6))


@pytest.mark.quickest
def test_a_dtype_is_refused():
    with pytest.raises(ValueError, match="Received: dtype='float32'.*Pass it"):
        SpectralNormalization(layers.Dense(1), dtype="float32")


@pytest.mark.quickest
def test_lora_that_is_added_later_is_refused():
    layer, x = made("dense")
    layer.layer.enable_lora(2)
    with pytest.raises(ValueError, match="`layer` must be neither quantized"):
        layer(x)
