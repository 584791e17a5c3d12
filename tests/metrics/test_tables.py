"""Metrics of tables."""

import keras
import numpy as np
import pytest
from scipy.stats import ks_2samp

from keras_gan.layers import TablePreprocessor
from keras_gan.metrics import (
    NearestRecordDistance,
    TableQuality,
    TableUsefulness,
    column_shapes,
    nearest_record_distances,
    pair_trends,
    train_synthetic_test_real,
)

# They compute in NumPy.
pytestmark = pytest.mark.once

DRAWS = np.random.default_rng(0)


def mixed(rows=200, seed=0):
    draws = np.random.default_rng(seed)
    label = draws.choice(["a", "b"], rows)
    x = draws.normal(size=rows) + 3 * (label == "b")
    x[::9] = np.nan
    days = draws.integers(0, 99, rows).astype("datetime64[D]")
    flag = draws.random(rows) < 0.3
    return {"x": x, "y": 2 * x + 1, "label": label, "day": days, "flag": flag}


# Column shapes ----------------------------------------------------------------


def test_equal_tables_are_perfect():
    shapes, trends = (
        column_shapes(mixed(), mixed()),
        pair_trends(mixed(), mixed()),
    )
    assert set(shapes) == set(mixed()) and set(shapes.values()) == {1.0}
    assert len(trends) == 10
    np.testing.assert_allclose(list(trends.values()), 1.0, atol=1e-12)


def test_numbers_by_kolmogorov_and_smirnov():
    real, fake = DRAWS.normal(size=80), DRAWS.normal(0.4, 2, size=130).round(1)
    found = column_shapes({"x": real}, {"x": fake})["x"]
    assert found == pytest.approx(1 - ks_2samp(real, fake).statistic)


def test_shapes_in_closed_form():
    real = {"a": [1.0, 2.0, 3.0, 4.0], "b": ["x", "x", "y", "z"]}
    fake = {"a": [1.0, 2.0, np.nan, np.nan], "b": ["x", "w", "w", "w"]}
    # A missing number is below all others: F differs by 1/2 at -infinity.
    assert column_shapes(real, fake) == {"a": 0.5, "b": 0.25}


def test_a_missing_category_is_a_category():
    real = {"a": np.array(["x", "x", None, None], object)}
    fake = {"a": np.array(["x", "x", "x", None], object)}
    assert column_shapes(real, fake) == {"a": 0.75}


# Pair trends ------------------------------------------------------------------


def test_correlations_of_numbers():
    pair = DRAWS.normal(size=(2, 50, 2))
    tables = [{"x": one[:, 0], "y": one[:, 1]} for one in pair]
    wanted = [np.corrcoef(one.T)[0, 1] for one in pair]
    found = pair_trends(*tables)[("x", "y")]
    assert found == pytest.approx(1 - abs(wanted[0] - wanted[1]) / 2)


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_correlations_of_very_small_and_large_numbers(scale):
    pair = DRAWS.normal(size=(2, 50, 2))
    tables = [{"x": one[:, 0], "y": one[:, 1]} for one in pair]
    scaled = [{n: x * scale for n, x in one.items()} for one in tables]
    wanted = pair_trends(*tables)[("x", "y")]
    assert pair_trends(*scaled)[("x", "y")] == pytest.approx(wanted)


def test_pairs_of_categories():
    real = {"a": ["x", "x", "y", "y"], "b": [True, True, False, False]}
    fake = {"a": ["x", "x", "y", "y"], "b": [True, False, True, False]}
    # Each column is as it should be; of the pairs half are wrong.
    assert set(column_shapes(real, fake).values()) == {1.0}
    assert pair_trends(real, fake) == {("a", "b"): 0.5}


def test_numbers_beside_categories():
    x = np.arange(100.0)
    real = {"x": x, "a": x < 50}
    fake = {"x": x, "a": x % 2 == 0}
    # In each tenth half of the rows have the other category.
    assert pair_trends(real, fake)[("x", "a")] == pytest.approx(0.5)
    missing = {"x": np.where(x < 50, np.nan, x), "a": x < 50}
    assert pair_trends(missing, missing)[("x", "a")] == 1.0
    assert pair_trends(real, missing)[("x", "a")] == pytest.approx(0.5)


