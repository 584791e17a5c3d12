import json

import pytest

from keras_gan.utils.workers import is_chief

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

WORKERS = {"worker": ["a:1", "b:1"]}
WITH_CHIEF = {"chief": ["c:1"], "worker": ["a:1"]}


def test_a_process_on_its_own_is_the_chief(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    assert is_chief()


@pytest.mark.parametrize(
    ("cluster", "kind", "index", "expected"),
    [
        (WORKERS, "worker", 0, True),
        (WORKERS, "worker", 1, False),
        (WITH_CHIEF, "worker", 0, False),
        (WITH_CHIEF, "chief", 0, True),
    ],
)
def test_one_process_of_a_cluster_is_the_chief(
    monkeypatch, cluster, kind, index, expected
):
    config = {"cluster": cluster, "task": {"type": kind, "index": index}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    assert is_chief() is expected
