"""What all tasks but that of a `GAN` have in common."""

import abc
import argparse
import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_gan import datasets
from keras_gan import images as image_tools
from keras_gan.callbacks import TranslationSaver
from keras_gan.cli.building import adam, build_augmenter
from keras_gan.cli.opening import open_data
from keras_gan.cli.settings import (
    PLACES,
    Settings,
    first,
    location,
    of_training,
)
from keras_gan.cli.sizes import check_translation
from keras_gan.cli.tasks.parts import Parts, first_examples, parted
from keras_gan.cli.tasks.task import Task
from keras_gan.cli.words import size_in_words
from keras_gan.datasets.fingerprints import fingerprint
from keras_gan.tasks.recipe import Recipe
from keras_gan.utils.models import load_model

_FROM_RECIPE = (
    "network", "width", "batch_size", "learning_rate", "final_learning_rate",
    "beta_2", "ema_momentum", "loss",
)  # fmt: skip


class TranslationTask(Task):
    """A task with a `Recipe`, most often from images to images.

    Attributes:
        recipe_of: Function of `keras_gan.tasks` that chooses a `Recipe`.
        model_of: The one that builds a model by a `Recipe`.
        model_class: Class of the model.
        when_translating: Options of `keras-gan translate` that it has.
    """

    recipe_of: Any
    model_of: Any
    model_class: type
    when_translating: tuple[str, ...] = ()

    @abc.abstractmethod
    def examples(self, given: argparse.Namespace, split: str | None) -> Any:
        """Opens the examples of a split.

        Args:
            given: As for `Task.open`.
            split: Name of a split, or `None`.
        """

    def open(self, given):
        whole = self.examples(given, given.split)
        check_one_size(whole, self.options)
        return parted(
            whole,
            lambda split: self.examples(given, split),
            getattr(given, "held_out", None),
        )

    def open_with(self, opener: Any, *data: Any, given: Any, **options: Any):
        """Opens data with a class of `keras_gan.datasets`, showing progress.

        Args:
            opener: The class.
            *data: Its first arguments.
            given: As for `Task.open`.
            **options: Further arguments.
        """
        return open_data(
            *data,
            opener=opener,
            quiet=given.quiet,
            num_workers=given.num_workers,
            **{k: value for k, value in options.items() if value is not None},
        )

    def length_of_pass(self, source):
        return len(source)

    def shapes(self, source: Parts) -> Any:
        """Shapes of the sources and of the targets.

        Args:
            source: The opened data.
        """
        return source.whole.shapes

    def resolve(self, options, source):
        recipe = self.recipe(options, source)
        number = self.length_of_pass(source)
        info = dataclasses.replace(source.info, num_images=number)
        chosen = of_training(options, info, recipe, _FROM_RECIPE)
        places = {name: getattr(options, name) for name in PLACES}
        settings: dict[str, Any] = {
            "task": self.name,
            "conditional": False,
            "latent_dim": 0,
            "gamma": None,
            "augment": first(options.augment, "none"),
            "resized_to": options.image_size,
            "crop": options.crop,
            "flip": options.flip,
            "strict": options.strict,
            "held_out": source.num_held_out,
            **{
                name: place and location(place)
                for name, place in places.items()
            },
            **chosen,
            **self.special(options, source),
        }
        return Settings(**settings)

    def recipe(self, options: Any, source: Parts) -> Recipe:
        """Returns what stands for options that are left out.

        Args:
            options: Arguments of the command line.
            source: The opened data.
        """
        return self.recipe_of(self.shapes(source), len(source))

    def special(self, options: Any, source: Parts) -> dict[str, Any]:
        """Further settings that only this task has.

        Args:
            options: Arguments of the command line.
            source: The opened data.
        """
        return {}

    def build(self, settings, source):
        shapes = self.shapes(source)
        recipe = self.recipe_of(shapes, len(source))
        recipe = dataclasses.replace(
            recipe, **{name: getattr(settings, name) for name in _FROM_RECIPE}
        )
        check_translation(settings, shapes)
        return self.model_of(
            shapes,
            recipe,
            optimizers=lambda name: adam(settings, name, recipe.beta_1),
            augmenter=build_augmenter(settings),
            seed=settings.seed,
            jit_compile="auto" if settings.jit is None else settings.jit,
            **self.building(settings, source),
        )

    def building(self, settings: Settings, source: Parts) -> dict[str, Any]:
        """Further arguments of `model_of`.

        Args:
            settings: Settings of the run.
            source: The opened data.
        """
        return {}

    def fingerprint(self, source):
        return fingerprint(source.whole)

    def check_options(self, options):
        super().check_options(options)
        if options.data is None:
            raise ValueError(
                f"`--task {self.name}` needs DATA. Received: none. Name the "
                "folder of the images."
            )

    def load(self, path, settings, source):
        check_translation(settings, self.shapes(source))
        return self.load_model(path)

    def load_model(self, path: Any, *, compiled: bool = True) -> Any:
        """Loads the model of the task.

        Args:
            path: The `.keras` file.
            compiled: Whether to restore what is needed to train on.

        Raises:
            ValueError: If it is another model.
        """
        model = load_model(
            path, expected="a model of keras-gan", compile=compiled
        )
        if not isinstance(model, self.model_class):
            raise ValueError(
                f"`{path}` must hold a {self.model_class.__name__} for --task "
                f"{self.name}. Received: {type(model).__name__}. Restore the "
                "file that was changed."
            )
        return model

    def stream(self, job, shard):
        return datasets.load(
            job.source.training,
            batch_size=job.settings.batch_size,
            seed=job.settings.seed,
            repeat=True,
            skip_batches=job.steps,
            shard=shard,
        )

    def validation(self, job):
        held_out = job.source.held_out
        if held_out is None:
            return None
        size = min(job.settings.batch_size, len(held_out))
        return datasets.load(
            held_out, batch_size=size, shuffle=False, seed=job.settings.seed
        )

    def callbacks(self, job):
        folder = job.folder
        sources, targets = self.samples(job.source)
        return [
            TranslationSaver(
                folder.samples_path,
                sources,
                targets,
                animation=folder.animation_path,
                tensorboard=folder.logs_path,
            )
        ]

    def samples(self, source: Parts) -> tuple[np.ndarray, ...]:
        """Returns images for the grids, and what they are shown beside.

        Args:
            source: The opened data.
        """
        return first_examples(source.shown)

    def translator(self, path, settings, options):
        for name in ("to", "masks", "attributes"):
            if getattr(options, name) and name not in self.when_translating:
                raise ValueError(
                    f"`--{name}` has no meaning for a run of --task "
                    f"{self.name}. Received: --{name} {getattr(options, name)}."
                    " Leave it out."
                )
        model = self.load_model(path, compiled=False)
        return lambda names, images: self.translated(
            model, names, images, options
        )

    def translated(
        self, model: Any, names: list[str], images: np.ndarray, options: Any
    ) -> np.ndarray:
        """Returns translations, float32 in [-1, 1].

        Args:
            model: The model.
            names: Names of the images.
            images: uint8 array `(n, height, width, channels)`.
            options: Arguments of `keras-gan translate`.
        """
        channels = model.generator.inputs[0].shape[-1]
        images = image_tools.convert_channels(images, channels)
        return model.translate(
            image_tools.from_uint8(images), **tiling(options)
        )

    def describe(self, job):
        settings, source, model = job.settings, job.source, job.model
        weights = [
            f"{network.count_params():,}"
            for network in (model.generator, model.discriminator)
        ]
        number = f"{len(source):,} images"
        held_out = 0 if source.held_out is None else len(source.held_out)
        lines = [
            f"{number}, {self.in_words(source)}, from {source.info.name}"
            + (f" ({source.info.split} split)" if source.info.split else "")
            + f", {held_out} held out" * (held_out > 0),
            f"{settings.task}: {settings.network} of "
            f"{' + '.join(weights)} weights, loss {settings.loss}"
            + f", augmented by {settings.augment}"
            * (settings.augment != "none"),
        ]
        return lines, []

    def in_words(self, source: Parts) -> str:
        """Says what is translated.

        Args:
            source: The opened data.
        """
        return " to ".join(map(size_in_words, self.shapes(source)))

    def more(self, run):
        return "translate", run, "IMAGES", "--out", "DIR"


def check_one_size(source: Any, options: Sequence[str] = ("crop",)) -> None:
    """Raises an error if opened images have different sizes.

    Args:
        source: The opened images.
        options: Names of the options that the task takes.
    """
    if None in source.info.image_shape:
        crop = ", or train on parts of one size with --crop"
        raise ValueError(
            f"The images of `{source.info.name}` have different sizes. Resize "
            f"them with --image-size{crop if 'crop' in options else ''}."
        )


def tiling(options: Any) -> dict[str, Any]:
    """Returns how `translate` is to cut large images.

    Args:
        options: Arguments of `keras-gan translate`.
    """
    return {"tile": options.tile, "batch_size": options.batch_size}
