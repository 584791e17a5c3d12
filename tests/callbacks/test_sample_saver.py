import json

import keras
import numpy as np
import pytest
from PIL import Image
from portable import assert_equal

import keras_gan
from keras_gan import images as image_tools
from keras_gan.callbacks import SampleSaver


class Painter(keras.Model):
    """Draws its step count over noise, as a GAN draws what it has learnt."""

    def __init__(self, image_shape=(8, 8, 1), num_classes=None):
        super().__init__()
        self.image_shape = image_shape
        self.num_classes = num_classes
        self.level = self.add_weight(name="level", initializer="zeros")
        self.built = True
        self.requests = []

    def compile(self):
        # Whatever the backend: each step raises the level by the rate.
        super().compile(
            keras.optimizers.SGD(0.05),
            lambda _, level: -keras.ops.mean(level),
            jit_compile=False,
        )

    def call(self, inputs):
        return keras.ops.zeros_like(inputs) + self.level

    def generate(self, num_images, labels=None, seed=None, batch_size=64):
        self.requests.append((num_images, labels, seed))
        noise = np.random.default_rng(seed).uniform(-1, 0, num_images)
        shape = (num_images, *self.image_shape)
        images = np.broadcast_to(noise.reshape(-1, 1, 1, 1), shape)
        return (images + float(self.level)).astype("float32")


def fit(callbacks, epochs=3, initial_epoch=0, model=None):
    model = model or Painter()
    model.compile()
    model.fit(
        np.zeros((4, 1)),
        np.zeros((4, 1)),
        batch_size=2,
        epochs=epochs,
        initial_epoch=initial_epoch,
        callbacks=callbacks,
        verbose=0,
    )
    return model


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def num_frames(path):
    with Image.open(path) as picture:
        return picture.n_frames


