"""What every network from images to images must do."""

import functools
import json

import keras
import numpy as np
import pytest
from portable import (
    array,
    assert_close,
    assert_equal,
    compiled,
    dtype_of,
    input_gradients,
    quick,
    tensor,
    variable_gradients,
)

from keras_gan import layers, networks

# Of sides that no network halves without a remainder.
ODD = (13, 17)
UNKNOWN = (None, None)


@functools.cache
def ready(kind, size=ODD):
    """A network that tests share, with weights that are not changed."""
    model = built(kind, size)
    set_every_weight(model)
    return model


def built(kind, size=ODD, channels=3, **options):
    return BUILDERS[kind]((*size, channels), **{"seed": 1, **options})


BUILDERS = {
    "unet": lambda shape, **options: networks.unet_generator(
        shape, width=2, depth=2, **options
    ),
    "resnet": lambda shape, **options: networks.resnet_generator(
        shape, 2, width=2, blocks=1, **options
    ),
    "resnet with attributes": lambda shape, **options: (
        networks.resnet_generator(
            shape, width=2, blocks=1, num_attributes=3, **options
        )
    ),
    "patch": lambda shape, **options: networks.patch_discriminator(
        shape, width=2, receptive_field=16, **options
    ),
    "patch of pairs": lambda shape, **options: networks.patch_discriminator(
        shape,
        (*shape[:2], 1),
        width=2,
        receptive_field=7,
        normalization=None,
        spectral_normalization=True,
        **options,
    ),
    "attributes": lambda shape, **options: networks.attribute_discriminator(
        shape, 4, width=2, **options
    ),
    "srresnet": lambda shape, **options: networks.srresnet_generator(
        shape, 2, width=2, blocks=1, **options
    ),
    "rrdb": lambda shape, **options: networks.rrdb_generator(
        shape, 2, width=2, growth=1, blocks=1, **options
    ),
    "unet_discriminator": lambda shape, **options: networks.unet_discriminator(
        shape, width=1, **options
    ),
    "gated_unet": lambda shape, **options: networks.gated_unet_generator(
        shape, width=2, depth=2, **options
    ),
    "sn_patch": lambda shape, **options: networks.sn_patch_discriminator(
        shape, (*shape[:2], shape[2] + 1), width=2, depth=2, **options
    ),
}
NAMES = list(BUILDERS)
# Shape of the output for images of 13x17, and the mean of its absolute values
# and its last value for the weights of `set_every_weight`.
OUTPUTS: dict[str, tuple] = {
    "unet": ((13, 17, 3), 0.256911, 0.41775),
    "resnet": ((13, 17, 2), 0.365218, -0.45752),
    "resnet with attributes": ((13, 17, 3), 0.630369, 0.96184),
    "patch": ((5, 7, 1), 1.033418, 0.48753),
    "patch of pairs": ((11, 15, 1), 0.278654, -0.22645),
    "attributes": ((4, 5, 1), 0.135478, -0.06181),
    "srresnet": ((26, 34, 3), 0.428457, -0.11615),
    "rrdb": ((26, 34, 3), 0.522458, -0.84160),
    "unet_discriminator": ((13, 17, 1), 0.427195, 0.44218),
    "gated_unet": ((13, 17, 2), 0.522201, -0.75016),
    "sn_patch": ((4, 5, 4), 0.361078, 0.23225),
}
every = pytest.mark.parametrize("name", NAMES)


def inputs_of(model, size=ODD, batch=2):
    """An array for each input, of the given size where it is unknown."""
    rng = np.random.default_rng(0)
    found = []
    for one in model.inputs:
        shape = [batch, *one.shape[1:]]
        shape[1:3] = [a or b for a, b in zip(shape[1:3], size, strict=False)]
        found.append(rng.uniform(-1, 1, shape).astype("float32"))
    return found if len(found) > 1 else found[0]


def set_every_weight(model, seed=0):
    """Weights that are the same on every backend."""
    rng = np.random.default_rng(seed)
    weights = []
    for weight in model.get_weights():
        fan_in = np.prod(weight.shape[:-1], dtype=int)
        weights.append(rng.normal(size=weight.shape) * max(fan_in, 4) ** -0.5)
    model.set_weights(weights)


def kernels_of(model):
    return [np.ravel(array(w)) for w in model.weights if len(w.shape) > 1]


