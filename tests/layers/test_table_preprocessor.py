"""`TablePreprocessor`: tables as rows of numbers, and back."""

import json
import time

import numpy as np
import pytest
from portable import assert_close, to_numpy

from keras_gan.layers import TableActivation, TablePreprocessor
from keras_gan.layers.tables import mixture

# Only where rows become tensors the backend matters.
once = pytest.mark.once

DRAWS = np.random.default_rng(0)
ROWS = 200


def mixed():
    """A table of every kind of column."""
    draws = np.random.default_rng(1)
    two_modes = np.where(
        draws.random(ROWS) < 0.5, draws.normal(-5, 0.1, ROWS),
        draws.normal(5, 1, ROWS),
    )  # fmt: skip
    days = draws.integers(0, 900, ROWS).astype("timedelta64[D]")
    holes = draws.normal(size=ROWS).round(2)
    holes[::5] = np.nan
    dates = (np.datetime64("2020-01-01") + days).astype("datetime64[s]")
    dates[::7] = "NaT"
    return {
        "number": two_modes,
        "cents": draws.uniform(0, 100, ROWS).round(2),
        "holes": holes,
        "integer": draws.integers(-50, 50, ROWS),
        "grade": draws.integers(1, 5, ROWS),
        "flag": draws.random(ROWS) < 0.2,
        "day": dates,
        "text": draws.choice(np.array(["a", "b", None], object), ROWS),
        "constant": np.full(ROWS, 2.5),
        "nothing": np.full(ROWS, np.nan),
    }


@pytest.fixture(scope="module")
def adapted():
    preprocessor = TablePreprocessor(max_modes=4)
    preprocessor.adapt(mixed())
    return preprocessor


def test_a_table_comes_back(adapted):
    table = mixed()
    rows = adapted(table)
    assert tuple(rows.shape) == (ROWS, adapted.layout.width)
    back = adapted.inverse(rows)
    assert list(back) == list(table)
    for name, values in table.items():
        assert back[name].dtype == values.dtype, name
        if name == "number":
            # Its modes span 4 deviations with 24 bits.
            assert_close(back[name], values, rtol=1e-5, atol=1e-5)
        else:
            np.testing.assert_array_equal(back[name], values, name)


def test_rows_are_values_in_range_and_one_hot(adapted):
    layout, rows = adapted.layout, to_numpy(adapted(mixed()))
    # Grades, the flag and text are categories; the rest has modes.
    assert layout.num_values == 5
    assert sorted(layout.category_sizes) == [2, 3, 4]
    assert np.abs(rows[:, : layout.num_values]).max() <= 0.99
    ends = layout.num_values + np.cumsum(layout.sizes)
    for size, end in zip(layout.sizes, ends, strict=True):
        part = rows[:, end - size : end]
        assert set(np.unique(part)) == {0.0, 1.0}
        np.testing.assert_array_equal(part.sum(axis=1), 1)


def test_the_largest_entry_counts(adapted):
    rows = to_numpy(adapted(mixed()))
    soft = rows * 0.6 + 0.01
    values = adapted.layout.num_values
    soft[:, :values] = rows[:, :values]
    for name, column in adapted.inverse(soft).items():
        np.testing.assert_array_equal(column, adapted.inverse(rows)[name])


@once
def test_config_holds_what_was_learned(adapted):
    config = json.loads(json.dumps(adapted.get_config()))
    copy = TablePreprocessor.from_config(config)
    assert copy.get_config() == adapted.get_config()
    for one, other in zip(
        copy.encode(mixed()), adapted.encode(mixed()), strict=True
    ):
        np.testing.assert_array_equal(one, other)


@once
def test_numbers_outside_of_what_was_learned_are_clipped(adapted):
    low, high = mixed()["cents"].min(), mixed()["cents"].max()
    table = {**mixed(), "cents": np.linspace(-1e6, 1e6, ROWS)}
    back = adapted.decode(*adapted.encode(table))["cents"]
    assert back.min() >= low and back.max() <= high


