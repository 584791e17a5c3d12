"""`GANDataGenerator` in `tf.data`, in models, with filters and pools."""

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
    to_numpy,
)

import keras_gan
from keras_gan import networks, sampling
from keras_gan.layers.gan_data_generator import GANDataGenerator

SHAPE = (2, 2, 1)
CLASSES = 3
AUTOTUNE = -1  # As tf.data calls it.


def toy_generator(shape=SHAPE, noise=0.02):
    """Draws images near the level label / 10; real ones lie below 0."""
    latents = keras.Input((2,))
    labels = keras.Input((), dtype="int32")
    size = int(np.prod(shape))
    levels = np.repeat(np.arange(CLASSES)[:, None] / 10, size, axis=1)
    level = keras.layers.Embedding(CLASSES, size, weights=[levels])(labels)
    changes = keras.layers.Dense(
        size,
        use_bias=False,
        kernel_initializer=keras.initializers.Constant(noise),
    )(latents)
    flat = keras.layers.Add()([level, changes])
    images = keras.layers.Reshape(shape)(flat)
    return keras.Model([latents, labels], images)


def toy_layer(fraction=0.5, mode="replace", **options):
    options = {"num_classes": CLASSES, "seed": 1, **options}
    return GANDataGenerator(toy_generator(), fraction, mode, **options)


def toy_gan(num_classes=CLASSES):
    pair = networks.mlp(
        SHAPE, latent_dim=3, num_classes=num_classes, hidden=(8,)
    )
    return keras_gan.GAN(*pair, num_classes=num_classes, seed=1)


def brightness_classifier():
    """Says 1 where the mean is above 0.1 and 0 elsewhere, never 2."""
    inputs = keras.Input(SHAPE)
    mean = keras.layers.GlobalAveragePooling2D()(inputs)
    dense = keras.layers.Dense(3)
    model = keras.Model(inputs, dense(mean))
    kernel, bias = np.array([[0.0, 100, 0]]), np.array([0.0, -10, -99])
    dense.set_weights([kernel, bias])
    return model


def real(number=12):
    levels = np.linspace(-1, -0.2, number, dtype="float32")
    images = np.broadcast_to(levels[:, None, None, None], (number, *SHAPE))
    return images.copy(), (np.arange(number) % CLASSES).astype("int32")


def slices(*arrays):
    return pipeline(arrays)


def all_images(data):
    return np.concatenate([array(images) for images, _ in data])


def is_generated(images):
    return array(images)[:, 0, 0, 0] > -0.15


