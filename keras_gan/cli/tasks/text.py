"""`--task text`: a `TextGAN`."""

import argparse
import dataclasses
import warnings
from functools import partial

import numpy as np

from keras_gan import datasets
from keras_gan.backend import devices
from keras_gan.callbacks import TextSaver
from keras_gan.cli.building import adam
from keras_gan.cli.classes import check_same_classes
from keras_gan.cli.generate import model_path
from keras_gan.cli.loading import load_gan_of
from keras_gan.cli.settings import Settings, first, of_training
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
from keras_gan.cli.texts.source import open_text
from keras_gan.cli.words import command, listed
from keras_gan.layers import TextPreprocessor
from keras_gan.networks.inputs_and_heads import LATENT_DIM
from keras_gan.tasks.text import (
    DISCRIMINATOR_SHARE,
    NETWORKS,
    model_of,
    recipe_of,
)

_FROM_RECIPE = (
    "network", "width", "batch_size", "learning_rate", "final_learning_rate",
    "beta_2", "ema_momentum", "loss",
)  # fmt: skip
# Fewer held-out lines say little.
_FEWEST_HELD_OUT = 10
_FEWEST_OF_NAMES = 20


class TextTask(Task):
    """Learns to make lines of text."""

    name = "text"
    unit = "lines"
    networks = NETWORKS
    options = ("latent_dim", "conditional", "unit", "max_length", "start")

    def check_options(self, options):
        super().check_options(options)
        self.check_no_images(options, "a file of lines, .txt or .smi")

    def open(self, given):
        if begins_with_another(given):
            given = _like_those_of(given, _preprocessor_of(given.start))
        return open_text(given)

    def resolve(self, options, source):
        info = dataclasses.replace(source.info, num_images=len(source))
        has_classes = (info.num_classes or 0) > 1
        if not has_classes:  # One label says nothing.
            info = dataclasses.replace(info, num_classes=None)
        options = as_before(options, info, self.name)
        if options.conditional and not has_classes:
            raise ValueError(
                "`--conditional` needs lines of several labels, label<TAB>text."
                f" Received: one label in {info.name}. Leave the option out."
            )
        conditional = options.conditional
        if conditional is None:
            conditional = has_classes and not _are_names(source)
        given = {
            "task": self.name,
            "conditional": conditional,
            "gamma": None,
            "latent_dim": first(options.latent_dim, LATENT_DIM),
            "unit": source.unit,
            "max_length": source.max_length,
            "held_out": len(source.held_out),
            **of_training(options, info, recipe_of(len(source)), _FROM_RECIPE),
            "image_size": None,
            "channels": None,
            "split": None,
            **recorded(options.start),
        }
        return Settings(**given)

    def build(self, settings, source):
        recipe = recipe_of(len(source))
        recipe = dataclasses.replace(
            recipe, **{name: getattr(settings, name) for name in _FROM_RECIPE}
        )

        def optimizer(name):
            factor = 1.0
            if name.startswith("discriminator"):
                factor = DISCRIMINATOR_SHARE
            return adam(settings, name, recipe.beta_1, factor=factor)

        preprocessor, other = source.preprocessor, None
        if settings.start is not None:
            other = load_start(settings, partial(load_gan_of, "texts"))
            preprocessor = other.preprocessor
            _check_known(source, preprocessor, settings.start)
        model = model_of(
            preprocessor,
            dataclasses.replace(recipe, steps=settings.steps),
            num_classes=_num_classes(settings, source),
            latent_dim=settings.latent_dim,
            optimizers=optimizer,
            seed=settings.seed,
            jit_compile="auto" if settings.jit is None else settings.jit,
        )
        if other is not None:
            take_weights(model, other, settings, source.info)
        return model

    def load(self, path, settings, source):
        return load_gan_of("texts", path)

    def stream(self, job, shard):
        lines = job.source.training
        return datasets.code_batches(
            job.model.preprocessor.encode(lines),
            lines.labels if job.settings.conditional else None,
            batch_size=job.settings.batch_size,
            seed=job.settings.seed,
            skip_batches=job.steps,
            shard=shard,
        )

    def validation(self, job):
        held_out = job.source.held_out
        return held_out if len(held_out) >= _FEWEST_HELD_OUT else None

    def callbacks(self, job):
        names = job.source.info.class_names if job.settings.conditional else ()
        return [TextSaver(job.folder.samples_path, class_names=names or ())]

    def translator(self, path, settings, options):
        raise ValueError(
            f"`{path.parent}` is a run of --task text, which makes lines and "
            "translates no images. Make some with "
            f"`{command('generate', path.parent)}`."
        )

    def describe(self, job):
        settings, source, model = job.settings, job.source, job.model
        length, vocabulary = model.preprocessor.sequence_shape
        weights = [
            f"{network.count_params():,}"
            for network in (model.generator, model.discriminator)
        ]
        info, held_out = source.info, len(source.held_out)
        classes = f" of {info.num_classes} classes" * bool(settings.conditional)
        lines = [
            f"{len(source):,} lines{classes} of up to {length} {source.unit}, "
            f"{vocabulary - 1:,} different ones, from {info.name}"
            + f", {held_out:,} held out"
            * (held_out > 0),
            f"text: networks of {' + '.join(weights)} weights, loss "
            f"{settings.loss} after {model.warm_start:,} steps",
            *described(model, settings),
        ]
        return lines, []

    def check(self, settings, source):
        if devices.has_workers():
            raise ValueError(
                "`--task text` is for one process. Received: several workers. "
                "Start one, which uses all GPUs of its machine."
            )

    def check_resumed(self, config, source, folder):
        if config.settings.conditional:
            check_same_classes(config.dataset, source.info, folder)

    def fingerprint(self, source):
        return source.sha256()

    def more(self, run):
        return "generate", run, "--num-lines", 1_000, "--out", "lines.txt"


