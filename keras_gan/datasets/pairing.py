"""Which files of two folders belong together."""

import unicodedata
from collections.abc import Sequence

from keras_gan.datasets.checking import warn_left_out

Names = Sequence[str]


def partners(
    data: tuple[str, str], names: tuple[Names, Names], *, strict: bool = False
) -> list[tuple[int, int]]:
    """Finds the files of two folders with the same name without extension.

    Folders count as far as more files are found that way than without.

    Args:
        data: Names of both folders in messages.
        names: Paths of the files of both, with `/` as the separator.
        strict: Whether files without a partner are an error.

    Returns:
        Indices of the files of each pair, in the order of the first folder.

    Raises:
        ValueError: If there are no pairs, or a name without extension occurs
            twice, or, if `strict`, files without a partner.

    Example:

    >>> partners(("a", "b"), (["1.png", "2.png"], ["b/2.jpg", "b/1.jpg"]))
    [(0, 1), (1, 0)]
    """
    ways = (_as_they_are, without_common, _files_only)
    keys = max(
        ([list(map(_stem, way(side))) for side in names] for way in ways),
        key=_num_common,
    )
    found = [_numbered(*one) for one in zip(data, keys, names, strict=True)]
    pairs = [
        (number, found[1][key])
        for number, key in enumerate(keys[0])
        if key in found[1]
    ]
    if not pairs:
        raise ValueError(
            "Files that belong together must have the same name, extensions "
            f"aside. Received: no name that is in both `{data[0]}` and "
            f"`{data[1]}`, with files such as {names[0][0]} and "
            f"{names[1][0]}. Rename them."
        )
    for here, there in ((0, 1), (1, 0)):
        alone = [
            name
            for key, name in zip(keys[here], names[here], strict=True)
            if key not in found[there]
        ]
        _report_alone(data[here], data[there], alone, strict)
    return pairs


def _report_alone(here: str, there: str, alone: list[str], strict: bool):
    if alone and strict:
        raise ValueError(
            f"Every image of `{here}` must have a partner in `{there}`. "
            f"Received: {len(alone)} without, such as "
            f"{', '.join(sorted(alone)[:3])}. Add or remove them, or leave "
            "out `strict`."
        )
    why = f"have no partner in `{there}`"
    warn_left_out(here, dict.fromkeys(alone, ""), why)


def _numbered(data: str, keys: list[str], names: Names) -> dict[str, int]:
    found: dict[str, int] = {}
    for number, key in enumerate(keys):
        if key in found:
            raise ValueError(
                f"Files of `{data}` must have different names, extensions "
                f"aside. Received: {names[found[key]]} and {names[number]}. "
                "Rename or remove one."
            )
        found[key] = number
    return found


def _num_common(keys: list[list[str]]) -> int:
    return len(set(keys[0]).intersection(keys[1]))


def _stem(name: str) -> str:
    folder, slash, file = name.rpartition("/")
    stem = folder + slash + (file.rpartition(".")[0] or file)
    # Some file systems write accents as characters of their own.
    return unicodedata.normalize("NFC", stem)


def _as_they_are(names: Names) -> list[str]:
    return list(names)


def _files_only(names: Names) -> list[str]:
    return [name.rpartition("/")[-1] for name in names]


def without_common(names: Names) -> list[str]:
    """Returns paths without the folders that are around all of them.

    Args:
        names: Paths, with `/` as the separator; at least one.

    Example:

    >>> without_common(["photos/cat/1.png", "photos/dog/1.png"])
    ['cat/1.png', 'dog/1.png']
    """
    parts = [name.split("/") for name in names]
    while len({p[0] for p in parts}) == 1 and min(map(len, parts)) > 1:
        parts = [p[1:] for p in parts]
    return ["/".join(p) for p in parts]
