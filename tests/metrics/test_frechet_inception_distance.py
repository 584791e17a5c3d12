import keras
import numpy as np
import pytest
from portable import assert_close, compiled, corners, dtype_of, tensor

from keras_gan.metrics import (
    FeatureStatistics,
    FrechetInceptionDistance,
    frechet_distance,
)


@pytest.fixture
def make_fid():
    """Makes metrics that take the images themselves for features."""
    model = keras.Sequential([keras.Input((6,)), keras.layers.Flatten()])

    def make(**arguments):
        arguments.setdefault("value_range", None)
        return FrechetInceptionDistance(model, **arguments)

    return make


@pytest.fixture
def data():
    rng = np.random.RandomState(0)
    return rng.standard_normal((2, 90, 6)) * [[[1.0]], [[1.3]]] + 0.5


def expected(real, fake):
    pair = [FeatureStatistics.from_features(x) for x in (real, fake)]
    return frechet_distance(
        pair[0].mu, pair[0].sigma, pair[1].mu, pair[1].sigma
    )


def update(metric, real, fake, batch_size):
    for start in range(0, len(real), batch_size):
        part = slice(start, start + batch_size)
        batch = [tensor(x[part], "float32") for x in (real, fake)]
        metric.update_state(*batch)
    return metric.result()


@pytest.mark.parametrize("shift", corners([1e3, 0.0]))
@pytest.mark.parametrize("batch_size", corners([32, 3, 90]))
def test_batch_size_and_order_do_not_matter(make_fid, data, batch_size, shift):
    # Features of float32 are what they are: rounded before, not here.
    data = (data + shift).astype("float32").astype("float64")
    value = update(make_fid(), *data, batch_size)
    assert type(value) is float
    assert_close(value, expected(*data), rtol=1e-6)
    order = np.random.RandomState(1).permutation(90)
    again = update(make_fid(), data[0][order], data[1][::-1], batch_size)
    assert_close(again, value, rtol=1e-6)


def test_many_images_with_means_far_from_zero(make_fid):
    data = np.random.RandomState(2).standard_normal((2, 20_000, 6)) + 1e3
    data = data.astype("float32").astype("float64")
    assert_close(update(make_fid(), *data, 100), expected(*data), rtol=1e-6)


# Elsewhere there are no graphs, or none with sums in float64.
@pytest.mark.once
@pytest.mark.parametrize("jit_compile", [False, True])
def test_graph_gives_what_eager_gives(make_fid, data, jit_compile):
    keras.config.set_dtype_policy("mixed_float16")
    eager, other = make_fid(), make_fid()
    step = compiled(other.update_state, jit_compile)
    for start in range(0, 90, 30):
        batch = [tensor(x[start : start + 30], "float32") for x in data]
        eager.update_state(*batch)
        step(*batch)
    assert {v.dtype for v in other.variables} == {"float32", "float64"}
    assert dtype_of(other.variables[-1]) == "float64"
    assert_close(other.result(), eager.result(), rtol=1e-9)


def test_replicas_do_not_matter(make_fid, data, two_cpus):
    with two_cpus.scope():
        fid = make_fid()
        fid.build((6,))

    @compiled
    def step(real, fake):
        two_cpus.run(fid.update_state, args=(real, fake))

    for start, stop in ((0, 40), (40, 77), (77, 90)):
        middle = (start + stop + 1) // 2
        parts = [slice(start, middle), slice(middle, stop)]
        batch = [
            two_cpus.experimental_distribute_values_from_function(
                lambda c, x=x, p=parts: tensor(
                    x[p[c.replica_id_in_sync_group]], "float32"
                )
            )
            for x in data
        ]
        step(*batch)
    one = make_fid()
    one.update_state(*data)
    assert fid.num_images("real") == 90
    assert_close(fid.result(), one.result(), rtol=1e-6)


@pytest.mark.quickest
def test_merged_halves_are_the_whole(make_fid, data):
    whole, first, second = make_fid(), make_fid(), make_fid()
    whole.update_state(*data)
    first.update_state(data[0, :30], data[1, :50])
    second.update_state(data[0, 30:], data[1, 50:])
    first.merge_state([second])
    assert_close(first.result(), whole.result(), rtol=1e-6)


