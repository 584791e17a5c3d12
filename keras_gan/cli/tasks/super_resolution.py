"""`--task super-resolution`: a `Pix2Pix` from low to high resolution."""

import dataclasses

from keras_gan import datasets
from keras_gan.cli.settings import first
from keras_gan.cli.tasks.pix2pix import Pix2PixTask
from keras_gan.tasks.super_resolution import NETWORKS, model_of, recipe_of

_SCALE = 2


class SuperResolutionTask(Pix2PixTask):
    """Makes images larger."""

    name = "super-resolution"
    networks = NETWORKS
    options = ("scale", "degradation", "sharpen", "crop", "flip", "start")
    recipe_of = staticmethod(recipe_of)
    model_of = staticmethod(model_of)

    def examples(self, given, split):
        return self.open_with(
            datasets.SuperResolutionImages,
            given.data,
            given=given,
            scale=first(given.scale, _SCALE),
            degradation=given.degradation,
            sharpen=given.sharpen,
            channels=given.channels,
            crop=given.crop,
            flip=given.flip,
            split=split,
        )

    def check_options(self, options):
        super().check_options(options)
        if options.image_size is not None:
            raise ValueError(
                "`--image-size` would resize the images, which are what "
                "--task super-resolution learns from. Received: --image-size. "
                "Choose the size of the patches with --crop."
            )

    def recipe(self, options, source):
        chosen = super().recipe(options, source)
        if options.loss in (None, "none"):
            return chosen
        adversarial = recipe_of(
            self.shapes(source), len(source), adversarial=True
        )
        return dataclasses.replace(
            chosen, learning_rate=adversarial.learning_rate
        )

    def special(self, options, source):
        return {
            "scale": first(options.scale, _SCALE),
            "degradation": first(options.degradation, "bicubic"),
            "sharpen": first(options.sharpen, False),
            "crop": tuple(source.info.image_shape[:2]),
        }
