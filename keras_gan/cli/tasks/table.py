"""`--task table`: a `TableGAN`."""

import argparse
import dataclasses
from functools import partial

from keras_gan import models
from keras_gan.backend import devices
from keras_gan.callbacks import TableSaver
from keras_gan.cli.building import adam
from keras_gan.cli.loading import load_gan_of
from keras_gan.cli.settings import Settings, first, of_training
from keras_gan.cli.tables.source import open_table
from keras_gan.cli.tasks.starting import (
    begins_with_another,
    begun_with,
    load_start,
    recorded,
)
from keras_gan.cli.tasks.task import Task
from keras_gan.cli.words import command
from keras_gan.tasks.table import (
    LATENT_DIM,
    NETWORKS,
    PACK,
    compile_model,
    model_of,
    recipe_of,
)

_FROM_RECIPE = (
    "network", "width", "batch_size", "learning_rate", "final_learning_rate",
    "beta_2", "ema_momentum", "loss",
)  # fmt: skip
_EXAMPLES_SHOWN = 1_000


class TableTask(Task):
    """Learns to make rows of a table."""

    name = "table"
    unit = "rows"
    networks = NETWORKS
    options = ("latent_dim", "columns", "label", "categories", "start")

    def check_options(self, options):
        super().check_options(options)
        self.check_no_images(options, "a .csv or .parquet file")

    def open(self, given):
        if begins_with_another(given) and given.columns is None:
            before = begun_with(given.start, self.name).settings
            known = {"columns": before.columns}
            given = argparse.Namespace(**vars(given) | known)
        return open_table(given)

    def resolve(self, options, source):
        info = dataclasses.replace(source.info, num_images=len(source))
        recipe = recipe_of(len(source))
        given = {
            "task": self.name,
            "conditional": False,
            "gamma": None,
            "latent_dim": first(options.latent_dim, LATENT_DIM),
            "columns": options.columns,
            "label": options.label,
            "categories": options.categories,
            "held_out": len(source.held_out),
            **of_training(options, info, recipe, _FROM_RECIPE),
            "image_size": None,
            "channels": None,
        }
        if options.start is not None:
            given |= self._of_start(options)
        return Settings(**given)

    def _of_start(self, options):
        """Settings of a run that begins with the networks of another one."""
        before = begun_with(options.start, self.name).settings
        kept = ("width", "latent_dim", "label", "categories")
        for name in kept:
            if getattr(options, name) not in (None, getattr(before, name)):
                raise ValueError(
                    f"`--{name.replace('_', '-')}` is that of the run that "
                    f"this one begins with. Received: {getattr(options, name)},"
                    f" not {getattr(before, name)}. Leave it out."
                )
        return {
            **recorded(options.start),
            **{name: getattr(before, name) for name in kept},
            "columns": first(options.columns, before.columns),
        }

    def build(self, settings, source):
        recipe = recipe_of(len(source))
        recipe = dataclasses.replace(
            recipe, **{name: getattr(settings, name) for name in _FROM_RECIPE}
        )

        def optimizer(name):
            return adam(settings, name, recipe.beta_1)

        jit = "auto" if settings.jit is None else settings.jit
        if settings.start is not None:
            model = self._begun(settings, source)
            compile_model(model, recipe, optimizer, jit_compile=jit)
            return model
        return model_of(
            source.preprocessor,
            recipe,
            latent_dim=settings.latent_dim,
            optimizers=optimizer,
            seed=settings.seed,
            jit_compile=jit,
        )

    def _begun(self, settings, source):
        """The model of another run, to go on with other rows."""
        other = load_start(settings, partial(load_gan_of, "tables"))
        other.preprocessor.encode(source.table)  # Its columns are the same.
        # It has all of the other one but the state of its draws.
        model = models.TableGAN(
            other.generator,
            other.discriminator,
            other.preprocessor,
            condition_weight=other.condition_weight,
            ema_momentum=other.ema_momentum,
            seed=settings.seed,
        )
        if other.ema_generator is not None:
            average = other.ema_generator.get_weights()
            model.ema_generator.set_weights(average)
        return model

    def load(self, path, settings, source):
        return load_gan_of("tables", path)

    def stream(self, job, shard):
        return job.source.training

    def fitting(self, job):
        # Its stream is the table itself, from which the model draws.
        return {"batch_size": job.settings.batch_size}

    def validation(self, job):
        held_out = job.source.held_out
        return held_out if len(held_out) >= job.model.pack else None

    def callbacks(self, job):
        folder, source = job.folder, job.source
        shown = source.held_out if len(source.held_out) else source.training
        return [
            TableSaver(
                folder.samples_path,
                shown,
                num_rows=_EXAMPLES_SHOWN,
                animation=folder.animation_path,
                tensorboard=folder.logs_path,
            )
        ]

    def translator(self, path, settings, options):
        raise ValueError(
            f"`{path.parent}` is a run of --task table, which makes rows and "
            "translates no images. Make some with "
            f"`{command('generate', path.parent)}`."
        )

    def describe(self, job):
        settings, source, model = job.settings, job.source, job.model
        weights = [
            f"{network.count_params():,}"
            for network in (model.generator, model.discriminator)
        ]
        categories = len(model.preprocessor.layout.category_sizes)
        held_out = len(source.held_out)
        start = settings.start
        lines = [
            f"{len(source):,} rows of {len(source.table.columns)} columns, "
            f"{categories} of categories, from {source.info.name}"
            + f", {held_out:,} held out"
            * (held_out > 0),
            f"table: networks of {' + '.join(weights)} weights, loss "
            f"{settings.loss}",
        ]
        return lines + [f"begun with {start}"] * (start is not None), []

    def check(self, settings, source):
        if settings.batch_size % PACK:
            raise ValueError(
                f"`--batch-size` must be a multiple of {PACK}, the rows that "
                "the discriminator sees at once. Received: --batch-size "
                f"{settings.batch_size}. Choose "
                f"{max(1, settings.batch_size // PACK) * PACK}."
            )
        if devices.has_workers():
            raise ValueError(
                "`--task table` is for one process. Received: several workers. "
                "Start one, which uses all GPUs of its machine."
            )

    def fingerprint(self, source):
        return source.sha256()

    def more(self, run):
        rows = ("--num-rows", 1_000, "--out", "synthetic.csv")
        return "generate", run, *rows
