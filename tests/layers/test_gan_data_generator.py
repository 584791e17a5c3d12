"""Shares, labels and draws of the images that a GAN adds to batches.

The toy generator draws images of the level label / 10 and the real images lie
below 0, so that it can be read off each image what it is.
"""

import json

import keras
import numpy as np
import pytest
from portable import (
    BACKEND,
    array,
    assert_close,
    assert_equal,
    compiled,
    corners,
    dtype_of,
    pipeline,
    tensor,
)
from small_generators import styled_gan

import keras_gan
from keras_gan import networks
from keras_gan.layers.gan_data_generator import GANDataGenerator

SHAPE = (2, 2, 1)
CLASSES = 4
LOPSIDED = (0.32, 0.32, 0.32, 0.04)
UNEVEN = {0: 0.2, 1: 0.2, 2: 0.25, 3: 0.35}


def toy_generator(num_classes=CLASSES, shape=SHAPE, noise=0.0):
    """Draws images of the level label / 10, and `noise` times the latents."""
    latents = keras.Input((2,))
    labels = keras.Input((), dtype="int32")
    size = int(np.prod(shape))
    levels = np.repeat(np.arange(num_classes)[:, None] / 10, size, axis=1)
    level = keras.layers.Embedding(num_classes, size, weights=[levels])(labels)
    changes = keras.layers.Dense(
        size, use_bias=False, kernel_initializer=constant(noise)
    )(latents)
    flat = keras.layers.Add()([level, changes])
    images = keras.layers.Reshape(shape)(flat)
    return keras.Model([latents, labels], images)


def constant(value):
    return keras.initializers.Constant(value)


def toy_layer(fraction=0.5, mode="replace", **options):
    options = {"num_classes": CLASSES, "seed": 1, **options}
    generator = toy_generator(noise=options.pop("noise", 0.0))
    return GANDataGenerator(generator, fraction, mode, **options)


def toy_gan(num_classes=CLASSES, **options):
    pair = networks.mlp(
        SHAPE, latent_dim=3, num_classes=num_classes, hidden=(8,)
    )
    return keras_gan.GAN(*pair, num_classes=num_classes, seed=1, **options)


def real(number=16, shares=(0.25,) * 4, seed=0):
    """Images of levels in (-1, -0.1), each with another, and their labels."""
    random = np.random.default_rng(seed)
    labels = random.choice(len(shares), number, p=shares).astype("int32")
    levels = random.uniform(-1, -0.1, (number, 1, 1, 1)).astype("float32")
    return np.broadcast_to(levels, (number, *SHAPE)).copy(), labels


def is_generated(images):
    return array(images)[:, 0, 0, 0] > -0.05


def assert_right(images, labels):
    """Generated images have the level of their labels."""
    images, labels = array(images), array(labels)
    if labels.ndim == 2:
        labels = labels.argmax(-1)
    new = is_generated(images)
    assert_close(
        images[new], np.broadcast_to(labels[new, None, None, None] / 10,
                                     images[new].shape), atol=1e-6
    )  # fmt: skip


def mixed(layer, images, labels, how, batch_size=16):
    """All images and labels that come out of a layer."""
    if how == "loop":
        # Programs of JAX have one size of batch.
        whole = BACKEND == "jax" and layer.mode == "append"
        step = layer if whole else compiled(lambda *data: layer(*data))
        parts = [
            step(images[start:][:batch_size], labels[start:][:batch_size])
            for start in range(0, len(images), batch_size)
        ]
    else:
        data = pipeline((images, labels))
        if how == "batches":
            parts = data.batch(batch_size).map(layer)
        else:
            # One image with another after it is a batch of two.
            parts = data.map(layer)
            if layer.mode == "append":
                parts = parts.unbatch()
            parts = parts.batch(256)
    images, labels = zip(*parts, strict=True)
    return np.concatenate(images), np.concatenate(labels)


