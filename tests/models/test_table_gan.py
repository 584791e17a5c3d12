"""`TableGAN`: rows of tables of mixed columns."""

import keras
import numpy as np
import pytest
import table_models as small
from keras import ops
from portable import BACKEND, assert_close, to_numpy

import keras_gan
from keras_gan.layers import TablePreprocessor
from keras_gan.models import table_drawing
from keras_gan.models.table_drawing import chosen_rows
from keras_gan.models.table_rows import TrainingRows, own_conditions

once = pytest.mark.once
# What a step computes is compared between backends elsewhere.
quickest = pytest.mark.quickest


@pytest.fixture(scope="module")
def trained():
    gan = small.make()
    small.fit(gan)
    return gan


# Rows that are drawn ----------------------------------------------------------


def drawn(layout, codes, size=4_000):
    values = np.arange(len(codes), dtype="float32")[:, None] / len(codes)
    rows = TrainingRows(layout, values, codes)
    batch = rows.draw(size, keras.random.SeedGenerator(1))
    return to_numpy(batch.images), to_numpy(batch.labels)


def test_each_column_takes_its_turn_and_rare_categories_come_often():
    layout = keras_gan.layers.tables.Layout(1, [2], [2, 3])
    counts = np.array([97, 3, 50, 0, 50])
    codes = np.zeros((100, 3), "int32")
    codes[:, 0] = np.arange(100) % 2
    codes[:3, 1] = 1
    codes[50:, 2] = 2
    images, labels = drawn(layout, codes)
    shares = labels.mean(axis=0)
    logs = np.log(1 + counts)
    logs[:2] /= logs[:2].sum()
    logs[2:] /= logs[2:].sum()
    # Within 4 standard errors.
    assert_close(shares, logs / 2, atol=4 * 0.5 / 4_000**0.5)
    assert shares[3] == 0
    # Each row has the category of its condition, in every column.
    np.testing.assert_array_equal((images[:, -5:] * labels).sum(axis=1), 1)
    # All rows of a category come, about as often as each other.
    rare = np.round(images[labels[:, 1] == 1, 0] * 100)
    assert set(rare) == {0, 1, 2}
    assert np.bincount(rare.astype(int)).min() > 0.8 * len(rare) / 3


def test_without_categories_all_rows_come_alike():
    layout = keras_gan.layers.tables.Layout(1, [2], [])
    codes = np.arange(10, dtype="int32")[:, None] % 2
    values = np.arange(10, dtype="float32")[:, None] / 10
    batch = TrainingRows(layout, values, codes).draw(
        5_000, keras.random.SeedGenerator(1)
    )
    assert batch.labels is None
    counts = np.bincount(
        np.round(to_numpy(batch.images)[:, 0] * 10).astype(int)
    )
    assert len(counts) == 10 and np.abs(counts - 500).max() < 90


def test_conditions_of_a_test_are_those_of_the_rows():
    layout = keras_gan.layers.tables.Layout(0, [2], [2, 3])
    codes = np.array([[1, 1, 2], [0, 0, 1]] * 300, "int32")
    category = to_numpy(
        own_conditions(layout, ops.convert_to_tensor(codes),
                       keras.random.SeedGenerator(1))
    )  # fmt: skip
    assert set(category[::2]) == {1, 4} and set(category[1::2]) == {0, 3}
    assert 0.4 < (category < 2).mean() < 0.6


# A step -----------------------------------------------------------------------


def test_losses_are_those_of_the_paper():
    gan = small.make(
        small.InOrder, penalties=[], condition_weight=3.0, ema_momentum=None,
        generator_optimizer=keras.optimizers.SGD(0.0),
        discriminator_optimizer=keras.optimizers.SGD(0.0),
    )  # fmt: skip
    values, codes = gan.preprocessor.encode(small.table(10))
    layout = gan.preprocessor.layout
    logs = gan.train_on_batch(small.table(10), return_dict=True)
    real = to_numpy(layout.rows(values, codes))
    conditions = np.zeros((10, layout.condition_width), "float32")
    conditions[np.arange(10), np.arange(10) % 2] = 1
    _, logits = gan.generator([real[:, -small.LATENT_DIM :], conditions])
    logits = to_numpy(logits)[:, -layout.condition_width :][:, :2]
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    entropy = -np.log(chances[np.arange(10), np.arange(10) % 2]).mean()
    assert float(logs["g_condition_loss"]) == pytest.approx(entropy, rel=1e-4)
    packs = np.concatenate([real, conditions], axis=1)
    judged = gan.discriminator(packs.reshape(5, 2, -1))
    accuracy = (to_numpy(judged) > 0).mean()
    assert float(logs["d_real_accuracy"]) == pytest.approx(accuracy)


