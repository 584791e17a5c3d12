"""Layers of networks that grow while they are trained."""

import math
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np
import pytest
from portable import array, assert_close, dtype_of, quick

from keras_gan.layers import FadeIn, GrowingStage, Growth
from keras_gan.layers.growth import known_to_be_used, levels_known

RNG = np.random.default_rng(3)


def growth_after(steps, **schedule):
    layer = Growth(2, **schedule)
    layer.build((None, 1))
    layer.steps.assign(float(steps))
    return float(array(layer.value()))


@pytest.mark.parametrize(
    ("steps", "growth"),
    [(0, 0.0), (3, 0.0), (4, 0.5), (5, 1.0), (8, 1.0), (9, 1.5), (10, 2.0)]
    + [(500, 2.0)],
)
def test_levels_are_faded_in_after_steps_without_a_change(steps, growth):
    assert growth_after(steps, steps_per_stage=3, fade_steps=2) == growth


@pytest.mark.once
def test_schedules_without_stages_or_fades():
    assert growth_after(3, steps_per_stage=0, fade_steps=2) == 1.5
    steps = {"steps_per_stage": 2, "fade_steps": 0}
    found = [growth_after(n, **steps) for n in range(6)]
    assert found == [0, 0, 1, 1, 2, 2]
    assert growth_after(0, steps_per_stage=0, fade_steps=0) == 2.0


def test_steps_are_counted_and_the_schedule_changes():
    layer = Growth(1, steps_per_stage=0, fade_steps=8)
    layer.build((None, 1))
    for _ in range(2):
        layer.count_step()
    assert float(array(layer.value())) == 0.25
    layer.set_schedule(0, 4)
    assert float(array(layer.value())) == 0.5
    assert not layer.trainable_weights and len(layer.weights) == 3


def test_two_replicas_count_a_step_once(two_cpus):
    with two_cpus.scope():
        layer = Growth(1, steps_per_stage=0, fade_steps=4)
        layer.build((None, 1))
    for _ in range(3):
        two_cpus.run(layer.count_step)
    assert float(array(layer.value())) == 0.75


@pytest.mark.parametrize("growth", [0.0, 0.25, 1.0, 1.75, 2.0])
def test_real_images_have_the_detail_of_the_levels_in_use(growth):
    layer = Growth(2, steps_per_stage=0, fade_steps=4)
    layer.build((None, 1))
    layer.steps.assign(4 * growth)
    images = RNG.normal(size=(2, 8, 12, 3)).astype("float32")
    levels = []
    for side in (4, 2, 1):
        means = images.reshape(2, 8 // side, side, 12 // side, side, 3)
        means = means.mean((2, 4))
        levels.append(means.repeat(side, 1).repeat(side, 2))
    weights = [max(0.0, 1.0 - abs(growth - level)) for level in range(3)]
    expected = sum(w * x for w, x in zip(weights, levels, strict=True))
    assert_close(quick(layer.real_images)(images), expected, atol=1e-6)


def test_fade_in_is_exact_at_both_ends():
    old, new = RNG.normal(size=(2, 3, 4, 4, 1)).astype("float32")
    fade = FadeIn(2)
    for growth, expected in (
        (0.5, old),
        (1.0, old),
        (1.25, 0.75 * old + 0.25 * new),
        (2.0, new),
        (2.5, new),
    ):
        assert_close(fade([old, new, np.float32(growth)]), expected, atol=1e-6)
    assert (array(fade([old, new, np.float32(2.0)])) == new).all()


def stage_of(level, **options):
    inputs = keras.Input((3,), dtype="float32")
    hidden = keras.layers.Dense(4)(inputs)
    both = [hidden, keras.layers.Dense(2, dtype="float32")(hidden)]
    return GrowingStage(keras.Model(inputs, both), level, **options)


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_stage_is_zero_unless_in_use(policy):
    keras.config.set_dtype_policy(policy)
    try:
        stage = stage_of(1, until=2)
        x = RNG.normal(size=(5, 3)).astype("float32")
        expected = stage.layer(x)
        for growth in (0.0, 0.5, 1.75, 2.0):
            found = quick(lambda x, g: stage([x, g]))(x, np.float32(growth))
            used = 0.0 < growth < 2.0
            for one, full in zip(found, expected, strict=True):
                assert dtype_of(one) == dtype_of(full)
                full = used * array(keras.ops.cast(full, "float32"))
                assert_close(keras.ops.cast(one, "float32"), full, rtol=1e-5)
    finally:
        keras.config.set_dtype_policy("float32")


@pytest.mark.once
def test_round_trip():
    symbolic = keras.Input((3,))
    for layer in (Growth(3, steps_per_stage=5, fade_steps=0), stage_of(2)):
        config = layer.get_config()
        again = type(layer).from_config(config)
        inputs = symbolic
        if isinstance(layer, GrowingStage):
            inputs = [symbolic, keras.KerasTensor((), "float32")]
        found, other = layer(inputs), again(inputs)
        assert keras.tree.map_structure(
            lambda one: (one.shape, one.dtype), found
        ) == keras.tree.map_structure(lambda one: (one.shape, one.dtype), other)
        assert again.get_config()["name"] == layer.name
        assert len(again.weights) == len(layer.weights)
    assert FadeIn.from_config(FadeIn(2, name="a").get_config()).level == 2


@pytest.mark.once
@pytest.mark.parametrize(
    ("build", "message"),
    [
        (
            lambda: Growth(0, steps_per_stage=1, fade_steps=1),
            "`num_levels` must be",
        ),
        (
            lambda: Growth(1, steps_per_stage=-1, fade_steps=1),
            "`steps_per_stage` must be",
        ),
        (
            lambda: Growth(1, steps_per_stage=1, fade_steps=2**25),
            "`fade_steps` must be at most",
        ),
        (lambda: FadeIn(0), "`level` must be"),
        (lambda: stage_of(-1), "`level` must be"),
        (lambda: stage_of(2, until=1), "`until` must be"),
        (lambda: GrowingStage(keras.layers.ReLU(), 1), "functional model"),
    ],
)
def test_bad_arguments(build, message):
    with pytest.raises(ValueError, match=message):
        build()


@pytest.mark.parametrize("until", [None, 1, 2])
def test_stage_where_the_levels_in_use_are_known(until):
    stage = stage_of(1, until=until)
    x = RNG.normal(size=(5, 3)).astype("float32")
    for growth in (0.0, 0.5, 1.0, 1.75, 2.0):
        expected = stage([x, np.float32(growth)])
        with levels_known(math.ceil(growth)):
            found = stage([x, np.float32(growth)])
        for one, other in zip(found, expected, strict=True):
            assert_close(one, other)


def test_known_levels_are_forgotten_and_those_of_a_thread():
    with levels_known(1):
        assert known_to_be_used(1, None) and not known_to_be_used(2, None)
        assert known_to_be_used(0, 1) is None  # At 1 exactly it is not.
        assert known_to_be_used(0, 0) is False
        with ThreadPoolExecutor(1) as other:
            found = other.submit(known_to_be_used, 1, None).result()
        assert found is None
    assert known_to_be_used(1, None) is None
