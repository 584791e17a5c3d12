"""Compare learned inpainting with a diffusion fill, on held-out images.

    python benchmarks/inpainting.py mnist.npz --minutes 5
    python benchmarks/inpainting.py photographs.zip --minutes 20 \\
        --folders CBSD68 CSet5 CSet14

`Pix2Pix` with gated convolutions and a discriminator with spectral
normalization is trained on images with holes (`--masks`, free-form by default).
Other images get holes once, and these are filled by it and by the biharmonic
equation, as scikit-image solves it. `--peer-python` is a Python that has
scikit-image, if this one has not.

With `--folders` the data is a zip or folder of photographs of any sizes: random
crops of the first are trained on, and all of the others, cut into squares of
that size, are held out.

Bounds: the mean absolute error within the holes is at least 25 % lower, and
known pixels come back bit for bit. Either fill is kept in the folder `--out`
when it is finished, and not made again, with the table (`table.md`) and a
picture: images with holes, both fills and the originals, row by row.
"""

import argparse
import contextlib
import functools
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import keras_gan  # noqa: F401 (first, to silence startup messages)

# isort: split
import keras
import numpy as np
from kept import Found, known_or_made, settings_of, write_table

from keras_gan import datasets, images, losses, metrics, networks
from keras_gan.callbacks import TimeBudget

PEER = Path(__file__).with_name("inpainting_peer.py")
NUM_SHOWN = 12
LEAST_GAIN = 0.25
# What the held-out images, and with them either fill, depend on.
HELD_OUT = "folders crop channels masks num_test seed".split()
TRAINING = "minutes batch_size width learning_rate kind pixel_weight".split()
CROP = 64


def pairs(options: argparse.Namespace):
    """The data set to train with."""
    split = None if options.folders else "train"
    return datasets.inpainting_pairs(
        folders(options)[0] if options.folders else options.data,
        masks=options.masks,
        split=split,
        crop=options.crop,
        channels=options.channels,
        batch_size=options.batch_size,
        seed=options.seed,
        repeat=True,
        drop_remainder=True,
    )


def folders(options: argparse.Namespace) -> list[Path]:
    """The folders of photographs, that of training first."""
    return [Path(options.data, name) for name in options.folders]


def held_out(options: argparse.Namespace) -> tuple[np.ndarray, np.ndarray]:
    """Sources and targets to judge by, always with the same holes."""
    data, split = options.data, "test"
    if options.folders:
        data, split = squares(folders(options)[1:], options), None
    batches = datasets.inpainting_pairs(
        data,
        masks=options.masks,
        split=split,
        channels=options.channels,
        crop=options.crop,
        batch_size=options.num_test,
        seed=options.seed,
        shuffle=False,
    )
    sources, targets = next(iter(batches))
    return sources.numpy(), targets.numpy()


def squares(places: list[Path], options: argparse.Namespace) -> np.ndarray:
    """Photographs cut into squares, as many as wanted, from all of them."""
    side, found = options.crop, []
    for path in sorted(path for place in places for path in place.iterdir()):
        image = images.read_image(path)
        image = images.convert_channels(image, options.channels)
        found += [
            image[top : top + side, left : left + side]
            for top in range(0, image.shape[0] - side + 1, side)
            for left in range(0, image.shape[1] - side + 1, side)
        ]
    number = min(options.num_test, len(found))
    chosen = np.linspace(0, len(found) - 1, number).round().astype(int)
    return np.stack([found[one] for one in chosen])


@contextlib.contextmanager
def unpacked(options: argparse.Namespace):
    """Lets `data` be a folder while a zip of photographs is unpacked."""
    if not (options.folders and zipfile.is_zipfile(options.data)):
        yield
        return
    packed = options.data
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(packed) as archive:
            archive.extractall(folder)
        options.data = folder
        yield
    options.data = packed


def trained(options: argparse.Namespace, shape: tuple) -> keras_gan.Pix2Pix:
    """A model that was trained for some minutes."""
    source = (*shape[:-1], shape[-1] + 1)
    start = {"width": options.width, "seed": options.seed}
    model = keras_gan.Pix2Pix(
        networks.gated_unet_generator(source, **start),
        networks.sn_patch_discriminator(shape, source, **start),
        seed=options.seed,
    )
    adams = [
        keras.optimizers.Adam(options.learning_rate, beta_1=0.5) for _ in "gd"
    ]
    model.compile(
        *adams,
        loss="hinge",
        reconstruction=[
            losses.PixelLoss(options.pixel_weight, kind=options.kind)
        ],
    )
    model.fit(
        pairs(options),
        steps_per_epoch=100,
        epochs=100_000,
        callbacks=[TimeBudget(options.minutes)],
        verbose=0,
    )
    return model


def biharmonic(sources: np.ndarray, python: str) -> np.ndarray:
    """Images whose holes another Python filled, in [-1, 1]."""
    with tempfile.TemporaryDirectory() as folder:
        holes, filled = (Path(folder, name) for name in ("a.npz", "b.npz"))
        both = sources[..., :-1] / 2 + 0.5, sources[..., -1:]
        np.savez(holes, **dict(zip(("images", "masks"), both, strict=True)))
        subprocess.run([python, str(PEER), str(holes), str(filled)], check=True)
        with np.load(filled) as arrays:
            return arrays["filled"] * 2 - 1


