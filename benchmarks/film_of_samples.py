"""Turn the grids of samples of a run into a small film.

    python benchmarks/film_of_samples.py runs/people-1 --out people.webp

An animated WebP takes a fifth of the bytes of `samples.gif`. The last grid
comes first, for who sees one only, and stays for longer; `--last` writes it as
a picture of its own.
"""

import argparse
from pathlib import Path

from PIL import Image


def _opened(path: Path, height: int | None) -> Image.Image:
    """A grid, or the upper part of it."""
    grid = Image.open(path).convert("RGB")
    return grid.crop((0, 0, grid.width, height or grid.height))


def main(arguments: list[str] | None = None) -> None:
    """Writes the film."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    add = parser.add_argument
    add("run", type=Path, help="folder of a run of `keras-gan train`")
    add("--out", type=Path, required=True, help="film, .webp")
    add("--last", type=Path, help="picture of the last grid")
    add("--height", type=int, help="of the upper part that is shown")
    add("--quality", type=int, default=60)
    add("--milliseconds", type=int, default=300, help="per grid")
    add("--pause", type=int, default=2500, help="of the last grid")
    options = parser.parse_args(arguments)
    paths = sorted((options.run / "samples").glob("samples-*.png"))
    if not paths:
        raise SystemExit(f"{options.run} has no samples.")
    *rest, last = (_opened(path, options.height) for path in paths)
    last.save(
        options.out,
        save_all=True,
        append_images=rest,
        duration=[options.pause] + [options.milliseconds] * len(rest),
        loop=0,
        quality=options.quality,
        method=6,
    )
    if options.last is not None:
        _opened(paths[-1], None).save(options.last, quality=90, optimize=True)


if __name__ == "__main__":
    main()
