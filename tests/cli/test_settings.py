"""Settings: defaults filled in, plans of rounds, precision."""

import argparse
import contextlib
import dataclasses
import functools
import types

import keras
import pytest

from keras_gan import datasets, networks, penalties
from keras_gan.cli import precision as precision_module
from keras_gan.cli import settings as settings_module
from keras_gan.cli.building import build_gan
from keras_gan.cli.command import _parser
from keras_gan.cli.presets import FAMILIES
from keras_gan.cli.settings import (
    Settings,
    differences,
    resolve,
    steps_per_round,
)
from keras_gan.utils.records import parse_json, to_json

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

INFO = datasets.DatasetInfo("pictures", 1000, (8, 12, 3), 4)


def options(*arguments) -> argparse.Namespace:
    return _parser().parse_args(["train", *map(str, arguments)])


@pytest.fixture(autouse=True)
def slow_bfloat16(monkeypatch):
    monkeypatch.setattr(
        settings_module.devices, "bfloat16_is_fast", lambda: False
    )


def test_every_setting_survives_json():
    settings = resolve(options("--seed", 3), INFO)
    assert parse_json(to_json(settings), Settings, "`it`") == settings
    assert settings.image_shape == (8, 12, 3)


def test_what_is_asked_for_is_what_is_set():
    settings = resolve(
        options(
            *("--network", "dcgan", "--width", 8, "--latent-dim", 5),
            *("--batch-size", 10, "--epochs", 1.5, "--conditional", "--jit"),
            *("--learning-rate", 1e-3, "--loss", "hinge", "--save-every", 7),
        ),
        INFO,
    )
    assert (settings.network, settings.width) == ("dcgan", 8)
    assert (settings.latent_dim, settings.batch_size) == (5, 10)
    assert (settings.steps, settings.steps_per_round) == (150, 7)
    assert (settings.conditional, settings.jit) == (True, True)
    assert (settings.learning_rate, settings.loss) == (1e-3, "hinge")


def test_gain_is_known_only_if_it_was_measured(monkeypatch):
    measured = functools.cache(lambda convolution: 1.23456)
    monkeypatch.setattr(precision_module.precision, "measured_gain", measured)
    devices = types.SimpleNamespace(bfloat16_gain=lambda: measured(None))
    monkeypatch.setattr(precision_module, "devices", devices)
    assert precision_module.measured_gain() is None
    measured(None)
    assert precision_module.measured_gain() == 1.235


@pytest.mark.parametrize(
    "fast, precision", [(True, "bfloat16"), (False, "float32")]
)
def test_precision_is_decided_by_the_device(monkeypatch, fast, precision):
    monkeypatch.setattr(
        settings_module.devices, "bfloat16_is_fast", lambda: fast
    )
    dcgan = options("--network", "dcgan")
    assert resolve(dcgan, INFO).precision == precision
    # So small that there is nothing to gain.
    assert resolve(options("--network", "mlp"), INFO).precision == "float32"
    assert resolve(options("--precision", "float16"), INFO).precision == (
        "float16"
    )


@pytest.mark.parametrize("gain", [0.08, 1.5, None])
def test_emulated_precision_is_named(monkeypatch, gain):
    monkeypatch.setattr(settings_module.devices, "bfloat16_gain", lambda: gain)
    slow = contextlib.nullcontext()
    if gain == 0.08:
        slow = pytest.warns(UserWarning, match="12.5 times as long")
    with slow:
        chosen = resolve(options("--precision", "bfloat16"), INFO)
    assert chosen.precision == "bfloat16"


