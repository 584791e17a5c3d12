"""`datasets.inpainting_pairs`: images with holes and without."""

import numpy as np
import pytest
from PIL import Image
from portable import assert_equal, to_numpy

from keras_gan.datasets import InpaintingImages, inpainting_pairs, load

# Another backend would change nothing.
pytestmark = pytest.mark.once


def images(number=6, height=16, width=12):
    shape = number, height, width, 3
    return np.random.default_rng(0).integers(0, 256, shape, "uint8")


def parts(dataset):
    """Holed images, masks and whole images of all batches."""
    source, target = (
        np.concatenate([to_numpy(one) for one in side])
        for side in zip(*dataset, strict=True)
    )
    return source[..., :-1], source[..., -1:], target


@pytest.mark.parametrize("masks", ["free_form", "strokes", "box"])
def test_known_pixels_are_the_same_bit_for_bit(masks):
    options = {"batch_size": 4, "shuffle": False}
    holed, mask, whole = parts(
        inpainting_pairs(images(), masks=masks, **options)
    )
    assert holed.shape == whole.shape == (6, 16, 12, 3)
    assert set(np.unique(mask)) == {0.0, 1.0}
    assert_equal(holed, np.where(mask > 0, np.float32(0), whole))
    alone = next(iter(load(images(), **options | {"batch_size": 6})))
    assert_equal(whole, alone)
    # Another mask for each.
    assert len({one.tobytes() for one in mask}) == 6


def test_masks_and_crops_are_reproducible():
    def batches(skip, seed=3):
        data = inpainting_pairs(
            images(), crop=8, flip=True, seed=seed, repeat=True, batch_size=4,
            skip_batches=skip,
        )  # fmt: skip
        return np.concatenate(parts(data.take(6 - skip)), axis=-1)

    whole = batches(0)
    assert_equal(whole[12:], batches(3))
    assert np.any(whole != batches(0, seed=4))
    assert len({one.tobytes() for one in whole}) == len(whole)


@pytest.mark.parametrize("white", [255, 1, True, 1.0])
def test_own_masks(white):
    own = np.zeros((2, 16, 12), np.array(white).dtype)
    own[0, :4], own[1, :, 5:] = white, white
    _, mask, _ = parts(inpainting_pairs(images(40), masks=own, seed=1))
    found = {one.tobytes() for one in mask[..., 0]}
    assert found == {one.astype("float32").tobytes() for one in own > 0}


def test_masks_from_files_and_a_crop(tmp_path):
    own = np.zeros((8, 8), "uint8")
    own[:, 3:] = 255
    Image.fromarray(own).save(tmp_path / "mask.png")
    opened = InpaintingImages(images(), masks=tmp_path, crop=8)
    assert opened.shapes == ((8, 8, 4), (8, 8, 3))
    _, mask, _ = parts(load(opened))
    assert_equal(mask, np.broadcast_to(own[..., None] > 0, mask.shape))
    assert len(opened.sources) == 2


@pytest.mark.parametrize(
    "own, message",
    [
        (
            np.eye(10),
            "16 x 12 pixels .* 1 masks of another size, such as 0 wit",
        ),
        (np.ones((16, 12)), "1 masks with hole and nothing else, such as 0"),
        (np.zeros((16, 12)), "1 masks with no hole, such as 0"),
        ("circle", "must be one of free_form, strokes, box, or a folder"),
    ],
)
def test_masks_that_do_not_fit(own, message):
    own = own if isinstance(own, str) else own[None]
    with pytest.raises(ValueError, match=message):
        inpainting_pairs(images(), masks=own)


def test_one_mask_of_several_is_all_hole():
    own = np.ones((3, 16, 12), "uint8")
    own[0, :8] = 0
    with pytest.raises(ValueError, match="2 masks with hole and nothing else"):
        inpainting_pairs(images(), masks=255 * own)


def test_own_masks_need_one_size(tmp_path):
    for side in (8, 9):
        Image.fromarray(images()[0, :side, :side]).save(
            tmp_path / f"{side}.png"
        )
    with pytest.raises(ValueError, match="need images of one size"):
        inpainting_pairs(tmp_path, masks=np.eye(8)[None])
    one = next(iter(inpainting_pairs(tmp_path, batch_size=1)))
    assert one[0].shape[1] in (8, 9)


def test_there_must_be_room_for_a_hole():
    with pytest.raises(ValueError, match="at least 2 pixels high and wide"):
        inpainting_pairs(images(height=1))