def outputs_of(model, inputs):
    outputs = quick(model)(inputs)
    return outputs if isinstance(outputs, (list, tuple)) else [outputs]


@pytest.fixture(autouse=True)
def default_policy():
    yield
    keras.config.set_dtype_policy("float32")


@every
def test_equal_weights_give_equal_outputs_on_every_backend(name):
    model = ready(name)
    outputs = outputs_of(model, inputs_of(model))
    for output, symbolic in zip(outputs, model.outputs, strict=True):
        assert tuple(output.shape)[1:] == symbolic.shape[1:]
        assert dtype_of(output) == "float32"
    shape, size, last = OUTPUTS[name]
    first = array(outputs[0])
    assert first.shape == (2, *shape)
    assert_close(np.abs(first).mean(), size, rtol=1e-4)
    assert_close(first.flat[-1], last, rtol=1e-3, atol=1e-4)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "name", [n for n in NAMES if n not in ("attributes", "patch of pairs")]
)
def test_sizes_known_only_at_run_time(name):
    model, fixed = ready(name, UNKNOWN), ready(name)
    inputs = inputs_of(fixed)
    assert_close(model(inputs), fixed(inputs), rtol=1e-4, atol=1e-5)
    run = compiled(
        lambda *inputs: model(inputs if len(inputs) > 1 else inputs[0]),
        shapes=[one.shape for one in model.inputs],
    )
    for size in (ODD, (16, 24)):
        inputs = inputs_of(model, size)
        several = inputs if isinstance(inputs, list) else [inputs]
        assert_close(run(*several), model(inputs), rtol=1e-4, atol=1e-5)


@pytest.mark.quickest
def test_attributes_of_images_of_unknown_size():
    model = ready("attributes", UNKNOWN)
    logits, attributes = model(inputs_of(model))
    assert logits.shape == (2, 1, 1, 1) and attributes.shape == (2, 4)


@pytest.mark.quickest
@every
def test_the_smallest_images(name):
    model = ready(name, UNKNOWN)
    for output in outputs_of(model, inputs_of(model, (1, 2))):
        assert np.isfinite(array(output)).all() and 0 not in output.shape


@pytest.mark.quickest
@every
def test_outputs_are_float32_under_mixed_precision(name):
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = built(name)
    assert model.layers[1].compute_dtype == "bfloat16"
    assert {dtype_of(output) for output in model.outputs} == {"float32"}


@pytest.mark.quickest
@pytest.mark.parametrize("name", ["resnet", "srresnet", "unet_discriminator"])
def test_mixed_precision_computes_much_the_same(name):
    keras.config.set_dtype_policy("mixed_bfloat16")
    model = built(name)
    model.set_weights(ready(name).get_weights())
    inputs = inputs_of(model)
    outputs, exact = array(model(inputs)), array(ready(name)(inputs))
    assert 0 < np.abs(outputs - exact).mean() < 0.1 * np.abs(exact).mean()


@pytest.mark.quickest
@pytest.mark.parametrize(
    "name", ["resnet with attributes", "rrdb", "gated_unet", "sn_patch"]
)
def test_saving_round_trip(name, tmp_path):
    model = ready(name, UNKNOWN)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    inputs = inputs_of(model)
    assert_equal(loaded(inputs), model(inputs))
    first, second = model.get_config(), loaded.get_config()
    assert json.dumps(first) == json.dumps(second)


@pytest.mark.quickest
@every
def test_seed_and_name(name):
    first = built(name, UNKNOWN, seed=7, name="first")
    again = built(name, UNKNOWN, seed=7)
    assert first.name == "first"
    for weight, equal in zip(first.weights, again.weights, strict=True):
        assert_equal(weight, equal)
    kernels = kernels_of(first)
    assert len({kernel.tobytes() for kernel in kernels}) == len(kernels)


@pytest.mark.quickest
def test_another_seed_changes_every_kernel():
    one, other = (kernels_of(built("unet", seed=seed)) for seed in (7, 8))
    for kernel, changed in zip(one, other, strict=True):
        assert np.any(kernel != changed)


