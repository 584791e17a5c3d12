"""`--task sound`: a `GAN` of sounds."""

import dataclasses
import math
from typing import Any

from keras_gan import datasets
from keras_gan.callbacks import SoundSaver
from keras_gan.cli.building import adam
from keras_gan.cli.classes import check_same_classes
from keras_gan.cli.loading import load_gan
from keras_gan.cli.opening import open_data
from keras_gan.cli.settings import (
    Settings,
    check_classes,
    first,
    of_training,
)
from keras_gan.cli.tasks.starting import (
    as_before,
    begins_with_another,
    begun_with,
    described,
    load_start,
    recorded,
    take_weights,
)
from keras_gan.cli.tasks.task import Task
from keras_gan.cli.words import command
from keras_gan.tasks.sound import (
    LATENT_DIM,
    NETWORKS,
    model_of,
    parts_of_a_batch,
    recipe_of,
)

_FROM_RECIPE = (
    "network", "width", "batch_size", "learning_rate", "final_learning_rate",
    "beta_2", "ema_momentum", "loss",
)  # fmt: skip
_FORM = ("rate", "length", "channels")
_NUM_SAMPLES, _MOST_COLUMNS = 16, 20
_CHANNELS = {1: "mono", 2: "stereo"}


class SoundTask(Task):
    """Learns to make sounds."""

    name = "sound"
    unit = "sounds"
    networks = NETWORKS
    options = (
        "conditional", "balance", "latent_dim", "rate", "length", "pieces",
        "normalize", "start",
    )  # fmt: skip

    def check_options(self, options):
        super().check_options(options)
        if options.image_size is not None:
            raise ValueError(
                "`--image-size` is for images. Received: it with --task "
                f"{self.name}. Leave it out, or choose a --length."
            )
        if options.data is None:
            raise ValueError(
                f"`--task {self.name}` needs DATA. Received: none. Name a "
                "folder of WAV files, or a .zip of one."
            )

    def open(self, given):
        form = {name: getattr(given, name) for name in _FORM}
        if begins_with_another(given):
            before = begun_with(given.start, self.name).settings
            form = {
                name: first(value, getattr(before, name))
                for name, value in form.items()
            }
        return open_data(
            given.data,
            opener=datasets.Sounds,
            what="sounds",
            **form,
            pieces=bool(given.pieces),
            normalize=bool(given.normalize),
            split=given.split,
            quiet=given.quiet,
            num_workers=given.num_workers,
        )

    def resolve(self, options, source):
        info = source.info
        options = as_before(options, info, self.name)
        check_classes(options, info)
        length, channels = info.image_shape
        given: dict[str, Any] = {
            **of_training(
                options,
                info,
                recipe_of(info.image_shape, len(source)),
                _FROM_RECIPE,
            ),
            "task": self.name,
            "image_size": None,
            "channels": channels,
            "conditional": bool(options.conditional),
            "balance": first(options.balance, "none"),
            "gamma": None,
            "latent_dim": first(options.latent_dim, LATENT_DIM),
            "rate": source.rate,
            "length": length,
            "pieces": bool(options.pieces),
            "normalize": bool(options.normalize),
            **recorded(options.start),
        }
        return Settings(**given)

    def build(self, settings, source):
        shape = source.info.image_shape
        chosen = dataclasses.replace(
            recipe_of(shape, len(source)),
            **{name: getattr(settings, name) for name in _FROM_RECIPE},
        )
        gan = model_of(
            shape,
            chosen,
            num_classes=_num_classes(settings, source),
            latent_dim=settings.latent_dim,
            optimizers=lambda name: adam(settings, name, chosen.beta_1),
            seed=settings.seed,
            jit_compile="auto" if settings.jit is None else settings.jit,
        )
        if settings.start is not None:
            other = load_start(settings, load_gan)
            take_weights(gan, other, settings, source.info)
        return gan

    def load(self, path, settings, source):
        gan = load_gan(path)
        known = gan.image_shape, gan.num_classes
        wanted = source.info.image_shape, _num_classes(settings, source)
        if known != wanted:
            raise ValueError(
                f"`{path.parent / 'config.json'}` and `{path}` do not belong "
                f"together: one is of sounds and classes {wanted}, the other "
                f"of {known}. Restore the one that was changed."
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
        classes = job.model.num_classes or 1
        number = _NUM_SAMPLES
        if classes <= _MOST_COLUMNS:
            number = classes * math.ceil(number / classes)
        folder = job.folder
        return [
            SoundSaver(
                folder.samples_path,
                job.settings.rate,
                num_sounds=number,
                animation=folder.animation_path,
                tensorboard=folder.logs_path,
            )
        ]

    def translator(self, path, settings, options):
        raise ValueError(
            f"`{path.parent}` is a run of --task sound, which makes sounds and "
            "translates no images. Make some with "
            f"`{command('generate', path.parent)}`."
        )

    def describe(self, job):
        info, settings, gan = job.source.info, job.settings, job.model
        length, channels = info.image_shape
        split = f" ({info.split} split)" if info.split else ""
        classes = f" of {info.num_classes} classes" if info.num_classes else ""
        weights = [
            f"{network.count_params():,}"
            for network in (gan.generator, gan.discriminator)
        ]
        balanced = settings.balance != "none"
        return [
            f"{info.num_images:,} sounds{classes}, "
            f"{length / settings.rate:.3g} s at {settings.rate:,} Hz, "
            f"{_CHANNELS[channels]}, from {info.name}"
            + split
            + f", balanced ({settings.balance})" * balanced,
            f"{settings.network} of {' + '.join(weights)} weights, loss "
            f"{settings.loss}" + ", conditional" * settings.conditional,
            *described(gan, settings),
        ], []

    def check(self, settings, source):
        parts = parts_of_a_batch(source.info.image_shape)
        if settings.batch_size % parts:
            raise ValueError(
                f"`--batch-size` must be a multiple of {parts}, because the "
                f"discriminator is trained {parts} times per step, each time "
                "with a part of the batch. Received: --batch-size "
                f"{settings.batch_size}."
            )

    def check_resumed(self, config, source, folder):
        if config.settings.conditional:
            check_same_classes(config.dataset, source.info, folder)

    def more(self, run):
        return "generate", run, "--out", "new_sounds"


def _num_classes(settings, source) -> int | None:
    return source.info.num_classes if settings.conditional else None
