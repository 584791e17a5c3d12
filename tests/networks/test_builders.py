"""What every family of networks must do, whatever its layers."""

import json
from functools import partial

import keras
import numpy as np
import pytest
from keras import ops
from portable import (
    assert_close,
    assert_equal,
    compiled,
    corners,
    dtype_of,
    input_gradients,
    quick,
    tensor,
    to_numpy,
    variable_gradients,
)

from keras_gan import layers, networks

SMALL = {
    "mlp": {"hidden": (8,)},
    "compact": {"width": 2},
    "dcgan": {"width": 2},
    "r3gan": {"width": 2},
    "sngan": {"width": 1},
    "sagan": {"width": 1},
}
FAMILIES = sorted(SMALL)
# At the start, labels of the others change no gain, and their last layers are
# inside another one.
PLAIN = ["compact", "dcgan", "mlp", "r3gan"]
# The shape of most images: what JAX has compiled once it has for all.
SHAPE = (9, 8, 1)
SHAPES = [
    (28, 28, 1),
    (50, 35, 2),
    (9, 64, 4),
    (256, 256, 3),
    (3, 5, 1),
]


def pair(family, image_shape, **options):
    build = getattr(networks, family)
    return build(image_shape, **{**SMALL[family], **options})


def latents(num_images=3, latent_dim=5):
    normal = np.random.default_rng(0).normal(size=(num_images, latent_dim))
    return normal.astype("float32")


def images(image_shape=SHAPE, num_images=3):
    shape = (num_images, *image_shape)
    return np.random.default_rng(1).uniform(-1, 1, shape).astype("float32")


def set_every_weight(model, seed=0):
    """Moves all weights off their initial values (some start at zero)."""
    rng = np.random.default_rng(seed)
    for weight in model.trainable_variables:
        weight.assign(weight + 0.1 * rng.normal(size=weight.shape))


@pytest.fixture(autouse=True)
def default_policy():
    yield
    keras.config.set_dtype_policy("float32")


@pytest.mark.quickest
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("image_shape", SHAPES, ids=str)
def test_symbolic_shapes(family, image_shape):
    generator, discriminator = pair(family, image_shape, latent_dim=5)
    assert generator.input_shape == (None, 5)
    assert generator.output_shape == (None, *image_shape)
    assert discriminator.input_shape == (None, *image_shape)
    assert discriminator.output_shape == (None, 1)


@pytest.mark.quickest
@pytest.mark.parametrize("family", FAMILIES)
def test_computed_shapes_of_an_odd_image(family):
    generator, discriminator = pair(family, (19, 10, 3), latent_dim=5)
    fakes = quick(generator)(latents())
    assert fakes.shape == (3, 19, 10, 3)
    assert quick(discriminator)(fakes).shape == (3, 1)


@pytest.mark.parametrize("family", corners(PLAIN))
def test_labels_change_images_and_logits(family):
    generator, discriminator = pair(family, SHAPE, latent_dim=5, num_classes=3)
    assert generator.input_shape == [(None, 5), (None,)]
    same_latents = np.repeat(latents(1), 3, axis=0)
    fakes = generator([same_latents, np.arange(3)])
    assert fakes.shape == (3, *SHAPE)
    assert np.ptp(ops.convert_to_numpy(fakes), axis=0).max() > 1e-3
    same_images = np.repeat(images(num_images=1), 3, axis=0)
    logits = discriminator([same_images, np.arange(3)])
    assert logits.shape == (3, 1)
    assert np.unique(ops.convert_to_numpy(logits)).size == 3


@pytest.mark.quickest
@pytest.mark.parametrize("family", PLAIN)
def test_logits_are_linear_plus_projection(family):
    _, discriminator = pair(family, SHAPE, num_classes=3)
    batch, labels = images(), np.array([2, 0, 1])
    head = discriminator.get_layer("unconditional_logits")
    body = keras.Model(discriminator.inputs, [head.input, discriminator.output])
    features, logits = (ops.convert_to_numpy(x) for x in body([batch, labels]))
    (embeddings,) = discriminator.get_layer("label_embedding").get_weights()
    projection = np.sum(embeddings[labels] * features, axis=1, keepdims=True)
    linear = ops.convert_to_numpy(head(features))
    assert_close(logits, linear + projection, rtol=1e-4)


