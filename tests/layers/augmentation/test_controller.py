import json

import keras
import numpy as np
import pytest
from portable import (
    JIT_COMPILE,
    assert_close,
    assert_equal,
    compiled,
    dtype_of,
    gradients,
    pipeline,
    tensor,
    to_numpy,
)

from keras_gan.layers import AdaptiveAugment
from keras_gan.layers.augmentation import controller

SURE = np.full((8, 1), 3.0, "float32")
UNSURE = np.array([[2.0], [-1.0]] * 4, "float32")


@keras.saving.register_keras_serializable(package="keras_gan_tests")
def every_tenth(updates):
    return 0.1 * keras.ops.cast(updates, "float32")


def fed(layer, batches):
    """Probability after each of some batches of logits."""
    history = []
    for logits in batches:
        layer.update_state(tensor(logits))
        history.append(float(to_numpy(layer.probability)))
    return history


def adaptive(**options):
    # 1 / 10 each interval of 2 batches of 8.
    options = {"interval": 2, "speed": 0.16, "target": 0.6, **options}
    return AdaptiveAugment("b", **options)


@pytest.mark.quickest
def test_rises_while_sure_and_falls_while_not():
    batches = [SURE] * 6 + [UNSURE] * 4
    history = fed(adaptive(), batches)
    expected = [0, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.2, 0.2, 0.1]
    assert_close(history, expected, atol=1e-6)


@pytest.mark.quickest
def test_the_papers_speed_is_half_a_million_images():
    layer = AdaptiveAugment()
    history = fed(layer, [np.ones((64, 1), "float32")] * 8)
    step = 4 * 64 / 500_000
    expected = [0, 0, 0, step, step, step, step, 2 * step]
    assert_close(history, expected, rtol=1e-6)


@pytest.mark.quickest
def test_stays_between_zero_and_one():
    layer = adaptive(interval=1, speed=0.02)
    history = fed(layer, [UNSURE, SURE, SURE, SURE, SURE, UNSURE])
    assert_close(history, [0, 0.4, 0.8, 1, 1, 0.6], atol=1e-6)


def test_statistic_is_the_mean_sign_of_the_interval():
    layer = adaptive(interval=3)
    first = np.array([[1e-9], [-1e-9], [-7.0]], "float32")
    second = np.array([[0.0], [2.0]], "float32")
    third = np.array([[5.0]] * 5, "float32")
    statistics = []
    for logits in (first, second, third, SURE):
        layer.update_state(logits)
        statistics.append(float(to_numpy(layer.sign_statistic)))
    # A logit of zero is no verdict, yet counts among the images.
    mean = (1 - 1 - 1 + 0 + 1 + 5) / 10
    assert_close(statistics, [0, 0, mean, mean], rtol=1e-6)


@pytest.mark.parametrize("jit_compile", [None, *JIT_COMPILE])
def test_logits_that_are_not_finite_do_not_count(jit_compile):
    layer = adaptive(interval=1)
    update = layer.update_state
    if jit_compile is not None:
        update = compiled(update, jit_compile)
    bad = [[np.nan], [np.inf], [-np.inf]]
    update(tensor(bad + [[1.0], [2.0]]))
    assert float(to_numpy(layer.sign_statistic)) == 1.0
    assert float(to_numpy(layer.probability)) == np.float32(2 / 160)
    # Of nothing else nothing follows.
    update(tensor(bad))
    assert float(to_numpy(layer.probability)) == np.float32(2 / 160)
    update(tensor(SURE))
    assert float(to_numpy(layer.probability)) == np.float32(10 / 160)


@pytest.mark.quickest
def test_exactly_at_the_target_it_stays():
    layer = adaptive(interval=1, target=0.5)
    assert fed(layer, [SURE])[0] == pytest.approx(0.05)
    three_to_one = np.array([[1.0], [1.0], [1.0], [-1.0]], "float32")
    assert fed(layer, [three_to_one])[0] == pytest.approx(0.05)


@pytest.mark.quickest
def test_step_is_by_the_images_seen():
    # Also where batches differ.
    layer = adaptive()
    assert fed(layer, [SURE[:3], SURE[:1]])[-1] == pytest.approx(4 / 160)