@quickest
def test_condition_weight_scales_the_gradient():
    moves = []
    for weight in (0.0, 1.0, 2.0):
        keras.utils.set_random_seed(1)
        gan = small.make(
            small.InOrder, penalties=[], condition_weight=weight,
            generator_optimizer=keras.optimizers.SGD(1e-3),
            discriminator_optimizer=keras.optimizers.SGD(0.0),
        )  # fmt: skip
        before = gan.generator.get_weights()
        gan.train_on_batch(small.table(10))
        after = gan.generator.get_weights()
        pairs = zip(before, after, strict=True)
        moves.append([new - old for old, new in pairs if old.ndim == 2])
    for none, one, two in zip(*moves, strict=True):
        assert np.abs(one - none).max() > 0
        assert_close(two - none, 2 * (one - none), rtol=1e-2, atol=1e-6)


@quickest
def test_defaults_are_those_of_the_recipe():
    gan, recipe = small.make(), keras_gan.networks.recipe("table", (5,))
    assert type(gan.loss).__name__ == "WassersteinLoss"
    assert [one.name for one in gan.penalties] == ["gradient_penalty"]
    for part in gan.optimizer.parts:
        rates = float(part.learning_rate), part.beta_1, part.beta_2
        wanted = recipe.generator_rate, recipe.beta_1, recipe.beta_2
        assert rates == pytest.approx(wanted)


def test_fit_trains_both_players():
    gan = small.make(run_eagerly=False, discriminator_steps=2)
    before = gan.generator.get_weights() + gan.discriminator.get_weights()
    history = small.fit(gan, epochs=2, validation_data=small.table(31, 1))
    after = gan.generator.get_weights() + gan.discriminator.get_weights()
    # The critic's last bias has no gradient: only differences count.
    for old, new in list(zip(before, after, strict=True))[:-1]:
        assert np.abs(old - new).max() > 0
    names = set(keras_gan.TableGAN.log_names)
    assert names | {"gradient_penalty"} <= set(history)
    assert {f"val_{name}" for name in names} <= set(history)
    assert np.isfinite(list(history.values())).all()
    assert int(to_numpy(gan.optimizer.generator.iterations)) == 6


def test_epochs_of_any_length_continue_the_same_draws():
    whole, parted = (small.make(penalties=[]) for _ in "ab")
    small.fit(whole, steps_per_epoch=5)
    small.fit(parted, steps_per_epoch=2, epochs=2)
    small.fit(parted, steps_per_epoch=1)
    assert int(to_numpy(whole.optimizer.generator.iterations)) == 5
    for one, other in zip(
        whole.get_weights(), parted.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)


class ShowsRows(small.InOrder):
    """Logs the share of real rows of the first label."""

    def discriminator_loss(self, turn):
        loss, logs = super().discriminator_loss(turn)
        return loss, {**logs, "first": ops.mean(turn.batch.images[:, -3])}


def test_compiled_steps_see_other_rows():
    gan = small.make(ShowsRows, penalties=[], run_eagerly=False)
    constant = {**small.table(), "label": np.zeros(small.ROWS, int)}
    found = []
    for data in (small.table(), constant, constant):
        # While this holds the old program, JAX must not take it for the new.
        before = gan.train_function
        found += small.fit(gan, data)["first"]
        compiled_anew = gan.train_function is not before
    assert found == pytest.approx([5 / 12, 1.0, 1.0])
    assert not compiled_anew


def test_a_metric_sees_real_and_generated_rows():
    class Widths(keras.metrics.Mean):
        def update_state(self, real, fake):
            assert tuple(real.shape) == tuple(fake.shape)
            super().update_state(ops.sum(real[:, -2:]) - ops.sum(fake[:, -2:]))

    gan = small.make(metrics=[Widths(name="gap")])
    found = gan.evaluate(small.table(), verbose=0, return_dict=True)
    assert np.isfinite(found["gap"])
    again = gan.evaluate(small.table(), verbose=0, return_dict=True)
    assert found == again