class TestShares:
    @pytest.mark.parametrize("how, mode, balance", corners([
        ("loop", "append", UNEVEN), ("batches", "replace", UNEVEN),
        ("loop", "replace", "uniform"), ("batches", "append", "uniform"),
        ("images", "replace", UNEVEN), ("images", "append", "uniform"),
    ], everywhere=2))  # fmt: skip
    def test_of_lopsided_data(self, how, mode, balance):
        fraction = {"replace": 0.7, "append": 1.0}[mode]
        layer = toy_layer(fraction, mode, balance=balance)
        number = 1_280 if how != "images" else 300
        images, labels = real(number, LOPSIDED)
        one_hot = how == "loop"
        if one_hot:
            labels = np.eye(CLASSES, dtype="float32")[labels]
        images, labels = mixed(layer, images, labels, how, batch_size=64)
        assert_right(images, labels)
        share = is_generated(images).sum() / number
        assert share == pytest.approx(fraction, abs=0.01)
        if one_hot:
            assert set(np.unique(labels)) == {0.0, 1.0}
            labels = labels.argmax(-1)
        shares = np.bincount(labels, minlength=CLASSES) / len(labels)
        target = [0.25] * 4 if balance == "uniform" else list(UNEVEN.values())
        assert_close(shares, target, atol=0.005)

    @pytest.mark.parametrize("how, mode, fraction, number", [
        *corners([
            ("loop", "append", 0.37, 1_600),
            ("batches", "replace", 0.37, 1_600),
            ("loop", "replace", 0.01, 4_000),
            ("batches", "append", 0.01, 4_000),
            ("images", "append", 0.37, 300),
        ], everywhere=2),
        # Rare images need thousands of calls, which are slow outside of graphs.
        pytest.param("images", "replace", 0.01, 4_000, marks=pytest.mark.once),
    ])  # fmt: skip
    def test_without_balance_the_classes_stay(
        self, how, mode, fraction, number
    ):
        layer = toy_layer(fraction, mode)
        images, labels = real(number, LOPSIDED)
        new_images, new_labels = mixed(layer, images, labels, how, 40)
        assert_right(new_images, new_labels)
        new = is_generated(new_images)
        bound = 4 * (fraction / number) ** 0.5
        assert new.sum() / number == pytest.approx(fraction, abs=bound)
        if mode == "replace":
            assert_equal(new_labels, labels)
            assert_equal(new_images[~new], images[~new])
            return
        assert_equal(new_images[~new], images)
        assert_equal(new_labels[~new], labels)
        shares = np.bincount(new_labels[new], minlength=4) / new.sum()
        error = 4 * (0.25 / new.sum()) ** 0.5
        assert_close(shares, LOPSIDED, atol=error)

    @pytest.mark.quickest
    def test_running_mix_where_no_batch_alone_can_meet_it(self):
        # Sorted data: each batch is of one class.
        layer = toy_layer(0.5, balance="uniform")
        images, labels = real(1_600)
        labels = np.tile(np.arange(4).repeat(4), 100).astype("int32")
        _, labels = mixed(layer, images, labels, "loop", batch_size=4)
        shares = np.bincount(labels) / len(labels)
        assert_close(shares, 0.25, atol=0.005)

    @pytest.mark.quickest
    def test_too_small_a_fraction_goes_to_what_is_missing(self):
        layer = toy_layer(0.25, balance="uniform")
        images, labels = real(8_000, (0.9, 0.1, 0.0, 0.0))
        images, labels = mixed(layer, images, labels, "loop", batch_size=80)
        shares = np.bincount(labels, minlength=4) / len(labels)
        assert_close(shares, [0.65, 0.35 / 3, 0.35 / 3, 0.35 / 3], atol=0.02)
        new = is_generated(images)
        assert not (labels[new] == 0).any()

    @pytest.mark.quickest
    def test_images_of_rare_classes_stay(self):
        layer = toy_layer(0.5, balance="uniform")
        images, labels = real(2_000, LOPSIDED)
        new_images, _ = mixed(layer, images, labels, "batches")
        kept = ~is_generated(new_images)
        assert kept[labels == 3].mean() > 0.94
        assert kept[labels != 3].mean() < 0.5

    @pytest.mark.quickest
    @pytest.mark.parametrize("fraction", [0.0, 1.0])
    def test_none_and_all(self, fraction):
        images, labels = real()
        new, _ = toy_layer(fraction)(images, labels)
        assert is_generated(new).mean() == fraction

    @pytest.mark.quickest
    def test_images_alone_of_a_gan_with_classes(self):
        layer = toy_layer(0.5)
        images = layer(real(400)[0])
        levels = array(images)[is_generated(images), 0, 0, 0]
        counts = np.bincount(np.round(10 * levels).astype(int), minlength=4)
        assert len(levels) == 200 and counts.min() > 25

    @pytest.mark.quickest
    def test_mixed_labels_count_by_their_shares(self):
        # What CutMix and MixUp make: half of class 0, half of class 1.
        layer = toy_layer(1.0, "append", balance="uniform")
        images, _ = real(3_200)
        rows = np.tile(np.float32([0.5, 0.5, 0, 0]), (3_200, 1))
        _, rows = mixed(layer, images, rows, "loop")
        assert_close(rows.mean(0), 0.25, atol=0.005)


