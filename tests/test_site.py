"""The site is built without a warning, and every public name is on it."""

import inspect
import os
import re
import subprocess
import sys
from importlib.util import find_spec

import pytest
from guides import DOCS, ROOT

import keras_gan

# Another backend would change nothing.
pytestmark = pytest.mark.once

MODULES = [
    n for n in keras_gan.__all__ if inspect.ismodule(getattr(keras_gan, n))
]
# They are brought by the extra "test", too.
MISSING = [
    n for n in ("mkdocs", "material", "mkdocstrings") if not find_spec(n)
]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the site."""
    if MISSING:
        pytest.skip(f'{", ".join(MISSING)} missing: pip install ".[docs]"')
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"),
            *("--site-dir", folder),
        ],
        cwd=ROOT,
        # Of the makers of the theme, on another version.
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder


def test_every_public_name_is_in_the_reference(site):
    missing = []
    for module in MODULES:
        page = (site / "api" / module / "index.html").read_text()
        there = set(re.findall(rf'id="keras_gan\.{module}\.(\w+)"', page))
        names = getattr(keras_gan, module).__all__
        missing += [f"{module}.{name}" for name in names if name not in there]
    assert not missing


def test_what_one_does_with_a_gan_is_in_the_reference(site):
    page = (site / "api" / "models" / "index.html").read_text()
    for name in ("compile", "generate", "export", "take_weights"):
        assert f'id="keras_gan.models.GAN.{name}"' in page
    assert 'id="keras_gan.models.Pix2Pix.translate"' in page


def test_each_page_loads_nothing_from_elsewhere(site):
    for page in site.rglob("*.html"):
        loaded = re.findall(
            r'<(?:script|link|img)[^>]* (?:src|href)="(https?:[^"]+)"',
            page.read_text(),
        )
        assert not loaded, page


def test_every_module_has_its_page():
    pages = {path.stem for path in (DOCS / "api").glob("*.md")} - {"index"}
    assert pages == set(MODULES)
    overview = (DOCS / "api" / "index.md").read_text()
    for module in MODULES:
        page = (DOCS / "api" / f"{module}.md").read_text()
        assert f"::: keras_gan.{module}\n" in page
        assert f"[`{module}`]({module}.md)" in overview
    systems = set(keras_gan.__all__) - set(MODULES)
    assert systems == {name for name in systems if f"`{name}`" in overview}


# What Keras asks of whatever it saves.
OF_KERAS = {"get_config", "from_config"}


def public_members():
    """Yields names, values and classes of public methods and properties."""
    for module in MODULES:
        holder = getattr(keras_gan, module)
        for thing in (getattr(holder, name) for name in holder.__all__):
            if inspect.isclass(thing):
                yield from own_members(thing)


def own_members(cls):
    """Yields those of a class that are not Keras' own words."""
    for name in {name for name in dir(cls) if name[0] != "_"} - OF_KERAS:
        owners = [c.__module__ for c in cls.__mro__ if name in vars(c)]
        is_ours = all(owner.startswith("keras_gan") for owner in owners)
        if (
            owners
            and is_ours
            and is_function(inspect.getattr_static(cls, name))
        ):
            yield cls, name, getattr(cls, name)


def is_function(value):
    """True for methods, also of classes, and properties."""
    ways = (getattr(value, way, None) for way in ("__func__", "fget", "func"))
    return inspect.isfunction(next(filter(None, ways), value))


def is_documented(cls, name, member):
    """Whether it has words of its own, or is an attribute of its class."""
    listed = re.search(rf"(?m)^ +{name}: ", cls.__doc__ or "")
    return bool(inspect.getdoc(member) or listed)


def test_every_public_method_is_documented():
    members = list(public_members())
    names = {f"{cls.__name__}.{name}" for cls, name, _ in members}
    assert {"GAN.generate", "R1.penalize", "Turn.scores"} <= names
    assert not [one for one in members if not is_documented(*one)]
