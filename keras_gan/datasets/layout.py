"""What the folders of images mean: splits and classes."""

import collections
import dataclasses
import unicodedata
import warnings
from collections.abc import Iterable

SPLITS = {
    "train": ("train", "training"),
    "val": ("val", "valid", "validation"),
    "test": ("test", "testing"),
}
"""The parts of a data set, and how their folders may be called."""

_ROLES = {name: role for role, names in SPLITS.items() for name in names}


@dataclasses.dataclass(frozen=True)
class Layout:
    """The images of a data set that are used.

    Attributes:
        classes: The class of each image by its path; `None` without classes.
        split: `"train"`, `"val"` or `"test"`, or `None` if there are no splits.
        beside: Images that are left out because they have no class.
        outside: Images that are left out because they are in no split.
    """

    classes: dict[str, str | None]
    split: str | None = None
    beside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


def layout(data: str, names: list[str], split: str | None) -> Layout:
    """Finds the split and the classes of images.

    Splits and classes are the folders at the first level where there are
    several.

    Args:
        data: Name of the data set in messages.
        names: Paths of the images, with `/` as the separator.
        split: The split to use. Default: train where there is one.

    Raises:
        ValueError: If there is no such split, or none to choose by default,
            or it has several folders.

    Example:

    >>> found = layout("pets", ["train/cat/1.png", "train/dog/1.png"], None)
    >>> found.split, list(found.classes.values())
    ('train', ['cat', 'dog'])
    """
    folders, _ = _first_folders(names, is_end=_ROLES.__contains__)
    splits = _splits(folders, split)
    outside: list[str] = []
    if splits:
        split = _chosen(data, splits, split)
        _check_one_folder(data, folders, split)
        inside = {name for part in splits.values() for name in part}
        outside = [name for name in names if name not in inside]
        names = splits[split]
    elif split is not None:
        raise ValueError(
            f"`{data}` has no folders of splits, such as train, val and test. "
            f"Received: split={split!r}. Leave it out."
        )
    else:
        _warn_of_one_split(data, folders)
    folders, beside = _first_folders(names)
    classes: dict[str, str | None] = dict.fromkeys(names)
    if len(folders) < 2:
        return Layout(classes, split, outside=tuple(outside))
    for folder, inside_folder in folders.items():
        classes.update(dict.fromkeys(inside_folder, folder))
    for name in beside:
        del classes[name]
    return Layout(classes, split, tuple(beside), tuple(outside))


def in_class_order(names) -> tuple[str, ...]:
    """Names of classes in the order of their labels.

    Numbers are in numeric order, and other names in alphabetical order.

    Args:
        names: The names.

    Example:

    >>> in_class_order(["10", "9", "1"]), in_class_order(["b10", "b9"])
    (('1', '9', '10'), ('b10', 'b9'))
    """
    found = sorted(names)
    if all(name.isascii() and name.isdecimal() for name in found):
        # Of any length, unlike `int`.
        found.sort(key=lambda name: (len(name.lstrip("0")), name.lstrip("0")))
    return tuple(found)


def alike(names: Iterable[str]) -> list[str]:
    """Names of classes that a person, or another system, would not tell apart.

    Args:
        names: The names.

    Returns:
        Those that differ from another one only in capital letters, in spaces
        at an end or in how an accent is encoded, next to each other.

    Example:

    >>> alike(["cat", "dog", "Cat", "Dog ", "bird"])
    ['cat', 'Cat', 'dog', 'Dog ']
    """
    groups: dict[str, list[str]] = collections.defaultdict(list)
    for name in names:
        plain = unicodedata.normalize("NFKC", name)
        groups[plain.casefold().strip()].append(name)
    return [n for group in groups.values() if len(group) > 1 for n in group]


def _first_folders(
    names: list[str], is_end=lambda folder: False
) -> tuple[dict[str, list[str]], list[str]]:
    """Images by folder, and those beside, where there are several folders.

    One folder around all, or around most, is not yet that level.
    """
    beside: list[str] = []
    depth = 0
    while True:
        folders: dict[str, list[str]] = collections.defaultdict(list)
        here: list[str] = []
        for name in names:
            folder, *rest = name.split("/", depth + 1)[depth:]
            (folders[folder] if rest else here).append(name)
        beside += here
        inside = len(names) - len(here)
        if len(folders) != 1 or len(here) >= inside:
            return folders, beside
        ((folder, names),) = folders.items()
        if is_end(folder.lower()):
            return folders, beside
        depth += 1


def _splits(
    folders: dict[str, list[str]], asked: str | None
) -> dict[str, list[str]]:
    """Images by split; {} if the folders are not those of splits."""
    splits: dict[str, list[str]] = {}
    for folder, names in folders.items():
        role = _ROLES.get(folder.lower())
        if role is not None:
            splits.setdefault(role, []).extend(names)
    # A class may be called "train": one that others stand beside.
    is_sure = len(splits) > 1 or len(folders) == 1 or asked in splits
    return splits if is_sure else {}


def _warn_of_one_split(data: str, folders: dict[str, list[str]]) -> None:
    """Warns if one of several classes may have been meant as a split."""
    names = [folder for folder in folders if folder.lower() in _ROLES]
    if len(names) == 1 < len(folders):
        others = sorted(set(folders).difference(names))
        warnings.warn(
            f"`{data}`: its folder `{names[0]}` is a class, like the "
            f"{len(others)} beside it, such as {others[0]}. If it is a part of "
            "the data set, choose it with `split` (on the command line "
            f"`--split {_ROLES[names[0].lower()]}`).",
            stacklevel=2,
        )


def _check_one_folder(data: str, folders: Iterable[str], split: str) -> None:
    same = [folder for folder in folders if _ROLES.get(folder.lower()) == split]
    if len(same) > 1:
        raise ValueError(
            f"`{data}` has several folders for the split {split}: "
            f"{', '.join(sorted(same))}. Make them one, or move one away."
        )


def _chosen(data: str, splits: dict, split: str | None) -> str:
    if split is None:
        if "train" in splits:
            return "train"
        if len(splits) == 1:
            return next(iter(splits))
        there = " and ".join(splits)
        raise ValueError(
            f"`{data}` has the splits {there}, and none is for training. "
            "Choose one with `split` (on the command line `--split`)."
        )
    if split not in splits:
        raise ValueError(
            f"`{data}` has no split {split!r}. It has {', '.join(splits)}."
        )
    return split