def _num_classes(settings: Settings, source) -> int | None:
    return source.info.num_classes if settings.conditional else None


def _are_names(source) -> bool:
    """Whether what precedes the tabs names lines, with a warning if so."""
    lines = source.lines
    once = np.sum(np.bincount(lines.labels) == 1)
    # Of so few lines, each label may be a class all the same.
    if len(lines) < _FEWEST_OF_NAMES or 2 * once < len(lines):
        return False
    warnings.warn(
        f"{source.path}: {once:,} of {len(lines):,} lines have a label of "
        "their own, so that labels are no classes, and are left out. Pass "
        "`--conditional` to learn them.",
        stacklevel=2,
    )
    return True


def _preprocessor_of(start: str) -> TextPreprocessor:
    """The vocabulary and the length of the lines of a run."""
    begun_with(start, TextTask.name)
    path = model_path(start)
    return load_gan_of("texts", path, compiled=False).preprocessor


def _like_those_of(
    given: argparse.Namespace, known: TextPreprocessor
) -> argparse.Namespace:
    """Options for lines that a model can read.

    Longer ones than it knows are left out.
    """
    if given.unit not in (None, known.unit):
        raise ValueError(
            "`--unit` is that of the run that this one begins with. Received: "
            f"{given.unit}, not {known.unit}. Leave it out."
        )
    length = first(given.max_length, known.length)
    if length > known.length:
        raise ValueError(
            f"`--max-length` must be at most {known.length}, the longest line "
            f"that the run of --from can make. Received: {length}. Leave it "
            "out, or train without --from."
        )
    return argparse.Namespace(
        **vars(given) | {"unit": known.unit, "max_length": length}
    )


def _check_known(source, known: TextPreprocessor, start: str) -> None:
    """Raises an error if lines have tokens that a run has not learned."""
    unknown = set(source.preprocessor.vocabulary) - set(known.vocabulary or ())
    if unknown:
        raise ValueError(
            f"`--from {start}`: that run must know the {known.unit} of all "
            f"lines. Received: {listed([*map(repr, sorted(unknown))])}, which "
            "it does not know. Leave these lines out, or train without --from."
        )
