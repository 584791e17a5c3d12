"""Pages in a real browser, where there is one, and the colors of the page."""

import itertools
import json
import re
import shutil
import subprocess
from html import unescape
from importlib import resources

import pytest
from report_runs import make_run

from keras_gan.reports import write

# Another backend would change nothing.
pytestmark = pytest.mark.once

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
BROWSER = next(filter(None, map(shutil.which, BROWSERS)), None)
STYLE = resources.files("keras_gan.reports") / "templates" / "style.css"
# What somebody does who has opened the page, and what is to be seen then.
ACTIONS = """
const seen = {};
const shown = () => [...document.querySelectorAll(".strip li")]
  .filter((frame) => frame.checkVisibility())
  .map((frame) => frame.dataset.when);
const images = [...document.images];
addEventListener("load", async () => {
  await Promise.all(images.map((image) => image.decode()));
  seen.widths = images.map((image) => image.naturalWidth);
  seen.first = shown();
  const slider = document.querySelector("input[type=range]");
  slider.value = 2;
  slider.dispatchEvent(new Event("input"));
  seen.third = shown();
  seen.said = slider.getAttribute("aria-valuetext");
  const plot = document.querySelector(".plot");
  plot.focus();
  seen.focused = document.activeElement === plot;
  plot.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft" }));
  const readout = plot.parentElement.querySelector(".readout");
  seen.keys = readout.textContent;
  const { left, top, height } = plot.getBoundingClientRect();
  plot.dispatchEvent(new PointerEvent("pointermove",
    { clientX: left, clientY: top + height / 2 }));
  seen.pointer = readout.textContent;
  seen.classes = [...document.querySelectorAll(".classes")]
    .map((list) => list.checkVisibility());
  seen.overflows = document.documentElement.scrollWidth > innerWidth;
  document.body.dataset.seen = JSON.stringify(seen);
});
"""


def opened(path, *options: str) -> tuple[str, list[str]]:
    """The page as the browser has made it, and what it had to say."""
    done = subprocess.run(
        [
            BROWSER, "--headless", "--no-sandbox", "--disable-gpu",
            f"--user-data-dir={path.parent / 'profile'}",
            "--virtual-time-budget=10000", "--enable-logging=stderr",
            "--dump-dom", *options, path.as_uri(),
        ],
        capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    messages = [m for m in done.stderr.splitlines() if "CONSOLE" in m]
    return done.stdout, messages


@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here")
def test_a_page_in_a_browser(tmp_path):
    run = make_run(
        tmp_path / "run", rounds=4, class_names=["a", "b"], num_images=6
    )
    path = write(run)
    _, messages = opened(path)
    assert messages == []
    acted = path.read_text().replace(
        "</body>", f"<script>{ACTIONS}</script></body>"
    )
    path.write_text(acted)
    document, messages = opened(path, "--window-size=390,800")
    assert messages == []
    seen = json.loads(unescape(re.search('data-seen="(.*?)"', document)[1]))
    assert all(seen["widths"]) and len(seen["widths"]) == 5
    assert seen["first"] == ["round 1"]
    assert seen["third"] == ["round 3"] == [seen["said"]]
    assert seen["focused"] and seen["classes"] == [True, True]
    assert re.fullmatch(r"step 60, round 3: fid \S+", seen["keys"])
    assert re.fullmatch(r"step 20, round 1: fid \S+", seen["pointer"])
    assert not seen["overflows"], "a phone would scroll sideways"


def palettes() -> list[dict[str, str]]:
    """The colors of the light page and of the dark one."""
    found = re.findall(r":root \{(.*?)\}", STYLE.read_text(), re.DOTALL)
    colors = [dict(re.findall(r"--([\w-]+): (#\w{6})", one)) for one in found]
    assert len(colors) == 2 and colors[0].keys() == colors[1].keys()
    return colors


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4
        for x in parts
    ]
    return sum(
        w * x for w, x in zip((0.2126, 0.7152, 0.0722), linear, strict=True)
    )


def contrast(one: str, other: str) -> float:
    """The ratio that WCAG 2 defines."""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_as_wcag_defines_it():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colors", palettes(), ids=("light", "dark"))
def test_texts_and_lines_can_be_told_from_their_ground(colors):
    grounds = (colors["page"], colors["card"])
    for name, ground in itertools.product(("ink", "soft", "accent"), grounds):
        assert contrast(colors[name], ground) >= 4.5, name
    for name in ("warm", "done"):
        assert contrast(colors[f"{name}-ink"], colors[name]) >= 4.5
    for number in range(8):
        assert contrast(colors[f"s{number}"], colors["card"]) >= 4.5