@pytest.mark.quickest
def test_a_fixed_probability_is_left_alone():
    layer = AdaptiveAugment("b", probability=0.7, interval=1)
    assert float(to_numpy(layer.probability)) == np.float32(0.7)
    assert fed(layer, [SURE, UNSURE]) == [np.float32(0.7)] * 2
    # The statistic is still worth a look.
    assert float(to_numpy(layer.sign_statistic)) == 0.0
    fed(layer, [SURE])
    assert float(to_numpy(layer.sign_statistic)) == 1.0


@pytest.mark.quickest
def test_a_learning_rate_schedule_sets_it():
    schedule = keras.optimizers.schedules.PolynomialDecay(0.0, 4, 0.55)
    layer = AdaptiveAugment("b", probability=schedule)
    assert float(to_numpy(layer.probability)) == 0.0
    expected = 0.55 * np.array([1, 2, 3, 4, 4]) / 4
    assert_close(fed(layer, [SURE] * 5), expected, rtol=1e-6)


@pytest.mark.quickest
def test_a_function_sets_it_and_is_clipped():
    layer = AdaptiveAugment("b", probability=every_tenth)
    history = fed(layer, [SURE] * 12)
    expected = np.minimum(np.arange(1, 13) / 10, 1.0)
    assert_close(history, expected, rtol=1e-6)


@pytest.mark.parametrize("jit_compile", [None, *JIT_COMPILE])
@pytest.mark.parametrize(
    "schedule, expected",
    [
        (lambda updates: updates / 4, [0, 0.25, 0.5, 0.75, 1, 1]),
        (lambda updates: 0.625, [0.625] * 6),
        (lambda updates: 2, [1] * 6),
        (lambda updates: np.float64(0.5), [0.5] * 6),
    ],
    ids=["division", "constant", "beyond", "numpy"],
)
def test_a_plain_function_sets_it(schedule, expected, jit_compile):
    layer = AdaptiveAugment("b", probability=schedule)
    history = [float(to_numpy(layer.probability))]
    if jit_compile is not None:
        layer.update_state = compiled(layer.update_state, jit_compile)
    history += fed(layer, [SURE] * 5)
    assert_equal(history, expected)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "given", ["0.5", None, float("nan"), [0.5], keras.ops.zeros(2)]
)
def test_a_schedule_that_gives_no_number_is_refused(given):
    with pytest.raises(TypeError, match="`probability`.*number.*Received"):
        AdaptiveAugment(probability=lambda updates: given)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "probability",
    [
        None,
        0.25,
        keras.optimizers.schedules.CosineDecay(0.5, 10),
        every_tenth,
    ],
    ids=["adaptive", "fixed", "schedule", "function"],
)
def test_config_survives_json(probability):
    layer = adaptive(probability=probability)
    config = layer.get_config()
    text = json.dumps(keras.saving.serialize_keras_object(layer))
    rebuilt = keras.saving.deserialize_keras_object(json.loads(text))
    assert json.dumps(rebuilt.get_config()) == json.dumps(config)
    batches = [SURE] * 3 + [UNSURE]
    assert_equal(fed(rebuilt, batches), fed(layer, batches))
    # What has happened since does not change it.
    assert layer.get_config() == config


@pytest.mark.parametrize("jit_compile", JIT_COMPILE)
@pytest.mark.parametrize(
    "probability", [None, 0.3, every_tenth], ids=["adaptive", "fixed", "given"]
)
def test_graphs_agree_with_eager_execution(jit_compile, probability):
    options = {"interval": 3, "probability": probability}
    eager, other = adaptive(**options), adaptive(**options)
    update = compiled(other.update_state, jit_compile)
    rng = np.random.default_rng(4)
    for _ in range(7):
        logits = rng.normal(1.0, 1.0, (8, 1)).astype("float32")
        eager.update_state(logits)
        update(tensor(logits))
        for one, two in zip(eager.weights, other.weights, strict=True):
            assert_equal(one, two)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_logits_of_other_precisions(dtype):
    layer = adaptive(interval=1)
    # A sum of signs or a count in half precision would stop at 2,048 or 256.
    logits = keras.ops.cast(
        keras.ops.concatenate(
            [keras.ops.ones((4097, 1)), -keras.ops.ones((3, 1))], 0
        ),
        dtype,
    )
    layer.update_state(logits)
    assert_close(to_numpy(layer.sign_statistic), 4094 / 4100, rtol=1e-6)
    assert dtype_of(layer.probability) == "float32"


