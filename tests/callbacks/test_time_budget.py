"""`TimeBudget`: plans, rates and ends, by a clock that tests move."""

import math
import types

import keras
import numpy as np
import pytest
from portable import assert_equal

import keras_gan
from keras_gan.callbacks import TimeBudget
from keras_gan.utils import clock as clock_module

RATE = 0.5
EPOCH = 20


class Clock:
    """Time that passes only when a test says so."""

    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(clock_module, "seconds", clock)
    return clock


class Machine:
    """What `fit` does to a callback, at a given pace, without any training.

    Args:
        clock: The time.
        step: Seconds of a step, or a function of the seconds so far.
        first: Further seconds of the first step, which compiles.
        end: Seconds of the work at the end of an epoch.
    """

    def __init__(self, clock, step=1.0, *, first=0.0, end=0.0):
        self.clock = clock
        self.step = step if callable(step) else lambda seconds: step
        self.first, self.end = first, end
        self.model = types.SimpleNamespace(
            optimizer=keras.optimizers.SGD(RATE),
            steps_per_execution=1,
            stop_training=False,
        )
        self.rates, self.plans = [], []

    def fit_too_little(self, budget, epochs):
        with pytest.warns(UserWarning, match="because the epochs ended"):
            return self.fit(budget, epochs)

    def fit(self, budget, epochs=10**6, steps=EPOCH):
        self.begun = self.clock.now
        budget.set_params({"steps": steps})
        budget.set_model(self.model)
        self.model.stop_training = False
        budget.on_train_begin()
        self.clock.now += self.first
        for epoch in range(epochs):
            budget.on_epoch_begin(epoch)
            for batch in range(steps):
                self._step(budget, batch)
                if self.model.stop_training:
                    break
            budget.on_epoch_end(epoch)
            self.clock.now += self.end
            if self.model.stop_training:
                break
        budget.on_train_end()
        return self

    def _step(self, budget, batch):
        budget.on_train_batch_begin(batch)
        self.rates.append(float(self.model.optimizer.learning_rate))
        if not self.model.stop_training:
            self.plans.append(budget.planned_steps)
        self.clock.now += self.step(self.clock.now - self.begun)

    @property
    def seconds(self):
        return self.clock.now - self.begun


def cosine(share):
    return RATE * (0.1 + 0.9 * (1 + np.cos(np.pi * np.asarray(share))) / 2)


@pytest.mark.quickest
@pytest.mark.parametrize("steps", [1, 2, 7, EPOCH, 10**5])
def test_it_ends_on_time_with_compiling_and_all_saving(clock, steps):
    # The end of an only epoch could not have been foreseen.
    end = 0.5 * steps if steps < 100 else 0.0
    machine = Machine(clock, 1.0, first=40, end=end)
    machine.fit(TimeBudget(minutes=10), steps=steps)
    assert 0.97 * 600 <= machine.seconds <= 600
    assert machine.rates[0] == RATE
    assert machine.rates[-1] == pytest.approx(0.1 * RATE, rel=0.02)
    assert max(np.diff(machine.rates)) < 0.01 * RATE


@pytest.mark.quickest
@pytest.mark.parametrize("factor", [0.3, 3.0, 10.0])
@pytest.mark.parametrize("moment", [100, 400, 550])
def test_it_ends_on_time_when_the_machine_changes_its_pace(
    clock, factor, moment
):
    machine = Machine(
        clock, lambda seconds: 0.5 * (factor if seconds > moment else 1), end=1
    )
    machine.fit(TimeBudget(minutes=10))
    assert 0.95 * 600 <= machine.seconds <= 1.02 * 600
    assert machine.rates[-1] < 0.2 * RATE


@pytest.mark.quickest
def test_rates_are_a_cosine_of_the_steps_by_a_steady_plan(clock):
    machine = Machine(clock, 0.25, first=30).fit(TimeBudget(minutes=2))
    # Some steps are measured first; then 90 seconds are left.
    assert set(machine.plans) <= {None, *range(350, 367)}
    assert len(set(machine.plans)) == 2
    shares = np.arange(len(machine.rates)) / machine.plans[-1]
    np.testing.assert_allclose(machine.rates, cosine(shares), atol=0.01 * RATE)


