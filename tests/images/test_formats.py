import io

import numpy as np
import pytest
from PIL import Image

from keras_gan import images as image_tools

# Another backend would change nothing.
pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    "name", ["a.png", "a/b.JPEG", "c.d.Tif", "x.avif", "x.heic", "x.svg"]
)
def test_names_of_images(name):
    assert image_tools.has_image_suffix(name)


@pytest.mark.parametrize(
    "name", ["a", "png", "a.txt", "a.h5", "a.pdf", "a.mpg", "a.npz", ".png"]
)
def test_names_of_other_files(name):
    assert not image_tools.has_image_suffix(name)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "PPM", "TIFF", "BMP"])
def test_images_are_known_by_their_content(form):
    file = io.BytesIO()
    Image.fromarray(np.zeros((8, 8), "uint8")).save(file, form)
    assert image_tools.is_image(file)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"BMW and others",
        b"P1 is the first, P2 the second",
        b"#define LIMIT 3\n",
        b"PK\3\4",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"\x89HDF\r\n\x1a\n" + bytes(100),
        bytes(1000),
        b"label,file\n0,a.png\n",
    ],
)
def test_other_files_are_known_by_their_content(content):
    assert not image_tools.is_image(io.BytesIO(content))