@quickest
def test_training_stops_early_by_a_table_metric():
    gan = small.make()
    quality = keras_gan.metrics.TableQuality(gan.preprocessor)
    gan.compile(metrics=[quality], run_eagerly=BACKEND != "jax")
    stop = keras.callbacks.EarlyStopping(
        "val_column_shapes", mode="max", baseline=1.0, patience=1
    )
    held_out = small.table(30, seed=1)
    history = small.fit(
        gan, epochs=5, validation_data=held_out, callbacks=[stop]
    )
    # Keras gives the first epoch another chance.
    assert len(history["val_column_shapes"]) == 2
    # With batches as in `fit`, as the draws are those of batches.
    found = gan.evaluate(held_out, batch_size=20, verbose=0, return_dict=True)
    for name in ("column_shapes", "pair_trends"):
        assert 0 < found[name] < 1
        assert history[f"val_{name}"][-1] == pytest.approx(found[name])


@quickest
def test_none_is_the_default_size_of_a_batch():
    gan = small.make()
    gan.fit(small.table(), batch_size=None, verbose=0)
    # A table that is smaller is drawn from until the batch is full.
    assert int(gan.optimizer.iterations) == 1
    assert len(gan.evaluate(small.table(), batch_size=None, verbose=0)) > 1


def test_saved_and_continued_equals_unbroken(same_state, tmp_path):
    # The seed of the penalty's draws is its own.
    unbroken, broken = (
        small.make(penalties=[keras_gan.penalties.GradientPenalty(seed=1)])
        for _ in "ab"
    )
    small.fit(unbroken, epochs=2)
    small.fit(broken)
    broken.save(tmp_path / "gan.keras")
    loaded = keras.saving.load_model(tmp_path / "gan.keras")
    small.fit(loaded, initial_epoch=1, epochs=2)
    same_state(unbroken, loaded)
    pair = [one.generate(8) for one in (unbroken, loaded)]
    for name, column in pair[0].items():
        np.testing.assert_array_equal(column, pair[1][name])


def test_mixed_precision():
    keras.config.set_dtype_policy("mixed_float16")
    gan = small.make()
    assert np.isfinite(list(small.fit(gan).values())).all()
    assert gan.generate(3)["size"].dtype == np.float64


# Generated tables -------------------------------------------------------------


@pytest.mark.parametrize(
    "conditions",
    [
        {"sex": "F"},
        {"label": 2},
        {"label": 0, "sex": "M"},
        {"sex": "F", "label": np.int64(1)},
    ],
)
def test_conditions_are_obeyed_in_all_rows(trained, conditions):
    # Hardly trained, so the generator itself does not obey.
    rows = trained.generate(40, conditions=conditions, seed=1, batch_size=16)
    assert {len(column) for column in rows.values()} == {40}
    for name, value in conditions.items():
        assert (rows[name] == value).all()


@once
def test_a_category_that_occurs_once_can_be_asked_for():
    data = small.table()
    data["label"] = np.where(np.arange(small.ROWS) == 7, 5, 0)
    gan = small.make(data=data)
    assert np.isfinite(gan.train_on_batch(data, return_dict=True)["g_loss"])
    assert gan.generate(3, conditions={"label": 5})["label"].tolist() == [5] * 3
    assert (
        np.bincount(gan.balance(data, "label")["label"])[[0, 5]].tolist()
        == [small.ROWS - 1] * 2
    )


class Obedient(keras.layers.Layer):
    """Rows of exactly the conditions; numbers tell the mode of inference."""

    def call(self, latents, conditions, training=False):
        size = ops.shape(latents)[0]
        mode = ops.full((size, 1), 0.5 if training else 0.0)
        return ops.concatenate([mode, conditions], axis=1)


def obedient(table):
    """A model that generates the conditions that it is given."""
    preprocessor = TablePreprocessor(max_modes=1)
    preprocessor.adapt(table)
    width = preprocessor.layout.condition_width
    inputs = [keras.Input((2,)), keras.Input((width,))]
    rows = Obedient()(*inputs)
    network = keras.Model(inputs, [rows, rows])
    critic = keras.Sequential(
        [
            keras.Input((1, preprocessor.layout.width + width)),
            keras.layers.Flatten(),
            keras.layers.Dense(1),
        ]
    )
    return keras_gan.TableGAN(network, critic, preprocessor, seed=1)