@pytest.mark.quickest
def test_a_noisy_pace_hardly_changes_the_plan(clock):
    noise = np.random.default_rng(0)
    machine = Machine(clock, lambda seconds: noise.uniform(0.1, 0.3))
    machine.fit(TimeBudget(minutes=20), steps=500)
    settled = machine.plans[len(machine.plans) // 10 :]
    assert max(settled) < 1.07 * min(settled) and len(set(settled)) < 5
    assert 0.96 * 1200 <= machine.seconds <= 1200


@pytest.mark.quickest
def test_steps_that_rarely_take_longer_are_in_the_first_plan(clock):
    turns = iter(range(10**6))
    # Penalties in every sixteenth update: 1.5 seconds on average.
    machine = Machine(clock, lambda _: 1.0 if next(turns) % 16 else 9.0)
    machine.fit(TimeBudget(minutes=10), steps=10**5)
    assert 0.96 * 600 <= machine.seconds <= 600
    assert machine.rates[-1] == pytest.approx(0.1 * RATE, rel=0.05)
    settled = machine.plans[len(machine.plans) // 10 :]
    assert max(settled) < 1.25 * min(settled)


@pytest.mark.quickest
def test_the_time_of_a_fit_that_failed_is_used(clock):
    class Failing(Machine):
        def _step(self, budget, batch):
            super()._step(budget, batch)
            if len(self.rates) == 41:
                raise FloatingPointError

    budget = TimeBudget(minutes=5)
    with pytest.raises(FloatingPointError):
        Failing(clock).fit(budget)
    clock.now += 1000  # Time for a new idea is not part of it.
    assert Machine(clock).fit(budget).seconds == pytest.approx(260, abs=2)


@pytest.mark.quickest
def test_the_first_end_of_an_epoch_says_little(clock):
    class Tracing(Machine):
        @property
        def end(self):
            return 30.0 if self.clock.now < self.begun + 100 else 2.0

        @end.setter
        def end(self, seconds):
            pass

    known = {"seconds_per_step": 1.0, "seconds_per_epoch": 3.0}
    machine = Tracing(clock).fit(TimeBudget(10, state=known), steps=70)
    assert 0.97 * 600 <= machine.seconds <= 600
    assert max(machine.plans) < 1.07 * min(machine.plans)


@pytest.mark.quickest
@pytest.mark.parametrize("epochs", [3, 11])
def test_it_goes_on_from_its_state(clock, epochs):
    whole = Machine(clock, 1.0, end=2.0).fit(TimeBudget(minutes=5))
    budget = TimeBudget(minutes=5)
    begun = Machine(clock, 1.0, end=2.0).fit_too_little(budget, epochs)
    state = budget.state()
    assert state["steps"] == epochs * EPOCH
    assert state["seconds"] == epochs * (EPOCH + 2)
    rest = Machine(clock, 1.0, end=2.0)
    rest.fit(TimeBudget(minutes=5, state=state))
    assert begun.rates + rest.rates == whole.rates


@pytest.mark.quickest
def test_two_fits_share_the_time(clock):
    budget = TimeBudget(minutes=5)
    Machine(clock).fit_too_little(budget, epochs=2)
    clock.now += 1000
    assert not budget.is_over
    assert Machine(clock).fit(budget).seconds == pytest.approx(260, abs=2)
    assert budget.is_over
    assert budget.steps == pytest.approx(300, abs=3)


@pytest.mark.quickest
def test_a_fit_without_time_does_the_step_that_keras_cannot_avoid(clock):
    budget = TimeBudget(minutes=5)
    Machine(clock).fit(budget)
    again = Machine(clock).fit(budget)
    assert again.seconds == 1.0
    assert again.rates == pytest.approx([0.1 * RATE])


@pytest.mark.quickest
def test_no_epoch_begins_after_an_end_that_took_the_rest(clock):
    class Late(Machine):
        def _step(self, budget, batch):
            super()._step(budget, batch)
            if len(self.rates) == EPOCH:
                self.clock.now += 300  # What callbacks before it do.

    machine = Late(clock).fit(TimeBudget(minutes=5))
    assert len(machine.rates) == EPOCH


@pytest.mark.quickest
def test_epochs_that_end_long_before_the_plan_are_named(clock):
    words = "Of 300 steps for which there is time only 40 are done"
    with pytest.warns(UserWarning, match=f"{words}.*Pass more `epochs`"):
        Machine(clock).fit(TimeBudget(minutes=5), epochs=2)

    class Stopped(Machine):
        def _step(self, budget, batch):
            super()._step(budget, batch)
            self.model.stop_training |= len(self.rates) == 30

    Stopped(clock).fit(TimeBudget(minutes=5))  # On purpose.
    Machine(clock).fit(TimeBudget(minutes=5), epochs=15)  # Nearly all.


@pytest.mark.quickest
def test_the_time_to_compile_is_kept_for_who_goes_on(clock):
    budget = TimeBudget(minutes=5)
    Machine(clock, first=40).fit_too_little(budget, epochs=2)
    Machine(clock).fit(budget)
    state = budget.state()
    assert state["seconds_to_compile"] == 41
    assert TimeBudget(minutes=5, state=state).state() == state


@pytest.mark.quickest
def test_several_steps_at_once_are_counted(clock):
    machine = Machine(clock, 4.0)
    machine.model.steps_per_execution = 4
    budget = TimeBudget(minutes=10)
    budget.set_params({"steps": 10})
    budget.set_model(machine.model)
    budget.on_train_begin()
    for epoch in range(2):
        budget.on_epoch_begin(epoch)
        for batch in (0, 4, 8):
            budget.on_train_batch_begin(batch)
            clock.now += 4
    assert budget.steps == 20


@pytest.mark.quickest
@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"minutes": 0}, r"`minutes` must be in .*Received: minutes=0"),
        ({"minutes": math.nan}, "`minutes` must be in"),
        ({"minutes": 1, "alpha": 2}, r"`alpha` must be in \[0, 1\]"),
        ({"minutes": 1, "state": {"steps": -1}}, "`state` is damaged"),
        ({"minutes": 1, "state": {"foo": 1}}, "Received: foo. Leave that out"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        TimeBudget(**arguments)


@pytest.mark.quickest
def test_schedules_are_refused_before_training(clock):
    machine = Machine(clock)
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 10)
    optimizers = keras_gan.optimizers.AdversarialOptimizer
    for optimizer in (
        keras.optimizers.SGD(schedule),
        optimizers("sgd", keras.optimizers.SGD(schedule)),
    ):
        machine.model.optimizer = optimizer
        with pytest.raises(ValueError, match="Create it with a number as"):
            machine.fit(TimeBudget(minutes=1))
    assert machine.rates == []