def test_mixed_precision_keeps_the_state_in_float32():
    keras.config.set_dtype_policy("mixed_float16")
    layer = AdaptiveAugment("b")
    fed(layer, [SURE] * 4)
    # A step of 6.4e-5 would be coarse in half precision.
    assert float(to_numpy(layer.probability)) == np.float32(32 / 500_000)


def test_no_gradient_flows_into_the_logits():
    layer = adaptive(interval=1)

    def probability(logits):
        layer.update_state(logits)
        return keras.ops.convert_to_tensor(layer.probability)

    assert not np.any(gradients(probability, SURE))


def test_state_continues_from_its_variables():
    batches = [SURE] * 5 + [UNSURE] * 4
    whole, first = adaptive(interval=3), adaptive(interval=3)
    expected = fed(whole, batches)
    fed(first, batches[:4])
    rest = adaptive(interval=3)
    for target, source in zip(rest.weights, first.weights, strict=True):
        target.assign(source)
    assert_equal(fed(rest, batches[4:]), expected[4:])


@pytest.mark.quickest
@pytest.mark.parametrize("probability", [-0.1, 1.5, float("nan")])
def test_probability_outside_its_range_is_refused(probability):
    with pytest.raises(
        ValueError, match=r"`probability` must be in \[0, 1\].*Received"
    ):
        AdaptiveAugment(probability=probability)


@pytest.mark.quickest
@pytest.mark.parametrize("probability", ["0.5", [0.5]])
def test_probability_of_no_kind_is_refused(probability):
    with pytest.raises(TypeError, match="`probability` must be a number.*type"):
        AdaptiveAugment(probability=probability)


@pytest.mark.quickest
@pytest.mark.parametrize("target", [-1.1, 2, float("nan"), None])
def test_target_outside_its_range_is_refused(target):
    with pytest.raises(ValueError, match=r"`target` must be in \[-1, 1\]"):
        AdaptiveAugment(target=target)


@pytest.mark.quickest
@pytest.mark.parametrize("speed", [0, -1.0, float("nan"), float("inf"), None])
def test_speed_outside_its_range_is_refused(speed):
    with pytest.raises(ValueError, match=r"`speed` must be in \(0, .*500"):
        AdaptiveAugment(speed=speed)


@pytest.mark.quickest
@pytest.mark.parametrize(
    "probability, fixed", [(None, False), (0.5, True), (every_tenth, False)]
)
def test_a_fixed_probability_says_so(probability, fixed):
    layer = AdaptiveAugment(probability=probability)
    assert layer.has_fixed_probability is fixed


@pytest.mark.quickest
def test_rules_are_told_apart():
    kinds = [
        type(controller.rule(given, 0.6, 500.0))
        for given in (None, 0, np.float32(1), every_tenth)
    ]
    assert kinds == [
        controller.Adaptive,
        controller.Fixed,
        controller.Fixed,
        controller.Scheduled,
    ]


def test_two_replicas_judge_the_global_batch(two_cpus):
    rng = np.random.default_rng(2)
    # Of five the first replica gets three, of one the second gets none.
    logits = rng.normal(0.5, 1.0, (16, 1)).astype("float32")
    alone = adaptive(interval=1)
    with two_cpus.scope():
        shared = adaptive(interval=1)
    data = pipeline(logits, 5)

    @compiled
    def update(batch):
        two_cpus.run(shared.update_state, args=(batch,))

    shards = set()
    for batch, whole in zip(
        two_cpus.experimental_distribute_dataset(data), data, strict=True
    ):
        alone.update_state(whole)
        update(batch)
        shards.add(
            tuple(len(b) for b in two_cpus.experimental_local_results(batch))
        )
        for one, other in zip(alone.weights, shared.weights, strict=True):
            values = two_cpus.experimental_local_results(other.value)
            assert len(values) == 2
            for value in values:
                assert_close(value, to_numpy(one), rtol=1e-6)
    assert shards == {(3, 2), (1, 0)}
    assert float(to_numpy(alone.probability)) > 0
