"""Pages link to what exists, say the right version, and their code runs."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

import keras_gan

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
    for code in re.findall(r"(?ms)^```python\n(.*?)^```$", page.read_text()):
        ast.parse(code)


def test_navigation_lists_every_page():
    listed = re.findall(r"\S+\.md\b", (ROOT / "mkdocs.yml").read_text())
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    assert set(listed) == pages


def test_one_version_everywhere():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    cited = re.findall(
        r"(?m)^version: (.*)$", (ROOT / "CITATION.cff").read_text()
    )
    assert cited == [project["version"]] == [keras_gan.__version__]


def test_python_of_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "README.md").read_text()
    blocks = re.findall(r"(?ms)^```python\n(.*?)^```$", text)
    code = "\n".join(blocks).replace("epochs=50", "epochs=1, verbose=0")
    # XLA takes seconds to compile a step that is run once.
    exec(code.replace("jit_compile=True", "jit_compile=False"), {})
    assert {"gan.keras", "samples"} <= {
        path.name for path in tmp_path.iterdir()
    }
