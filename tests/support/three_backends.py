"""A pytest plugin: one command runs the tests on every backend.

A module that imports a framework, or is named after one (`test_x_jax.py`), is
bound to it, and so is a test that asks for `two_cpus`, a strategy of
TensorFlow. A test that another backend would not change is marked: `once` for
TensorFlow, `quickest` for PyTorch. Everything else runs on each backend.

Keras reads its backend once, so a backend has a process of its
own: the session that was started runs TensorFlow, and when it has ended it
starts one for JAX and one for PyTorch with the same arguments. If
`KERAS_BACKEND` is set, that backend is the only one.
"""

import ast
import functools
import importlib.util
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

BACKENDS = ("tensorflow", "jax", "torch")
BACKEND = os.environ.get("KERAS_BACKEND", "tensorflow")
OTHERS = () if "KERAS_BACKEND" in os.environ else BACKENDS[1:]
INSTALL = 'pip install ".[test,torch]"'
# What a session may end with and the next one still be worth running.
PASSED, FAILED, NOTHING = 0, 1, 5
_session = pytest.StashKey[pytest.Session]()
_peaks = pytest.StashKey[dict[str, int]]()


@functools.cache
def _statements(path: Path) -> list[ast.stmt]:
    return ast.parse(path.read_text()).body


