"""What must hold of every report, as Python's own parser reads it."""

import re
from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "img", "br", "input", "link", "hr"}
# Attributes that load or lead somewhere.
PLACES = {"src", "href", "srcset", "action", "data", "poster", "xlink:href"}


class Page(HTMLParser):
    """The elements of a page: names and attributes, and its text."""

    def __init__(self, path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.text = ""
        self._open: list[str] = []
        self.source = Path(path).read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs), f"{tag} repeats an attribute"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if not {"script", "style"} & set(self._open):
            self.text += f"{data} "

    def all(self, *tags: str) -> list[dict]:
        """The attributes of all elements of some names."""
        return [attributes for tag, attributes in self.elements if tag in tags]

    @property
    def words(self) -> str:
        """The text, with single spaces."""
        return " ".join(self.text.split())


def checked(path) -> Page:
    """A page, after checking what must hold of each."""
    page = Page(path)
    check_nothing_is_loaded(page)
    check_structure(page)
    check_names(page)
    return page


def check_nothing_is_loaded(page: Page) -> None:
    for tag, attributes in page.elements:
        for name, value in attributes.items():
            if name in PLACES:
                assert value.startswith(("#", "data:image/")), (tag, value)
    assert not page.all("link", "iframe", "object", "embed", "base")
    assert not re.search(r"https?://|url\(|@import", page.source)
    (policy,) = (m for m in page.all("meta") if "http-equiv" in m)
    assert "default-src 'none'" in policy["content"]


def check_structure(page: Page) -> None:
    ids = [a["id"] for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    led_to = [a["href"][1:] for a in page.all("a")]
    named = [a["aria-labelledby"] for _, a in page.elements
             if "aria-labelledby" in a]  # fmt: skip
    assert set(led_to) | set(named) <= set(ids)
    levels = [
        int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)
    ]
    assert levels.count(1) == 1 and levels[0] == 1
    steps = [b - a for a, b in zip(levels, levels[1:], strict=False)]
    assert max(steps, default=0) <= 1, "a level of headings is left out"
    for landmark in ("header", "nav", "main", "footer", "title"):
        assert len(page.all(landmark)) >= 1
    assert page.all("html") == [{"lang": "en"}]


def check_names(page: Page) -> None:
    for image in page.all("img"):
        assert image["alt"].strip() and image["width"] and image["height"]
    for plot in page.all("svg"):
        assert plot.get("aria-hidden") == "true" or plot["aria-label"]
    assert all("scope" in header for header in page.all("th"))
    scrolled = [a for _, a in page.elements if a.get("tabindex") == "0"]
    assert all(a.get("aria-label") for a in scrolled)
    drawn = " ".join(a.get("d", "") for a in page.all("path"))
    assert "nan" not in drawn and "inf" not in drawn
