"""The code of pages: programs of Python, and commands."""

import re
import shlex
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def pages() -> list[Path]:
    """The README and the pages of the site."""
    return [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def blocks_of(page: Path, language: str = "python") -> list[str]:
    """The blocks of a language, those of lists too."""
    fenced = re.findall(
        rf"(?ms)^( *)```{language}\n(.*?)^\1```$", page.read_text()
    )
    return [textwrap.dedent(code) for _, code in fenced]


def program_of(page: Path, shorter: dict[str, str]) -> str:
    """The blocks of a page as one program, as a reader types it.

    Args:
        page: The page.
        shorter: Patterns of what takes long, and what stands for it. Each must
            be found.
    """
    code = "\n".join(blocks_of(page))
    for pattern, replacement in shorter.items():
        code, found = re.subn(pattern, replacement, code)
        assert found, f"{page.name} has no {pattern}"
    return code


def commands_of(page: Path) -> list[list[str]]:
    """The words of each `keras-gan ...` and `python FILE ...` of a page."""
    text = "\n".join(blocks_of(page, "bash")).replace("\\\n", " ")
    # After variables, and within loops.
    lines = re.findall(
        r"(?m)(?:^|&& )[ ]*(?:[A-Z_]+=\S+ )*((?:keras-gan|python) [^&\n]*)",
        text,
    )
    return [shlex.split(line, comments=True) for line in lines]
