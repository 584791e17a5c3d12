"""`keras-gan train` on several devices, a strategy of TensorFlow."""

from runs import history

from keras_gan.callbacks.run_checkpoint import read_record
from keras_gan.cli import jobs


def test_several_devices_share_each_batch(
    train, run_command, monkeypatch, two_cpus
):
    plan = ("--steps", 3, "--save-every", 3, "--quiet", "--out", "run")
    assert train(*plan)[0] == 0
    monkeypatch.setattr(jobs.devices, "distribution_strategy", lambda: two_cpus)
    code, _, errors = run_command("train", "--resume", "run", "--steps", 9)
    assert (code, errors) == (0, "")
    assert read_record("run/model.keras")["steps"] == 9
    assert [row[1] for row in history("run")[1:]] == ["3", "6", "9"]
