"""What `keras-gan train` does in its own way for each task."""

import abc
import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from keras_gan.cli.settings import Settings, option_of
from keras_gan.datasets.fingerprints import fingerprint

if TYPE_CHECKING:
    from keras_gan.cli.job import Job

# Options that only some tasks have.
_SPECIAL = (
    "conditional",
    "balance",
    "latent_dim",
    "augment",
    "metrics",
    "feature_extractor",
    "freeze_layers",
    "held_out",
    "second",
    "table",
    "columns",
    "direction",
    "scale",
    "degradation",
    "sharpen",
    "masks",
    "crop",
    "flip",
    "strict",
    "start",
    "labels_for",
    "label",
    "categories",
    "rate",
    "length",
    "pieces",
    "normalize",
    "unit",
    "max_length",
)
# What only images have.
_OF_IMAGES = ("image_size", "channels", "split", "num_workers")


class Task(abc.ABC):
    """A task of `keras-gan train`.

    Attributes:
        name: The value of `--task`.
        networks: Names of the networks that it can be done with.
        options: Options that not all tasks have, and this one has.
        required: Those that it cannot do without.
        unit: What the data has many of.
    """

    unit = "images"
    name: str
    networks: tuple[str, ...]
    options: tuple[str, ...]
    required: tuple[str, ...] = ()

    def length_of_pass(self, source: Any) -> int:
        """Returns how many images the batches of a pass hold together.

        Args:
            source: The opened data.
        """
        return source.info.num_images

    def check_options(self, options: argparse.Namespace) -> None:
        """Raises an error if options are of another task.

        Args:
            options: Arguments of the command line.

        Raises:
            ValueError: If one is of another task, or one is missing.
        """
        asked = f"--task {self.name}"
        for name in _SPECIAL:
            option = option_of(name)
            given = getattr(options, name) not in (None, [])
            if given and name not in self.options:
                raise ValueError(
                    f"`{option}` has no meaning for this task. Received: "
                    f"{option} with {asked}. Leave it out, or choose the task "
                    "that it is for; `keras-gan train --help` says which."
                )
            if name in self.required and not given:
                raise ValueError(
                    f"`{asked}` needs {option}. Received: none. " + _CURES[name]
                )
        if options.network not in (None, *self.networks):
            raise ValueError(
                f"`--network` must be one of {', '.join(self.networks)} for "
                f"this task. Received: {options.network} with {asked}."
            )

    def check_no_images(self, options: argparse.Namespace, named: str) -> None:
        """Raises an error if options are of images, or DATA is not named.

        Args:
            options: Arguments of the command line.
            named: What to name, in words.

        Raises:
            ValueError: If one is of images, or there is no DATA.
        """
        for name in _OF_IMAGES:
            if getattr(options, name) is not None:
                raise ValueError(
                    f"`{option_of(name)}` is for images. Received: it with "
                    f"--task {self.name}. Leave it out."
                )
        if options.data is None:
            raise ValueError(
                f"`--task {self.name}` needs DATA. Received: none. Name "
                f"{named}."
            )

    @abc.abstractmethod
    def open(self, given: argparse.Namespace) -> Any:
        """Opens the data: an object with `info`, `failure` and a length.

        Args:
            given: The arguments of the command line; of a run to resume, with
                its settings in their place.
        """

    @abc.abstractmethod
    def resolve(self, options: argparse.Namespace, source: Any) -> Settings:
        """Returns the settings of a new run: options, and defaults.

        Args:
            options: Arguments of the command line.
            source: The opened data.
        """

    @abc.abstractmethod
    def build(self, settings: Settings, source: Any) -> Any:
        """Returns a new, compiled model, if it can fit into memory.

        Args:
            settings: Settings of the run.
            source: The opened data.
        """

    @abc.abstractmethod
    def load(self, path: Any, settings: Settings, source: Any) -> Any:
        """Loads the model of a checkpoint, to train on.

        Args:
            path: The `.keras` file.
            settings: Settings of the run.
            source: The opened data.

        Raises:
            ValueError: If it is another model.
        """

    @abc.abstractmethod
    def stream(self, job: "Job", shard: Any) -> Any:
        """Returns an endless stream of batches, from where the run is.

        Args:
            job: The run.
            shard: As for `keras_gan.datasets.load`.
        """

    def fitting(self, job: "Job") -> dict[str, Any]:
        """Returns further arguments of `fit`, beside the stream.

        Args:
            job: The run.
        """
        return {}

    @abc.abstractmethod
    def callbacks(self, job: "Job") -> list:
        """Returns the callbacks that measure and show what is learned.

        Args:
            job: The run.
        """

    @abc.abstractmethod
    def translator(
        self, path: Any, settings: Settings, options: argparse.Namespace
    ) -> Callable[[list[str], np.ndarray], np.ndarray]:
        """Returns a function from names and images to their translations.

        Args:
            path: The `.keras` file.
            settings: Settings of the run.
            options: Arguments of `keras-gan translate`.

        Raises:
            ValueError: If the model translates nothing, or an option is of
                another task.
        """

    @abc.abstractmethod
    def describe(self, job: "Job") -> tuple[list[str], list[str]]:
        """Returns lines on the data and networks, and on the metrics.

        Args:
            job: The run.
        """

    def check(self, settings: Settings, source: Any) -> None:
        """Raises an error for what would fail only after a round.

        Args:
            settings: Settings of the run.
            source: The opened data.
        """
        return None

    def check_resumed(self, config: Any, source: Any, folder: Any) -> None:
        """Raises an error if the data means something else than before.

        Args:
            config: The content of `config.json`.
            source: The opened data.
            folder: The folder of the run.
        """
        return None

    def keep(self, job: "Job") -> None:
        """Writes into the folder of a new run what `config.json` cannot hold.

        Args:
            job: The run.
        """
        return None

    def validation(self, job: "Job") -> Any:
        """Returns the validation data, or None.

        Args:
            job: The run.
        """
        return None

    def fingerprint(self, source: Any) -> str:
        """Returns a hash of all data.

        Args:
            source: The opened data.
        """
        return fingerprint(source)

    def more(self, run: Any) -> tuple:
        """Returns the arguments of the command that uses a trained run.

        Args:
            run: The folder of the run.
        """
        return "generate", run


_CURES = {
    "second": "Name the folder of the images of the other domain.",
    "table": "Name a .csv with names of files and their attributes.",
    "labels_for": "Name a .csv of the images that have labels, or a number of "
    "labels to keep per class.",
}