class TestData:
    @pytest.mark.parametrize(
        "value_range", corners([((0, 255),), ((-1, 1),), ((0, 1),)])
    )
    def test_value_range(self, value_range):
        low, high = value_range
        layer = toy_layer(0.5, value_range=value_range)
        images, labels = real()
        images = (images + 1) / 2 * (high - low) + low
        new, _ = layer(images.astype("float32"), labels)
        back = (array(new) - low) / (high - low) * 2 - 1
        assert_right(back, labels)
        stay = ~is_generated(back)
        assert stay.sum() == 8
        assert_equal(array(new)[stay], images.astype("float32")[stay])

    @pytest.mark.quickest
    def test_what_the_generator_overshoots_is_cut_off(self):
        layer = GANDataGenerator(
            toy_generator(20), 1.0, num_classes=20, value_range=(0, 255)
        )
        images, labels = real(4)[0], np.array([19, 15, 0, 5])
        new, _ = layer(images, labels)
        assert_close(array(new)[:, 0, 0, 0], [255, 255, 127.5, 191.25])

    @pytest.mark.quickest
    @pytest.mark.parametrize("dtype", ["uint8", "int32", "float64", "float16"])
    def test_images_become_floats(self, dtype):
        images = np.full((16, *SHAPE), 7, dtype)
        new, _ = toy_layer(0.5, value_range=(0, 255))(images, real()[1])
        assert dtype_of(new) == "float32"
        assert (array(new)[:, 0, 0, 0] == 7).sum() == 8

    @pytest.mark.parametrize(
        "dtype, shape, mode",
        corners(
            [
                ("uint8", (-1, 1), "append"),
                ("int64", (-1,), "replace"),
                ("int32", (-1, 1), "replace"),
            ]
        ),
    )
    def test_labels_keep_form_and_dtype(self, dtype, shape, mode):
        images, labels = real()
        labels = tensor(labels.astype(dtype).reshape(shape))
        new, new_labels = toy_layer(0.5, mode)(images, labels)
        assert dtype_of(new_labels) == dtype_of(labels)
        assert new_labels.shape[1:] == labels.shape[1:]
        assert_right(new, array(new_labels).reshape(-1))

    @pytest.mark.quickest
    @pytest.mark.parametrize("dtype", ["float16", "int32", "float64"])
    def test_rows_keep_their_dtype(self, dtype):
        images, labels = real()
        rows = tensor(np.eye(CLASSES, dtype=dtype)[labels])
        new, new_rows = toy_layer(0.5, balance="uniform")(images, rows)
        assert dtype_of(new_rows) == dtype_of(rows)
        assert new_rows.shape == rows.shape
        assert_right(new, new_rows)

    @pytest.mark.quickest
    def test_the_form_of_the_call(self):
        layer = toy_layer(0.5)
        images, labels = real()
        data = layer({"images": images, "labels": labels})
        assert set(data) == {"images", "labels"}
        assert set(layer({"images": images})) == {"images"}
        assert len(layer(images, labels)) == 2
        assert layer(images).shape == (16, *SHAPE)
        image, label = layer(images[0], labels[0])
        assert image.shape == SHAPE and label.shape == ()

    @pytest.mark.quickest
    @pytest.mark.parametrize("labels", [[0, 1, 2, 3], (0, 1, 2, 3)])
    def test_lists_of_python(self, labels):
        images = real(4)[0]
        for given in (images, images.tolist()):
            new, new_labels = toy_layer(1.0)(given, labels)
            assert_right(new, new_labels)
        image, label = toy_layer(1.0)(images[0], 2)
        assert_close(image, 0.2, atol=1e-6)
        assert int(label) == 2

    @pytest.mark.quickest
    def test_appended_to_one_image(self):
        layer = toy_layer(1.0, "append")
        images, labels = layer(*(one[0] for one in real(1)))
        assert images.shape == (2, *SHAPE) and labels.shape == (2,)
        assert is_generated(images).tolist() == [False, True]

    @pytest.mark.quickest
    @pytest.mark.parametrize("form", ["dict", "tuple"])
    def test_identity_at_inference(self, form):
        layer = toy_layer(1.0, balance="uniform")
        images, labels = real()
        if form == "dict":
            data = {"images": images, "labels": labels}
            data = layer(data, training=False)
            new, new_labels = data["images"], data["labels"]
        else:
            new, new_labels = layer(images, labels, training=False)
        assert_equal(new, images)
        assert_equal(new_labels, labels)

    @pytest.mark.parametrize(
        "policy, filter",
        corners(
            [("mixed_float16", "threshold"), ("mixed_bfloat16", "rejection")]
        ),
    )
    def test_filters_in_mixed_precision(self, policy, filter):
        gan = toy_gan()
        plain, half = (
            GANDataGenerator(gan, 1.0, filter=filter, seed=1, dtype=dtype)
            for dtype in ("float32", policy)
        )
        images, labels = real()
        expected, _ = plain(images, labels)
        found, _ = half(images, labels)
        assert dtype_of(found) == policy.removeprefix("mixed_")
        # The same latents are accepted.
        assert_close(array(found, "float32"), expected, atol=1e-2)

    @pytest.mark.quickest
    def test_pools_keep_their_levels_in_mixed_precision(self):
        plain, half = (
            toy_layer(1.0, pool_size=64, noise=0.1, value_range=(-100, 100),
                      dtype=dtype)(*real())[0]
            for dtype in ("float32", "mixed_bfloat16")
        )  # fmt: skip
        # They are rounded once, at the end.
        assert_equal(half, keras.ops.cast(plain, "bfloat16"))

    @pytest.mark.parametrize(
        "policy", corners(["mixed_float16", "mixed_bfloat16"])
    )
    @pytest.mark.parametrize("pool_size", corners([None, 8]))
    def test_mixed_precision(self, policy, pool_size):
        keras.config.set_dtype_policy(policy)
        layer = toy_layer(0.5, balance="uniform", pool_size=pool_size)
        images, labels = layer(*real(16, LOPSIDED))
        assert dtype_of(images) == policy.removeprefix("mixed_")
        images = keras.ops.convert_to_numpy(keras.ops.cast(images, "float32"))
        new = is_generated(images)
        labels = array(labels)
        assert new.sum() == 8
        assert_close(images[new, 0, 0, 0], labels[new] / 10, atol=2e-3)
        assert_equal(np.bincount(labels), 4)