class TestPipeline:
    @pytest.mark.parametrize("options, parallel", corners([
        ({"filter": "rejection"}, 4), ({"balance": "uniform"}, AUTOTUNE),
        ({"pool_size": 9, "mode": "append"}, 4),
    ]))  # fmt: skip
    def test_draws_do_not_depend_on_parallel_calls(self, options, parallel):
        gan = toy_gan()

        def epochs(calls):
            layer = GANDataGenerator(gan, 0.4, seed=3, **options)
            data = slices(*real(12)).batch(4)
            data = data.map(layer, num_parallel_calls=calls)
            return [all_images(data) for _ in range(2)]

        first, second = epochs(None)
        for one, other in zip(epochs(parallel), (first, second), strict=True):
            assert_equal(one, other)
        assert first.shape != second.shape or (first != second).any()

    def test_single_images_in_parallel(self):
        def images(calls):
            layer = toy_layer(0.4)
            data = slices(*real(30)).map(layer, num_parallel_calls=calls)
            return all_images(data.batch(30))

        assert_equal(images(None), images(8))

    def test_balanced_single_images_in_parallel(self):
        layer = toy_layer(0.6, balance={0: 0.2, 1: 0.2, 2: 0.6})
        data = slices(*real(300)).map(layer, num_parallel_calls=8)
        labels = np.concatenate([labels for _, labels in data.batch(300)])
        shares = np.bincount(labels) / len(labels)
        assert_close(shares, [0.2, 0.2, 0.6], atol=0.01)

    def test_seeds(self):
        def images(seed):
            return all_images(
                slices(*real()).batch(4).map(toy_layer(seed=seed))
            )

        assert (images(1) != images(2)).any()
        keras.utils.set_random_seed(1)
        one = images(None)
        keras.utils.set_random_seed(1)
        assert_equal(images(None), one)
        assert (images(None) != one).any()

    @pytest.mark.quickest
    def test_epochs_go_through_all_images(self):
        layer = toy_layer(0.5)
        data = slices(*real()).batch(4).map(layer)
        places = [is_generated(all_images(data)) for _ in range(8)]
        assert np.sum(places, 0).min() > 0
        assert np.sum(places) == 8 * 6

    @pytest.mark.parametrize("drop_remainder", corners([False, True]))
    @pytest.mark.parametrize("mode", ["replace", "append"])
    def test_last_batch_may_be_partial(self, drop_remainder, mode):
        layer = toy_layer(0.5, mode, balance="uniform")
        data = slices(*real(11)).batch(4, drop_remainder=drop_remainder)
        data = data.map(layer)
        sizes = [len(images) for images, _ in data]
        if mode == "replace":
            assert sizes == [4, 4] + ([] if drop_remainder else [3])
        else:
            assert sizes[:2] == [6, 6] and sum(sizes[2:]) in (0, 4, 5)
        known = 4 if drop_remainder and mode == "replace" else None
        assert data.element_spec[0].shape.as_list() == [known, *SHAPE]

    @pytest.mark.quickest
    def test_images_alone_and_dicts(self):
        images, labels = real()
        data = pipeline(images, 4)
        data = data.map(toy_layer())
        assert is_generated(np.concatenate(list(data))).sum() == 6
        dicts = {"images": images, "labels": np.eye(CLASSES)[labels]}
        data = pipeline(dicts, 4)
        data = next(iter(data.map(toy_layer(balance="uniform"))))
        assert is_generated(data["images"]).sum() == 2
        assert dtype_of(data["labels"]) == "float64"

    @pytest.mark.quickest
    def test_bytes_before_and_after_batch(self):
        images, labels = real()
        pixels = np.uint8(127.5 * (images + 1))
        layer = toy_layer(1.0, value_range=(0, 255))
        before = slices(pixels, labels).map(layer).batch(12)
        after = slices(pixels, labels).batch(12).map(layer)
        wanted = 127.5 * (1 + labels / 10)
        for data in (before, after):
            new, _ = next(iter(data))
            assert dtype_of(new) == "float32"
            assert_close(array(new)[:, 0, 0, 0], wanted, atol=127.5 * 0.15)

    @pytest.mark.quickest
    @pytest.mark.parametrize("batched", [True, False])
    def test_classes_that_the_gan_never_saw(self, batched):
        images, labels = real(4)
        data = slices(images, labels + 1)
        data = data.batch(4) if batched else data
        data = data.map(toy_layer())
        error = Exception  # Each framework has a class of its own.
        with pytest.raises(error, match="of the GAN, from 0 to"):
            list(data)

    @pytest.mark.quickest
    def test_bad_shapes_are_found_when_the_pipeline_is_made(self):
        data = slices(np.zeros((4, 3, 3, 1), "float32"), np.zeros(4, "int32"))
        with pytest.raises(ValueError, match=r"shape \(2, 2, 1\) of the GAN"):
            data.batch(2).map(toy_layer())


