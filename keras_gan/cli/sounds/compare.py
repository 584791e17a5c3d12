"""`keras-gan evaluate` with sounds."""

import argparse
import pathlib
from typing import Any

import keras
import numpy as np

from keras_gan import datasets, networks
from keras_gan.cli.arguments import refuse
from keras_gan.cli.comparing import Comparison
from keras_gan.cli.evaluation_inputs import (
    GeneratedImages,
    StoredImages,
    check_no_runs,
    is_run,
)
from keras_gan.cli.generate import model_path
from keras_gan.cli.loading import load_gan
from keras_gan.cli.opening import open_data
from keras_gan.cli.progress import ProgressBar
from keras_gan.cli.sound_output import rate_of
from keras_gan.cli.sounds import form
from keras_gan.datasets.sound_files import holds_sounds
from keras_gan.evaluation.sounds import EPOCHS, train_classifier
from keras_gan.features import extractors
from keras_gan.utils.memory import check_memory
from keras_gan.utils.models import load_model

_METRICS = ("fid", "kid", "prdc")
_OF_SOUNDS = ("extractor", *form.OPTIONS)
_OF_OTHERS = (
    "feature_extractor", "memorization", "image_size", "save_statistics",
)  # fmt: skip
# Sounds that the classifier learns from.
_MOST_SOUNDS, _FEWEST_SOUNDS = 10_000, 5


def add_arguments(parser: Any) -> None:
    """Adds the options for sounds to a parser.

    Args:
        parser: The parser of `keras-gan evaluate`, or a group of it.
    """
    parser.add_argument(
        "--extractor",
        metavar="FILE.keras",
        help="a Keras model to compare sounds with, by its layer named "
        "features if it has one, else by its output (default: a classifier "
        "that learns the classes of REAL first)",
    )
    form.add_arguments(parser)


def is_of_sounds(options: argparse.Namespace) -> bool:
    """Whether sounds are to be compared.

    Args:
        options: Arguments of the command line.
    """
    return any(map(_is_of_sounds, (options.real, options.fake)))


def check_none(options: argparse.Namespace) -> None:
    """Raises an error if options are for sounds.

    Args:
        options: Arguments of a command line that is not of sounds.
    """
    refuse(options, _OF_SOUNDS, "sounds, which REAL and FAKE are not")


