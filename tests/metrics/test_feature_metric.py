import keras
import numpy as np
import pytest
from keras import ops
from portable import (
    BACKEND,
    JIT_COMPILE,
    assert_close,
    assert_equal,
    compiled,
    tensor,
)

from keras_gan.features import extractors
from keras_gan.metrics import FeatureMetric


class Sums(FeatureMetric):
    """Keeps the number of images and the sum of the first feature."""

    def make_state(self, num_features):
        self.sums = {
            kind: self.add_variable((2,), "zeros", name=kind)
            for kind in self.kinds
        }

    def add(self, kind, features, accepted):
        count = accepted * ops.cast(ops.shape(features)[0], "float32")
        added = ops.stack([count, ops.sum(features[:, 0])])
        self.sums[kind].assign_add(added)

    def num_images(self, kind):
        return int(self.sums[kind][0])

    def compute(self):
        return {kind: float(sums[1]) for kind, sums in self.sums.items()}


@pytest.fixture
def metric():
    return Sums(keras.Sequential([keras.layers.Flatten()]), name="sums")


@pytest.fixture
def batch():
    return np.random.default_rng(0).uniform(-1, 1, (2, 5, 4, 4, 1))


def state(metric):
    values = [ops.convert_to_numpy(v).ravel() for v in metric.variables]
    return np.concatenate(values)


def first(images):
    return images[:, 0, 0, 0].sum()


def test_real_and_fake_images_are_told_apart(metric, batch):
    real, fake = batch
    metric.update_state(real, fake[:3])
    metric.update_fake(fake[3:])
    metric.update_real(tensor(real, "float32"))
    result = metric.result()
    assert_close(result["real"], 2 * first(real), rtol=1e-6)
    assert_close(result["fake"], first(fake), rtol=1e-6)
    assert (metric.num_images("real"), metric.num_images("fake")) == (10, 5)


@pytest.mark.quickest
def test_features_may_be_given(metric, batch):
    real, fake = batch.reshape(2, 5, 16)
    metric.update_real_features(real)
    metric.update_fake_features(tensor(fake))
    assert_close(metric.result()["real"], first(batch[0]), rtol=1e-6)


@pytest.mark.quickest
def test_reset_forgets_all(metric, batch):
    metric.update_state(*batch)
    images = tensor(batch[0])
    metric.update_real(images)
    metric.reset_state()
    assert not state(metric).any()
    assert not extractors._recent
    metric.update_state(*batch)
    assert metric.num_images("real") == 5


@pytest.mark.quickest
def test_reset_before_use(metric):
    metric.reset_state()
    with pytest.raises(ValueError, match="at least 2 real images"):
        metric.result()


@pytest.mark.parametrize("jit_compile", JIT_COMPILE)
@pytest.mark.parametrize("builds", [False, True])
def test_graph_gives_what_eager_gives(metric, batch, jit_compile, builds):
    other = Sums(metric.extractor.model, name="other")
    if builds:
        other.build((4, 4, 1))
    step = compiled(other.update_state, jit_compile)
    for _ in range(2):
        step(*map(tensor, batch))
        metric.update_state(*batch)
    for name, value in metric.result().items():
        assert_close(other.result()[name], value, rtol=1e-6)


def test_replicas_are_summed(metric, batch, two_cpus):
    real, fake = batch.astype("float32")
    with two_cpus.scope():
        other = Sums(keras.Sequential([keras.layers.Flatten()]))
        other.build((4, 4, 1))

    @compiled
    def step(real, fake):
        two_cpus.run(other.update_state, args=(real, fake))

    for part in (slice(0, 2), slice(2, 5)):
        halves = two_cpus.experimental_distribute_values_from_function(
            lambda context, part=part: tensor(
                batch[context.replica_id_in_sync_group, part], "float32"
            )
        )
        step(halves, halves)
    result = other.result()
    expected = first(real) + first(fake)
    assert_close(result["real"], expected, rtol=1e-5)
    # Between replicas too.
    other.update_real(real)
    assert other.num_images("real") == 15
    metric.update_real(real)
    other.merge_state([metric])
    assert other.num_images("real") == 20
    other.reset_state()
    assert other.num_images("real") == 0


