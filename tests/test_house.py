"""The rules of the house, read off the source: see CONTRIBUTING.md."""

import ast
import doctest
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
import pytest
from house import (
    CONTRIBUTING,
    FLOORS,
    PACKAGE,
    ROOT,
    contributing_with_table,
    floor_of,
    may_import,
)

import keras_gan

# Another backend would change nothing.
pytestmark = pytest.mark.once

FILES = sorted(PACKAGE.rglob("*.py"))
# What is in no room: it re-exports, or starts the command.
NO_ROOM = {"__init__", "__main__"}
# Where a framework may be imported: nowhere else, so that any can be chosen.
MAY_IMPORT_FRAMEWORK = {
    "tensorflow": (
        "backend/tensorflow",
        "callbacks/_tensorboard.py",
        "datasets/",
    ),
    "jax": ("backend/jax",),
    "torch": ("backend/torch",),
}
# Heavy, and needed by some users only: imported inside functions.
PRIVATE_IN_KERAS = {"_flatten_layers", "_seed_generators"}
LAZY = {
    "PIL",
    "jinja2",
    "keras_cv",
    "matplotlib",
    "pandas",
    "pyarrow",
    "scipy",
    "sklearn",
    "tensorboard",
    "torchvision",
}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 40
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def where(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def nodes_outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    """Yields what runs at import, without `if TYPE_CHECKING:` blocks."""
    for node in ast.iter_child_nodes(tree):
        type_checking = isinstance(node, ast.If) and "TYPE_CHECKING" in (
            ast.unparse(node.test)
        )
        if isinstance(node, FUNCTIONS) or type_checking:
            continue
        yield node
        yield from nodes_outside_functions(node)


def unless_for_types(tree: ast.AST) -> Iterator[ast.AST]:
    """Yields everything without what stands in `if TYPE_CHECKING:` blocks."""
    for node in ast.iter_child_nodes(tree):
        is_if = isinstance(node, ast.If)
        if is_if and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        yield node
        yield from unless_for_types(node)


def imported_names(nodes) -> set[str]:
    """Returns the dotted names that import statements name."""
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin = "." * node.level + (node.module or "")
            names |= {f"{origin}.{alias.name}" for alias in node.names}
    return names


def room_of(path: Path) -> str:
    """Returns the room of keras_gan that a file belongs to."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def forbidden_imports(room: str, names: set[str]) -> list[str]:
    """Returns the imports of keras_gan that a room may not make."""
    inside = {n for n in names if n.split(".")[0] == "keras_gan"}
    rooms = {name: (name + ".").split(".")[1] for name in inside}
    return sorted(n for n, other in rooms.items() if not allowed(room, other))


def allowed(room: str, other: str) -> bool:
    """Whether a room may import another; the whole package has no name."""
    if not other:
        return floor_of(room) == len(FLOORS) - 1
    return other not in NO_ROOM and may_import(room, other)


def private_imports(room: str, names: set[str]) -> list[str]:
    """Returns the imports of what is private to another room."""
    return sorted(
        name
        for name in names
        if name.startswith("keras_gan.")
        and name.split(".")[1] != room
        and any(
            part.startswith("_") and not part.startswith("__")
            for part in name.split(".")
        )
    )


def test_every_folder_has_its_floor():
    rooms = [room for floor in FLOORS for room in floor]
    assert len(rooms) == len(set(rooms))
    assert {room_of(path) for path in FILES} <= set(rooms) | NO_ROOM


def test_contributing_shows_the_floors():
    assert CONTRIBUTING.read_text() == contributing_with_table(), (
        "run: python tests/house.py"
    )


def test_the_checks_themselves_find_offenders():
    tree = ast.parse(
        "import PIL.Image\n"
        "from keras_gan import models\n"
        "from keras_gan.backend import x\n"
        "from keras_gan.losses import hinge\n"
        "from keras_gan.utils._y import z\n"
        "import keras_gan\n"
        "def f():\n    import sklearn\n"
    )
    every = imported_names(ast.walk(tree))
    assert forbidden_imports("penalties", every) == [
        "keras_gan",
        "keras_gan.losses.hinge",
        "keras_gan.models",
    ]
    assert private_imports("penalties", every) == ["keras_gan.utils._y.z"]
    assert private_imports("utils", every) == []
    outside = imported_names(nodes_outside_functions(tree))
    assert "PIL.Image" in outside and "sklearn" not in outside


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    """The files of the package, parsed."""
    return {path: ast.parse(path.read_text()) for path in FILES}


def test_imports_follow_the_table(trees):
    for path, tree in trees.items():
        names = imported_names(ast.walk(tree))
        relative = sorted(name for name in names if name.startswith("."))
        assert not relative, f"{where(path)}: imports start with keras_gan"
        private = sorted(name for name in names if name.startswith("keras.src"))
        assert not private, f"{where(path)}: not Keras' public interface"
        room = room_of(path)
        assert not private_imports(room, names), where(path)
        if room not in NO_ROOM:
            assert not forbidden_imports(room, names), where(path)


def test_frameworks_stay_in_their_places(trees):
    for path, tree in trees.items():
        names = imported_names(unless_for_types(tree))
        packages = {name.split(".")[0] for name in names}
        inside = path.relative_to(PACKAGE).as_posix()
        for framework, places in MAY_IMPORT_FRAMEWORK.items():
            if not inside.startswith(places):
                assert framework not in packages, inside
        used = {node.attr for node in ast.walk(tree) if hasattr(node, "attr")}
        if inside != "utils/inner_layers.py":
            assert not used & PRIVATE_IN_KERAS, inside


def test_heavy_packages_are_imported_in_functions_only(trees):
    for path, tree in trees.items():
        names = imported_names(nodes_outside_functions(tree))
        assert not LAZY & {name.split(".")[0] for name in names}, where(path)


def test_files_and_functions_are_short(trees):
    for path, tree in trees.items():
        assert path.read_text().count("\n") <= MAX_FILE_LINES, where(path)
        for node in ast.walk(tree):
            if isinstance(node, FUNCTIONS):
                body = node.body[bool(ast.get_docstring(node)) :]
                lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
                told = f"{where(path)}: {node.name}: {lines} lines"
                assert lines <= MAX_FUNCTION_LINES, told


def names_of(module) -> list[str]:
    """Returns `__all__`, or what a single file defines under public names."""
    defined = [
        name
        for name, value in vars(module).items()
        if getattr(value, "__module__", None) == module.__name__
        and not name.startswith("_")
    ]
    return getattr(module, "__all__", defined)


def public_objects() -> list:
    """Returns what the parts of `keras_gan.__all__` list in theirs."""
    modules = [
        value
        for name in keras_gan.__all__
        if inspect.ismodule(value := getattr(keras_gan, name))
    ]
    listed = [getattr(m, name) for m in modules for name in names_of(m)]
    listed += [getattr(keras_gan, name) for name in keras_gan.__all__]
    chosen = [x for x in listed if inspect.isclass(x) or inspect.isfunction(x)]
    unique = {f"{x.__module__}.{x.__qualname__}": x for x in chosen}
    return [unique[name] for name in sorted(unique)]


@pytest.fixture(scope="module")
def things() -> list:
    return public_objects()


def has_own_arguments(thing) -> bool:
    """True for arguments written in keras_gan, not inherited from Keras."""
    function = thing.__init__ if inspect.isclass(thing) else thing
    if not getattr(function, "__module__", "").startswith("keras_gan"):
        return False
    return bool(set(inspect.signature(function).parameters) - {"self"})


def test_public_names_are_found(things):
    names = {thing.__name__ for thing in things}
    assert {"GAN", "RelativisticLoss", "R1", "dcgan", "load"} <= names


def test_docstrings_have_their_parts(things):
    for thing in things:
        name = f"{thing.__module__}.{thing.__name__}"
        docstring = inspect.getdoc(thing) if thing.__doc__ else ""
        lines = docstring.split("\n")
        assert lines[0].endswith("."), f"{name}: one sentence in the first line"
        assert len(lines) == 1 or not lines[1], f"{name}: then a blank line"
        if has_own_arguments(thing):
            assert {"Args:", "Attributes:"} & set(lines), name
        assert "Example:" in lines or "Examples:" in lines, name
        assert ">>> " in docstring, name


def test_configurable_classes_are_registered(things):
    for thing in things:
        if inspect.isclass(thing) and hasattr(thing, "get_config"):
            registered = keras.saving.get_registered_name(thing)
            assert registered == f"keras_gan>{thing.__name__}"


WITH_EXAMPLES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(
        ".__init__"
    )
    for path in FILES
    if ">>> " in path.read_text()
)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module = importlib.import_module(name)
    ready = {"keras": keras, "ops": keras.ops, "np": np}
    ready["keras_gan"] = keras_gan
    runner = doctest.DocTestRunner(
        optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    )
    report: list[str] = []
    names = {**ready, **vars(module)}
    for test in doctest.DocTestFinder().find(module, globs=names):
        keras.utils.set_random_seed(20)
        runner.run(test, out=report.append)
    assert not runner.failures, "".join(report)


def test_ci_runs_the_command_of_the_readme():
    command = 'pip install ".[test]" && python -m pytest'
    assert command in (ROOT / "README.md").read_text()
    with_torch = command.replace("test]", "test,torch]")
    assert with_torch in (ROOT / ".ci" / "run").read_text()
