"""`text`: the lines of a text file, with labels if it has them."""

import dataclasses
import os
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from keras_gan.datasets.sharding import Shard, check_shard
from keras_gan.utils.arguments import choice, positive_integer
from keras_gan.utils.stack import level_outside

if TYPE_CHECKING:
    import tensorflow as tf

_MOST = {"characters": 100, "words": 30}
UNITS = tuple(_MOST)
"""What a token can be."""
_OPTION = "`max_length` (on the command line `--max-length`)"
_ENDINGS = (".txt", ".text", ".smi", ".smiles")


@dataclasses.dataclass(frozen=True)
class TextLines:
    """Lines of text, a sequence of `str`, and their labels if there are any.

    Attributes:
        lines: The texts.
        labels: Int32 array `(lines,)` of the classes, or None.
        class_names: Names of the classes in the order of the labels, or None.

    Example:

    >>> lines = TextLines(("anna", "bob"))
    >>> len(lines), lines[1]
    (2, 'bob')
    """

    lines: tuple[str, ...]
    labels: np.ndarray | None = None
    class_names: tuple[str, ...] | None = None

    def __len__(self) -> int:
        return len(self.lines)

    def __iter__(self) -> Iterator[str]:
        return iter(self.lines)

    def __getitem__(self, index: int) -> str:
        return self.lines[index]

    def take(self, indices: Iterable[int]) -> "TextLines":
        """Returns some of the lines, with their labels.

        Args:
            indices: Their places.
        """
        chosen = np.asarray(list(indices), "int64")
        return TextLines(
            tuple(self.lines[index] for index in chosen),
            None if self.labels is None else self.labels[chosen],
            self.class_names,
        )


def text(
    source: str | os.PathLike | Iterable[str],
    *,
    labels: bool | None = None,
    unit: str = "characters",
    max_length: int | None = None,
) -> TextLines:
    """Reads lines of text.

    Line ends and spaces around a line are left out, and so are empty lines.
    Letters with accents are one character each (Unicode's normal form C).

    Args:
        source: A file of text in UTF-8, or lines.
        labels: Whether each line is `label<TAB>text`. None: if all have one
            tab.
        unit: `"characters"` or `"words"`, which `max_length` counts.
        max_length: Lines that are longer are left out, with a warning. None:
            100 characters or 30 words.

    Returns:
        `TextLines`, for `layers.TextPreprocessor` and `TextGAN`.

    Raises:
        FileNotFoundError: If there is no such file.
        TypeError: If a line is no text.
        ValueError: If it is no text, has no lines, only lines that are too
            long, or lines without a label.

    Example:

    >>> lines = text(["good\\tI like it", "bad\\tI do not", ""])
    >>> list(lines), lines.labels.tolist(), lines.class_names
    (['I like it', 'I do not'], [1, 0], ('bad', 'good'))
    """
    most = _MOST[choice("unit", unit, UNITS)]
    if max_length is not None:
        most = positive_integer("max_length", max_length)
    name = "The data"
    if isinstance(source, str | os.PathLike):
        name, source = str(source), _read(Path(source))
    lines = [_cleaned(line) for line in source]
    lines = [line for line in lines if line.strip()]
    names: list[str] = []
    if labels or (labels is None and _all_labeled(lines)):
        names, lines = _split(name, lines)
    sizes = [len(x if unit == "characters" else x.split()) for x in lines]
    kept = [at for at, size in enumerate(sizes) if 0 < size <= most]
    _check_kept(name, len(kept), sizes, most, unit)
    lines = [lines[at].strip() for at in kept]
    if not names:
        return TextLines(tuple(lines))
    classes, codes = np.unique([names[at] for at in kept], return_inverse=True)
    return TextLines(
        tuple(lines), codes.astype("int32"), tuple(classes.tolist())
    )


def is_text_file(path: str | os.PathLike) -> bool:
    """Whether a path has the ending of a file of lines.

    Args:
        path: A path, which need not exist.

    Example:

    >>> is_text_file("names.txt"), is_text_file("people.csv")
    (True, False)
    """
    return Path(path).suffix.lower() in _ENDINGS