def test_a_constant_column_has_no_correlation():
    real = {"x": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 3.0]}
    fake = {"x": [1.0, 2.0, 3.0], "y": [2.0, 2.0, 2.0]}
    assert pair_trends(real, fake)[("x", "y")] == pytest.approx(0.5)


# Nearest records --------------------------------------------------------------


def test_distances_are_means_over_columns():
    train = {"x": [0.0, 10.0], "a": ["u", "v"]}
    near = {"x": [1.0, 10.0, 4.0], "a": ["u", "v", "w"]}
    far = {"x": [20.0], "a": ["v"]}
    found = nearest_record_distances(train, near, far)
    # .1 / 2 of the first, 0 of the second, (.4 + 1) / 2 of the third.
    assert found["fake"] == pytest.approx(0.05)
    assert found["fake_copies"] == pytest.approx(1 / 3)
    assert found["held_out"] == pytest.approx(0.5)
    assert found["held_out_copies"] == 0.0


def test_copies_are_found_with_missing_values():
    found = nearest_record_distances(mixed(), mixed(), mixed(seed=1))
    assert found["fake"] == pytest.approx(0, abs=1e-12)
    assert found["fake_copies"] == 1.0
    assert found["held_out"] > 0.01 and found["held_out_copies"] == 0.0
    missing = {"x": [np.nan]}
    found = nearest_record_distances({"x": [0.0, 4.0]}, missing, {"x": [4.0]})
    assert 0.5 <= found["fake"] <= 1 and found["held_out"] == 0


# Usefulness -------------------------------------------------------------------


def test_classifiers_learn_what_the_table_knows():
    real = mixed(300, seed=1)
    good = train_synthetic_test_real(mixed(), real, "label")
    assert set(good) == {
        f"{name}_{kind}"
        for name in ("gradient_boosting", "logistic_regression")
        for kind in ("accuracy", "f1")
    }
    label = mixed()["label"]
    swapped = {**mixed(), "label": np.where(label == "a", "b", "a")}
    bad = train_synthetic_test_real(swapped, real, "label")
    for name, score in good.items():
        assert score > 0.8 and bad[name] < 0.2, name


def test_f1_counts_categories_that_were_lost():
    real = {"x": np.arange(10.0), "y": ["a"] * 8 + ["b"] * 2}
    lost = {"x": np.arange(10.0), "y": ["a"] * 10}
    found = train_synthetic_test_real(lost, real, "y")
    assert found["gradient_boosting_accuracy"] == pytest.approx(0.8)
    # F1 of "a" is 2 * 8 / (10 + 8), that of "b" is 0.
    assert found["logistic_regression_f1"] == pytest.approx(8 / 18)


# In training ------------------------------------------------------------------


def test_quality_of_rows_is_that_of_their_tables():
    preprocessor = TablePreprocessor(max_modes=3)
    preprocessor.adapt(mixed())
    metric = TableQuality(preprocessor)
    real, fake = mixed(), mixed(120, seed=1)
    tables = [preprocessor.inverse(preprocessor(one)) for one in (real, fake)]
    for part in (slice(0, 50), slice(50, 200)):
        metric.update_real(preprocessor(real)[part])
    metric.update_fake(preprocessor(fake))
    wanted = {
        "column_shapes": np.mean(list(column_shapes(*tables).values())),
        "pair_trends": np.mean(list(pair_trends(*tables).values())),
    }
    assert metric.result() == pytest.approx(wanted)
    copy = TableQuality.from_config(metric.get_config())
    assert copy.get_config() == metric.get_config()
    copy.update_state(preprocessor(real), preprocessor(fake))
    assert copy.result() == pytest.approx(wanted)