class TestSeeds:
    def test_of_a_loop(self):
        images, labels = real()
        layers = [toy_layer(noise=0.1, seed=seed) for seed in (1, 1, 2)]
        first, same, other = (
            [array(layer(images, labels)[0]) for _ in range(2)]
            for layer in layers
        )
        assert_equal(first, same)
        assert (first[0] != first[1]).any() and (first[0] != other[0]).any()

    @pytest.mark.quickest
    def test_none_is_that_of_the_process(self):
        def draw(seed):
            keras.utils.set_random_seed(seed)
            return array(toy_layer(noise=0.1, seed=None)(real()[0]))

        assert_equal(draw(1), draw(1))
        assert (draw(1) != draw(2)).any()

    @pytest.mark.quickest
    def test_truncation_bounds_the_latents(self):
        layer = toy_layer(1.0, noise=0.1, truncation=0.5)
        images, labels = real(500)
        new, _ = layer(images, labels)
        off = array(new)[:, 0, 0, 0] - labels / 10
        assert 0.05 < np.abs(off).max() <= 0.1001

    @pytest.mark.quickest
    def test_truncation_of_styles_is_a_share(self):
        gan = styled_gan()
        images = np.zeros((4, 8, 8, 1), "float32")
        labels = np.array([0, 1, 2, 0])
        mean = gan.generate(1, truncation=0.0).clip(-1, 1).repeat(4, 0)
        options = {"truncation": np.float32(0), "seed": 1}
        for more in ({}, {"pool_size": 6}):
            layer = GANDataGenerator(gan, 1.0, **options, **more)
            assert_close(layer(images, labels)[0], mean, atol=1e-5)
        dataset = pipeline((images, labels), 4).map(layer)
        assert_close(next(iter(dataset))[0], mean, atol=1e-5)
        assert json.loads(json.dumps(layer.get_config()))["truncation"] == 0.0
        drawn = GANDataGenerator(gan, 1.0, truncation=1, seed=1)(images, labels)
        assert np.abs(array(drawn[0]) - mean).max() > 0.01


