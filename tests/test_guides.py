"""The Python of the guides to tasks runs, on tiny images and for a step.

Each guide is one program, as a reader types it: its blocks share their names.
"""

import functools
import re

import numpy as np
import pytest
from guides import DOCS, blocks_of
from PIL import Image
from small_encoder import narrow_vgg19

from keras_gan import tasks
from keras_gan.features import feature_maps
from keras_gan.models import AdversarialModel

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

SIDE = 16
# What would take minutes, and what stands for it here.
SHORTER = {
    r"\bepochs=\d+": "epochs=1",
    r"steps_per_epoch=1_000": "steps_per_epoch=1",
    r"\b1_000\b": "1",
    r"\b20_000\b": "2",
    r"\bsteps=\d+": "steps=2",
    r"\bbatch_size=\d+": "batch_size=2",
    r"image_size=\d+": f"image_size={SIDE}",
    r"\(64, 64, 3\)": f"({SIDE}, {SIDE}, 3)",
    r"\bwidth=32\b": "width=4",
    r"resnet_generator\(shape, ": "resnet_generator(shape, blocks=1, ",
    r"20:40, 10:50": "3:9, 2:12",  # The hole.
    # Channels of the narrow network that stands for VGG19.
    r"style_decoder\(512\)": "style_decoder(4)",
    # Weights that are not part of the package, for a metric.
    r'extractor = "efficientnet_lite0"': 'extractor = "digits"',
}
# Images that the code of a guide makes.
RESULTS = {
    "colorization": ("colored",),
    "paired_translation": ("translations",),
    "inpainting": ("filled",),
    "super_resolution": ("enlarged",),
    "unpaired_translation": ("in_winter", "in_summer"),
    "attributes": ("edited", "a_little"),
    "style_transfer": ("image",),
}
FOLDERS = "edges", "photos", "summer", "winter", "faces", "paintings"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with all files that the guides name: pictures of noise."""
    folder = tmp_path_factory.mktemp("guides")
    random = np.random.default_rng(0)

    def write(path):
        shape = (SIDE, SIDE, 3)
        Image.fromarray(random.integers(0, 256, shape, "uint8")).save(path)

    for name in FOLDERS:
        (folder / name).mkdir()
        for number in range(2):
            write(folder / name / f"{number}.png")
    for name in ("a.jpg", "b.jpg"):
        write(folder / name)
    (folder / "attributes.csv").write_text(
        "file,smiling,glasses\n0.png,0,1\n1.png,1,0\n"
    )
    return folder


@pytest.fixture(autouse=True)
def quickly(files, monkeypatch):
    """Steps without graphs, and narrow networks that need no download."""
    compiled = AdversarialModel.compile
    monkeypatch.setattr(
        AdversarialModel,
        "compile",
        lambda model, *arguments, **options: compiled(
            model, *arguments, **options | {"run_eagerly": True}
        ),
    )
    for name in tasks.__all__:
        narrow_task = functools.partial(getattr(tasks, name), width=4)
        monkeypatch.setattr(tasks, name, narrow_task)
    network = narrow_vgg19(monkeypatch).vgg19(weights=None)
    known = feature_maps._NETWORKS["vgg19"]._replace(make=lambda _: network)
    for name in feature_maps.MAP_NAMES:
        monkeypatch.setitem(feature_maps._NETWORKS, name, known)
    monkeypatch.chdir(files)


def program_of(guide):
    """The blocks of a guide as one program, made shorter."""
    code = "\n".join(blocks_of(DOCS / f"{guide}.md"))
    for pattern, shorter in SHORTER.items():
        code = re.sub(pattern, shorter, code)
    return code


@pytest.mark.parametrize("guide", RESULTS)
def test_its_code_runs(guide):
    pictures = np.random.default_rng(1).uniform(-1, 1, (3, SIDE, SIDE, 3))
    pictures = pictures.astype("float32")
    # The guide to style transfer leaves it to the reader where these are from.
    given = ("images", "styles", "real_images", "fake_images")
    names = {name: pictures[:: (-1) ** n] for n, name in enumerate(given)}
    exec(compile(program_of(guide), f"{guide}.md", "exec"), names)
    for name in RESULTS[guide]:
        found = np.asarray(names[name])
        assert found.shape[-3:] == (SIDE, SIDE, 3) and np.isfinite(found).all()
        assert 0 < np.abs(found).max() <= 1


def test_each_replacement_is_needed():
    text = "\n".join((DOCS / f"{guide}.md").read_text() for guide in RESULTS)
    for pattern in SHORTER:
        assert re.search(pattern, text), pattern
