"""`--task pairs`: a `Pix2Pix`."""

from keras_gan import datasets
from keras_gan.cli.tasks.pix2pix import Pix2PixTask
from keras_gan.tasks.paired import NETWORKS, model_of, recipe_of

_DIRECTIONS = {
    "a-to-b": "left_to_right",
    "b-to-a": "right_to_left",
    None: "left_to_right",
}


class PairsTask(Pix2PixTask):
    """Translates images as pairs of images show it."""

    name = "pairs"
    networks = NETWORKS
    options = (
        "second",
        "direction",
        "crop",
        "flip",
        "strict",
        "augment",
        "start",
    )
    recipe_of = staticmethod(recipe_of)
    model_of = staticmethod(model_of)

    def examples(self, given, split):
        return self.open_with(
            datasets.PairedImages,
            given.data,
            given=given,
            second=given.second,
            direction=_DIRECTIONS[given.direction],
            image_size=given.image_size,
            channels=given.channels,
            crop=given.crop,
            flip=given.flip,
            strict=given.strict,
            split=split,
        )

    def special(self, options, source):
        return {"direction": options.direction or "a-to-b"}