@functools.cache
def frameworks_of(path: Path) -> frozenset[str]:
    """Returns the frameworks that a module imports outside its functions."""
    names = {path.stem.rpartition("_")[2]}
    for node in _statements(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return frozenset({name.split(".")[0] for name in names} & {*BACKENDS})


def is_left_to_another(path: Path) -> bool:
    """True if a mark leaves a whole module to another backend."""
    marks = [
        ast.unparse(node.value).rpartition(".")[2]
        for node in _statements(path)
        if isinstance(node, ast.Assign)
        and ast.unparse(node.targets[0]) == "pytestmark"
    ]
    only = _backends_of_marks()
    elsewhere = any(only.get(mark, BACKEND) != BACKEND for mark in marks)
    # But for what needs a strategy, which goes before the mark.
    return elsewhere and "two_cpus" not in path.read_text()


def runs_on(path: Path, backend: str) -> bool:
    """True if a test module can run on a backend."""
    return not frameworks_of(path) - {backend}


class _BoundElsewhere(pytest.Module):
    """A module of another backend, which is not even imported."""

    def collect(self):
        return []


def pytest_pycollect_makemodule(module_path, parent):
    # pytest calls it an error if a test that is named is not there.
    named = any("::" in argument for argument in parent.config.args)
    elsewhere = not named and is_left_to_another(module_path)
    if elsewhere or not runs_on(module_path, BACKEND):
        return _BoundElsewhere.from_parent(parent, path=module_path)
    return None


def pytest_collection_modifyitems(config, items):
    """Leaves to one backend what one is enough for; examples come first.

    They are a file that takes a minute. A worker that came to it last would
    leave the other one without work.
    """
    items.sort(key=lambda item: len(item.path.parts))
    only = [_only_backend(item) for item in items]
    pairs = list(zip(items, only, strict=True))
    elsewhere = [item for item, name in pairs if name not in (BACKEND, None)]
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = [item for item, name in pairs if name in (BACKEND, None)]


def _only_backend(item) -> str | None:
    """The backend that alone runs a test, if there is one."""
    if "two_cpus" in getattr(item, "fixturenames", ()):
        return BACKENDS[0]
    # A mark of the test goes before one of the module.
    marks = (mark.name for mark in item.iter_markers())
    only = _backends_of_marks()
    return next((only[name] for name in marks if name in only), None)


def _backends_of_marks() -> dict[str, str]:
    return {"once": BACKENDS[0], "quickest": quickest()}


@functools.cache
def quickest() -> str:
    """PyTorch, which neither traces nor compiles; else TensorFlow.

    It may be missing, and a session of TensorFlow alone leaves nothing out.
    """
    first, *_, last = BACKENDS
    asked = OTHERS or BACKEND == last
    return last if asked and importlib.util.find_spec(last) else first


def is_worker(config) -> bool:
    """True in a process that xdist started."""
    return hasattr(config, "workerinput")


def runs_tests(config) -> bool:
    """False in the process that only hands tests out to workers."""
    return is_worker(config) or not config.getoption("numprocesses", None)


def pytest_configure(config):
    config.addinivalue_line(
        "markers",
        "once: runs on TensorFlow only; another backend would not change it",
    )
    config.addinivalue_line(
        "markers",
        "quickest: runs on PyTorch only, where it is installed, and else on"
        " TensorFlow; no backend would change it",
    )
    config.stash[_peaks] = {}


def pytest_sessionstart(session):
    session.config.stash[_session] = session


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    config = session.config
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if is_worker(config):
        config.workeroutput["peak_memory"] = peak
    elif runs_tests(config):
        config.stash[_peaks]["this process"] = peak


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    if peak := getattr(node, "workeroutput", {}).get("peak_memory"):
        node.config.stash[_peaks][node.gateway.id] = peak


def pytest_terminal_summary(terminalreporter, config):
    peaks = config.stash[_peaks]
    # Linux counts in KiB, macOS in bytes.
    unit = 2**30 if sys.platform == "darwin" else 2**20
    line = ", ".join(f"{name} {v / unit:.2f} GiB" for name, v in peaks.items())
    if peaks:
        terminalreporter.write_line(f"{BACKEND}: peak memory of {line}")


def pytest_unconfigure(config):
    """Runs the other backends and makes one exit status of all."""
    session = config.stash.get(_session, None)
    if session is None or is_worker(config) or not OTHERS:
        return
    if config.option.collectonly or not _may_go_on(session):
        return
    capture = config.pluginmanager.getplugin("capturemanager")
    capture.suspend_global_capture(in_=True)
    codes = {BACKEND: int(session.exitstatus)}
    codes |= {name: _run(config, name) for name in OTHERS}
    session.exitstatus = combined(codes.values())
    reporter = config.pluginmanager.getplugin("terminalreporter")
    reporter.section("backends")
    for name, code in codes.items():
        reporter.write_line(f"{name}: {_told(name, code)}")


def _may_go_on(session) -> bool:
    """False after an interruption, a wrong argument or `-x`."""
    ended = int(session.exitstatus) in (PASSED, FAILED, NOTHING)
    return ended and not session.shouldfail and not session.shouldstop


def arguments_for(arguments, backend: str) -> list[str] | None:
    """The arguments without modules of other frameworks; None if none is left.

    pytest calls it an error if a module that is named has no tests.
    """
    modules = [a for a in arguments if a.split("::")[0].endswith(".py")]
    left = [a for a in modules if runs_on(Path(a.split("::")[0]), backend)]
    if modules and not left:
        return None
    return [a for a in arguments if a in left or a not in modules]


def _run(config, backend: str) -> int | None:
    """The exit status of the tests on a backend; None if it is missing."""
    if importlib.util.find_spec(backend) is None:
        return None
    parameters = config.invocation_params
    arguments = arguments_for([*map(str, parameters.args)], backend)
    if arguments is None:
        return NOTHING
    command = [sys.executable, "-m", "pytest", *arguments]
    if config.pluginmanager.hasplugin("cacheprovider"):
        # What failed last, for `--last-failed`, is remembered for each.
        command += ["-o", f"cache_dir=.pytest_cache/{backend}"]
    sys.stdout.flush()
    return subprocess.run(
        command,
        cwd=parameters.dir,
        env={**os.environ, "KERAS_BACKEND": backend},
        check=False,
    ).returncode


def combined(codes) -> int:
    """The first exit status that tells of a failure, if there is one."""
    ran = [code for code in codes if code not in (None, NOTHING)]
    failed = [code for code in ran if code != PASSED]
    return [*failed, *ran, NOTHING][0]


def _told(backend: str, code: int | None) -> str:
    if code is None:
        return f"NOT TESTED, it is not installed ({INSTALL})"
    told = {PASSED: "passed", FAILED: "FAILED", NOTHING: "no tests to run"}
    return told.get(code, f"FAILED with exit status {code}")