class TestSources:
    @pytest.mark.quickest
    def test_a_generator_for_each_class(self):
        latents = keras.Input((2,))

        def level(value):
            flat = keras.layers.Dense(
                4, kernel_initializer="zeros", bias_initializer=constant(value)
            )(latents)
            return keras.Model(latents, keras.layers.Reshape(SHAPE)(flat))

        layer = GANDataGenerator({k: level(k / 10) for k in range(4)}, 0.5)
        images, labels = layer(*real())
        assert is_generated(images).sum() == 8
        assert_right(images, labels)

    def test_a_gan_follows_its_training(self):
        gan = toy_gan()
        layer = GANDataGenerator(gan, 1.0, seed=1)
        images, labels = real()
        before = array(layer(images, labels)[0])
        gan.ema_generator.set_weights(
            [0 * one for one in gan.ema_generator.get_weights()]
        )
        after = array(layer(images, labels)[0])
        assert np.abs(before).max() > 0.01
        assert_equal(after, 0)

    @pytest.mark.quickest
    def test_without_classes(self):
        layer = GANDataGenerator(toy_gan(None), 0.5, seed=1)
        images = real()[0]
        new = array(layer(images))
        assert (new != images).any((1, 2, 3)).sum() == 8

    @pytest.mark.quickest
    def test_file(self, tmp_path):
        path = tmp_path / "gan.keras"
        toy_gan().save(path)
        images, labels = GANDataGenerator(path, 0.5, seed=1)(*real())
        assert np.isfinite(array(images)).all()