@pytest.mark.quickest
@every
def test_every_weight_of_a_network_learns(name):
    model = ready(name)
    inputs = inputs_of(model)

    def loss():
        return sum(keras.ops.sum(y**2) for y in outputs_of(model, inputs))

    weights = model.trainable_variables
    slopes = variable_gradients(loss, weights)
    for weight, slope in zip(weights, slopes, strict=True):
        assert np.abs(slope).max() > 0, weight.path


@pytest.mark.quickest
@pytest.mark.parametrize("name", ["patch", "attributes", "unet_discriminator"])
def test_gradient_penalty_can_be_differentiated(name):
    model = ready(name)
    images = tensor(inputs_of(model))

    def score(images):
        outputs = model(images)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        return keras.ops.mean(outputs[0], axis=(1, 2))

    def penalty():
        return keras.ops.sum(input_gradients(score, images) ** 2)

    kernels = [w for w in model.trainable_variables if w.name == "kernel"][:2]
    for slope in variable_gradients(penalty, kernels):
        assert np.isfinite(slope).all() and np.abs(slope).max() > 0


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("name", "wrapped", "plain"),
    [
        ("patch of pairs", 2, 0),
        ("unet_discriminator", 8, 2),
        ("sn_patch", 2, 0),
    ],
)
def test_which_kernels_are_spectrally_normalized(name, wrapped, plain):
    found = [isinstance(layer, layers.SpectralNormalization)
             for layer in ready(name).layers if layer.weights]  # fmt: skip
    assert (found.count(True), found.count(False)) == (wrapped, plain)


UNET, RESNET, PATCH = (
    "unet_generator",
    "resnet_generator",
    "patch_discriminator",
)
GATED, SN_PATCH = "gated_unet_generator", "sn_patch_discriminator"


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("builder", "arguments", "options", "message"),
    [
        (UNET, ((8, 8),), {}, "channel axis"),
        (UNET, ((8, 8, None),), {}, "`image_shape` must be made of integers"),
        (UNET, ((8, 8, 1), 0), {}, "`output_channels` must be at least 1"),
        (UNET, ((8, 8, 1),), {"depth": 0}, "`depth` must be at least 1"),
        (UNET, ((8, 8, 1),), {"dropout": 1}, r"`dropout` must be in \[0, 1\)"),
        (
            UNET,
            ((8, 8, 1),),
            {"upsampling": "nearest"},
            "'transpose', 're",
        ),
        (UNET, ((8, 8, 1),), {"normalization": "layer"}, "'instance', 'batch'"),
        (RESNET, ((8, 8, 1),), {"blocks": 0}, "`blocks` must be at least 1"),
        (RESNET, ((8, 8, 1),), {"num_attributes": 0}, "`num_attributes` must"),
        (RESNET, ((8, 8, 1),), {"width": 2.5}, "`width` must be an integer"),
        (PATCH, ((8, 8, 1),), {"receptive_field": 50}, "16, 34, 70.*nearest"),
        (PATCH, ((8, 8, 1),), {"receptive_field": 70.0}, "=70.0. Choose"),
        (PATCH, ((8, 8, 1), (8, 9, 1)), {}, "`source_shape` must have the"),
        (PATCH, ((8, 8, 1), (8, 9)), {}, "`source_shape` must be .height"),
        (PATCH, ((8, 8, 1),), {"normalization": "layer"}, "`normalization`"),
        ("attribute_discriminator", ((8, 8, 1), 0), {}, "`num_attributes`"),
        ("srresnet_generator", ((8, 8, 1), 5), {}, "`scale` must be one of 1"),
        (
            "srresnet_generator",
            ((8, 8, 1), 2.0),
            {},
            "`scale` must be an integer",
        ),
        ("rrdb_generator", ((8, 8, 1), True), {}, "`scale` must be an integer"),
        ("rrdb_generator", ((8, 8, 1),), {"growth": 0}, "`growth` must be"),
        (GATED, ((8, 8, 1),), {}, r"Append the mask.*\(8, 8, 2\)"),
        (SN_PATCH, ((8, 8, 1), (8, 8, 1)), {}, "`source_shape` must have"),
        (SN_PATCH, ((8, 8, 1), None), {}, "`source_shape` must be a tuple"),
        ("unet_discriminator", ((8, 8, 1),), {"width": 0}, "`width` must be"),
    ],
)
def test_bad_arguments(builder, arguments, options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        getattr(networks, builder)(*arguments, **options)
