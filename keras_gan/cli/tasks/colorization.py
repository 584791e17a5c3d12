"""`--task colorization`: a `Pix2Pix` from gray to color."""

from keras_gan import datasets
from keras_gan.cli.tasks.pix2pix import Pix2PixTask
from keras_gan.tasks.colorization import NETWORKS, model_of, recipe_of


class ColorizationTask(Pix2PixTask):
    """Colors grayscale images."""

    name = "colorization"
    networks = NETWORKS
    options = ("crop", "flip", "augment", "start")
    recipe_of = staticmethod(recipe_of)
    model_of = staticmethod(model_of)

    def examples(self, given, split):
        return self.open_with(
            datasets.ColorizationImages,
            given.data,
            given=given,
            image_size=given.image_size,
            crop=given.crop,
            flip=given.flip,
            split=split,
        )

    def check_options(self, options):
        super().check_options(options)
        if options.channels not in (None, 3):
            raise ValueError(
                "`--channels` must be 3 for --task colorization, whose images "
                f"become RGB. Received: {options.channels}. Leave it out."
            )
