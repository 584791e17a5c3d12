import keras
import numpy as np
import pytest
from portable import (
    JIT_COMPILE,
    assert_close,
    assert_equal,
    compiled,
    dtype_of,
    quick,
    tensor,
    to_numpy,
)

from keras_gan.layers import AdaptiveAugment
from keras_gan.layers.augmentation.operations import OPERATIONS

# The shape of nearly all images: what JAX has compiled once it has for all.
SHAPE = (16, 8, 9, 3)


def noise(shape=SHAPE, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, shape).astype("float32")


def bits(values):
    return to_numpy(values).view("int32")


@pytest.mark.parametrize("shape", [(6, 5, 4), (1, 1, 1), (2, 3, 2)])
def test_probability_of_zero_keeps_every_bit_of_images_of_a_gan(shape):
    layer = AdaptiveAugment("bgcfnc", probability=0.0)
    images = noise((16, *shape))
    images.flat[:3] = [-0.0, 0.0, 1.0]
    augmented = quick(layer.augment_images)(tensor(images))
    assert_equal(bits(augmented), bits(images))


@pytest.mark.quickest
@pytest.mark.parametrize(
    "value_range", [(-1, 1), (0, 1), (0, 255), (-7, 9)], ids=str
)
def test_probability_of_zero_keeps_every_bit_in_any_range(value_range):
    layer = AdaptiveAugment("bgcfnc", probability=0.0, value_range=value_range)
    low, high = value_range
    images = (noise() + 1) / 2 * (high - low) + low
    # Near 0 a rounding error of the range would be all there is.
    images[0] *= 1e-4
    images.flat[:3] = [-0.0, 0.0, 1.0]
    assert_equal(bits(layer(images)), bits(images))


def test_probability_of_zero_keeps_every_byte():
    layer = AdaptiveAugment("bgcfnc", probability=0.0, value_range=(0, 255))
    images = np.arange(np.prod(SHAPE)).astype("uint8").reshape(SHAPE)
    assert_equal(to_numpy(layer(images)), images)


def test_flips_of_bytes_keep_every_byte():
    layer = AdaptiveAugment(
        ["flip"], probability=1.0, value_range=(0, 255), seed=3
    )
    image = np.arange(256, dtype="uint8").reshape(16, 16, 1)
    values = to_numpy(quick(layer)(np.stack([image] * 8)))
    flipped = (values != image).any(axis=(1, 2, 3))
    assert flipped.any() and not flipped.all()
    expected = np.stack([image[:, ::-1]] * flipped.sum())
    assert_equal(values, np.round(values))
    # At the edges the filter is not quite symmetric.
    inside = np.s_[:, 2:-2, 2:-2]
    assert_equal(values[flipped][inside], expected[inside])
    assert_close(values[flipped], expected, atol=1)


@pytest.mark.parametrize("jit_compile", JIT_COMPILE)
def test_probability_of_zero_keeps_every_bit_in_graphs(jit_compile):
    layer = AdaptiveAugment("bgcfnc", probability=0.0)
    # TensorFlow divides by another instruction from eight images on.
    images = noise()
    graph = compiled(layer.augment_images, jit_compile)
    assert_equal(bits(graph(tensor(images))), bits(images))


@pytest.mark.parametrize(
    ("operations", "probability"),
    [(letter, 0.3) for letter in "bgcfn"] + [("bgcfnc", 0.05)],
)
def test_images_on_which_nothing_fires_keep_every_bit(operations, probability):
    layer = AdaptiveAugment(operations, probability=probability, seed=1)
    images = noise((128, 8, 9, 3))
    drawn = quick(layer.get_random_transformation)(images)
    values = to_numpy(quick(layer.transform_images)(images, drawn))
    kept = ~to_numpy(drawn["fired"]).any(axis=1)
    assert kept.any() and not kept.all()
    assert_equal(bits(values[kept]), bits(images[kept]))
    # On most of the others something can be seen: flips by nothing, and holes
    # in what is nothing but noise apart.
    changed = np.abs(values - images).max(axis=(1, 2, 3)) > 1e-4
    assert changed[~kept].mean() > 0.5 and not changed[kept].any()


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_alone_changes_images(name):
    layer = AdaptiveAugment([name], probability=1.0, seed=2)
    images = noise()
    values = to_numpy(layer(images))
    assert values.shape == images.shape and dtype_of(values) == "float32"
    assert np.isfinite(values).all()
    assert np.abs(values - images).max(axis=(1, 2, 3)).max() > 0.05


