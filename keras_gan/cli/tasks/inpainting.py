"""`--task inpainting`: a `Pix2Pix` that fills holes."""

import pathlib
import unicodedata

import numpy as np

from keras_gan import datasets
from keras_gan import images as image_tools
from keras_gan.cli.picture_files import PictureFiles
from keras_gan.cli.settings import MASKS
from keras_gan.cli.tasks.pix2pix import Pix2PixTask
from keras_gan.cli.tasks.translation import tiling
from keras_gan.tasks.inpainting import NETWORKS, model_of, recipe_of


class InpaintingTask(Pix2PixTask):
    """Fills holes in images."""

    name = "inpainting"
    networks = NETWORKS
    options = ("masks", "crop", "flip", "augment", "start")
    when_translating = ("masks",)
    recipe_of = staticmethod(recipe_of)
    model_of = staticmethod(model_of)

    def examples(self, given, split):
        masks = given.masks or MASKS[0]
        return self.open_with(
            datasets.InpaintingImages,
            given.data,
            given=given,
            masks=masks.replace("-", "_") if masks in MASKS else masks,
            image_size=given.image_size,
            channels=given.channels,
            crop=given.crop,
            flip=given.flip,
            split=split,
        )

    def translator(self, path, settings, options):
        masks = None
        if options.masks is not None:
            masks = _Masks(options.masks)
        translate = super().translator(path, settings, options)

        def filled(names, images):
            holes = (
                _transparent(images)
                if masks is None
                else (
                    np.stack(
                        [masks.of(name, images.shape[1:3]) for name in names]
                    )
                )
            )
            return translate(names, np.concatenate([images, holes], axis=-1))

        return filled

    def translated(self, model, names, images, options):
        channels = model.generator.inputs[0].shape[-1] - 1
        holes = images[..., -1:] > 127
        images = images[..., :-1]
        if channels < images.shape[-1] == 4:  # Not blended: it marks holes.
            images = images[..., :3]
        images = image_tools.convert_channels(images, channels)
        known = np.where(holes, np.float32(0), image_tools.from_uint8(images))
        sources = np.concatenate([known, holes.astype("float32")], axis=-1)
        return model.translate(sources, **tiling(options))

    def special(self, options, source):
        return {} if options.masks else {"masks": MASKS[0]}


class _Masks:
    """Masks by the names of the images, or one for all.

    Args:
        path: A folder, a .zip or one image.
    """

    def __init__(self, path: str) -> None:
        self._files = PictureFiles(path, "--masks")
        self._names = {_stem(name): name for name in self._files.names}
        is_one = len(self._files.names) == 1
        self._for_all = self._files.names[0] if is_one else None

    def of(self, name: str, size: tuple[int, ...]) -> np.ndarray:
        """The mask of an image, uint8 with 255 in holes."""
        found = self._for_all or self._names.get(_stem(name))
        if found is None:
            raise ValueError(
                f"`--masks {self._files.path}` has no mask for {name}. Add one "
                "of this name, or give one mask for all images."
            )
        mask = self._files.read(found)
        if mask is None:
            raise ValueError(
                f"The mask {found} of `{self._files.path}` cannot be read "
                f"({self._files.broken[found]}). Replace it."
            )
        mask = image_tools.convert_channels(mask, 1)
        if mask.shape[:2] != tuple(size):
            raise ValueError(
                f"The mask {found} must have the size of {name}, {size[0]} x "
                f"{size[1]} pixels (height x width). Received: "
                f"{mask.shape[0]} x {mask.shape[1]}."
            )
        if (mask > 127).all():
            raise ValueError(
                f"The mask {found} must be black where {name} is known. "
                "Received: a mask that is white everywhere. Replace it."
            )
        return mask


def _stem(name: str) -> str:
    stem = str(pathlib.PurePosixPath(name).with_suffix(""))
    return unicodedata.normalize("NFC", stem)


def _transparent(images: np.ndarray) -> np.ndarray:
    """Masks of images that are transparent in holes."""
    if images.shape[-1] != 4:
        raise ValueError(
            "A run of --task inpainting needs to know the holes. Received: "
            "images without transparency and no --masks. Give a folder of "
            "masks of the same names, white where the hole is."
        )
    return 255 - images[..., 3:]