@once
def test_generated_numbers_keep_bounds_and_units(adapted):
    layout = adapted.layout
    values = DRAWS.uniform(-1, 1, (500, layout.num_values))
    codes = np.stack(
        [DRAWS.integers(size, size=500) for size in layout.sizes], axis=1
    )
    found, table = adapted.decode(values, codes), mixed()
    for name in ("number", "cents", "holes", "integer"):
        known = found[name][~np.isnan(found[name])]
        assert known.min() >= np.nanmin(table[name])
        assert known.max() <= np.nanmax(table[name])
    cents = found["cents"]
    np.testing.assert_array_equal(cents, cents.round(2))
    days = found["day"][~np.isnat(found["day"])]
    np.testing.assert_array_equal(days, days.astype("datetime64[D]"))
    assert 0 < np.isnan(found["holes"]).mean() < 1
    assert set(found["constant"]) == {2.5} and np.isnan(found["nothing"]).all()


@once
def test_modes_of_a_mixture_are_found():
    draws = np.random.default_rng(2)
    values = np.concatenate(
        [draws.normal(-1000, 10, 700), draws.normal(2000, 40, 300)]
    )
    modes = mixture.fit_modes(values, max_modes=10, max_rows=500, seed=1)
    weights = np.array(modes["weights"])
    means, deviations = np.array(modes["means"]), np.array(modes["deviations"])
    for side, mean, deviation, share in (
        (means < 0, -1000, 10, 0.7),
        (means > 0, 2000, 40, 0.3),
    ):
        assert weights[side].sum() == pytest.approx(share, abs=0.06)
        heaviest = np.argmax(weights * side)
        assert means[heaviest] == pytest.approx(mean, abs=deviation)
        assert deviations[heaviest] == pytest.approx(deviation, rel=0.3)


@once
def test_a_mode_is_drawn_by_its_posterior():
    modes = {"means": [0, 1], "deviations": [1, 1], "weights": [0.8, 0.2]}
    # In the middle both are as far, so the weights decide.
    draws = np.random.default_rng(0)
    chosen = mixture.draw_modes(np.full(20_000, 0.5), modes, draws)
    assert chosen.mean() == pytest.approx(0.2, abs=0.01)
    # 4.5 deviations from one, which then could not hold it.
    far = mixture.draw_modes(np.full(2_000, -4.2), modes, draws)
    np.testing.assert_array_equal(far, 0)


@once
@pytest.mark.parametrize(
    ("values", "categories", "sizes"),
    [
        (np.arange(10), (), (10,)),
        (np.arange(11), (), ()),
        (np.arange(11), ("x",), (11,)),
        (np.arange(11) / 2, ("x",), (11,)),
        (np.array([1.5, np.nan, 1.5]), (), (2,)),
        (np.array([True, True]), (), ()),
    ],
)
def test_which_columns_are_categories(values, categories, sizes):
    preprocessor = TablePreprocessor(categories=categories)
    preprocessor.adapt({"x": values})
    assert preprocessor.layout.category_sizes == sizes
    back = preprocessor.decode(*preprocessor.encode({"x": values}))["x"]
    assert back.dtype == values.dtype
    np.testing.assert_array_equal(back, values)


@once
def test_categories_are_known_by_their_values(adapted):
    names = ["grade", "flag", "text"]
    for name, value, number in (
        ("grade", 3, (0, 2)),
        ("grade", np.int64(4), (0, 3)),
        ("flag", True, (1, 1)),
        ("text", "b", (2, 1)),
        ("text", None, (2, 2)),
        ("text", np.nan, (2, 2)),
    ):
        assert adapted.category(name, value) == number
    counts = adapted.counts()
    for name, count in zip(names, counts, strict=True):
        assert count.sum() == ROWS, name
    assert counts[1].tolist() == np.bincount(mixed()["flag"]).tolist()


@once
@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("grade", "3", 3.0),
        ("flag", "true", True),
        ("flag", "False", False),
        ("text", "b", "b"),
        ("text", "", None),
    ],
)
def test_categories_are_read_from_text(adapted, name, text, value):
    assert adapted.parse(name, text) == value
    adapted.category(name, value)


