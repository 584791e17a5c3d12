"""The two inputs that `keras-gan evaluate` compares, REAL and FAKE."""

import dataclasses
import pathlib
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np

from keras_gan import datasets, metrics, models
from keras_gan.cli.generate import model_path
from keras_gan.cli.loading import load_gan
from keras_gan.cli.opening import open_data
from keras_gan.cli.sizes import check_drawing, check_measuring

_NUM_IMAGES = 10_000


@dataclasses.dataclass(frozen=True)
class StoredImages:
    """Images of a built-in name, a folder, a zip or an npz.

    Attributes:
        source: The opened images.
        seed: Determines the random sample, if not all images are used.
    """

    source: datasets.Source
    seed: int

    def __len__(self) -> int:
        return len(self.source)

    @property
    def image_shape(self) -> tuple[int, ...]:
        """Shape of one image."""
        return self.source.info.image_shape

    def check_memory(self, chosen: list[Any], batch_size: int) -> None:
        """Raises an error if metrics need too much memory for a batch."""
        check_measuring(chosen, self.source.info.image_shape, batch_size)

    def batches(self, num_images: int, batch_size: int) -> Iterator[Any]:
        """Batches of images in [-1, 1], all of them or a random sample."""
        stream = datasets.load(
            self.source,
            batch_size=batch_size,
            shuffle=num_images < len(self),
            seed=self.seed,
            labels=False,
        )
        left = num_images
        try:
            for images in stream:
                yield images[:left]
                left -= len(images)
                if left <= 0:
                    return
        except Exception as error:  # TensorFlow's own, around ours.
            if self.source.failure is None:
                raise
            raise ValueError(str(self.source.failure)) from error

    def images_at(
        self, indices: np.ndarray, num_images: int, batch_size: int
    ) -> np.ndarray:
        """The images of `batches` at these indices, read again."""
        found, start = {}, 0
        for images in self.batches(num_images, batch_size):
            stop = start + len(images)
            here = indices[(indices >= start) & (indices < stop)].tolist()
            found.update({i: np.asarray(images[i - start]) for i in here})
            start = stop
            if start > indices.max():
                break
        return np.stack([found[index] for index in indices.tolist()])


@dataclasses.dataclass(frozen=True)
class GeneratedImages:
    """Images that the GAN of a run draws.

    Attributes:
        gan: The loaded model.
        seed: Determines the latents.
    """

    gan: models.GAN
    seed: int

    @property
    def image_shape(self) -> tuple[int, ...]:
        """Shape of one image."""
        return self.gan.image_shape

    def check_memory(self, chosen: list[Any], batch_size: int) -> None:
        """Raises an error if metrics need too much memory for a batch."""
        check_drawing(self.gan.generator, batch_size)
        check_measuring(chosen, self.gan.image_shape, batch_size)

    def batches(self, num_images: int, batch_size: int) -> Iterator[Any]:
        """Batches of images in [-1, 1]; labels cycle through the classes."""
        for start in range(0, num_images, batch_size):
            yield self._draw(start, num_images, batch_size)

    def images_at(
        self, indices: np.ndarray, num_images: int, batch_size: int
    ) -> np.ndarray:
        """The images of `batches` at these indices, drawn again."""
        starts = indices - indices % batch_size
        found = {}
        for start in np.unique(starts).tolist():
            images = self._draw(start, num_images, batch_size)
            here = indices[starts == start].tolist()
            found.update({i: images[i - start] for i in here})
        return np.stack([found[index] for index in indices.tolist()])

    def _draw(self, start: int, num_images: int, batch_size: int):
        stop = min(start + batch_size, num_images)
        labels = None
        if self.gan.num_classes is not None:
            numbers = np.arange(start, stop, dtype="int32")
            labels = numbers % self.gan.num_classes
        return self.gan.generate(
            stop - start,
            labels=labels,
            seed=self.seed + start,
            batch_size=batch_size,
        )


@dataclasses.dataclass(frozen=True)
class SavedStatistics:
    """Mean and covariance of features, read from a file.

    Attributes:
        statistics: The content of the file.
    """

    statistics: metrics.FeatureStatistics


EvaluationInput = StoredImages | GeneratedImages | SavedStatistics


def open_input(
    argument: str, options: Any, split: str | None = None
) -> EvaluationInput:
    """Opens one of the arguments REAL and FAKE.

    Args:
        argument: A name, folder, zip, npz, statistics file, run or model.
        options: Arguments of the command line.
        split: `--split`, if it is for this input.

    Raises:
        FileNotFoundError: If it does not exist.
        ValueError: If it is none of these.
    """
    path = pathlib.Path(argument)
    if is_run(argument):
        if split is not None:
            raise ValueError(
                f"`{argument}` draws images, which have no splits. "
                f"Received: --split {split}. Leave it out."
            )
        return GeneratedImages(
            load_gan(model_path(argument), compiled=False), options.seed
        )
    check_no_runs(argument)
    if path.suffix == ".npz" and holds_statistics(path):
        return SavedStatistics(metrics.FeatureStatistics.load(path))
    source = open_data(
        argument,
        image_size=options.image_size,
        channels=options.channels,
        split=split,
        quiet=options.quiet,
        num_workers=options.num_workers,
    )
    return StoredImages(source, options.seed)


def is_run(argument: str) -> bool:
    """Whether an argument is the folder of a run, or a model.

    Args:
        argument: REAL or FAKE.
    """
    path = pathlib.Path(argument)
    is_model = path.suffix == ".keras"
    return bool(argument) and (is_model or (path / "config.json").is_file())


def check_no_runs(argument: str) -> None:
    """Raises an error if an argument is a folder of several runs.

    Args:
        argument: REAL or FAKE.

    Raises:
        ValueError: If it is.
    """
    path = pathlib.Path(argument)
    runs = path.glob("*/config.json") if argument and path.is_dir() else ()
    found = sorted(config.parent for config in runs if config.is_file())
    if found:
        raise ValueError(
            f"`{argument}` is a folder of runs. Name one of them, such as "
            f"{found[0]}."
        )


def numbers_of_images(
    inputs: dict[str, EvaluationInput], asked: int | None
) -> dict[str, int]:
    """How many images to use of each input that has images.

    Without `--num-images`: all stored images, and as many generated ones.

    Args:
        inputs: Both inputs by the keys `"real"` and `"fake"`.
        asked: `--num-images`.
    """
    there = {
        kind: len(source)
        for kind, source in inputs.items()
        if isinstance(source, StoredImages)
    }
    drawn = max(there.values(), default=_NUM_IMAGES)
    return {
        kind: asked or there.get(kind, drawn)
        for kind, source in inputs.items()
        if not isinstance(source, SavedStatistics)
    }


def holds_statistics(path: pathlib.Path) -> bool:
    """Whether an `.npz` holds `mu` or `sigma` instead of images.

    Args:
        path: A file, which may be of any kind.
    """
    if not path.is_file():  # Nor a pipe, which might never end.
        return False
    try:
        with zipfile.ZipFile(path) as file:
            return bool({"mu.npy", "sigma.npy"} & set(file.namelist()))
    except Exception:  # `zipfile` raises its own, or anything
        return False