def test_without_conditions_categories_come_as_in_the_table():
    size = 3_000
    table = {
        "number": np.random.default_rng(0).normal(size=size),
        "kind": np.repeat(["a", "b", "c"], [2_700, 270, 30]),
        "half": ["x", "y"] * (size // 2),
    }
    gan = obedient(table)
    # What the generator is told: by the logarithm of the counts, as in
    # training, "c" would come as often as 20 % of the rows.
    told = table_drawing._categories(
        gan.preprocessor, {}, 2 * size, np.random.default_rng(0)
    )
    found = np.bincount(told, minlength=5) / size
    wanted = np.array([0.9, 0.09, 0.01, 0.5, 0.5])
    error = np.sqrt(wanted / size)
    assert (np.abs(found - wanted) < 4 * error).all()
    # And what it makes of it, though it knows no more than it is told.
    rows = gan.generate(size, seed=3)
    for value, share in (("a", 0.9), ("b", 0.09), ("c", 0.01)):
        error = (share * (1 - share) / size) ** 0.5
        assert abs((rows["kind"] == value).mean() - share) < 3 * error


def test_shares_are_right_though_the_generator_is_a_little_off():
    draws = np.random.default_rng(0)
    codes = np.stack(
        [
            draws.choice(3, 6_000, p=[0.5, 0.4, 0.1]),
            draws.integers(2, size=6_000),
        ],
        axis=1,
    )
    shares = [np.array([0.7, 0.28, 0.02]), np.array([0.4, 0.6])]
    rows = chosen_rows(codes, shares, 2_000, draws)
    assert len(set(rows)) == len(rows) == 2_000
    for column, share in zip(codes[rows].T, shares, strict=True):
        found = np.bincount(column) / 2_000
        error = np.sqrt(share * (1 - share) / 2_000)
        assert (np.abs(found - share) < 3 * error).all()


def test_rows_are_chosen_though_a_category_has_none():
    codes = np.repeat([0, 1], 50)[:, None]
    shares = [np.array([0.5, 0.25, 0.25])]
    rows = chosen_rows(codes, shares, 60, np.random.default_rng(0))
    assert len(set(rows)) == 60
    # Two thirds of them, which are 40 of the 50 there are.
    assert np.bincount(codes[rows, 0]).tolist() == [40, 20]
    # More than all there are cannot be had.
    rows = chosen_rows(
        codes, [np.array([0.9, 0.1])], 80, np.random.default_rng(0)
    )
    assert np.bincount(codes[rows, 0]).tolist() == [50, 30]


def test_generation_is_inference():
    table = {"number": np.arange(50) / 7, "kind": ["a", "b"] * 25}
    gan = obedient(table)
    center = gan.preprocessor.get_config()["state"]["columns"][0]
    number = gan.generate(4)["number"]
    # In training it would be 2 deviations from the mean.
    assert_close(number, center["modes"]["means"] * 4, rtol=1e-6)


def test_every_column_is_conditioned_by_its_own_categories():
    # The reference sets the wrong one in all columns but the first.
    table = {
        "number": np.arange(90) / 7,
        "first": ["a", "b", "c"] * 30,
        "second": ["d", "e"] * 45,
        "third": ["f", "g", "h"] * 30,
    }
    gan = obedient(table)
    told = []
    for column, value in (("first", "c"), ("second", "e"), ("third", "g")):
        number, code = gan.preprocessor.category(column, value)
        sizes = gan.preprocessor.layout.category_sizes
        told.append(sum(sizes[:number]) + code)
        rows = gan.generate(5, conditions={column: value}, batch_size=5)
        assert (rows[column] == value).all()
        # A generator that only makes its condition leaves others at 0, whose
        # first category then counts: all others are as in no condition.
        others = {"first": "a", "second": "d", "third": "f"}
        del others[column]
        for name, first in others.items():
            assert (rows[name] == first).all()
    assert told == [2, 4, 6]


def test_generate_is_a_function_of_its_seed(trained):
    one, same, other = (trained.generate(9, seed=s)["size"] for s in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 0
    assert np.abs(
        trained.generate(9)["size"] - trained.generate(9)["size"]
    ).max()


def test_tables_without_categories_or_without_numbers():
    number = {"x": np.random.default_rng(0).normal(size=60)}
    category = {"x": ["a", "b", "c"] * 20}
    for data in (number, category):
        gan = small.make(data=data)
        logs = gan.train_on_batch(data, return_dict=True)
        assert ("g_condition_loss" in logs) == (data is category)
        rows = gan.generate(7)["x"]
        assert len(rows) == 7
        assert data is number or set(rows) <= set(data["x"])


@once
def test_rare_categories_are_filled_up(trained):
    table = small.table()
    even = trained.balance(table, "label", seed=2)
    assert np.bincount(even["label"]).tolist() == [25, 25, 25]
    for name, values in table.items():
        np.testing.assert_array_equal(even[name][:60], values)
        assert even[name].dtype == values.dtype
    again = trained.balance(table, "label", seed=2)
    np.testing.assert_array_equal(again["size"], even["size"])
    with pytest.raises(ValueError, match="'size', which is of numbers"):
        trained.balance(table, "size")
    with pytest.raises(ValueError, match="must have the column 'label'"):
        trained.balance({"sex": table["sex"]}, "label")
    with pytest.raises(ValueError, match="with name besides"):
        trained.balance({**table, "name": table["sex"]}, "label")


@once
def test_a_frame_is_filled_up_by_a_model_of_arrays(trained):
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(small.table())
    even = trained.balance(table, "label", seed=2)
    assert even["label"].value_counts().tolist() == [25, 25, 25]
    pandas.testing.assert_frame_equal(even[:60], table)


@quickest
def test_rows_of_classes_are_mixed_into_batches():
    table = {"kind": ["x", "y", "z"] * 20, "number": np.arange(60) / 7,
             "label": ["a"] * 50 + ["b"] * 10}  # fmt: skip
    gan = obedient(table)
    rows, labels = gan.preprocessor.split(table, "label")
    whole = to_numpy(gan.preprocessor(table))
    np.testing.assert_array_equal(to_numpy(rows), whole[:, :4])
    assert labels.tolist() == [0] * 50 + [1] * 10
    source = gan.class_source("label")
    assert (source.num_classes, source.image_shape) == (2, (4,))
    latents = ops.zeros((2, 2))
    made = source.images(latents, np.array([0, 1]))
    # Inference, and the first of the categories that nothing was said of.
    np.testing.assert_array_equal(to_numpy(made), [[0, 1, 0, 0]] * 2)
    layer = keras_gan.layers.GANDataGenerator(
        source, 0.5, balance="uniform", seed=1
    )
    mixed, classes = layer(rows, labels)
    assert np.bincount(to_numpy(classes)).tolist() == [30, 30]
    new = to_numpy(classes) != labels
    assert new.sum() == 20 and (to_numpy(mixed)[new] == [0, 1, 0, 0]).all()
    ((made, classes),) = keras_gan.datasets.synthetic(source, counts={1: 3})
    assert made.shape == (3, 4) and list(classes) == [1, 1, 1]
    with pytest.raises(ValueError, match="'number', which is of numbers"):
        gan.class_source("number")
    with pytest.raises(ValueError, match="method `class_source`"):
        keras_gan.layers.GANDataGenerator(gan)


def test_calls_return_rows_of_numbers(trained):
    latents = np.ones((4, small.LATENT_DIM), "float32")
    width = trained.preprocessor.layout.condition_width
    conditions = np.eye(width, dtype="float32")[:4]
    rows = trained([latents, conditions])
    assert tuple(rows.shape) == (4, trained.preprocessor.layout.width)


# Networks ---------------------------------------------------------------------


@quickest
def test_networks_are_those_of_the_paper():
    preprocessor = small.adapted()
    layout = preprocessor.layout
    generator, discriminator = keras_gan.networks.table(preprocessor, seed=1)
    given = 128 + layout.condition_width
    sizes = [
        one.kernel.shape
        for one in generator.layers
        if isinstance(one, keras.layers.Dense)
    ]
    assert [tuple(size) for size in sizes] == [
        (given, 256),
        (given + 256, 256),
        (given + 512, layout.width),
    ]
    wide = 10 * (layout.width + layout.condition_width)
    kernels = [w.shape for w in discriminator.trainable_weights]
    assert tuple(kernels[0]) == (wide, 256)
    rows, logits = generator(
        [np.zeros((3, 128), "float32"),
         np.eye(layout.condition_width, dtype="float32")[:3]]
    )  # fmt: skip
    assert rows.shape == logits.shape == (3, layout.width)
    gan = keras_gan.TableGAN(generator, discriminator, preprocessor)
    recipe = keras_gan.networks.recipe("table", (layout.width,))
    gan.compile(**recipe.compile_arguments())
    assert recipe.batch_size % gan.pack == 0


def test_gumbel_softmax_draws_from_the_softmax():
    chances = np.array([0.6, 0.3, 0.1, 0.2, 0.8])
    layer = keras_gan.layers.TableActivation(1, [3, 2], seed=1)
    size = 4_000
    inputs = np.tile(np.concatenate([[0.3], np.log(chances)]), (size, 1))
    rows = to_numpy(layer(ops.convert_to_tensor(inputs.astype("float32"))))
    assert_close(rows[:, 0], np.full(size, np.tanh(0.3)), rtol=1e-5)
    for part, wanted in (
        (rows[:, 1:4], chances[:3]),
        (rows[:, 4:], chances[3:]),
    ):
        assert_close(part.sum(axis=1), np.ones(size), rtol=1e-5)
        shares = np.bincount(part.argmax(axis=1), minlength=len(wanted)) / size
        assert_close(shares, wanted, atol=4 * 0.5 / size**0.5)
    # At this temperature most are nearly one-hot.
    assert np.median(rows[:, 1:4].max(axis=1)) > 0.9


def test_segments_of_different_sizes_keep_their_places():
    segments = keras_gan.layers.tables.segments.Segments([2, 3, 4, 2])
    x = np.random.default_rng(0).normal(size=(4, 11)).astype("float32")
    found = to_numpy(segments.apply(ops.softmax, ops.convert_to_tensor(x)))
    parts = np.split(np.exp(x), [2, 5, 9], axis=1)
    wanted = [part / part.sum(axis=1, keepdims=True) for part in parts]
    assert_close(found, np.concatenate(wanted, axis=1), rtol=1e-5)


# Errors -----------------------------------------------------------------------


@once
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"conditions": {"size": 1}},
            "sex, label. .*'size', which is of",
        ),
        ({"conditions": {"age": 1}}, "'age', which is unknown"),
        ({"conditions": {"sex": "X"}}, "'F', 'M'.*Received: 'X'"),
        ({"num_rows": 0}, "`num_rows`"),
        ({"batch_size": 0}, "`batch_size`"),
        ({"seed": -1}, "`seed`"),
    ],
)
def test_what_cannot_be_generated(trained, arguments, message):
    with pytest.raises(ValueError, match=message):
        trained.generate(**{"num_rows": 3, **arguments})