@pytest.mark.parametrize("steps", [1, 49, 60, 1009, 2500, 5000, 20_000, 99_991])
def test_rounds_are_about_twenty_five_and_not_short(steps):
    length = steps_per_round(steps)
    rounds = -(-steps // length)
    assert rounds <= 30
    assert rounds >= 20 or length == 50
    assert length * 20 <= steps or length == 50


def test_round_divides_the_run_where_it_can():
    assert all(
        steps % steps_per_round(steps) == 0
        for steps in (2500, 2600, 20_000, 50_000)
    )


def test_options_left_out_are_no_difference():
    settings = resolve(options("--width", 4), INFO)
    assert differences(options("--width", 4, "--steps", 9**9), settings) == []
    assert differences(options("--width", 5), settings) == ["--width 4 (not 5)"]
    assert differences(options("--no-conditional", "--no-jit"), settings) == [
        f"--jit {settings.jit} (not False)"
    ]


def test_settings_from_before_there_was_balance():
    settings = resolve(options("--balance", "uniform"), INFO)
    config = dataclasses.asdict(settings)
    assert config.pop("balance") == "uniform"
    restored = parse_json(to_json(config), Settings, "`it`")
    assert restored.balance == "none"


def test_gan_is_built_as_the_settings_say():
    asked = options(
        *("--network", "mlp", "--width", 6, "--steps", 100, "--conditional"),
        *("--learning-rate", 0.01),
    )
    settings = dataclasses.replace(resolve(asked, INFO), gamma=0.7)
    gan = build_gan(settings, 4)
    assert gan.num_classes == 4 and gan.image_shape == (8, 12, 3)
    assert [type(p) for p in gan.penalties] == [penalties.R1, penalties.R2]
    assert [p.gamma for p in gan.penalties] == [0.7, 0.7]
    for part in gan.optimizer.parts:
        assert isinstance(part, keras.optimizers.Adam)
        assert (part.beta_1, part.beta_2) == (0.0, settings.beta_2)
        schedule = part._learning_rate
        assert float(schedule(0)) == pytest.approx(0.01)
        assert float(schedule(100)) == pytest.approx(
            settings.final_learning_rate
        )


def test_loss_without_gamma_keeps_its_own_penalties():
    asked = options("--network", "mlp", "--width", 6, "--loss", "wasserstein")
    settings = dataclasses.replace(resolve(asked, INFO), gamma=0.7)
    names = [penalty.name for penalty in build_gan(settings, None).penalties]
    assert names == ["gradient_penalty"]


@pytest.mark.parametrize(
    "changes",
    [{"task": "pairs"}, {"network": "unet"}, {"latent_dim": 0}],
)
def test_networks_belong_to_their_task(changes):
    settings = resolve(options(), INFO)
    text = to_json(dataclasses.asdict(settings) | changes)
    with pytest.raises(ValueError, match="`it` is damaged.* of the task"):
        parse_json(text, Settings, "`it`")
    whole = {"task": "pairs", "network": "unet", "latent_dim": 0}
    again = to_json(dataclasses.asdict(settings) | whole)
    assert parse_json(again, Settings, "`it`").task == "pairs"


@pytest.mark.parametrize("network", FAMILIES)
def test_gan_of_a_family_is_compiled_with_its_recipe(network):
    info = datasets.DatasetInfo("pictures", 1000, (16, 16, 1), None)
    given = ("--network", network, "--width", 4, "--precision", "float32")
    settings = resolve(options(*given), info)
    gan = build_gan(settings, None)
    recipe = networks.recipe(network, (16, 16, 1))
    same = networks.recipe(network, (16, 16, 1)).compile_arguments()
    for player in ("generator", "discriminator"):
        made = getattr(gan.optimizer, player)
        wanted = same[f"{player}_optimizer"]
        assert float(made.learning_rate) == pytest.approx(
            float(wanted.learning_rate)
        )
        assert (made.beta_1, made.beta_2) == (wanted.beta_1, wanted.beta_2)
    assert gan.discriminator_steps == recipe.discriminator_steps
    assert {type(one) for one in gan.penalties} >= {
        type(one) for one in recipe.penalties
    }
    other = dataclasses.replace(settings, loss="relativistic", gamma=0.25)
    gan = build_gan(other, None)
    assert [one.gamma for one in gan.penalties if one.name in ("r1", "r2")] == [
        0.25,
        0.25,
    ]
