"""Images from latents: the task of a `GAN`."""

import math
from typing import Any

from keras_gan import datasets
from keras_gan.callbacks import (
    MetricsCallback,
    ProgressiveGrowing,
    SampleSaver,
)
from keras_gan.cli import presets
from keras_gan.cli.building import build_gan
from keras_gan.cli.classes import check_same_classes
from keras_gan.cli.held_out import training_part
from keras_gan.cli.loading import load_gan
from keras_gan.cli.metric_options import (
    check_metrics,
    extractor_in_words,
    make_metrics,
)
from keras_gan.cli.opening import open_data
from keras_gan.cli.settings import resolve
from keras_gan.cli.sizes import check_training
from keras_gan.cli.tasks import starting
from keras_gan.cli.tasks.task import Task
from keras_gan.cli.words import command, listed, size_in_words
from keras_gan.models.growing import growing_layers
from keras_gan.networks import recipe

_NUM_SAMPLES = 64
# Real and generated images for metrics, as many as papers use in training.
_MOST_IMAGES = 10_000
_EVALUATION_BATCH = 100
_MOST_COLUMNS = 20


class GanTask(Task):
    """Trains a `GAN`, conditional or not."""

    name = "gan"
    networks = presets.NETWORKS
    options = (
        "conditional",
        "balance",
        "latent_dim",
        "augment",
        "metrics",
        "feature_extractor",
        "start",
        "freeze_layers",
        "held_out",
    )

    def open(self, given):
        whole = open_data(
            given.data,
            image_size=given.image_size,
            channels=given.channels,
            split=given.split,
            quiet=given.quiet,
            num_workers=given.num_workers,
        )
        return training_part(whole, getattr(given, "held_out", None) or 0)

    def resolve(self, options, source):
        if options.start is None:
            return resolve(options, source.info)
        return starting.resolve(options, source.info)

    def build(self, settings, source):
        num_classes = _num_classes(settings, source)
        check_training(settings, num_classes)
        gan = build_gan(settings, num_classes)
        if settings.start is not None:
            other = starting.load_start(settings, load_gan)
            starting.take_weights(gan, other, settings, source.info)
        return gan

    def load(self, path, settings, source):
        classes = _num_classes(settings, source)
        check_training(settings, classes)
        gan = load_gan(path)
        if (gan.image_shape, gan.num_classes) != (
            settings.image_shape,
            classes,
        ):
            raise ValueError(
                f"`{path.parent / 'config.json'}` and `{path}` do not belong "
                f"together: one is of images {settings.image_shape} and "
                f"{classes or 'no'} classes, the other of {gan.image_shape} "
                f"and {gan.num_classes or 'no'}. Restore the one that was "
                "changed."
            )
        return gan

    def stream(self, job, shard):
        settings = job.settings
        balance = settings.balance
        return datasets.load(
            job.source,
            batch_size=settings.batch_size,
            seed=settings.seed,
            labels=settings.conditional,
            repeat=True,
            skip_batches=job.steps,
            balance=None if balance == "none" else balance,
            shard=shard,
        )

    def callbacks(self, job):
        folder = job.folder
        saver = SampleSaver(
            folder.samples_path,
            _num_samples(job.model.num_classes),
            animation=folder.animation_path,
            tensorboard=folder.logs_path,
        )
        return [*_growing(job), *_metrics(job), saver]

    def translator(self, path, settings, options):
        raise ValueError(
            f"`{path.parent}` is a run of --task gan, which draws images and "
            "translates none. Draw some with "
            f"`{command('generate', path.parent)}`, or train with another "
            "--task."
        )

    def describe(self, job):
        info, settings, gan = job.source.info, job.settings, job.model
        size = size_in_words(info.image_shape)
        split = f" ({info.split} split)" if info.split else ""
        classes = f" of {info.num_classes} classes" if info.num_classes else ""
        weights = [
            f"{network.count_params():,}"
            for network in (gan.generator, gan.discriminator)
        ]
        augments = settings.augment != "none"
        balanced = settings.balance != "none"
        lines = [
            f"{info.num_images:,} images{classes}, {size}, from {info.name}"
            + split
            + f", balanced ({settings.balance})" * balanced
            + f", {settings.held_out} held out" * (settings.held_out > 0),
            f"{settings.network} of {' + '.join(weights)} weights"
            + ", conditional" * settings.conditional
            + f", augmented by {settings.augment}" * augments,
            *starting.described(gan, settings),
        ]
        if not settings.metrics:
            return lines, []
        words = extractor_in_words(settings.feature_extractor)
        return lines, [f"{listed(settings.metrics)} in {words}"]

    def check(self, settings, source):
        _check_batch_size(settings)
        check_metrics(settings.metrics, settings.feature_extractor, source.info)

    def check_resumed(self, config, source, folder):
        if config.settings.conditional:
            check_same_classes(config.dataset, source.info, folder)


def _num_classes(settings, source) -> int | None:
    return source.info.num_classes if settings.conditional else None


def _check_batch_size(settings) -> None:
    """Raises an error unless each update of D gets a part of a batch."""
    steps = recipe(settings.network, settings.image_shape).discriminator_steps
    if settings.batch_size % steps:
        raise ValueError(
            f"`--batch-size` must be a multiple of {steps}, because "
            f"{settings.network} trains the discriminator {steps} times per "
            f"step, each time with a part of the batch. Received: "
            f"--batch-size {settings.batch_size}."
        )


def _metrics(job) -> list:
    """The callback that adds metrics to the logs, if there are any."""
    settings = job.settings
    if not settings.metrics:
        return []
    num_images = len(job.source)
    order: dict[str, Any] = {"shuffle": False}
    if num_images > _MOST_IMAGES:
        # An endless stream starts with the same images on every pass.
        num_images = _MOST_IMAGES
        order = {"repeat": True, "seed": settings.seed}
    real = datasets.load(
        job.source,
        batch_size=_EVALUATION_BATCH,
        labels=settings.conditional,
        **order,
    ).take(math.ceil(num_images / _EVALUATION_BATCH))
    chosen = make_metrics(settings.metrics, settings.feature_extractor)
    return [
        MetricsCallback(
            real, chosen, num_images=num_images, batch_size=_EVALUATION_BATCH
        )
    ]


def _growing(job) -> list:
    """The callback that plans the growth of networks that grow."""
    if not growing_layers([job.model]):
        return []
    return [ProgressiveGrowing(job.settings.steps)]


def _num_samples(num_classes: int | None) -> int:
    """Full rows of a grid with one column per class."""
    if num_classes is None or num_classes > _MOST_COLUMNS:
        return _NUM_SAMPLES
    return num_classes * math.ceil(_NUM_SAMPLES / num_classes)
