"""`--task semi-supervised`: a `SemiSupervisedGAN`."""

import argparse

import numpy as np

from keras_gan import datasets, models
from keras_gan.callbacks import SampleSaver
from keras_gan.cli.classes import check_same_classes
from keras_gan.cli.settings import first
from keras_gan.cli.tasks.parts import Parts
from keras_gan.cli.tasks.translation import TranslationTask
from keras_gan.cli.words import command, size_in_words
from keras_gan.datasets.few_labels import labeled_part
from keras_gan.datasets.subsets import subset
from keras_gan.networks.inputs_and_heads import LATENT_DIM
from keras_gan.tasks.semi_supervised import (
    AUGMENT,
    NETWORKS,
    model_of,
    recipe_of,
)

_NUM_SAMPLES = 64
# With so many, the standard error of an accuracy is at most 1.6 points.
_MOST_HELD_OUT = 1_000
# Which images are held back depends on their number only.
_SEED = 18


class SemiSupervisedTask(TranslationTask):
    """Trains a classifier from few labels and many images."""

    name = "semi-supervised"
    networks = NETWORKS
    options = ("labels_for", "latent_dim", "augment")
    required = ("labels_for",)
    model_class = models.SemiSupervisedGAN
    recipe_of = staticmethod(recipe_of)
    model_of = staticmethod(model_of)

    def examples(self, given, split):
        return self.open_with(
            datasets.FewLabels,
            given.data,
            given.labels_for,
            given=given,
            image_size=given.image_size,
            channels=given.channels,
            seed=first(given.seed, 0),
            split=split,
        )

    def open(self, given):
        few = self.examples(given, given.split)
        if few.info.split == "train":
            for split in ("val", "test"):
                tests = self._tests(given, split, few.info)
                if tests is not None:
                    return Parts(few, few, tests, 0)
        if not isinstance(given.labels_for, int):
            return Parts(few, few, None, 0)
        # Of images that count as unlabeled, though their labels are known.
        others = np.flatnonzero(few.labels < 0)
        held_out = _some(others, getattr(given, "held_out", None))
        rest = np.setdiff1d(np.arange(len(few)), held_out)
        tests = subset(few.source, held_out) if len(held_out) else None
        return Parts(few, subset(few, rest), tests, len(held_out))

    def _tests(
        self, given: argparse.Namespace, split: str, info: datasets.DatasetInfo
    ) -> datasets.Source | None:
        """Images of a split, if they are of the classes that are learned."""
        names = info.class_names or ()
        try:
            opened = self.open_with(
                datasets.open_source,
                given.data,
                given=given,
                image_size=given.image_size,
                channels=given.channels,
                split=split,
            )
        except ValueError:  # There is no such split.
            return None
        theirs = opened.info.class_names or ()
        if not theirs or not set(theirs).issubset(names):
            return None
        if opened.info.image_shape != info.image_shape:
            raise ValueError(
                f"The {split} images must have the size of the others, "
                f"{size_in_words(info.image_shape)}. Received: "
                f"{size_in_words(opened.info.image_shape)}. Pass "
                "--image-size and --channels."
            )
        number = min(len(opened), _MOST_HELD_OUT)
        tests = subset(opened, _some(np.arange(len(opened)), number))
        numbers = np.array([*map(names.index, theirs)], "int32")
        tests.labels = numbers[tests.labels]
        return tests

    def length_of_pass(self, source):
        return 2 * len(source)  # Half of each batch are labeled images.

    def shapes(self, source):
        return source.info.image_shape, (source.info.num_classes,)

    def special(self, options, source):
        return {
            "latent_dim": first(options.latent_dim, LATENT_DIM),
            "augment": first(options.augment, AUGMENT),
            "labels_for": options.labels_for,
        }

    def building(self, settings, source):
        return {"latent_dim": settings.latent_dim}

    def check(self, settings, source):
        if settings.batch_size % 2:
            raise ValueError(
                "`--batch-size` must be even for this task: half of the images "
                "have labels. Received: --batch-size "
                f"{settings.batch_size}. Add one."
            )

    def check_resumed(self, config, source, folder):
        check_same_classes(config.dataset, source.info, folder)

    def keep(self, job):
        job.source.whole.save(job.folder.labels_path)

    def stream(self, job, shard):
        few = job.source.training
        return datasets.semi_supervised(
            labeled_part(few),
            few,
            batch_size=job.settings.batch_size,
            seed=job.settings.seed,
            repeat=True,
            skip_batches=job.steps,
            shard=shard,
        )

    def validation(self, job):
        tests = job.source.held_out
        if tests is None:
            return None
        return datasets.load(
            tests,
            batch_size=min(job.settings.batch_size, len(tests)),
            shuffle=False,
            labels=True,
            seed=job.settings.seed,
        )

    def callbacks(self, job):
        folder = job.folder
        return [
            SampleSaver(
                folder.samples_path,
                _NUM_SAMPLES,
                animation=folder.animation_path,
                tensorboard=folder.logs_path,
            )
        ]

    def translator(self, path, settings, options):
        raise ValueError(
            f"`{path.parent}` is a run of --task semi-supervised, which "
            "classifies images and translates none. Classify them with "
            f"`{command('classify', path.parent, options.images)}`."
        )

    def in_words(self, source):
        size = size_in_words(source.info.image_shape)
        return f"{size}, of {source.info.num_classes} classes"

    def describe(self, job):
        lines, _ = super().describe(job)
        return [*lines, *_described(job.source, job.settings)], []

    def more(self, run):
        return "classify", run, "IMAGES", "--out", "predictions.csv"


def _some(images: np.ndarray, number: int | None) -> np.ndarray:
    """Some images to hold back, in their order: about a tenth, never all."""
    if number is None:
        tenth = -(-len(images) // 10)
        number = min(_MOST_HELD_OUT, tenth, len(images) - 1)
    order = np.random.default_rng(_SEED).permutation(images)
    return np.sort(order[:number])


def _described(source: Parts, settings) -> list[str]:
    """What is known of the labels, and what the accuracy is measured with."""
    labels = source.whole.labels
    number = f"{np.count_nonzero(labels >= 0):,} labels"
    origin = f"{number}, from {settings.labels_for}"
    if isinstance(settings.labels_for, int):
        origin = (
            f"{number}, {settings.labels_for} of each class by seed "
            f"{settings.seed}: a simulation, which does not train with the "
            "other labels of the data"
        )
    if source.held_out is None:
        return [origin, "no test images with labels: no val_accuracy"]
    tests = f"val_accuracy of {len(source.held_out):,} held-out images"
    return [origin, tests]
