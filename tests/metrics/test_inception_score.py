import keras
import numpy as np
import pytest
from portable import BACKEND, assert_close, compiled, tensor

from keras_gan.metrics import InceptionScore

# TensorFlow alone leaves these logits in float64.
EXACT = 1e-12 if BACKEND == "tensorflow" else 1e-7
LOOSER = 100 * EXACT
LOGITS = (np.random.RandomState(4).standard_normal((500, 10)) * 3).astype(
    "float32"
)
# Rows in an order in which image i of split i % 5 is one of its fifth.
DEALT = LOGITS.reshape(5, 100, 10).transpose(1, 0, 2).reshape(500, 10)


@pytest.fixture
def make_score():
    model = keras.Sequential([keras.Input((10,)), keras.layers.Flatten()])

    def make(**arguments):
        return InceptionScore(model, None, **arguments)

    return make


@pytest.mark.parametrize("batch_size", [60, 500])
def test_value_is_that_of_torch_fidelity(make_score, batch_size):
    # torch-fidelity 0.4.0, samples_shuffle=False.
    one, five = make_score(splits=1), make_score(splits=5)
    for start in range(0, 500, batch_size):
        part = slice(start, start + batch_size)
        one.update_fake(tensor(LOGITS[part]))
        five.update_fake(tensor(DEALT[part]))
    assert_close(one.result(), 3.80746434209521, rtol=EXACT)
    assert_close(five.result(), 3.734776621075807, rtol=EXACT)
    assert_close(
        five.standard_deviation(), 0.22936533077545407, rtol=100 * EXACT
    )
    assert one.standard_deviation() == 0.0


@pytest.mark.quickest
def test_extremes(make_score):
    score = make_score(splits=1)
    score.update_fake(1e4 * np.tile(np.eye(10), (2, 1)))
    assert_close(score.result(), 10.0, rtol=EXACT)
    score.reset_state()
    score.update_fake(np.zeros((20, 10)))
    assert_close(score.result(), 1.0, rtol=EXACT)


@pytest.mark.quickest
def test_real_images_are_left_aside(make_score):
    score, other = make_score(), make_score()
    score.update_state(LOGITS * np.nan, DEALT)
    score.update_real(LOGITS)
    other.update_fake(DEALT)
    assert score.result() == other.result()


def test_halves_are_merged(make_score):
    first, second, whole = (make_score(splits=1) for _ in range(3))
    first.update_fake(LOGITS[:60])
    second.update_fake(LOGITS[60:80])
    whole.update_fake(LOGITS[:60])
    whole.update_fake(LOGITS[60:80])
    first.merge_state([second])
    assert_close(first.result(), whole.result(), rtol=EXACT)


# Elsewhere there are no graphs, or none with sums in float64.
@pytest.mark.once
@pytest.mark.parametrize("jit_compile", [False, True])
def test_graph_gives_what_eager_gives(make_score, jit_compile):
    eager, other = make_score(), make_score()
    step = compiled(other.update_fake, jit_compile)
    for start in range(0, 500, 100):
        step(tensor(LOGITS[start : start + 100]))
    eager.update_fake(LOGITS)
    assert_close(other.result(), eager.result(), rtol=LOOSER)


def test_replicas_take_turns_at_the_splits(make_score, two_cpus):
    with two_cpus.scope():
        score = make_score(splits=5)
        score.build((10,))

    @compiled
    def step(fake):
        two_cpus.run(score.update_fake, args=(fake,))

    for start in range(0, 500, 100):
        # The first replica has the images of even numbers.
        step(
            two_cpus.experimental_distribute_values_from_function(
                lambda c, start=start: tensor(
                    DEALT[start : start + 100][c.replica_id_in_sync_group :: 2]
                )
            )
        )
    assert_close(score.result(), 3.734776621075807, rtol=LOOSER)


@pytest.mark.quickest
def test_config_round_trip(make_score):
    score = make_score(splits=3, name="is")
    config = score.get_config()
    score.update_fake(LOGITS)
    again = InceptionScore.from_config(config)
    again.update_fake(LOGITS)
    assert again.result() == score.result()
    assert again.get_config() == score.get_config() == config


@pytest.mark.quickest
def test_named_networks_give_scores():
    assert InceptionScore().extractor.head == "unbiased_logits"
    assert InceptionScore("digits").extractor.head == "logits"


@pytest.mark.quickest
def test_wrong_use_is_refused(make_score):
    with pytest.raises(ValueError, match="`splits` must be an integer"):
        make_score(splits=0)
    score = make_score(splits=21)
    score.update_fake(LOGITS[:20])
    with pytest.raises(ValueError, match="21 fake images. Received: 20"):
        score.result()


def test_value_equals_that_of_torch_fidelity(make_score, torchvision, torch):
    peer = pytest.importorskip(
        "torch_fidelity.metric_isc",
        reason="compares with torch-fidelity, which is not installed",
    )
    logits = 2.0 * np.random.default_rng(0).normal(size=(300, 10))
    logits = logits.astype("float32")
    values = peer.isc_features_to_metric(torch.from_numpy(logits), splits=1)
    score = make_score(splits=1)
    score.update_fake(logits)
    assert_close(score.result(), values["inception_score_mean"], rtol=EXACT)