@pytest.mark.quickest
def test_order_is_geometry_color_filter_noise_cutout():
    chosen = ["shift", "brightness", "band_4", "noise", "cutout"]
    layer = AdaptiveAugment(chosen, probability=1.0, seed=2)
    images = noise()
    drawn = layer.get_random_transformation(images)
    expected = images
    for name in chosen:
        # Each step from the parameters drawn for the whole.
        step = AdaptiveAugment([name], probability=1.0)
        names = {name, "white_noise"} if name == "noise" else {name}
        part = {key: drawn[key] for key in names}
        expected = step.transform_images(expected, part)
    assert_close(layer.transform_images(images, drawn), expected, atol=1e-5)


@pytest.mark.quickest
def test_same_transformation_same_images():
    layer = AdaptiveAugment("bgcfnc", probability=0.8, seed=2)
    images = noise()
    drawn = layer.get_random_transformation(images)
    assert_equal(
        layer.transform_images(images, drawn),
        layer.transform_images(images, drawn),
    )


def test_images_and_calls_differ_and_seeds_repeat_them():
    images = np.repeat(noise((1, *SHAPE[1:])), 16, axis=0)
    layers = [AdaptiveAugment("g", probability=1.0, seed=s) for s in (1, 1, 2)]
    first, same, other = (to_numpy(layer(images)) for layer in layers)
    second = to_numpy(layers[0](images))
    assert_equal(first, same)
    for one in (other, second, first[::-1]):
        assert np.abs(one - first).max(axis=(1, 2, 3)).min() > 0.05


def test_probability_is_read_when_it_runs():
    # A graph must not hold the value that it had when it was made.
    layer = AdaptiveAugment("n", seed=1)
    images = noise()
    graph = compiled(layer.augment_images)
    assert_equal(graph(images), images)
    layer.probability.assign(1.0)
    assert np.all(np.any(to_numpy(graph(images)) != images, axis=(1, 2, 3)))


def test_all_in_one_is_drawn_alike_whatever_the_probability():
    # More of it, not another: what fires at p fires at any larger p.
    images = noise((64, *SHAPE[1:]))
    fired = []
    for probability in (0.2, 0.6):
        layer = AdaptiveAugment("bgc", probability=probability, seed=5)
        drawn = quick(layer.get_random_transformation)(images)
        fired.append(to_numpy(drawn["fired"]))
    assert np.all(fired[1][fired[0]]) and fired[1].sum() > fired[0].sum()


def test_probability_and_state_are_saved(tmp_path):
    layer = AdaptiveAugment("b", interval=2, speed=0.1)
    model = keras.Sequential([keras.layers.Input((4, 4, 1)), layer])
    for _ in range(3):
        layer.update_state(np.ones((8, 1), "float32"))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras").layers[-1]
    assert float(to_numpy(loaded.probability)) == np.float32(0.16)
    for one, other in zip(layer.weights, loaded.weights, strict=True):
        assert_equal(to_numpy(one), to_numpy(other))


@pytest.mark.quickest
def test_config():
    layer = AdaptiveAugment(
        {"blit": 1, "hue": 0.5}, 0.5, interval=8, speed=20, seed=3
    )
    config = layer.get_config()
    rebuilt = AdaptiveAugment.from_config(config)
    layer(noise())
    assert rebuilt.get_config() == layer.get_config() == config
    assert config["operations"] == {
        "flip": 1.0,
        "quarter_turns": 1.0,
        "shift": 1.0,
        "hue": 0.5,
    }
    assert AdaptiveAugment.from_config({"seed": 1}).interval == 4


def test_state_is_not_trained():
    layer = AdaptiveAugment()
    assert not layer.trainable_variables
    assert layer.probability.shape == ()


@pytest.mark.quickest
@pytest.mark.parametrize("interval", [0, -4, 2.5, "4", True, None])
def test_bad_interval(interval):
    with pytest.raises(ValueError, match="`interval` must be.*Received"):
        AdaptiveAugment(interval=interval)


@pytest.mark.quickest
def test_bad_operations():
    with pytest.raises(ValueError, match="`operations` must be letters"):
        AdaptiveAugment("xyz")


def test_two_replicas_draw_differently(two_cpus):
    with two_cpus.scope():
        layer = AdaptiveAugment("g", probability=1.0, seed=1)
    images = tensor(np.repeat(noise((1, 8, 8, 1)), 2, axis=0))

    @compiled
    def augmented():
        return two_cpus.run(layer.augment_images, args=(images,))

    one, other = two_cpus.experimental_local_results(augmented())
    assert np.abs(one - other).max(axis=(1, 2, 3)).min() > 0.05
