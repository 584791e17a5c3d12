import tracemalloc
import zipfile

import keras
import numpy as np
import pytest
from lies import arrays_that_lie
from portable import assert_close, assert_equal, dtype_of

from keras_gan.metrics import FeatureStatistics

# It is NumPy's: another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.fixture
def features():
    return np.random.default_rng(0).normal(size=(30, 4)) + 1e3


@pytest.fixture
def path(tmp_path):
    return tmp_path / "real.npz"


def test_mean_and_covariance(features):
    received = FeatureStatistics.from_features(features)
    assert_close(received.mu, features.mean(axis=0))
    assert_close(received.sigma, np.cov(features, rowvar=False))
    assert (received.num_images, received.num_features) == (30, 4)


def test_file_is_read_back_to_the_bit(features, path):
    written = FeatureStatistics.from_features(features)
    written.save(path)
    received = FeatureStatistics.load(str(path))
    assert_equal(received.mu, written.mu)
    assert_equal(received.sigma, written.sigma)
    assert received.num_images == 30
    # Nothing is left beside it.
    assert [file.name for file in path.parent.iterdir()] == ["real.npz"]


def test_file_has_the_layout_of_pytorch_fid(features, path):
    FeatureStatistics.from_features(features).save(path)
    with np.load(path) as file:
        assert file["mu"].shape == (4,) and file["sigma"].shape == (4, 4)
    # And what it writes is read.
    np.savez_compressed(path, mu=np.ones(2, "float32"), sigma=np.eye(2))
    received = FeatureStatistics.load(path)
    assert dtype_of(received.mu) == "float64"
    assert received.num_images is None


def test_config_round_trip(features):
    given = FeatureStatistics.from_features(features)
    config = keras.saving.serialize_keras_object(given)
    received = keras.saving.deserialize_keras_object(config)
    assert_equal(received.sigma, given.sigma)
    assert received.get_config() == given.get_config()


@pytest.mark.parametrize(
    "arrays",
    [
        {"mu": np.ones(2)},
        {"sigma": np.eye(2)},
        {"mean": np.ones(2), "cov": np.eye(2)},
    ],
    ids=str,
)
def test_file_without_mu_or_sigma_is_refused(path, arrays):
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match="must hold the arrays `mu`") as error:
        FeatureStatistics.load(path)
    assert str(sorted(arrays)) in str(error.value)
    assert str(path) in str(error.value)


def test_file_with_wrong_shapes_is_refused(path):
    np.savez(path, mu=np.ones(2), sigma=np.eye(3))
    with pytest.raises(ValueError, match=r"real.npz.*\(2,\) and \(3, 3\)"):
        FeatureStatistics.load(path)


def test_file_that_is_no_npz_is_refused(path):
    for content in (b"", b"no archive", b"PK\x03\x04broken"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="an .npz file"):
            FeatureStatistics.load(path)
    with open(path, "wb") as file:
        np.save(file, np.ones(3))
    with pytest.raises(ValueError, match="an .npz file"):
        FeatureStatistics.load(path)


def test_file_with_a_pickle_is_refused_and_nothing_runs(path):
    ran = []

    class Trap:
        def __reduce__(self):
            return ran.append, ("ran",)

    np.savez(path, mu=np.array([Trap()], dtype=object), sigma=np.eye(1))
    with pytest.raises(ValueError, match="could run code"):
        FeatureStatistics.load(path)
    assert not ran


def test_missing_file(path):
    with pytest.raises(FileNotFoundError, match="real.npz"):
        FeatureStatistics.load(path)


def test_other_suffix_is_refused(features, tmp_path):
    with pytest.raises(ValueError, match="must end in .npz"):
        FeatureStatistics.from_features(features).save(tmp_path / "real.txt")


@pytest.mark.parametrize("shape", [(1, 4), (4,), (0, 4)])
def test_too_few_features_are_refused(shape):
    with pytest.raises(ValueError, match="at least 2"):
        FeatureStatistics.from_features(np.ones(shape))


def test_damage_anywhere_in_a_compressed_file_is_told(tmp_path):
    path = tmp_path / "real.npz"
    rng = np.random.default_rng(0)
    np.savez_compressed(path, mu=rng.normal(size=8), sigma=np.eye(8))
    whole = path.read_bytes()
    refused = 0
    for place in range(0, len(whole), 11):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        try:
            FeatureStatistics.load(path)
        except ValueError as error:
            refused += 1
            assert "real.npz" in str(error)
    assert refused > 10


@pytest.mark.parametrize("name", ["mu", "sigma", "num_images"])
def test_an_array_other_than_its_header_says_is_refused(path, name):
    arrays = {"mu": np.ones(2), "sigma": np.eye(2)}
    for content in arrays_that_lie():
        np.savez(path, **{n: a for n, a in arrays.items() if n != name})
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(f"{name}.npy", content)
        with pytest.raises(ValueError, match=f"{name}.npy. of ") as error:
            FeatureStatistics.load(path)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "name, value",
    [
        ("mu", "ab"), ("mu", [1j, 2]), ("mu", [1, 2]), ("mu", [[1.0, 2.0]]),
        ("sigma", np.eye(2, dtype=int)), ("sigma", [1.0]),
        ("num_images", "x"), ("num_images", 2.5), ("num_images", np.inf),
        ("num_images", [3, 4]), ("num_images", -1), ("num_images", 0),
    ],
)  # fmt: skip
def test_arrays_of_another_kind_are_refused(path, name, value):
    arrays = {"mu": np.ones(2), "sigma": np.eye(2), "num_images": 3}
    np.savez(path, **{**arrays, name: value})
    with pytest.raises(ValueError, match=f"real.npz.*`{name}` must be"):
        FeatureStatistics.load(path)


def test_a_bomb_is_not_unpacked(path):
    np.savez_compressed(path, mu=np.ones(2), sigma=np.zeros(2**24))
    tracemalloc.start()
    with pytest.raises(ValueError, match="sigma.*to 134,217,856 bytes"):
        FeatureStatistics.load(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**23