@pytest.mark.quickest
def test_several_workers_are_refused(clock, monkeypatch):
    monkeypatch.setattr(
        "keras_gan.callbacks.time_budget.devices.has_workers", lambda: True
    )
    with pytest.raises(ValueError, match="Received: several workers"):
        Machine(clock).fit(TimeBudget(minutes=1))


class Passing(keras.callbacks.Callback):
    """Lets a second pass with each step, two at the end of an epoch."""

    async_safe = True

    def __init__(self, clock, budget, path):
        super().__init__()
        self.clock, self.budget, self.path = clock, budget, path
        self.rates, self.state = [], {}

    def on_train_batch_begin(self, batch, logs=None):
        self.clock.now += 1

    def on_epoch_end(self, epoch, logs=None):
        self.clock.now += 2
        parts = self.model.optimizer.parts
        self.rates.append([float(part.learning_rate) for part in parts])
        if epoch == 3:
            self.state = self.budget.state()
            self.model.save(self.path)


def test_resumed_gan_ends_with_the_same_weights(clock, tmp_path):
    gan = keras_gan.GAN(
        *keras_gan.networks.mlp((4, 4, 1), latent_dim=2, hidden=(4,)), seed=1
    )
    gan.compile(
        *(keras.optimizers.SGD(rate) for rate in (1e-3, 2e-3)),
        loss="non_saturating",
        penalties=(),
    )
    images = np.random.uniform(-1, 1, (24, 4, 4, 1)).astype("float32")
    path = tmp_path / "gan.keras"

    def fit(model, state, first_epoch):
        budget = TimeBudget(minutes=1, state=state)
        passing = Passing(clock, budget, path)
        model.fit(
            images, batch_size=4, epochs=99, shuffle=False, verbose=0,
            callbacks=[passing, budget], initial_epoch=first_epoch,
        )  # fmt: skip
        return passing

    passing = fit(gan, None, 0)
    assert clock.now - 1000 == pytest.approx(60, abs=3)
    ratios = np.divide(*np.transpose(passing.rates))
    np.testing.assert_allclose(ratios, 0.5, rtol=1e-6)
    assert passing.rates[-1][0] < 2e-4 < 9e-4 < passing.rates[0][0]
    assert passing.state["steps"] == 24
    resumed = keras.saving.load_model(path)
    fit(resumed, passing.state, 4)
    for weight, same in zip(
        resumed.get_weights(), gan.get_weights(), strict=True
    ):
        assert_equal(weight, same)