@once
def test_days_as_categories():
    days = np.array(["2020-02-29", "2021-01-01"] * 3, "datetime64[D]")
    preprocessor = TablePreprocessor(categories=["day"])
    preprocessor.adapt({"day": days})
    for value in ("2020-02-29", days[0]):
        assert preprocessor.category("day", value) == (0, 0)
    assert preprocessor.parse("day", "2021-01-01") == "2021-01-01"
    for wrong in ("2020-03-01", "soon"):
        with pytest.raises(ValueError, match=f"'2020-02-29T.*'{wrong}'"):
            preprocessor.parse("day", wrong)
    # A warning would be an error here.
    assert preprocessor.category("day", "2020-02-29T01:00+01:00") == (0, 0)


@once
@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("age", 3, "grade, flag, text. .*'age', which is unknown"),
        ("cents", 3, "'cents', which is of numbers"),
        ("text", "z", r"'text' must be among .*'a', 'b', None.*'z'"),
        ("text", ["a"], r"Received: \['a'\]"),
    ],
)
def test_conditions_that_are_not_there(adapted, column, value, message):
    with pytest.raises(ValueError, match=message):
        adapted.category(column, value)


@once
def test_ten_thousand_categories():
    names = np.array([f"name {n}" for n in range(10_000)] * 3)
    preprocessor = TablePreprocessor()
    preprocessor.adapt({"name": names})
    values, codes = preprocessor.encode({"name": names})
    # In memory one number a row, not 10,000.
    assert values.shape == (30_000, 0) and codes.shape == (30_000, 1)
    back = preprocessor.decode(values, codes)["name"]
    np.testing.assert_array_equal(back, names)


@once
@pytest.mark.parametrize(
    ("texts", "cure"),
    [
        ([f"Ann {n}" for n in range(100)], "Leave it out"),
        ([f"{n}.5" for n in range(100)], "Convert it to numbers"),
    ],
)
def test_texts_that_name_the_rows(texts, cure):
    with pytest.warns(UserWarning, match=f"'x' has 100 different.*{cure}"):
        TablePreprocessor().adapt({"x": texts})


@once
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"more": np.ones(ROWS)}, r"table with more besides\. R"),
        ({"text": np.full(ROWS, "z")}, "'text' must be among.*'z'"),
        ({"cents": np.full(ROWS, np.nan)}, "'cents' had no missing.*200"),
        ({"cents": np.full(ROWS, "a")}, "'cents' must be of kind 'number'"),
    ],
)
def test_tables_with_other_columns(adapted, change, message):
    with pytest.raises(ValueError, match=message):
        adapted.encode({**mixed(), **change})


@once
def test_errors(adapted):
    with pytest.raises(ValueError, match=r"adapt\(table\)` first"):
        TablePreprocessor()({"x": [1]})
    with pytest.raises(ValueError, match=r"\['y'\]"):
        TablePreprocessor(categories=["y"]).adapt({"x": [1]})
    with pytest.raises(TypeError, match="list of names"):
        TablePreprocessor(categories="y")
    with pytest.raises(ValueError, match="`seed`"):
        TablePreprocessor(seed=-1)
    for wrong in ((-1, [2]), (1, [0])):
        with pytest.raises(ValueError, match="`num_values`|`sizes`"):
            TableActivation(*wrong)
    with pytest.raises(ValueError, match=r"shape \(rows, .*\(2, 3\)"):
        adapted.inverse(np.ones((2, 3)))


@once
def test_adapt_draws_rows_for_mixtures(monkeypatch):
    seen = []
    real = mixture.fit_modes

    def counting(values, **options):
        seen.append((len(values), options["max_rows"]))
        return real(values, **options)

    monkeypatch.setattr(
        "keras_gan.layers.tables.number_encoder.fit_modes", counting
    )
    values = np.random.default_rng(0).normal(size=5_000)
    before = time.process_time()
    TablePreprocessor(max_fit_rows=50).adapt({"x": values})
    assert seen == [(5_000, 50)]
    # Of all rows it takes seconds.
    assert time.process_time() - before < 2.0


def test_a_frame_comes_back():
    pd = pytest.importorskip("pandas")
    table = pd.DataFrame(mixed())
    table["category"] = pd.Categorical(
        table["text"], ["b", "a", "never"], ordered=True
    )
    table["Int"] = table["holes"].mul(100).round().astype("Int64")
    preprocessor = TablePreprocessor(max_modes=4)
    preprocessor.adapt(table)
    back = preprocessor.inverse(preprocessor(table))
    pd.testing.assert_frame_equal(back, table)