def test_replicas_need_a_state(metric, batch, two_cpus):
    images = tensor(batch[0])

    @compiled
    def step():
        two_cpus.run(metric.update_real, args=(images,))

    with pytest.raises(ValueError, match=r"Call its `build\(image_shape\)`"):
        step()
    metric.build((4, 4, 1))
    with two_cpus.scope():
        with pytest.raises(ValueError, match="Make a new metric"):
            metric.build((4, 4, 1))


def test_merged_halves_are_the_whole(metric, batch):
    whole, empty = (
        Sums(metric.extractor.model),
        Sums(metric.extractor.model),
    )
    other = Sums(metric.extractor.model)
    for one, part in (
        (whole, slice(5)),
        (metric, slice(2)),
        (other, slice(2, 5)),
    ):
        one.update_state(batch[0][part], batch[1][part])
    before = state(other)
    metric.merge_state([other, Sums(metric.extractor.model)])
    assert_close(metric.result()["real"], whole.result()["real"], rtol=1e-6)
    assert_equal(state(other), before)
    empty.merge_state([metric])
    assert empty.result() == metric.result()


@pytest.mark.quickest
def test_only_like_is_merged(metric, batch):
    metric.update_state(*batch)
    with pytest.raises(ValueError, match="`metrics` must be of Sums"):
        metric.merge_state([keras.metrics.Mean()])
    other = Sums(metric.extractor.model)
    other.update_state(batch[0][:, :2], batch[1][:, :2])
    with pytest.raises(ValueError, match="features of size 8"):
        metric.merge_state([other])
    assert metric.num_images("real") == 5


@pytest.mark.quickest
def test_config_round_trip(batch):
    model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Flatten()])
    metric = Sums(model, name="sums")
    config = metric.get_config()
    metric.update_state(*batch)
    assert metric.get_config() == config
    other = Sums.from_config(config)
    other.update_state(*batch)
    assert other.result() == metric.result()
    assert other.get_config() == config
    named = Sums("inception_v3", (0, 255)).get_config()
    assert named["feature_extractor"] == "inception_v3"
    assert named["value_range"] == [0, 255]
    assert Sums.from_config(named).value_range == [0, 255]


# Refused batches -------------------------------------------------------------


def with_value(images, value):
    images = images.copy()
    images[1, 2, 2, 0] = value
    return images


BAD = {
    "NaN": (lambda x: with_value(x, np.nan), "must be finite"),
    "infinity": (lambda x: with_value(x, np.inf), "must be finite"),
    "bytes as floats": (
        lambda x: (x + 1) * 127.5,
        r"value_range=\(-1.0, 1.0\)",
    ),
}
# A network that ends linearly may overshoot; data may not.
BAD_REAL = {**BAD, "out of range": (lambda x: with_value(x, 1.1), "outside")}
CASES = [("real", name) for name in BAD_REAL] + [("fake", name) for name in BAD]


def spoil(kind, name, real, fake):
    change, message = BAD_REAL[name]
    pair = {"real": real, "fake": fake}
    pair[kind] = change(pair[kind])
    return pair["real"], pair["fake"], message


@pytest.mark.quickest
@pytest.mark.parametrize(("kind", "name"), CASES)
def test_bad_images_are_refused_and_the_state_is_untouched(
    metric, batch, kind, name
):
    metric.update_state(*batch)
    before = state(metric)
    real, fake, message = spoil(kind, name, *batch)
    with pytest.raises(ValueError, match=f"The {kind} images .*{message}"):
        metric.update_state(real, fake)
    with pytest.raises(ValueError, match=message):
        images = real if kind == "real" else fake
        getattr(metric, f"update_{kind}")(tensor(images))
    assert_equal(state(metric), before)