@pytest.mark.quickest
def test_copies_are_at_no_distance(make_fid, data):
    fid = make_fid()
    assert 0.0 <= update(fid, data[0], data[0], 11) <= 1e-6
    order = np.random.RandomState(1).permutation(90)
    fid.reset_state()
    assert 0.0 <= update(fid, data[0], data[0][order], 11) <= 1e-6


@pytest.mark.quickest
def test_memory_does_not_grow(make_fid, data):
    fid = make_fid()
    sizes = []
    for _ in range(3):
        fid.update_state(*data)
        sizes.append([tuple(v.shape) for v in fid.variables])
    assert sizes == [[(2, 3), *2 * [(), (6,), (6, 6)]]] * 3


@pytest.mark.quickest
def test_few_images_are_warned_of(make_fid, data):
    fid = make_fid()
    fid.update_state(data[0], data[1][:6])
    with pytest.warns(UserWarning, match="6 features from only 6 fake samples"):
        value = fid.result()
    assert_close(value, expected(data[0], data[1][:6]), rtol=1e-6)


# Statistics ------------------------------------------------------------------


@pytest.fixture
def path(tmp_path, make_fid, data):
    fid = make_fid()
    fid.update_real(data[0])
    fid.save_real_statistics(tmp_path / "real.npz")
    return str(tmp_path / "real.npz")


def test_statistics_are_those_of_numpy(make_fid, data):
    fid = make_fid()
    fid.update_state(*data)
    statistics = fid.statistics("fake")
    assert_close(statistics.mu, data[1].mean(axis=0), rtol=1e-6)
    assert_close(
        statistics.sigma, np.cov(data[1], rowvar=False), rtol=1e-5, atol=1e-7
    )
    assert statistics.num_images == 90


@pytest.mark.quickest
def test_statistics_of_one_image_are_refused(make_fid, data, tmp_path):
    fid = make_fid()
    fid.update_real(data[0][:1])
    with pytest.raises(ValueError, match="2 real images. Received: 1"):
        fid.save_real_statistics(tmp_path / "real.npz")
    assert not list(tmp_path.iterdir())


@pytest.mark.quickest
@pytest.mark.parametrize("form", ["path", "pair", "statistics"])
def test_real_statistics_take_the_place_of_real_images(
    make_fid, data, path, form
):
    statistics = FeatureStatistics.load(path)
    given = {
        "path": path,
        "pair": (statistics.mu, statistics.sigma),
        "statistics": statistics,
    }[form]
    fid, whole = make_fid(real_statistics=given), make_fid()
    whole.update_state(*data)
    for _ in range(2):
        # Not even looked at: NaN would be refused.
        fid.update_state(data[0] * np.nan, data[1])
        fid.update_real(data[0] * np.nan)
        assert_close(fid.result(), whole.result(), rtol=1e-9)
        fid.reset_state()
    assert len(fid.variables) == 4
    config = fid.get_config()
    again = FrechetInceptionDistance.from_config(config)
    again.update_fake(data[1])
    assert_close(again.result(), whole.result(), rtol=1e-9)
    assert again.get_config() == config
    assert form != "path" or config["real_statistics"] == path


@pytest.mark.quickest
def test_statistics_of_another_extractor_are_refused(make_fid, data):
    fid = make_fid(real_statistics=(np.zeros(5), np.eye(5)))
    with pytest.raises(ValueError, match="of size 6. Received: .* size 5"):
        fid.update_fake(data[1])


@pytest.mark.quickest
@pytest.mark.parametrize("given", [3, (np.ones(2),), [1, 2, 3]])
def test_what_is_no_statistics_is_refused(make_fid, given):
    with pytest.raises(ValueError, match="`real_statistics` must be"):
        make_fid(real_statistics=given)


@pytest.mark.quickest
def test_missing_file_is_found_out_at_once(make_fid):
    with pytest.raises(FileNotFoundError, match="nowhere.npz"):
        make_fid(real_statistics="nowhere.npz")
