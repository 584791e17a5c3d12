import keras
import numpy as np
import pytest
from portable import assert_close, compiled, tensor

from keras_gan.metrics import KernelInceptionDistance, polynomial_mmd


def features(num_images, seed, scale=1.0, shift=0.0):
    draws = np.random.RandomState(seed).standard_normal((num_images, 16))
    values = np.abs(draws) * scale * np.exp(-np.arange(16) / 16 * 4) + shift
    return values.astype("float32")


FAKE, REAL = features(300, 2), features(260, 3, 1.2, 0.1)


@pytest.fixture
def make_kid():
    model = keras.Sequential([keras.Input((16,)), keras.layers.Flatten()])

    def make(**arguments):
        arguments = {
            "subsets": 20, "subset_size": 100, "max_images": 300, **arguments
        }  # fmt: skip
        return KernelInceptionDistance(model, None, **arguments)

    return make


def update(kid, real=REAL, fake=FAKE):
    """Adds images in batches of few sizes: JAX compiles anew for each size."""
    for add, images in ((kid.update_real, real), (kid.update_fake, fake)):
        for start in range(0, len(images), 60):
            add(images[start : start + 60])
    return kid


def test_value_is_that_of_torch_fidelity(make_kid):
    # torch-fidelity 0.4.0, the fakes as its first input, in float64.
    kid = make_kid()
    for start in range(0, 300, 60):
        part = slice(start, start + 60)
        kid.update_state(REAL[part], FAKE[part])
    assert_close(kid.result(), 0.11133082948909712, rtol=1e-9)
    assert_close(kid.standard_deviation(), 0.021382850415359075, rtol=1e-9)
    assert type(kid.result()) is type(kid.standard_deviation()) is float


@pytest.mark.quickest
@pytest.mark.parametrize("num_images", [60, 80])
def test_few_images_are_one_subset(make_kid, num_images):
    pair = REAL[:num_images], FAKE[:num_images]
    kid = update(make_kid(), *pair)
    assert_close(kid.result(), polynomial_mmd(*pair), rtol=1e-9)
    assert kid.standard_deviation() == 0.0


@pytest.mark.quickest
def test_fewer_images_of_one_kind_make_smaller_subsets(make_kid):
    kid = update(make_kid(subsets=200), REAL[:20])
    whole = polynomial_mmd(REAL[:20], FAKE)
    error = kid.standard_deviation() / np.sqrt(200)
    assert error > 0.0
    assert abs(kid.result() - whole) < 4 * error


def test_halves_are_merged(make_kid):
    whole = update(make_kid())
    first = update(make_kid(), REAL[:60], FAKE[:120])
    second = update(make_kid(), REAL[60:], FAKE[120:])
    first.merge_state([second])
    assert first.result() == whole.result()


def test_memory_is_that_of_max_images(make_kid):
    kid = make_kid(max_images=50, subset_size=40)
    sizes = []
    for _ in range(3):
        kid.update_state(REAL[:240], FAKE[:240])
        sizes.append(sorted(tuple(v.shape) for v in kid.variables))
    assert sizes[0] == sizes[1] == sizes[2]
    assert sizes[0].count((51, 16)) == 2
    assert kid.num_images("fake") == 720
    assert kid.features("fake").shape == (50, 16)
    # A sample stands for all of them, and is the same after a reset.
    first = kid.result()
    assert 0.02 < first < 0.25
    kid.reset_state()
    for _ in range(3):
        kid.update_state(REAL[:240], FAKE[:240])
    assert kid.result() == first


@pytest.mark.quickest
def test_seed_decides_on_the_subsets(make_kid):
    values = set()
    for seed in (0, 0, 1):
        values.add(update(make_kid(seed=seed)).result())
    assert len(values) == 2


# Elsewhere there are no graphs, or none with sums in float64.
@pytest.mark.once
@pytest.mark.parametrize("jit_compile", [False, True])
def test_graph_gives_what_eager_gives(make_kid, jit_compile):
    kid, other = make_kid(max_images=50), make_kid(max_images=50)
    step = compiled(other.update_state, jit_compile)
    for start in range(0, 100, 20):
        part = slice(start, start + 20)
        kid.update_state(REAL[part], FAKE[part])
        step(tensor(REAL[part]), tensor(FAKE[part]))
    assert other.result() == kid.result()


@pytest.mark.quickest
def test_config_round_trip(make_kid):
    kid = make_kid(max_images=50, seed=4, name="other")
    config = kid.get_config()
    assert (config["subsets"], config["subset_size"]) == (20, 100)
    update(kid)
    again = update(KernelInceptionDistance.from_config(config))
    assert again.result() == kid.result()
    assert again.get_config() == kid.get_config() == config


@pytest.mark.quickest
@pytest.mark.parametrize(
    "arguments",
    [
        {"subsets": 0},
        {"subset_size": 1},
        {"max_images": 1},
        {"seed": -1},
        {"seed": None},
        {"subsets": 2.5},
        {"max_images": True},
    ],
    ids=str,
)
def test_wrong_arguments_are_refused(make_kid, arguments):
    [name] = arguments
    with pytest.raises(ValueError, match=f"`{name}` must be an integer"):
        make_kid(**arguments)


@pytest.mark.quickest
def test_too_few_images(make_kid):
    kid = make_kid()
    kid.update_state(REAL[:20], FAKE[:1])
    with pytest.raises(ValueError, match="2 fake images. Received: 1"):
        kid.standard_deviation()


@pytest.mark.parametrize("num_images", [80, 260])
def test_value_equals_that_of_torch_fidelity(
    make_kid, torchvision, torch, num_images
):
    peer = pytest.importorskip(
        "torch_fidelity.metric_kid",
        reason="compares with torch-fidelity, which is not installed",
    )
    pair = FAKE[:num_images], REAL[:num_images]
    values = peer.kid_features_to_metric(
        *(torch.from_numpy(x).double() for x in pair),
        kid_subsets=20,
        kid_subset_size=100,
        verbose=False,
    )
    kid = update(make_kid(), pair[1], pair[0])
    assert_close(
        kid.result(), values["kernel_inception_distance_mean"], rtol=1e-9
    )
    assert_close(
        kid.standard_deviation(),
        values["kernel_inception_distance_std"],
        rtol=1e-6,
        atol=1e-12,
    )
