import doctest
import os

import pytest

from keras_gan.utils import machine

# Another backend would change nothing.
pytestmark = pytest.mark.once

GIB = 2**30
V1, V2 = "4:cpu,cpuacct:/job/7\n3:memory:/job/7\n2:pids:/", "0::/job/7"


def test_examples_run():
    assert doctest.testmod(machine).failed == 0


@pytest.fixture
def system(tmp_path, monkeypatch):
    """Function that writes files of /proc and /sys/fs/cgroup; 8 cores."""
    monkeypatch.setattr(machine, "_PROC", tmp_path / "proc")
    monkeypatch.setattr(machine, "_CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(
        os, "sched_getaffinity", lambda _: set(range(8)), raising=False
    )

    def write(files):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{content}\n")

    return write


@pytest.mark.parametrize(
    "groups, files, cores",
    [
        (V2, {"job/7/cpu.max": "150000 100000"}, 2),
        (V2, {"job/7/cpu.max": "max 100000"}, 8),
        (V2, {"job/cpu.max": "300000 100000", "cpu.max": "max 100000"}, 3),
        # In a container, the group is its root, whatever it is called outside.
        (V2, {"cpu.max": "50000 100000"}, 1),
        (V1, {"cpu/job/7/cpu.cfs_quota_us": 400000,
              "cpu/job/7/cpu.cfs_period_us": 100000}, 4),
        (V1, {"cpu/cpu.cfs_quota_us": -1, "cpu/cpu.cfs_period_us": 1000}, 8),
        ("", {}, 8),
    ],
)  # fmt: skip
def test_cores_within_the_quota(system, groups, files, cores):
    system({"proc/self/cgroup": groups})
    system({f"cgroup/{name}": content for name, content in files.items()})
    assert machine.usable_cores() == cores


@pytest.mark.parametrize(
    "groups, files, free",
    [
        (V2, {"job/7/memory.max": 3 * GIB, "job/7/memory.current": 2 * GIB,
              "job/7/memory.stat": f"anon 5\ninactive_file {GIB // 2}"}, 1.5),
        (V2, {"job/7/memory.max": "max", "memory.max": "max"}, 6),
        (V2, {"job/memory.max": GIB, "job/memory.current": 2 * GIB}, 0),
        (V1, {"memory/job/7/memory.limit_in_bytes": 4 * GIB,
              "memory/job/7/memory.usage_in_bytes": 2 * GIB,
              "memory/job/7/memory.stat": f"total_inactive_file {GIB}"}, 3),
        (V1, {"memory/memory.limit_in_bytes": 2**63 - 4096,
              "memory/memory.usage_in_bytes": GIB}, 6),
    ],
)  # fmt: skip
def test_memory_within_the_limit(system, groups, files, free):
    system({"proc/self/cgroup": groups})
    system({"proc/meminfo": f"MemTotal: 9 kB\nMemAvailable: {6 * 2**20} kB"})
    system({f"cgroup/{name}": content for name, content in files.items()})
    assert machine.available_memory() == free * GIB


def test_a_system_that_does_not_say_has_little_memory(system):
    assert machine.available_memory() == GIB / 2


class TestWorkers:
    @pytest.mark.parametrize(
        "asked, given", [(None, 8), (0, 1), (1, 1), (8, 8)]
    )
    def test_number(self, system, asked, given):
        assert machine.workers(asked) == given

    def test_default_on_large_machines(self, system, monkeypatch):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(200))
        assert machine.workers(None) == 16

    def test_more_than_cores_are_used_with_a_warning(self, system):
        words = "1,000 workers are more than the 8 cores .*`--num-workers`"
        with pytest.warns(UserWarning, match=words) as warned:
            assert machine.workers(1000) == 1000
        assert len(warned) == 1

    @pytest.mark.parametrize("wrong", [-1, 2.5, "2", True])
    def test_what_is_no_number_of_workers(self, wrong):
        with pytest.raises(ValueError, match="`num_workers` must be an int"):
            machine.workers(wrong)
