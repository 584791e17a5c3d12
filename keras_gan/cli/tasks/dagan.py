"""`--task dagan`: a `DAGAN`."""

import argparse

import numpy as np

from keras_gan import datasets, models
from keras_gan.cli.settings import first
from keras_gan.cli.tasks.parts import first_examples
from keras_gan.cli.tasks.translation import TranslationTask
from keras_gan.cli.words import command, size_in_words
from keras_gan.datasets.subsets import subset
from keras_gan.networks.inputs_and_heads import LATENT_DIM
from keras_gan.tasks.dagan import NETWORKS, model_of, recipe_of

_NUM_SAMPLES = 16


class DaganTask(TranslationTask):
    """Learns how images of one class differ."""

    name = "dagan"
    networks = NETWORKS
    options = ("latent_dim", "augment")
    model_class = models.DAGAN
    recipe_of = staticmethod(recipe_of)
    model_of = staticmethod(model_of)

    def examples(self, given, split):
        return self.open_with(
            datasets.ClassPairs,
            given.data,
            given=given,
            image_size=given.image_size,
            channels=given.channels,
            split=split,
        )

    def open(self, given):
        # Every image may be the second one of a pair, so none can be held back.
        none = argparse.Namespace(**vars(given) | {"held_out": 0})
        return super().open(none)

    def special(self, options, source):
        return {"latent_dim": first(options.latent_dim, LATENT_DIM)}

    def building(self, settings, source):
        return {"latent_dim": settings.latent_dim}

    def samples(self, source):
        # The examples are in the order of their classes.
        last = len(source.shown) - 1
        spread = np.linspace(0, last, min(_NUM_SAMPLES, last + 1)).astype(int)
        return first_examples(subset(source.shown, spread))

    def translator(self, path, settings, options):
        use = command(
            "augment", "DATA", "--run", path.parent, "--out", "FOLDER"
        )
        raise ValueError(
            f"`{path.parent}` is a run of --task dagan, which adds images to "
            f"the classes of a data set. Use `{use}`."
        )

    def in_words(self, source):
        size = size_in_words(source.info.image_shape)
        return f"{size}, of {source.whole.num_classes:,} classes"

    def more(self, run):
        return "augment", "DATA", "--run", run, "--out", "FOLDER"