@pytest.mark.skipif(BACKEND == "torch", reason="PyTorch has no graphs")
@pytest.mark.parametrize(
    ("kind", "name", "jit_compile"),
    [*((*case, False) for case in CASES), ("fake", "NaN", True)],
)
def test_in_a_graph_bad_images_are_left_out_and_told_at_the_end(
    metric, batch, kind, name, jit_compile
):
    step = compiled(metric.update_state, jit_compile)
    real, fake, message = spoil(kind, name, *batch)
    for images in (batch, (real, fake), batch):
        step(*map(tensor, images))
    assert metric.num_images(kind) == 10
    with pytest.raises(ValueError, match=f"The {kind} images .*{message}"):
        metric.result()
    metric.reset_state()
    step(*map(tensor, batch))
    assert_close(metric.result()["real"], first(batch[0]), rtol=1e-6)


@pytest.mark.quickest
def test_fakes_may_overshoot_a_little(metric, batch):
    metric.update_fake(batch[1] * 1.5)
    metric.update_real(batch[0] * 1.003)
    assert metric.num_images("fake") == metric.num_images("real") == 5


@pytest.mark.quickest
def test_bytes_in_their_own_range(batch):
    metric = Sums(keras.Sequential([keras.layers.Flatten()]), (0, 255))
    images = ((batch + 1.0) * 127.5).astype("uint8")
    metric.update_state(*images)
    assert metric.result()["real"] == first(images[0].astype("float64"))


@pytest.mark.quickest
def test_bytes_in_another_range_are_named(metric, batch):
    images = ((batch + 1.0) * 127.5).astype("uint8")
    with pytest.raises(ValueError, match="bytes of dtype uint8"):
        metric.update_state(*images)
    with pytest.raises(ValueError, match="bytes of dtype uint8"):
        compiled(metric.update_real)(tensor(images[0]))


@pytest.mark.quickest
@pytest.mark.parametrize("value_range", [None, (-1, 1)])
def test_vectors_may_have_any_values(value_range):
    metric = Sums(keras.Sequential([keras.layers.Dense(3)]), value_range)
    metric.update_state(np.full((3, 2), 50.0), np.full((3, 2), -50.0))
    assert metric.num_images("real") == 3


@pytest.mark.quickest
def test_no_range_no_check(batch):
    metric = Sums(keras.Sequential([keras.layers.Flatten()]), None)
    metric.update_state(batch[0] * 1000.0, batch[1] - 1000.0)
    assert metric.num_images("fake") == 5


def test_features_that_are_not_finite_are_refused(metric, batch):
    features = batch.reshape(2, 5, 16)
    metric.update_real_features(features[0])
    with pytest.raises(ValueError, match="features of fake images must be"):
        metric.update_fake_features(features[1] * np.nan)
    assert metric.num_images("fake") == 0


def test_extractor_that_overflows_is_named(batch):
    model = keras.Sequential(
        [keras.layers.Flatten(), keras.layers.Rescaling(1e38)]
    )
    metric = Sums(model, None)
    with pytest.raises(ValueError, match="must compute in float32"):
        metric.update_real(batch[0] * 100.0)


@pytest.mark.quickest
@pytest.mark.parametrize("shape", [(5,), (5, 0), (5, 2, 2)])
def test_features_of_another_shape_are_refused(metric, shape):
    with pytest.raises(ValueError, match=r"\(batch, num_features\)"):
        metric.update_real_features(np.ones(shape))


@pytest.mark.quickest
def test_features_of_two_sizes_are_refused(metric):
    metric.update_real_features(np.ones((5, 4)))
    with pytest.raises(ValueError, match="size 4. Received: .* size 3"):
        metric.update_fake_features(np.ones((5, 3)))
    assert metric.num_images("fake") == 0


@pytest.mark.quickest
@pytest.mark.parametrize("kind", ["real", "fake"])
def test_too_few_images(metric, batch, kind):
    metric.update_state(*batch)
    metric.reset_state()
    other = "fake" if kind == "real" else "real"
    getattr(metric, f"update_{other}")(batch[0])
    getattr(metric, f"update_{kind}")(batch[0][:1])
    with pytest.raises(ValueError, match=f"2 {kind} images. Received: 1"):
        metric.result()


@pytest.mark.quickest
def test_empty_batches_count_for_nothing(metric, batch):
    metric.update_state(*batch)
    metric.update_state(batch[0][:0], batch[1][:0])
    assert metric.num_images("real") == 5