class SoundComparison(Comparison):
    """Real and generated sounds.

    Args:
        options: Arguments of the command line.
    """

    unit = "sounds"
    metrics = _METRICS
    otherwise = ""

    def __init__(self, options: argparse.Namespace) -> None:
        refuse(options, _OF_OTHERS, "images, and these are sounds")
        _check_arguments(options)
        self._options = options
        self._model: Any = None
        if options.extractor is not None:
            self._model = load_model(
                options.extractor, expected="a model of sounds", compile=False
            )
        real, fake = self._opened()
        self.inputs = {"real": real, "fake": fake}
        self._source: Any = real.source
        self._accuracy = 0.0
        if self._model is None:
            self._model = self._new_classifier()
        self.extractor = self._features()

    def prepare(self) -> None:
        if self._options.extractor is not None:
            return
        source, seed = self._source, self._options.seed
        order = np.random.default_rng(seed).permutation(len(source))
        rows = np.sort(order[:_MOST_SOUNDS])
        shown = not self._options.quiet
        with ProgressBar(
            EPOCHS, "epochs of the classifier", shown=shown
        ) as bar:
            count = keras.callbacks.LambdaCallback(
                on_epoch_end=lambda *_: bar.update(1)
            )
            self._accuracy = train_classifier(
                self._model,
                source.read(rows),
                source.labels[rows],
                seed=seed,
                callbacks=[count],
            )

    def in_words(self) -> str:
        if self._options.extractor is not None:
            return f"features of {self._options.extractor}"
        return (
            f"features of a classifier of the {self._source.info.num_classes} "
            f"classes of REAL, of accuracy {self._accuracy:.3g}"
        )

    def described(self) -> dict[str, Any]:
        if self._options.extractor is not None:
            return {"feature_extractor": self._options.extractor}
        return {
            "feature_extractor": "classifier of REAL",
            "classifier_accuracy": self._accuracy,
        }

    def _opened(self) -> tuple[StoredImages, Any]:
        """REAL and FAKE, of one rate, length and number of channels."""
        options = self._options
        wanted = form.form_of(options, self._model)
        real = self._stored(options.real, options.split, **wanted)
        if is_run(options.fake):
            gan = load_gan(model_path(options.fake), compiled=False)
            return real, GeneratedImages(gan, options.seed)
        source: Any = real.source
        length, channels = real.image_shape
        return real, self._stored(
            options.fake, rate=source.rate, length=length, channels=channels
        )

    def _stored(self, path, split=None, **wanted) -> StoredImages:
        options = self._options
        source = open_data(
            path,
            opener=datasets.Sounds,
            what="sounds",
            split=split,
            quiet=options.quiet,
            num_workers=options.num_workers,
            **wanted,
        )
        return StoredImages(source, options.seed)

    def _features(self) -> keras.Model:
        """What makes features of the model, if it can take the sounds."""
        shape = self._source.info.image_shape
        try:
            found = _features_of(self._model)
            extractors.get(found).build(shape)
        except Exception as error:  # each layer raises its own
            why = str(error).split("\n")[0]
            raise ValueError(
                f"`--extractor` must turn sounds of the shape {shape} into "
                f"features. Received: {self._options.extractor}. {why}"
            ) from error
        return found

    def _new_classifier(self) -> keras.Model:
        info = self._source.info
        if (info.num_classes or 0) < 2 or len(self._source) < _FEWEST_SOUNDS:
            raise ValueError(
                "REAL must have subfolders of two or more classes, with at "
                f"least {_FEWEST_SOUNDS} sounds in all: a classifier that "
                "learns them is what sounds are compared with. Received: "
                f"{info.name}, with {info.num_classes or 'no'} classes and "
                f"{len(self._source)} sounds. Sort them, or name a model with "
                "`--extractor`."
            )
        number = min(len(self._source), _MOST_SOUNDS)
        check_memory(
            f"A classifier that learns from {number} sounds",
            # Float32, and once more for the parts that it is split into.
            8 * number * int(np.prod(info.image_shape)),
            "Name a trained one with `--extractor`.",
        )
        return networks.sound_classifier(
            info.image_shape,
            info.num_classes,
            rate=self._source.rate,
            seed=self._options.seed,
        )


def _is_of_sounds(named: str) -> bool:
    return _rate_of(named) is not None if is_run(named) else holds_sounds(named)


def _rate_of(run: str) -> int | None:
    path = pathlib.Path(run)
    return rate_of(path if path.suffix == ".keras" else path / "model.keras")


def _check_arguments(options: argparse.Namespace) -> None:
    if is_run(options.real) or not holds_sounds(options.real):
        raise ValueError(
            "REAL must be a folder of WAV files, or a .zip of one, like FAKE. "
            f"Received: {options.real}. Name real sounds first, then generated "
            "ones or the run that makes them."
        )
    for named in (options.real, options.fake):
        check_no_runs(named)
    if not _is_of_sounds(options.fake):
        raise ValueError(
            "FAKE must be a folder of WAV files like REAL, a .zip of one, or "
            "a run of sounds, whose folder holds its model. "
            f"Received: {options.fake}."
        )
    if "is" in options.metrics:
        raise ValueError(
            f"`--metrics` must be of {', '.join(_METRICS)} for sounds. "
            "Received: is. Leave it out."
        )


def _features_of(model: keras.Model) -> keras.Model:
    """The part of a model up to its layer of features, if it has one."""
    names = [layer.name for layer in getattr(model, "layers", ())]
    if "features" not in names:
        return model
    return keras.Model(model.inputs, model.get_layer("features").output)
