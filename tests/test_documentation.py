"""Pages link to what exists, say the right version, and their code runs."""

import ast
import re
import runpy
import tomllib
from pathlib import Path
from typing import get_args

import pytest
from guides import blocks_of

import keras_gan
from keras_gan import datasets, features, losses, metrics, penalties, sampling
from keras_gan.cli.settings import TASKS, Network
from keras_gan.networks.recipes import _RECIPES

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted(DOCS.rglob("*.md")),
]
each_page = pytest.mark.parametrize(
    "page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix()
)


def anchors(page: Path) -> set[str]:
    """Returns the anchors that GitHub and mkdocs give to headings."""
    headings = re.findall(r"(?m)^#+ (.*)$", page.read_text())
    words = [re.sub(r"[^\w\- ]", "", text.lower()) for text in headings]
    return {text.replace(" ", "-") for text in words}


@each_page
def test_local_links_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link
        # The site of the documentation holds nothing else.
        assert DOCS not in page.parents or DOCS in target.resolve().parents


@each_page
def test_python_in_pages_is_python(page):
    for code in blocks_of(page):
        ast.parse(code)


def test_navigation_lists_every_page():
    listed = re.findall(r"\S+\.md\b", (ROOT / "mkdocs.yml").read_text())
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert set(listed) == pages


def test_every_task_of_the_command_has_a_guide():
    navigation = (ROOT / "mkdocs.yml").read_text()
    guides = navigation.split("- How to:")[1].split("- Concepts:")[0]
    pages = re.findall(r"\S+\.md\b", guides)
    commands = "\n".join(
        code for page in pages for code in blocks_of(DOCS / page, "bash")
    )
    named = set(re.findall(r"keras-gan train .*--task ([a-z-]+)", commands))
    # What the command does without `--task`, by the kind of data.
    assert named == {*TASKS} - {"gan", "table", "sound", "text"}
    others = {"own_images.md", "tables.md", "sound.md", "text.md"}
    assert others <= {*pages}


@pytest.mark.parametrize(
    "row, names",
    [
        ("losses", losses._BY_NAME),
        ("penalties", penalties._BY_NAME),
        ("filters", sampling.filters._BY_NAME),
        ("network families", _RECIPES),
        ("networks from images", set(get_args(Network)) - set(_RECIPES)),
        ("tasks", TASKS),
        ("metrics", [*metrics.NAMES, *metrics.PAIR_NAMES]),
        ("feature extractors", features.NAMES),
        ("networks for losses", features.MAP_NAMES),
        ("data sets", datasets.BUILTIN_NAMES),
    ],
)
def test_lists_of_names_are_complete(row, names):
    text = (DOCS / "names.md").read_text()
    (line,) = re.findall(rf"(?m)^\| {row}.*$", text)
    known = line.split("|")[2].split("only")[0]
    assert set(re.findall(r"`(\w[\w-]*)`", known)) == set(names)


def test_the_readme_of_an_index_has_no_relative_links():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["dynamic"] == ["readme"]
    make = runpy.run_path(str(ROOT / "setup.py"))["for_an_index"]
    readme = (ROOT / "README.md").read_text()
    relative = re.findall(r"\]\((?!http)([^)]+)\)", readme)
    assert len(relative) > 20

    linked = make(readme, "https://example.org/x/y", "1.2.3")
    assert not re.findall(r"\]\((?!https://)", linked)
    picture = "https://example.org/x/y/raw/v1.2.3/docs/images/digits.png"
    assert f"]({picture})" in linked
    assert "(https://example.org/x/y/blob/v1.2.3/LICENSE)" in linked

    bare = make(readme, None, "1.2.3")
    assert "](" not in bare and "![" not in bare
    assert "(guide)" in bare and "64 generated digits" not in bare


def test_one_version_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    cited = re.findall(
        r"(?m)^version: (.*)$", (ROOT / "CITATION.cff").read_text()
    )
    assert cited == [project["version"]] == [keras_gan.__version__]


def test_python_of_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = "\n".join(blocks_of(ROOT / "README.md"))
    code = code.replace("epochs=50", "epochs=1, verbose=0")
    # XLA takes seconds to compile a step that is run once.
    exec(code.replace("jit_compile=True", "jit_compile=False"), {})
    assert {"gan.keras", "samples"} <= {
        path.name for path in tmp_path.iterdir()
    }