def _cleaned(line: str) -> str:
    if not isinstance(line, str):
        raise TypeError(
            f"Lines must be texts. Received: {type(line).__name__} {line!r} "
            "among them. Convert it to `str`, or leave it out."
        )
    # A tab at an end is beside a label or a text that is missing.
    return unicodedata.normalize("NFC", line).strip(" \r\n")


def _read(path: Path) -> list[str]:
    if not path.is_file():
        raise FileNotFoundError(
            f"Lines are read from a file. Received: {path}, where there is "
            "none. Check the path."
        )
    try:
        # Without the mark that some editors put at the beginning.
        return path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} must be text in UTF-8. Received: {error}. Save it in that "
            "encoding."
        ) from error


def _all_labeled(lines: list[str]) -> bool:
    return bool(lines) and all(line.count("\t") == 1 for line in lines)


def _split(name: str, lines: list[str]) -> tuple[list[str], list[str]]:
    """Labels and texts of lines."""
    pairs = [line.split("\t", 1) for line in lines]
    for label, *rest in pairs:
        if rest and label.strip():
            continue
        received = (
            f"{rest[0][:40]!r} without a label"
            if rest
            else (f"{label[:40]!r} without a tab")
        )
        raise ValueError(
            f"{name} must have a label, a tab and a text in each line. "
            f"Received: {received}. Correct the line, or read the file without "
            "labels."
        )
    return [a.strip() for a, _ in pairs], [b.strip() for _, b in pairs]


def _check_kept(
    name: str, kept: int, sizes: list[int], most: int, unit: str
) -> None:
    """Warns of lines that are left out; raises an error if none are left."""
    long = sum(size > most for size in sizes)
    if not kept:
        raise ValueError(
            f"{name} must have lines of 1 to {most} {unit}. Received: "
            f"{f'{long} longer ones' if long else 'no text'}. "
            + (f"Pass a larger {_OPTION}." if long else "Check the file.")
        )
    if long:
        warnings.warn(
            f"{name} has {long} of {len(sizes)} lines of more than {most} "
            f"{unit}, up to {max(sizes)}, which are left out. Pass a larger "
            f"{_OPTION} to keep them.",
            stacklevel=level_outside(),
        )


def code_batches(
    codes: np.ndarray,
    labels: np.ndarray | None = None,
    *,
    batch_size: int = 64,
    seed: int = 0,
    skip_batches: int = 0,
    shard: Shard | None = None,
) -> "tf.data.Dataset":
    """Makes an endless stream of batches of codes, as `TextGAN` takes them.

    Args:
        codes: Int32 array `(lines, length)`, such as
            `layers.TextPreprocessor.encode` returns.
        labels: Int32 array `(lines,)`, or None.
        batch_size: Lines in a batch, over all processes.
        seed: Integer that fixes the orders.
        skip_batches: Number of batches to skip.
        shard: `(index, count)` of this process, as for `load`.

    Returns:
        A `tf.data.Dataset` of int32 codes `(batch, length)`, or of codes and
        labels `(batch,)`.

    Raises:
        ValueError: If an argument is not valid.

    Example:

    >>> codes = np.array([[1, 0], [2, 2], [2, 0]], "int32")
    >>> [np.asarray(batch).shape for batch in code_batches(codes).take(1)]
    [(64, 2)]
    """
    size = positive_integer("batch_size", batch_size)
    part = check_shard(shard, len(codes), size, all_full=True, seeded=True)
    # TensorFlow is heavy, and other backends do not need it.
    import tensorflow as tf

    from keras_gan.datasets import pipeline

    numbers = pipeline.image_numbers(
        len(codes),
        order=None,
        shuffle=True,
        seed=seed,
        endless_from=skip_batches * size,
    ).batch(size, drop_remainder=True)
    arrays = (codes,) if labels is None else (codes, labels)
    with tf.device("CPU:0"):  # tf.data runs there.
        tensors = [tf.constant(array) for array in arrays]

    def fetch(places):
        parts = tuple(tf.gather(one, places) for one in tensors)
        return parts if len(parts) > 1 else parts[0]

    return pipeline.part_of_each(numbers, part).map(fetch).prefetch(2)