@pytest.mark.parametrize(
    ("family", "policy"),
    corners(
        [
            ("dcgan", "mixed_bfloat16"),
            ("mlp", "mixed_float16"),
            ("dcgan", "mixed_float16"),
            ("r3gan", "mixed_bfloat16"),
        ]
    ),
)
def test_outputs_are_float32_under_mixed_precision(family, policy):
    keras.config.set_dtype_policy(policy)
    generator, discriminator = pair(family, SHAPE, latent_dim=5, num_classes=3)
    labels = tensor([0, 1, 2])
    fakes = quick(generator)([tensor(latents()), labels])
    logits = quick(discriminator)([fakes, labels])
    assert dtype_of(generator.output) == dtype_of(fakes) == "float32"
    assert dtype_of(discriminator.output) == dtype_of(logits) == "float32"
    assert np.isfinite(ops.convert_to_numpy(logits)).all()


@pytest.mark.parametrize("family", corners(FAMILIES))
def test_saving_round_trip(family, tmp_path):
    networks_of_family = pair(
        family, SHAPE, latent_dim=5, num_classes=3, seed=1
    )
    labels = np.array([1, 0, 2])
    arguments = ([latents(), labels], [images(), labels])
    for model, inputs in zip(networks_of_family, arguments, strict=True):
        set_every_weight(model)
        model.save(tmp_path / "model.keras")
        loaded = keras.saving.load_model(tmp_path / "model.keras")
        assert_equal(loaded(inputs), model(inputs))
        # As JSON: Keras reads its own tuples back as lists.
        first, second = model.get_config(), loaded.get_config()
        assert json.dumps(first) == json.dumps(second)


@pytest.mark.quickest
@pytest.mark.parametrize("family", FAMILIES)
def test_seed_determines_the_weights(family):
    first, again, other = (
        pair(family, SHAPE, num_classes=3, seed=seed) for seed in (7, 7, 8)
    )
    for model, same, different in zip(first, again, other, strict=True):
        for weight, equal in zip(model.weights, same.weights, strict=True):
            assert_equal(weight, equal)
        assert any(
            not np.array_equal(weight, changed)
            for weight, changed in zip(
                model.weights, different.weights, strict=True
            )
        )


@pytest.mark.quickest
def test_layers_of_one_shape_start_with_different_weights():
    generator, discriminator = networks.mlp((2,), hidden=(8, 8, 8), seed=0)
    squares = [
        ops.convert_to_numpy(weight)
        for model in (generator, discriminator)
        for weight in model.weights
        if weight.shape == (8, 8)
    ]
    assert len(squares) == 4
    assert len({square.tobytes() for square in squares}) == 4


@pytest.mark.quickest
def test_without_a_seed_keras_decides():
    weights = []
    for _ in range(2):
        keras.utils.set_random_seed(3)
        generator, _ = pair("dcgan", SHAPE)
        weights.append(generator.get_weights())
    for first, second in zip(*weights, strict=True):
        assert_equal(first, second)


@pytest.mark.quickest
@pytest.mark.parametrize("family", FAMILIES)
def test_parameters_grow_with_width(family):
    narrow = pair(family, SHAPE)
    (name,) = SMALL[family]
    wide = pair(family, SHAPE, **{name: (32,) if name == "hidden" else 6})
    for small, large in zip(narrow, wide, strict=True):
        assert large.count_params() > 2 * small.count_params()


@pytest.mark.parametrize(
    ("family", "image_shape", "options", "jit_compile"),
    corners(
        [
            ("dcgan", SHAPE, {"spectral_normalization": True}, True),
            # Keras compiles grouped convolutions with XLA on a CPU by itself.
            ("r3gan", (5, 4, 1), {"groups": 2}, False),
            ("mlp", SHAPE, {}, True),
            ("dcgan", SHAPE, {}, False),
            ("dcgan", SHAPE, {"normalization": "layer"}, False),
            ("dcgan", SHAPE, {"minibatch_std_dev": True}, True),
            ("r3gan", SHAPE, {}, True),
        ],
        everywhere=2,
    ),
    ids=str,
)
def test_gradient_penalty_can_be_differentiated(
    family, image_shape, options, jit_compile
):
    build = getattr(networks, f"{family}_discriminator")
    discriminator = build(image_shape, **{**SMALL[family], **options}, seed=0)
    set_every_weight(discriminator)
    # Along this line of weights the penalty is a function of one number, so
    # its derivative can be checked against a difference quotient.
    kernels = discriminator.trainable_variables
    batch = tensor(images(image_shape, 2))

    def penalty():
        gradients = input_gradients(discriminator, batch)
        return keras.ops.sum(keras.ops.square(gradients))

    gradients = variable_gradients(
        penalty, kernels, partial(compiled, jit_compile=jit_compile)
    )
    length = np.sqrt(sum(np.sum(gradient**2) for gradient in gradients))
    assert length > 0
    step = 1e-3
    value = quick(penalty)

    def moved(factor):
        for kernel, gradient in zip(kernels, gradients, strict=True):
            kernel.assign_add(factor * gradient / length)
        return float(to_numpy(value()))

    ahead, behind = moved(step), moved(-2 * step)
    assert_close((ahead - behind) / (2 * step), length, rtol=0.02)