class TestGrids:
    @pytest.mark.quickest
    def test_one_an_epoch_and_an_animation(self, tmp_path):
        folder = tmp_path / "run" / "samples"
        model = fit(SampleSaver(folder, num_images=9, seed=4))
        expected = [f"samples-000{epoch}.png" for epoch in (1, 2, 3)]
        assert names(folder) == [*expected, "samples.gif"]
        assert num_frames(folder / "samples.gif") == 3
        assert model.requests == [(9, None, 4)] * 3
        last = image_tools.read_image(folder / expected[-1])
        grid = image_tools.image_grid(model.generate(9, seed=4))
        assert_equal(last, grid)

    @pytest.mark.quickest
    def test_every_and_the_last(self, tmp_path):
        fit(SampleSaver(tmp_path, every=2, animation=False), epochs=5)
        assert names(tmp_path) == [f"samples-000{n}.png" for n in (2, 4, 5)]

    @pytest.mark.quickest
    def test_last_when_stopped_early(self, tmp_path):
        class Stop(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                self.model.stop_training = epoch == 2

        callback = SampleSaver(tmp_path, every=10, animation=False)
        fit([callback, Stop()], epochs=9)
        assert names(tmp_path) == ["samples-0003.png"]

    @pytest.mark.quickest
    def test_resume_goes_on(self, tmp_path):
        model = fit(SampleSaver(tmp_path, num_images=4), epochs=2)
        before = (tmp_path / "samples-0001.png").read_bytes()
        fit(SampleSaver(tmp_path, num_images=4), 4, 2, model)
        assert "samples-0004.png" in names(tmp_path)
        assert (tmp_path / "samples-0001.png").read_bytes() == before
        assert num_frames(tmp_path / "samples.gif") == 4

    @pytest.mark.quickest
    def test_animation_of_grids_that_have_grown(self, tmp_path):
        fit(SampleSaver(tmp_path, num_images=4), epochs=2)
        model = Painter(image_shape=(8, 8, 3))
        fit(SampleSaver(tmp_path, num_images=16), 3, 2, model)
        with Image.open(tmp_path / "samples.gif") as picture:
            assert picture.n_frames == 3
            assert picture.size == (4 * 50 + 2,) * 2

    @pytest.mark.quickest
    def test_animation_leaves_out_a_damaged_grid(self, tmp_path):
        model = fit(SampleSaver(tmp_path), epochs=2)
        (tmp_path / "samples-0001.png").write_bytes(b"damaged")
        with pytest.warns(UserWarning, match="leaves out.*samples-0001.png"):
            fit(SampleSaver(tmp_path), 3, 2, model)
        assert num_frames(tmp_path / "samples.gif") == 2

    @pytest.mark.quickest
    def test_animation_of_many_grids_is_thinned(self, tmp_path, monkeypatch):
        monkeypatch.setattr("keras_gan.callbacks._grid_saver.MAX_FRAMES", 3)
        fit(SampleSaver(tmp_path, num_images=4), epochs=7)
        assert num_frames(tmp_path / "samples.gif") == 3

    @pytest.mark.quickest
    def test_animation_elsewhere(self, tmp_path):
        path = tmp_path / "run" / "a.gif"
        fit(SampleSaver(tmp_path / "s", animation=path), epochs=1)
        assert num_frames(path) == 1
        assert names(tmp_path / "s") == ["samples-0001.png"]

    @pytest.mark.quickest
    def test_value_range(self, tmp_path):
        fit(SampleSaver(tmp_path, value_range=(-9, -8)), epochs=1)
        assert image_tools.read_image(tmp_path / "samples-0001.png").min() > 254


class TestClasses:
    def test_one_a_column(self, tmp_path):
        model = fit(
            SampleSaver(tmp_path, num_images=7),
            epochs=1,
            model=Painter(num_classes=3),
        )
        labels = model.requests[0][1]
        assert labels.tolist() == [0, 1, 2, 0, 1, 2, 0]
        shape = image_tools.image_shape(tmp_path / "samples-0001.png")
        assert shape == (3 * 50 + 2, 3 * 50 + 2, 1)

    @pytest.mark.quickest
    def test_many_classes_fill_a_square(self, tmp_path):
        model = Painter(num_classes=1000)
        fit(SampleSaver(tmp_path, num_images=9), epochs=1, model=model)
        shape = image_tools.image_shape(tmp_path / "samples-0001.png")
        assert shape == (3 * 50 + 2, 3 * 50 + 2, 1)

    @pytest.mark.quickest
    def test_labels_that_are_named(self, tmp_path):
        saver = SampleSaver(tmp_path, 4, labels=[2, 2, 0, 0], columns=2)
        model = fit(saver, epochs=1, model=Painter(num_classes=3))
        assert model.requests[0][1].tolist() == [2, 2, 0, 0]

    @pytest.mark.quickest
    @pytest.mark.parametrize("num_classes", [None, 3])
    def test_classes_that_there_are_not(self, tmp_path, num_classes):
        saver = SampleSaver(tmp_path, 2, labels=[0, 3])
        with pytest.raises(ValueError, match="labels from 0 to 3"):
            fit(saver, model=Painter(num_classes=num_classes))


class TestWorkers:
    @pytest.mark.quickest
    @pytest.mark.parametrize(
        "task, cluster, writes",
        [
            (("worker", 0), ["worker"], True),
            (("worker", 1), ["worker"], False),
            (("worker", 0), ["chief", "worker"], False),
            (("chief", 0), ["chief", "worker"], True),
        ],
    )
    def test_the_chief_writes(
        self, tmp_path, monkeypatch, task, cluster, writes
    ):
        config = {
            "cluster": {kind: ["localhost:1"] for kind in cluster},
            "task": dict(zip(("type", "index"), task, strict=True)),
        }
        saver = SampleSaver(tmp_path / "s", tensorboard=tmp_path / "logs")
        monkeypatch.setenv("TF_CONFIG", json.dumps(config))
        model = fit(saver, epochs=2)
        # All draw, so that layers that speak to each other do not hang.
        assert len(model.requests) == 2
        assert bool(list(tmp_path.iterdir())) is writes


class TestTensorBoard:
    @pytest.mark.quickest
    def test_grids_are_logged(self, tmp_path):
        import tensorflow as tf

        fit(SampleSaver(tmp_path / "s", tensorboard=tmp_path / "logs"))
        (path,) = (tmp_path / "logs").iterdir()
        logged = {}
        for record in tf.data.TFRecordDataset(str(path)):
            event = tf.compat.v1.Event.FromString(record.numpy())
            for value in event.summary.value:
                assert value.metadata.plugin_data.plugin_name == "images"
                parts = tf.make_ndarray(value.tensor)
                logged[event.step] = parts
        assert sorted(logged) == [1, 2, 3]
        path = tmp_path / "s" / "samples-0003.png"
        width, height, png = logged[3]
        assert png == path.read_bytes()
        shape = image_tools.image_shape(path)
        assert (int(height), int(width)) == shape[:2]


class TestErrors:
    @pytest.mark.quickest
    @pytest.mark.parametrize("which", ["directory", "animation", "tensorboard"])
    def test_unwritable_folder_before_the_first_epoch(self, tmp_path, which):
        (tmp_path / "file").write_text("in the way")
        paths = {"directory": tmp_path / "s"}
        paths[which] = tmp_path / "file" / "a.gif"
        if which == "animation":
            paths[which] = tmp_path / "file" / "b" / "a.gif"
        model = Painter()
        with pytest.raises(OSError, match="choose another folder.*file"):
            fit(SampleSaver(**paths), model=model)
        assert float(model.level) == 0

    @pytest.mark.quickest
    def test_read_only_folder(self, tmp_path, monkeypatch):
        def refuse(dir):  # noqa: A002
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("tempfile.TemporaryFile", refuse)
        with pytest.raises(PermissionError, match=str(tmp_path)):
            fit(SampleSaver(tmp_path))

    @pytest.mark.quickest
    @pytest.mark.parametrize("shape", [(2,), (8, 8, 5), (8, 8)])
    def test_what_is_no_image(self, tmp_path, shape):
        with pytest.raises(
            ValueError, match="cannot show the output of this GAN"
        ):
            fit(SampleSaver(tmp_path), model=Painter(shape))

    @pytest.mark.quickest
    def test_what_is_no_gan(self, tmp_path):
        model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        callback = SampleSaver(tmp_path)
        callback.set_model(model)
        with pytest.raises(ValueError, match="Received: Sequential"):
            callback.on_train_begin()

    @pytest.mark.quickest
    @pytest.mark.parametrize(
        "options, message",
        [
            ({"num_images": 0}, "num_images=0"),
            ({"every": 1.5}, "every=1.5"),
            ({"columns": 0}, "columns=0"),
            ({"labels": [1, 2]}, r"shape \(2,\)"),
            ({"value_range": (1, 0)}, "`value_range`"),
        ],
    )
    def test_arguments(self, tmp_path, options, message):
        with pytest.raises(ValueError, match=message):
            SampleSaver(tmp_path, **options)


def test_training_does_not_change_by_a_bit(tmp_path):
    num_classes = 10

    def train(*callbacks):
        keras.utils.set_random_seed(1)
        networks = keras_gan.networks.mlp((8, 8, 1), num_classes=num_classes)
        gan = keras_gan.GAN(*networks, num_classes=num_classes, seed=2)
        gan.compile(loss="non_saturating", penalties=None)
        data = keras_gan.datasets.load(
            "digits",
            batch_size=8,
            repeat=True,
            seed=3,
            labels=True,
        )
        gan.fit(
            data,
            steps_per_epoch=2,
            epochs=2,
            callbacks=list(callbacks),
            verbose=0,
        )
        return gan

    plain, watched = train(), train(SampleSaver(tmp_path, num_images=12))
    for one, other in zip(plain.variables, watched.variables, strict=True):
        assert_equal(one, other, err_msg=one.path)
    assert num_frames(tmp_path / "samples.gif") == 2
    last = image_tools.read_image(tmp_path / "samples-0002.png")
    grid = image_tools.image_grid(plain.generate(12, seed=0), num_classes)
    assert_equal(last, grid)


@pytest.mark.quickest
def test_config_round_trip(tmp_path):
    saver = SampleSaver(
        tmp_path, 2, labels=[1, 0], animation=tmp_path / "a.gif", seed=5
    )
    config = keras.saving.serialize_keras_object(saver)
    again = keras.saving.deserialize_keras_object(
        json.loads(json.dumps(config))
    )
    assert again.get_config() == saver.get_config()
    assert again.get_config()["animation"] == str(tmp_path / "a.gif")