def test_quality_is_the_same_under_mixed_precision():
    preprocessor = TablePreprocessor(max_modes=3)
    preprocessor.adapt(mixed())
    real, fake = preprocessor(mixed()), preprocessor(mixed(120, seed=1))
    found = []
    for policy in ("float32", "mixed_float16"):
        keras.config.set_dtype_policy(policy)
        metric = TableQuality(preprocessor)
        metric.update_state(real, fake)
        found.append(metric.result())
    assert found[0] == found[1]


def rows_of(metric, real, fake):
    preprocessor = metric.preprocessor
    metric.update_state(preprocessor(real), preprocessor(fake))
    tables = [preprocessor.inverse(preprocessor(one)) for one in (real, fake)]
    return metric.result(), tables


def test_usefulness_of_rows_is_that_of_their_tables():
    preprocessor = TablePreprocessor(max_modes=3)
    preprocessor.adapt(mixed())
    metric = TableUsefulness(preprocessor, "label", seed=3)
    found, (real, fake) = rows_of(metric, mixed(), mixed(120, seed=1))
    assert found == train_synthetic_test_real(fake, real, "label", seed=3)
    copy = TableUsefulness.from_config(metric.get_config())
    assert copy.get_config() == metric.get_config()
    with pytest.raises(ValueError, match="'x', which is of numbers"):
        TableUsefulness(preprocessor, "x")
    many = TablePreprocessor()
    many.adapt(
        {"x": np.arange(303) / 7, "y": [f"{n // 3}" for n in range(303)]}
    )
    with pytest.raises(ValueError, match="100 categories.*'y', of 101"):
        TableUsefulness(many, "y")


def test_distances_of_rows_are_those_of_their_tables():
    train, held_out, fake = mixed(), mixed(60, seed=1), mixed(80, seed=2)
    preprocessor = TablePreprocessor(max_modes=3)
    preprocessor.adapt({n: np.concatenate([train[n], held_out[n], fake[n]])
                        for n in train})  # fmt: skip
    metric = NearestRecordDistance(preprocessor, train)
    found, (real, made) = rows_of(metric, held_out, fake)
    known = preprocessor.inverse(preprocessor(train))
    wanted = nearest_record_distances(known, made, real)
    assert found == {
        "nearest_distance": wanted["fake"],
        "copies": wanted["fake_copies"],
        "real_nearest_distance": wanted["held_out"],
        "real_copies": wanted["held_out_copies"],
    }
    assert 0 < found["nearest_distance"] and found["copies"] == 0
    # A file of the model must not hold the rows.
    copy = NearestRecordDistance.from_config(metric.get_config())
    assert copy.get_config() == metric.get_config()
    with pytest.warns(UserWarning, match="no training rows.*Compile"):
        lost, _ = rows_of(copy, held_out, fake)
    assert lost.keys() == found.keys()
    assert np.isnan(list(lost.values())).all()


# Columns ----------------------------------------------------------------------


def test_a_column_without_values_is_of_any_kind():
    nothing = [{"a": np.full(2, np.nan)}, {"a": np.full(2, None)}]
    for full in ({"a": ["x", "x"]}, {"a": [1.0, 2.0]}):
        for empty in nothing:
            assert column_shapes(full, empty) == {"a": 0.0}
            assert column_shapes(empty, full) == {"a": 0.0}
    assert column_shapes(*nothing) == {"a": 1.0}


# Errors -----------------------------------------------------------------------


def test_tables_of_other_columns():
    for function in (column_shapes, pair_trends):
        with pytest.raises(ValueError, match=r"`real` \['a'\].*`fake` \['b'\]"):
            function({"a": [1]}, {"b": [1]})
    with pytest.raises(ValueError, match="'a' must be of one kind.*text"):
        column_shapes({"a": [1]}, {"a": ["x"]})
    with pytest.raises(ValueError, match="`held_out`"):
        nearest_record_distances({"a": [1]}, {"a": [1]}, {"b": [1]})
    with pytest.raises(ValueError, match=r"\['a', 'b'\].*'c'"):
        train_synthetic_test_real(*[{"a": [1], "b": [1]}] * 2, "c")