def judged(fill: np.ndarray, targets: np.ndarray, masks: np.ndarray) -> dict:
    """The figures of the table: errors, and whether known pixels are kept.

    Args:
        fill: Filled images, in [-1, 1].
        targets: The originals.
        masks: 1 in holes, one channel.
    """
    hole = np.broadcast_to(masks > 0, targets.shape)
    known = ~hole
    similarity = metrics.SSIM()
    similarity.update_state(targets, fill)
    return {
        "l1": float(np.abs(fill - targets)[hole].mean()),
        "ssim": float(similarity.result()),
        "kept": fill[known].tobytes() == targets[known].tobytes(),
    }


def within_bounds(peer: dict, own: dict) -> bool:
    """Whether our figures are good enough beside the peer's."""
    return own["kept"] and own["l1"] <= (1 - LEAST_GAIN) * peer["l1"]


def filled_by_model(
    options: argparse.Namespace, sources: np.ndarray, shape: tuple
) -> Found:
    """Trains a model; its number of steps, and images that it filled."""
    model = trained(options, shape)
    fill = model.translate(sources, batch_size=50)
    return {"steps": int(model.optimizer.iterations)}, {"fill": fill}


def filled_by_peer(sources: np.ndarray, python: str) -> Found:
    """Images that the biharmonic equation filled."""
    return {"steps": 0}, {"fill": biharmonic(sources, python)}


def fills_of(options: argparse.Namespace, settings: dict, sources, shape):
    """Yields the name, the steps and the images of each way to fill holes."""
    settings_of_model = settings | {
        name: getattr(options, name) for name in TRAINING
    }
    for name, depends, make in (
        (
            "biharmonic",
            settings,
            functools.partial(filled_by_peer, sources, options.peer_python),
        ),
        (
            "Pix2Pix",
            settings_of_model,
            functools.partial(filled_by_model, options, sources, shape),
        ),
    ):
        found, arrays = known_or_made(options.out, name, depends, make)
        yield name, found["steps"], arrays["fill"]


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    """Returns the options of the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    add = parser.add_argument
    add("data", help="images with a split `test`, or photographs in folders")
    add("--folders", nargs="+", metavar="NAME", help="to train with, to test")
    add("--masks", default="free_form", help="a kind, or a folder of masks")
    add("--minutes", type=float, default=5.0)
    add("--crop", type=int, help=f"pixels (default of --folders: {CROP})")
    add("--channels", type=int, help="default of --folders: 3")
    add("--num-test", type=int, default=1000)
    add("--batch-size", type=int, default=32)
    add("--width", type=int, default=16)
    add("--learning-rate", type=float, default=1e-3)
    # An L1 distance makes holes of digits black at first, which is most likely
    # at each pixel, and there tanh has no gradient left to learn more.
    add("--kind", choices=("l1", "l2", "charbonnier"), default="l2")
    add("--pixel-weight", type=float, default=50.0)
    add("--seed", type=int, default=1)
    add("--peer-python", default=sys.executable, help="has scikit-image")
    add("--out", type=Path, default=Path("runs/inpainting"), help="folder")
    options = parser.parse_args(arguments)
    if options.folders:
        if len(options.folders) < 2:
            parser.error("--folders: one to train with, and others to test")
        options.crop = options.crop or CROP
        options.channels = options.channels or 3
    return options


def write_picture(options: argparse.Namespace, rows: list) -> None:
    """Some images, each row at another stage."""
    number = min(NUM_SHOWN, len(rows[0]))
    # From all photographs, not only the first.
    shown = np.linspace(0, len(rows[0]) - 1, number).round().astype(int)
    grid = images.image_grid(
        np.concatenate([row[shown] for row in rows]), columns=number
    )
    grid = grid.repeat(2, axis=0).repeat(2, axis=1)
    images.write_image(options.out / "inpainting.png", grid)


def compare(options: argparse.Namespace, settings: dict) -> bool:
    """Prints the table; returns whether the figures are within the bounds."""
    keras.utils.set_random_seed(options.seed)
    sources, targets = held_out(options)
    masks = sources[..., -1:]
    print(f"{len(targets)} images, {masks.mean():.0%} of them holes")
    lines = [
        "| fill | L1 in the hole | SSIM | known pixels kept | steps |",
        "|---|---|---|---|---|",
    ]
    print("\n".join(lines))
    rows, found = [sources[..., :-1]], []
    ways = fills_of(options, settings, sources, targets.shape[1:])
    for name, steps, fill in ways:
        figures = judged(fill, targets, masks)
        lines.append(
            f"| {name} | {figures['l1']:.4f} | {figures['ssim']:.3f} | "
            f"{'yes' if figures['kept'] else 'no'} | {steps or ''} |"
        )
        write_table(lines, options.out / "table.md")
        found.append(figures)
        rows.append(fill)
    write_picture(options, [*rows, targets])
    return within_bounds(*found)


def main() -> None:
    options = parse()
    settings = settings_of(options, HELD_OUT)
    with unpacked(options):
        passed = compare(options, settings)
    print("Within the bounds." if passed else "Not within the bounds.")
    sys.exit(not passed)


if __name__ == "__main__":
    main()
