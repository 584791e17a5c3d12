"""The folder that `keras-gan generate` writes, and may write again."""

import contextlib
import dataclasses
import os
import pathlib
from collections.abc import Iterator, Sequence

from keras_gan.cli.own_files import (
    check_way,
    is_leftover,
    paths_inside,
    remove,
)
from keras_gan.utils.files import replacing
from keras_gan.utils.records import Seed, Text, read_json, to_json


@dataclasses.dataclass(frozen=True)
class Generated:
    """The content of `generate.json`: where the images come from."""

    model: str
    seed: Seed
    files: list[Text]


class GeneratedFolder:
    """A folder of images, and a record that lists them.

    Args:
        path: The folder, which may not exist yet.

    Raises:
        ValueError: If it holds anything that `generate` did not write.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.record_path = path / "generate.json"
        self._earlier: list[pathlib.Path] = []
        if os.path.lexists(self.record_path):
            names = read_json(self.record_path, Generated).files
            self._earlier = paths_inside(path, names, self.record_path)
        elif path.is_dir() and not all(map(is_leftover, path.iterdir())):
            raise ValueError(
                f"`{path}` is not empty, and `keras-gan generate` did not "
                "write it. Choose another --out."
            )

    @property
    def num_earlier(self) -> int:
        """How many images an earlier `generate` wrote there."""
        return len(self._earlier)

    @contextlib.contextmanager
    def begun(
        self, model: pathlib.Path, seed: int, names: Sequence[str]
    ) -> Iterator[None]:
        """Replaces what an earlier `generate` wrote, or leaves nothing.

        Args:
            model: The file of the GAN.
            seed: Seed of the images.
            names: Relative path of each image that will be written.

        Raises:
            ValueError: If a path is taken by somebody else.
        """
        needed = [self.path / name for name in names]
        check_way(self.path, needed, self._earlier, "generate")
        remove(self.path, self._earlier)
        record = Generated(os.path.abspath(model), seed, list(names))
        try:
            with replacing(self.record_path) as aside:
                aside.write_text(to_json(record), encoding="utf-8")
            yield
        except BaseException:
            remove(self.path, [*needed, self.record_path])
            raise
