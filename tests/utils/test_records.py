"""Reading our own JSON files: every key removed, mistyped, out of range."""

import dataclasses
import json
import math

import pytest
from runs import config

from keras_gan.cli.augment.folder import AugmentSettings
from keras_gan.cli.generated_folder import Generated
from keras_gan.cli.run_folder import Done, RunConfig
from keras_gan.utils.records import parse_json, read_json, to_json

# Another backend would change nothing.
pytestmark = pytest.mark.once

AUGMENT = AugmentSettings(
    "photos", {"number": 3}, "model.keras", "0" * 64, {"a": 1}, 0.5, None, None,
    8, 0, None, {"keras": "3"},
)  # fmt: skip
RECORDS = (config(("a", "b")), AUGMENT, Generated("m", 1, ["a"]), Done(1, 1))


def ids(record):
    return type(record).__name__


@pytest.mark.parametrize("record", RECORDS, ids=ids)
def test_what_is_written_is_read(record):
    assert parse_json(to_json(record), type(record), "`it`") == record


def leaves(value, place=()):
    """The place of every value in nested dicts."""
    if not isinstance(value, dict):
        return [place]
    below = [leaves(one, (*place, key)) for key, one in value.items()]
    return [place, *(leaf for some in below for leaf in some)][not place :]


@pytest.mark.parametrize("record", RECORDS, ids=ids)
def test_no_value_of_another_type_is_accepted(record):
    for place in leaves(json.loads(to_json(record))):
        if "images_of_data" in place[:-1]:  # Compared, never used.
            continue
        plain = json.loads(to_json(record))
        parent = plain
        for key in place[:-1]:
            parent = parent[key]
        parent[place[-1]] = [[{"x": None}]]
        with pytest.raises(ValueError, match="is damaged"):
            parse_json(json.dumps(plain), type(record), "`it`")


def test_no_setting_may_be_left_out_unless_it_came_later():
    later = {"metrics", "feature_extractor", "augment", "balance", "split"}
    for field in dataclasses.fields(config().settings):
        plain = dataclasses.asdict(config())
        del plain["settings"][field.name]
        if field.name in later:
            parse_json(json.dumps(plain), RunConfig, "`it`")
            continue
        with pytest.raises(ValueError, match=f"`{field.name}`.*Restore it"):
            parse_json(json.dumps(plain), RunConfig, "`it`")


@pytest.mark.parametrize(
    "name, value",
    [
        ("steps", 0), ("steps", 10**30), ("batch_size", 2**31), ("width", -1),
        ("seed", 2**31), ("learning_rate", 0), ("learning_rate", math.inf),
        ("beta_2", 1), ("gamma", math.nan), ("channels", 2), ("data", "a\0b"),
        ("network", "x"), ("image_size", [8]), ("image_size", [0, 8]),
        ("metrics", ["x"]), ("data", ""), ("balance", "x"),
    ],
)  # fmt: skip
def test_values_out_of_range(name, value):
    plain = dataclasses.asdict(config())
    plain["settings"][name] = value
    with pytest.raises(ValueError, match=rf"settings\.{name}"):
        parse_json(json.dumps(plain), RunConfig, "`it`")


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\xff", b"[" * 100_000, b"[]", b"9" * 5000, b"{}x"]
)
def test_text_that_is_no_record(tmp_path, data):
    (tmp_path / "x.json").write_bytes(data)
    with pytest.raises(ValueError, match="x.json` is damaged"):
        read_json(tmp_path / "x.json", RunConfig)