@once
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 5}, "multiple of .* 2.*batch_size=5. Pass 4"),
        ({"y": np.ones(60)}, "`y` besides the table"),
        ({"sample_weight": np.ones(60)}, "`sample_weight` is not supported"),
        ({"validation_split": 0.1}, "`validation_data=`"),
        ({"x": {"size": [1.0]}}, "without label, sex"),
        ({"validation_data": small.table(1)}, "2 rows or more"),
        ({"validation_batch_size": 3, "validation_data": small.table()},
         "batch_size=3"),
    ],
)  # fmt: skip
def test_data_that_does_not_fit(trained, arguments, message):
    before = trained.get_weights()
    with pytest.raises(ValueError, match=message):
        trained.fit(**{"x": small.table(), "verbose": 0, **arguments})
    for old, new in zip(before, trained.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@once
def test_networks_of_another_table():
    preprocessor = small.adapted()
    other = small.adapted({"x": np.arange(50) / 7, "y": ["a", "b"] * 25})
    generator, critic = small.networks(preprocessor)
    with pytest.raises(ValueError, match="`generator` must take .*conditions"):
        keras_gan.TableGAN(small.networks(other)[0], critic, preprocessor)
    with pytest.raises(ValueError, match="`discriminator` must take rows"):
        keras_gan.TableGAN(generator, small.networks(other)[1], preprocessor)
    with pytest.raises(TypeError, match="TablePreprocessor.*dict"):
        keras_gan.TableGAN(generator, critic, {})
    with pytest.raises(ValueError, match=r"adapt\(table\)` first"):
        keras_gan.TableGAN(generator, critic, TablePreprocessor())
    constant = TablePreprocessor()
    constant.adapt({"x": [1, 1]})
    with pytest.raises(ValueError, match="all rows are equal"):
        keras_gan.networks.table(constant)


@quickest
@pytest.mark.parametrize("kinds", [{}, {"kind": ["a", "b"] * 1_000}])
def test_numbers_are_missing_as_often_as_in_the_table(kinds):
    numbers = np.random.default_rng(0).normal(size=2_000)
    numbers[::20] = np.nan
    gan = small.make(data={"number": numbers, **kinds})
    # It has learned nothing, so far more would be missing by itself.
    rows = gan.generate(2_000, seed=1)
    error = (0.05 * 0.95 / 2_000) ** 0.5
    assert abs(np.isnan(rows["number"]).mean() - 0.05) < 3 * error