class TestModel:
    def model(self, layer, jit_compile):
        inputs = keras.Input(SHAPE)
        hidden = keras.layers.Flatten()(layer(inputs))
        model = keras.Model(inputs, keras.layers.Dense(CLASSES)(hidden))
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("sgd", loss, jit_compile=jit_compile)
        return model

    @pytest.mark.parametrize("jit_compile, options", [
        (False, {}), (False, {"pool_size": 6}),
        # PyTorch's compiler takes minutes for the pieces of the loop of tries,
        # and warns of code of Keras' and of its own.
        pytest.param(True, {"filter": "threshold"}, marks=pytest.mark.once),
    ])  # fmt: skip
    def test_fit(self, jit_compile, options):
        gan = toy_gan()
        model = self.model(
            GANDataGenerator(gan, 0.3, seed=1, **options), jit_compile
        )
        before = [array(weight) for weight in gan.weights]
        assert len(model.trainable_variables) == 2
        images, labels = real()
        model.fit(images, labels, batch_size=4, verbose=0)
        for weight, value in zip(gan.weights, before, strict=True):
            assert_equal(weight, value)
        assert_close(
            model.predict(images, verbose=0),
            images.reshape(12, -1) @ model.layers[-1].get_weights()[0]
            + model.layers[-1].get_weights()[1],
            rtol=1e-5,
        )

    def test_dicts_of_images_and_labels(self):
        inputs = {
            "images": keras.Input(SHAPE, name="images"),
            "labels": keras.Input((), dtype="int32", name="labels"),
        }
        layer = toy_layer(0.5, "append", balance="uniform")
        outputs = layer(inputs)
        assert outputs["images"].shape == (None, *SHAPE)
        model = keras.Model(inputs, outputs)
        images, labels = real()
        data = model({"images": images, "labels": labels}, training=True)
        assert data["images"].shape == (18, *SHAPE)
        assert_equal(np.bincount(data["labels"]), 6)

    @pytest.mark.parametrize("mode, options", [
        ("replace", {"balance": "uniform"}), ("append", {"pool_size": 6}),
    ])  # fmt: skip
    def test_compiled_as_in_a_graph(self, mode, options):
        layer = toy_layer(0.5, mode, **options)
        step = compiled(layer.__call__, True)
        if BACKEND == "jax" and mode == "append":
            with pytest.raises(ValueError, match="batches of varying size"):
                step(*real())
            return
        images, labels = step(*real())
        new = is_generated(images)
        assert new.sum() == 6
        assert_close(array(images)[new, 0, 0, 0], labels[new] / 10, atol=0.15)
        if layer.balance is not None:
            counts = 4 if mode == "replace" else 6
            assert_equal(np.bincount(labels), counts)

    def test_replicas_draw_different_images(self, two_cpus):
        with two_cpus.scope():
            layer = toy_layer(0.5, balance="uniform")
        images, labels = real()

        @compiled
        def step():
            return two_cpus.run(layer, args=(images, labels))

        for _ in range(2):
            one, other = two_cpus.experimental_local_results(step()[0])
            assert is_generated(one).sum() == is_generated(other).sum() == 6
            assert (array(one) != array(other)).any()

    def test_fit_on_replicas_with_a_pool(self, two_cpus):
        with two_cpus.scope():
            layer = toy_layer(0.5, pool_size=6)
            model = self.model(layer, False)
        images, labels = real()
        model.fit(images, labels, batch_size=6, verbose=0)
        layer.refresh_pool()
        model.fit(images, labels, batch_size=6, verbose=0)


class TestFilters:
    def images_of(self, layer, how, number=60):
        data = slices(*real(number)).batch(12)
        if how == "pipeline":
            return list(data.map(layer))
        return [layer(*batch) for batch in data]

    @pytest.mark.parametrize("how, pool_size", corners([
        ("pipeline", 30), ("loop", 30), ("pipeline", None),
    ]))  # fmt: skip
    def test_threshold_is_kept(self, how, pool_size):
        gan = toy_gan()
        layer = GANDataGenerator(
            gan, 1.0, filter="threshold", pool_size=pool_size, seed=1
        )
        thresholds = array(layer.filter.thresholds)
        for images, labels in self.images_of(layer, how):
            logits = gan.discriminator([images, labels])[:, 0]
            least = thresholds[array(labels)]
            assert (array(logits) >= least - 1e-5).all()

    @pytest.mark.quickest
    def test_rejection_raises_the_logits(self):
        gan = toy_gan()
        for weight in gan.discriminator.trainable_variables:
            weight.assign(4 * weight)

        def mean(filter):
            layer = GANDataGenerator(gan, 1.0, filter=filter, seed=1)
            parts = self.images_of(layer, "pipeline", 180)
            scores = [gan.discriminator(list(part)) for part in parts]
            return np.concatenate(to_numpy(scores)).mean()

        assert mean("rejection") > mean(None) + 0.1

    @pytest.mark.quickest
    @pytest.mark.parametrize("pool_size", [None, 30])
    def test_classifier_agrees(self, pool_size):
        classifier = brightness_classifier()
        layer = GANDataGenerator(
            {0: noise_generator(), 1: noise_generator()}, 1.0,
            filter=classifier, pool_size=pool_size, seed=1,
        )  # fmt: skip
        images, labels = real()[0], np.arange(12) % 2
        new, _ = layer(images, labels)
        assert_equal(array(classifier(new)).argmax(1), labels)

    @pytest.mark.quickest
    @pytest.mark.parametrize("pool_size", [None, 6])
    def test_one_that_refuses_everything(self, pool_size):
        with pytest.raises(ValueError, match=r"accepted 0 of .* \(0\.00%\)"):
            GANDataGenerator(toy_gan(), filter=1e6, pool_size=pool_size)

    @pytest.mark.quickest
    def test_one_that_refuses_a_class(self):
        with pytest.raises(ValueError, match=r"Of the classes \[2\]"):
            toy_layer(filter=brightness_classifier())

    @pytest.mark.quickest
    def test_discriminator_is_needed(self):
        with pytest.raises(ValueError, match="needs a discriminator"):
            toy_layer(filter="threshold")


