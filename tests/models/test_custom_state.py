"""A system of one's own is saved, loaded and resumed to the bit."""

import keras
import numpy as np
import pytest
from keras import layers
from portable import QUICK_STEPS

from keras_gan import penalties
from keras_gan.optimizers import AdversarialOptimizer


def fit(model, data, **kwargs):
    kwargs = {"batch_size": 8, "shuffle": False, "verbose": 0, **kwargs}
    return model.fit(data, **kwargs).history


@pytest.fixture
def system(make_three):
    """A class that can be saved: penalties with state, and an average."""

    @keras.saving.register_keras_serializable(package="test_custom_state")
    class Saved(make_three.system):
        def __init__(self, *networks, **kwargs):
            super().__init__(*networks, **kwargs)
            self.steps = self.add_weight(
                name="steps", initializer="zeros", trainable=False
            )

        def penalties_of(self, name):
            if name == "maker":
                return ()
            return (
                penalties.GradientPenalty(every=2, name=f"{name}_penalty"),
                penalties.LeCam(name=f"{name}_lecam"),
            )

        def turns(self, batch):
            maker, critic, judge = self.players
            yield (critic, judge), batch
            yield (maker, judge), batch

        def after_step(self):
            self.steps.assign(self.steps + 1.0)

        @classmethod
        def from_config(cls, config):
            one = keras.saving.deserialize_keras_object
            return cls(**{k: one(v) for k, v in config.items()})

    return Saved


@pytest.fixture
def make_saved(make_three, system):
    def make(seed=7, **kwargs):
        noise = layers.GaussianNoise(0.1, seed=3)
        critic = keras.Sequential([layers.Input((2,)), noise, layers.Dense(1)])
        model = make_three(system, critic=critic, seed=seed)
        model.compile(
            {"maker": "adam", "critic": None, "judge": "rmsprop"}, **kwargs
        )
        return model

    return make


def test_a_resumed_run_is_the_run(make_saved, pairs, same_state, tmp_path):
    whole = make_saved()
    save = keras.callbacks.ModelCheckpoint(tmp_path / "{epoch}.keras")
    # Three steps: the lazy penalties are due in some and not in others.
    logs = fit(whole, pairs[:24], epochs=2, callbacks=[save])
    rest = keras.saving.load_model(tmp_path / "1.keras")
    assert type(rest) is type(whole)
    optimizer = rest.optimizer
    assert optimizer.names == ("maker", "critic", "judge")
    assert isinstance(optimizer.judge, keras.optimizers.RMSprop)
    found = fit(rest, pairs[:24], epochs=2, initial_epoch=1)
    assert found == {name: values[1:] for name, values in logs.items()}
    same_state(whole, rest)
    assert float(keras.ops.convert_to_numpy(rest.steps)) == 6.0
    for one, other in zip(whole.own_state(), rest.own_state(), strict=True):
        np.testing.assert_array_equal(
            *map(keras.ops.convert_to_numpy, (one, other))
        )
    assert len(whole.own_state()) == 2 * (1 + 3)


@pytest.mark.quickest
def test_weights_alone_are_the_whole_state(
    make_saved, pairs, same_state, tmp_path
):
    model, other = make_saved(**QUICK_STEPS), make_saved(99)
    fit(model, pairs)
    model.save_weights(tmp_path / "model.weights.h5")
    other.load_weights(tmp_path / "model.weights.h5")
    same_state(model, other)


@pytest.mark.quickest
def test_same_seed_same_run(make_saved, pairs, same_state):
    models = []
    for _ in range(2):
        # Seeds that are left out follow from this one.
        keras.utils.set_random_seed(1)
        models.append(make_saved(**QUICK_STEPS))
        fit(models[-1], pairs)
    same_state(*models)


@pytest.mark.quickest
def test_metrics_by_the_names_of_scores_survive(make_saved, tmp_path):
    metric = keras.metrics.MeanSquaredError(name="distance")
    model = make_saved(metrics={"judge": [metric]}, run_eagerly=True)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.metric_scores == ["judge"]
    assert [metric.name for metric in loaded.sample_metrics] == ["distance"]
    assert isinstance(loaded.optimizer, AdversarialOptimizer)
    assert loaded.run_eagerly
