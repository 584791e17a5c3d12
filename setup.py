"""Makes the README's text for a package index; pyproject.toml has all else.

Links in the README are relative to the repository, which an index has not. They
become links to the files of this version in the repository that
`[project.urls]` names. Where it names none, words remain of them, and pictures
go with their captions.
"""

import re
import tomllib
from pathlib import Path

RELATIVE = r"\]\((?!https?://|#)([^)\s]+)\)"
PICTURE = re.compile(rf"!\[[^\]]*{RELATIVE}\n\n(?:\*[^*]+\*\n\n)?")
LINK = re.compile(rf"(!?)\[([^\]]*){RELATIVE}")


def for_an_index(readme: str, url: str | None, version: str) -> str:
    """The README with absolute links, or none.

    Args:
        readme: Its text.
        url: Address of the repository, such as `https://github.com/x/y`.
        version: Whose files are linked to, by its tag.
    """
    if url is None:
        return LINK.sub(r"\1\2", PICTURE.sub("", readme))

    def absolute(match: re.Match) -> str:
        sign, words, path = match.groups()
        kind = "raw" if sign else "blob"
        return f"{sign}[{words}]({url}/{kind}/v{version}/{path})"

    return LINK.sub(absolute, readme)


if __name__ == "__main__":
    from setuptools import setup

    root = Path(__file__).parent
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    setup(
        long_description=for_an_index(
            (root / "README.md").read_text(),
            project.get("urls", {}).get("Repository"),
            project["version"],
        ),
        long_description_content_type="text/markdown",
    )