def noise_generator():
    """Images of a level from a wide normal distribution."""
    latents = keras.Input((2,))
    flat = keras.layers.Dense(4, kernel_initializer="ones")(latents)
    return keras.Model(latents, keras.layers.Reshape(SHAPE)(flat))


SAVED = {
    "filter": lambda: {"gan": toy_gan(), "filter": "rejection"},
    "gan": lambda: {"gan": toy_gan()},
    "generator": lambda: {"gan": toy_generator(), "num_classes": CLASSES},
    "classes": lambda: {"gan": {0: noise_generator(), 1: noise_generator()}},
    "classifier": lambda: {
        "gan": {0: noise_generator(), 1: noise_generator()},
        "filter": brightness_classifier(),
    },
    "own discriminator": lambda: {
        "gan": toy_gan(),
        "filter": sampling.DiscriminatorThreshold(
            discriminator=toy_gan(None).discriminator
        ),
        "pool_size": 9,
    },
    "pool": lambda: {"gan": toy_gan(), "pool_size": 9, "balance": "uniform"},
}


class TestSaving:
    @pytest.mark.parametrize("name", corners(SAVED, everywhere=2))
    def test_model_needs_no_gan(self, name, tmp_path):
        options = SAVED[name]()
        gan = options["gan"]
        if isinstance(gan, keras_gan.GAN):
            options["gan"] = tmp_path / "gan.keras"
            gan.save(options["gan"])
        layer = GANDataGenerator(
            fraction=0.5, **{"seed": 1, **options}, name="mixer"
        )
        number = layer.num_classes
        inputs = {
            "images": keras.Input(SHAPE, name="images"),
            "labels": keras.Input((), dtype="int32", name="labels"),
        }
        model = keras.Model(inputs, layer(inputs))
        images, labels = real()
        data = {"images": images, "labels": labels % number}
        model(data, training=True)
        model.save(tmp_path / "model.keras")
        if isinstance(gan, keras_gan.GAN):
            options["gan"].unlink()
        wanted = [model(data, training=True) for _ in range(2)]
        del model, layer, gan, options
        twin = keras.saving.load_model(tmp_path / "model.keras")
        for one in wanted:
            new = twin(data, training=True)
            assert_close(new["images"], one["images"], atol=1e-6)
            assert_equal(new["labels"], one["labels"])
        assert is_other(wanted[0], data) and not twin.trainable_variables

    def test_loaded_layer_goes_on(self, tmp_path):
        layer = GANDataGenerator(
            toy_gan(), 0.5, filter="threshold", pool_size=9, seed=None,
            refresh_share=0.5,
        )  # fmt: skip
        inputs = keras.Input(SHAPE)
        keras.Model(inputs, layer(inputs)).save(tmp_path / "model.keras")
        twin = keras.saving.load_model(tmp_path / "model.keras").layers[-1]
        data = slices(*real()).batch(4)
        assert_equal(all_images(data.map(twin)), all_images(data.map(layer)))
        before = array(twin.pool.images)
        for one in (layer, twin):
            one.refresh_pool()
        assert_close(twin.pool.images, layer.pool.images, atol=1e-6)
        changed = (before != array(twin.pool.images)).any((1, 2, 3))
        assert changed.sum() == 5


@keras.saving.register_keras_serializable("test_gan_data_generator")
class Subclassed(keras.Model):
    """A model that Keras builds before it loads its weights."""

    def __init__(self, mixer, **kwargs):
        super().__init__(**kwargs)
        self.mixer = mixer
        self.head = keras.layers.Dense(1)

    def call(self, images, training=True):
        return self.head(self.mixer(images, training=training))

    def get_config(self):
        mixer = keras.saving.serialize_keras_object(self.mixer)
        return {**super().get_config(), "mixer": mixer}

    @classmethod
    def from_config(cls, config):
        mixer = keras.saving.deserialize_keras_object(config.pop("mixer"))
        return cls(mixer, **config)


@pytest.mark.quickest
def test_subclassed_models_and_files_of_weights(tmp_path):
    model = Subclassed(toy_layer(1.0))
    images = real()[0]
    model(images)
    model.save(tmp_path / "model.keras")
    twin = keras.saving.load_model(tmp_path / "model.keras")
    model.save_weights(tmp_path / "x.weights.h5")
    other = Subclassed(GANDataGenerator.from_config(model.mixer.get_config()))
    other(images, training=False)
    other.load_weights(tmp_path / "x.weights.h5")
    expected = model(images)
    for one in (twin, other):
        assert_close(one(images), expected, atol=1e-6)


def is_other(mixed, data):
    return (array(mixed["images"]) != data["images"]).any()