@pytest.mark.parametrize(
    ("family", "jit_compile"),
    corners([("r3gan", True), ("mlp", True), ("dcgan", False)]),
)
def test_generator_trains_in_a_graph(family, jit_compile):
    generator, _ = pair(family, SHAPE, latent_dim=5)
    z = tensor(latents(), "float32")

    def loss():
        return keras.ops.sum(generator(z, training=True) ** 2)

    (gradient,) = variable_gradients(
        loss,
        generator.trainable_variables[:1],
        partial(compiled, jit_compile=jit_compile),
    )
    assert np.isfinite(gradient).all()
    assert np.abs(gradient).max() > 0


@pytest.mark.parametrize("policy", corners(["mixed_bfloat16", "float32"]))
@pytest.mark.parametrize("family", corners(["dcgan", "mlp"]))
def test_spectral_normalization_covers_every_kernel(family, policy):
    keras.config.set_dtype_policy(policy)
    one, other = (
        pair(family, SHAPE, spectral_normalization=True, seed=0)[1]
        for _ in "ab"
    )
    wrapped = [
        layer.layer.kernel
        for layer in one.layers
        if isinstance(layer, layers.SpectralNormalization)
    ]
    kernels = [w for w in one.trainable_variables if w.name == "kernel"]
    assert len(wrapped) == len(kernels) >= 2
    before = one.get_weights()
    for weight, copy in zip(before, other.get_weights(), strict=True):
        assert_equal(weight, copy)
    expected = one(images())
    for kernel in kernels:
        kernel.assign(4 * kernel)
    assert_close(one(images()), expected, rtol=1e-5)


@pytest.mark.quickest
@pytest.mark.parametrize("family", ["mlp", "dcgan"])
def test_weight_clip_holds_after_training(family):
    _, discriminator = pair(
        family,
        SHAPE,
        num_classes=3,
        kernel_constraint=layers.WeightClip(0.01),
    )
    discriminator.compile(optimizer="sgd", loss="mse")
    discriminator.train_on_batch([images(), np.arange(3)], np.ones((3, 1)))
    clipped = [
        ops.convert_to_numpy(weight)
        for weight in discriminator.trainable_variables
        if weight.name in ("kernel", "embeddings")
    ]
    assert len(clipped) >= 3
    for kernel in clipped:
        assert np.abs(kernel).max() <= np.float32(0.01)


@pytest.mark.quickest
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"image_shape": (28, 28)}, ValueError, r"channel axis: \(28, 28, 1\)"),
        ({"image_shape": (2, 8, 8, 1)}, ValueError, "batch axis"),
        ({"image_shape": (0, 8, 1)}, ValueError, "`image_shape`.*at least 1"),
        ({"image_shape": (8.0, 8, 1)}, TypeError, "`image_shape`.*Received"),
        ({"image_shape": (None, 8, 1)}, TypeError, "`image_shape`.*Received"),
        ({"image_shape": 28}, TypeError, "`image_shape` must be a tuple"),
        ({"latent_dim": 0}, ValueError, "`latent_dim`.*latent_dim=0"),
        ({"latent_dim": "a"}, TypeError, "`latent_dim`"),
        ({"num_classes": 1}, ValueError, r"`num_classes`.*unconditional"),
        ({"num_classes": True}, TypeError, "`num_classes`"),
        ({"seed": -1}, ValueError, "`seed`"),
    ],
    ids=str,
)
def test_bad_arguments(family, arguments, error, message):
    with pytest.raises(error, match=message):
        pair(family, **{"image_shape": (8, 8, 1), **arguments})


@pytest.mark.quickest
@pytest.mark.parametrize("family", ["dcgan", "r3gan"])
@pytest.mark.parametrize("width", [0, -3])
def test_width_must_be_positive(family, width):
    with pytest.raises(ValueError, match="`width` must be at least 1"):
        pair(family, (8, 8, 1), width=width)


@pytest.mark.quickest
@pytest.mark.parametrize("family", ["dcgan", "r3gan"])
def test_vectors_are_sent_to_mlp(family):
    with pytest.raises(ValueError, match="`mlp`"):
        pair(family, (2,))
