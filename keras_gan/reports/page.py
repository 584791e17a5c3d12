"""The page: what is read of runs, put into the templates."""

import datetime
import functools
from collections.abc import Sequence
from typing import Any

from keras_gan.reports.curves import charts_of
from keras_gan.reports.gallery import Detail
from keras_gan.reports.run import Run
from keras_gan.reports.views import comparison, labels_of, view_of

MARK = "keras-gan report"
"""What the head of each page says of the program that made it."""


def render(
    runs: Sequence[Run], detail: Detail, title: str | None = None
) -> bytes:
    """Returns a page as UTF-8.

    Args:
        runs: The runs.
        detail: How much its pictures show.
        title: Its title. Default: the names of the runs.
    """
    labels = labels_of(runs)
    views = [
        view_of(run, number, label, detail)
        for number, (run, label) in enumerate(zip(runs, labels, strict=True), 1)
    ]
    text = (
        _environment()
        .get_template("report.html")
        .render(
            mark=MARK,
            title=title or _listed(labels),
            views=views,
            charts=charts_of(runs, labels),
            comparison=comparison(views),
            written=datetime.datetime.now().astimezone(),
        )
    )
    # Names of files need not be text.
    return text.encode("utf-8", errors="backslashreplace")


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


@functools.cache
def _environment() -> Any:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.PackageLoader("keras_gan.reports"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