class TestBadInput:
    @pytest.mark.quickest
    @pytest.mark.parametrize("name, value", [
        ("fraction", 1.5), ("fraction", -0.1), ("fraction", True),
        ("fraction", float("nan")), ("fraction", "half"),
        ("mode", "mix"), ("pool_size", 0), ("pool_size", 2.5),
        ("refresh_share", 2), ("seed", -1), ("seed", 1.5),
        ("truncation", 0.0), ("value_range", (1, 0)),
        ("filter", "best"), ("balance", "even"), ("truncation", "a"),
        ("pool_size", True), ("seed", True), ("fraction", np.float32(2)),
    ])  # fmt: skip
    def test_arguments(self, name, value):
        with pytest.raises(ValueError, match=f"`{name}`.*Received"):
            toy_layer(**{name: value})

    @pytest.mark.quickest
    @pytest.mark.parametrize("balance, words", [
        ({0: 0.5, 1: 0.4}, "must sum to 1"),
        ({0: 0.5, 7: 0.5}, "from 0 to 3. Received: 7"),
    ])  # fmt: skip
    def test_shares(self, balance, words):
        with pytest.raises(ValueError, match=words):
            toy_layer(balance=balance)

    @pytest.mark.quickest
    def test_gan_without_classes(self):
        with pytest.raises(ValueError, match="`balance` needs a GAN with cl"):
            GANDataGenerator(toy_gan(None), balance="uniform")
        layer = GANDataGenerator(toy_gan(None))
        with pytest.raises(ValueError, match="need a GAN with classes"):
            layer(*real(4))

    @pytest.mark.parametrize("labels", corners([[0, 1, 2, 4], [-1, 0, 0, 0]]))
    def test_classes_that_the_gan_never_saw(self, labels):
        with pytest.raises(
            ValueError, match="of the GAN, from 0 to 3. Received"
        ):
            toy_layer()(real(4)[0], array(labels))
        if BACKEND == "jax":
            return  # A program of JAX cannot fail because of a value.
        # Amid a graph only the graph can find out.
        step = compiled(toy_layer())
        error = Exception  # Each framework has a class of its own.
        with pytest.raises(error, match="of the GAN, from 0 to 3"):
            step(real(4)[0], tensor(labels))

    @pytest.mark.quickest
    @pytest.mark.parametrize("labels, words", [
        (np.zeros((4, 3)), "rows of 4 numbers"),
        (np.zeros((4, 2, 4)), "rows of 4 numbers"),
        (np.zeros(4, "float32"), "must be integers"),
        (np.zeros(3, "int32"), "4 images and 3 labels"),
    ])  # fmt: skip
    def test_labels_of_another_form(self, labels, words):
        with pytest.raises(ValueError, match=words):
            toy_layer()(real(4)[0], labels)

    @pytest.mark.quickest
    def test_balance_needs_labels(self):
        with pytest.raises(ValueError, match="`balance` needs data with lab"):
            toy_layer(balance="uniform")(real(4)[0])

    @pytest.mark.quickest
    @pytest.mark.parametrize("shape", [(4, 3, 2, 1), (4, 2, 2, 3), (4, 2)])
    def test_images_of_another_shape(self, shape):
        with pytest.raises(ValueError, match=r"\(2, 2, 1\) of the GAN"):
            toy_layer()(np.zeros(shape, "float32"))

    @pytest.mark.quickest
    def test_dict_of_more(self):
        data = {"images": real(4)[0], "segmentation_masks": real(4)[0]}
        with pytest.raises(ValueError, match="'segmentation_masks'"):
            toy_layer()(data)
        with pytest.raises(ValueError, match='must be "images"'):
            toy_layer()({"labels": real(4)[1]})

    @pytest.mark.quickest
    def test_labels_beside_a_dict(self):
        images, labels = real(4)
        with pytest.raises(ValueError, match="Labels must be inside the dict"):
            toy_layer()({"images": images}, labels)

    @pytest.mark.quickest
    def test_gan_of_vectors(self):
        gan = keras_gan.GAN(*networks.mlp((2,), latent_dim=3))
        layer = GANDataGenerator(gan, 0.5, seed=1)
        points = layer(np.full((4, 2), 9.0, "float32"))
        points = keras.ops.convert_to_numpy(points)
        assert points.shape == (4, 2) and (points == 9).all(axis=1).sum() == 2
        assert layer(np.zeros(2, "float32")).shape == (2,)

    @pytest.mark.quickest
    def test_files_that_are_no_gan(self, tmp_path):
        path = tmp_path / "model.keras"
        with pytest.raises(FileNotFoundError, match="no model"):
            GANDataGenerator(path)
        path.write_bytes(b"?")
        with pytest.raises(ValueError, match="cannot be loaded"):
            GANDataGenerator(path)
        toy_gan().discriminator.save(path)
        with pytest.raises(ValueError, match="must be a GAN or a generator"):
            GANDataGenerator(path)

    @pytest.mark.quickest
    def test_file_with_python_code(self, tmp_path):
        path = tmp_path / "model.keras"
        latents = keras.Input((2,))
        flat = keras.layers.Dense(4)(latents)
        flat = keras.layers.Lambda(lambda x: x, output_shape=(4,))(flat)
        images = keras.layers.Reshape(SHAPE)(flat)
        keras.Model(latents, images).save(path)
        with pytest.raises(ValueError, match="`safe_mode=False`"):
            GANDataGenerator(path)
        GANDataGenerator(path, safe_mode=False)


