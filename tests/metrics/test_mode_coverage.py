import keras
import numpy as np
import pytest
from portable import assert_close, compiled, tensor

from keras_gan.metrics import ModeCoverage


@pytest.fixture
def make_metric():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Flatten()])

    def make(**arguments):
        return ModeCoverage(model, None, **arguments)

    return make


def of_modes(*modes):
    """Scores of which those of the modes are highest, though negative."""
    return np.eye(4, dtype="float32")[list(modes)] - 5.0


def test_closed_form(make_metric):
    metric = make_metric()
    metric.update_fake(of_modes(0, 0, 1))
    metric.update_state(of_modes(3) * np.nan, of_modes(1, 2, 0))
    result = metric.result()
    shares = np.array([3, 2, 1]) / 6
    expected = (shares * np.log(shares / 0.25)).sum()
    assert result["modes"] == 3
    assert_close(result["reverse_kl"], expected, rtol=1e-12)


@pytest.mark.quickest
def test_even_frequencies_are_at_no_distance(make_metric):
    metric = make_metric()
    metric.update_fake(of_modes(0, 1, 2, 3, 3, 2, 1, 0))
    assert metric.result() == {"modes": 4, "reverse_kl": 0.0}


@pytest.mark.quickest
def test_frequencies_of_the_data(make_metric):
    metric = make_metric(real_distribution=[4, 2, 1, 1])
    metric.update_fake(of_modes(0, 0, 0, 0, 1, 1, 2, 3))
    assert metric.result() == {"modes": 4, "reverse_kl": 0.0}
    metric.update_fake(of_modes(*[2] * 8))
    shares = np.array([4, 2, 9, 1]) / 16
    real = np.array([4, 2, 1, 1]) / 8
    expected = (shares * np.log(shares / real)).sum()
    assert_close(metric.result()["reverse_kl"], expected)


def test_halves_are_merged(make_metric):
    first, second, whole = make_metric(), make_metric(), make_metric()
    first.update_fake(of_modes(0, 1, 1))
    second.update_fake(of_modes(2, 2))
    whole.update_fake(of_modes(0, 1, 1, 2, 2))
    first.merge_state([second])
    assert first.result() == whole.result()


# Elsewhere there are no graphs, or none with sums in float64.
@pytest.mark.once
@pytest.mark.parametrize("jit_compile", [False, True])
def test_graph_gives_what_eager_gives(make_metric, jit_compile):
    eager, other = make_metric(), make_metric()
    batch = tensor(of_modes(0, 1, 1, 3))
    compiled(other.update_fake, jit_compile)(batch)
    eager.update_fake(batch)
    assert other.result() == eager.result()


@pytest.mark.quickest
def test_config_round_trip(make_metric):
    metric = make_metric(real_distribution=np.array([4, 2, 1, 1]))
    config = metric.get_config()
    metric.update_fake(of_modes(0, 1, 1))
    again = ModeCoverage.from_config(config)
    again.update_fake(of_modes(0, 1, 1))
    assert again.result() == metric.result()
    assert again.get_config() == metric.get_config() == config


@pytest.mark.quickest
def test_named_networks_give_scores():
    assert ModeCoverage().extractor.head == "logits"


@pytest.mark.quickest
@pytest.mark.parametrize(
    "given", [[], [1, 0], [1, -1], [1, np.nan], [[1, 2]]], ids=str
)
def test_what_is_no_distribution_is_refused(make_metric, given):
    with pytest.raises(ValueError, match="`real_distribution` must be a list"):
        make_metric(real_distribution=given)


@pytest.mark.quickest
def test_distribution_over_other_modes_is_refused(make_metric):
    metric = make_metric(real_distribution=[1, 1, 1])
    with pytest.raises(ValueError, match="each of the 4 modes"):
        metric.update_fake(of_modes(0, 1))


@pytest.mark.quickest
def test_too_few_images(make_metric):
    metric = make_metric()
    metric.update_fake(of_modes(0))
    with pytest.raises(ValueError, match="2 fake images. Received: 1"):
        metric.result()
