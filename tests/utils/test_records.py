"""Reading our own JSON files: every key removed, mistyped, out of range."""

import dataclasses
import json
import math

import pytest
from edits import edited, places, replaced, without
from runs import config

from keras_gan.callbacks.time_budget import BudgetState
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
BUDGET = BudgetState(9.0, 1, 5, 1.0, 2.0, 1e-3)
RECORDS = (
    config(("a", "b")),
    AUGMENT,
    Generated("m", 1, ["a"]),
    Done(1, 1, BUDGET),
)


def ids(record):
    return type(record).__name__


@pytest.mark.parametrize("record", RECORDS, ids=ids)
def test_what_is_written_is_read(record):
    assert parse_json(to_json(record), type(record), "`it`") == record


NUMBERS = (-1, 10**30, 1e300, math.nan, math.inf, -math.inf)
HOSTILE = (
    None, True, 0, 2**31, 2**63, 0.5, "", "x", "\0", "\udcff", [], ["x"], {},
    {"x": 1}, *NUMBERS,
)  # fmt: skip
# Compared with what is asked for, and not used.
COMPARED = ("images_of_data", "filter")
MAY_BE_LEFT_OUT = {
    "RunConfig": {
        "versions", "device", "images_sha256", "precision_asked",
        "bfloat16_gain",
    },
    "settings": {
        "metrics", "feature_extractor", "augment", "balance", "split",
        "minutes", "task", "second", "table", "columns", "attributes",
        "direction", "scale", "degradation", "masks", "resized_to", "crop",
        "flip", "strict", "start", "start_sha256",
        "freeze_layers", "held_out", "labels_for", "sharpen",
        "label", "categories", "rate", "length", "pieces", "normalize",
        "unit", "max_length",
    },
    "Done": {"budget", "health"},
    "budget": set(dataclasses.asdict(BUDGET)) - {"steps"},
    "dataset": {"num_classes", "class_names", "skipped", "split"},
}  # fmt: skip


def parsed(plain, record):
    """The record, or `None` if it is refused in one line."""
    text = plain if isinstance(plain, str) else json.dumps(plain)
    try:
        return parse_json(text, type(record), "`it`")
    except ValueError as error:
        assert "`it` is damaged" in str(error) and "\n" not in str(error)


@pytest.mark.parametrize("record", RECORDS, ids=ids)
def test_whatever_was_edited_is_one_line_or_a_record(record):
    plain = json.loads(to_json(record))
    found = [parsed(text, record) for text in edited(plain, HOSTILE)]
    assert {type(one) for one in found} == {type(record), type(None)}


@pytest.mark.parametrize("record", RECORDS, ids=ids)
def test_no_value_of_another_type_or_range_is_accepted(record):
    plain = json.loads(to_json(record))
    for place in places(plain):
        if place[0] in COMPARED and place[1:]:
            continue
        assert parsed(replaced(plain, place, [[{"x": None}]]), record) is None
        for value in NUMBERS if place[0] not in COMPARED else ():
            assert parsed(replaced(plain, place, value), record) is None


@pytest.mark.parametrize("record", RECORDS, ids=ids)
def test_no_key_may_be_left_out_unless_it_came_later(record):
    plain = json.loads(to_json(record))
    for place in places(plain):
        *before, key = place
        is_free = "versions" in before or "images_of_data" in before
        if isinstance(key, int) or is_free or before == ["added"]:
            continue
        may = MAY_BE_LEFT_OUT.get([ids(record), *before][-1], ())
        found = parsed(without(plain, place), record)
        assert (found is not None) == (key in may), place


@pytest.mark.parametrize(
    "name, value",
    [
        ("steps", 0), ("steps", 10**30), ("batch_size", 2**31), ("width", -1),
        ("seed", 2**31), ("learning_rate", 0), ("learning_rate", math.inf),
        ("beta_2", 1), ("gamma", math.nan), ("channels", 5), ("data", "a\0b"),
        ("network", "x"), ("image_size", [8]), ("image_size", [0, 8]),
        ("metrics", ["x"]), ("data", ""), ("balance", "x"),
    ],
)  # fmt: skip
def test_values_out_of_range(name, value):
    plain = dataclasses.asdict(config())
    plain["settings"][name] = value
    with pytest.raises(ValueError, match=rf"settings\.{name}"):
        parse_json(json.dumps(plain), RunConfig, "`it`")


def test_images_of_two_channels():
    plain = dataclasses.asdict(config())
    plain["settings"]["channels"] = 2
    with pytest.raises(ValueError, match="2 channels and None Hz"):
        parse_json(json.dumps(plain), RunConfig, "`it`")


@pytest.mark.parametrize(
    "data", [b"", b"{", b"\xff\xff", b"[" * 100_000, b"[]", b"9" * 5000, b"{}x"]
)
def test_text_that_is_no_record(tmp_path, data):
    (tmp_path / "x.json").write_bytes(data)
    with pytest.raises(ValueError, match="x.json` is damaged"):
        read_json(tmp_path / "x.json", RunConfig)