class TestConfig:
    @pytest.mark.quickest
    @pytest.mark.parametrize("options", [
        {}, {"balance": UNEVEN, "mode": "append", "truncation": 1.0},
        {"balance": "uniform", "pool_size": 8, "value_range": (0, 255)},
    ])  # fmt: skip
    def test_round_trip(self, options):
        layer = toy_layer(0.3, name="mixer", **options)
        config = layer.get_config()
        layer(*real())
        assert layer.get_config() == config
        config = json.loads(json.dumps(config))
        twin = GANDataGenerator.from_config(json.loads(json.dumps(config)))
        assert json.loads(json.dumps(twin.get_config())) == config

    @pytest.mark.quickest
    def test_numbers_of_numpy(self):
        layer = toy_layer(
            np.float32(0.5), seed=np.int64(3), pool_size=np.int64(8),
            refresh_share=np.float64(0.5), truncation=np.float32(1),
        )  # fmt: skip
        config = json.loads(json.dumps(layer.get_config()))
        assert (config["fraction"], config["seed"]) == (0.5, 3)
        assert config["pool_size"] == 8

    @pytest.mark.quickest
    @pytest.mark.parametrize("pool_size", [None, 4])
    def test_a_copy_without_weights_does_not_draw(self, pool_size):
        layer = toy_layer(0.5, pool_size=pool_size)
        inputs = keras.Input(SHAPE)
        model = keras.Model(inputs, layer(inputs))
        clone = keras.models.clone_model(model)
        clone.set_weights(model.get_weights())
        images = real(4)[0]
        assert_equal(clone(images, training=False), images)
        with pytest.raises(ValueError, match="no weights of its GAN.*.keras"):
            clone(images, training=True)
        if pool_size:
            with pytest.raises(ValueError, match="no weights of its GAN"):
                clone.layers[-1].refresh_pool()

    # JAX cannot tell a compiled step from Keras inferring shapes, in which a
    # copy without weights is no error; there it draws from untrained weights.
    @pytest.mark.once
    def test_nor_does_it_in_a_graph(self):
        clone = GANDataGenerator.from_config(toy_layer(0.5).get_config())
        with pytest.raises(ValueError, match="no weights of its GAN"):
            compiled(clone)(real(4)[0])

    @pytest.mark.quickest
    def test_nothing_of_the_gan_is_trained(self):
        gan = toy_gan()
        layer = GANDataGenerator(
            gan, balance="uniform", filter="threshold", pool_size=8
        )
        assert not layer.trainable_variables
        layer.trainable = True
        assert not layer.trainable_variables
        assert gan.generator.trainable_variables
