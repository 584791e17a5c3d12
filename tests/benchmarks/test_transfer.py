"""The comparison of starts trains and judges what it says."""

import gzip
import zipfile

import numpy as np
import pytest

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.fixture
def program(load_benchmark):
    return load_benchmark("transfer")


@pytest.fixture
def folder(tmp_path):
    """Files as those of the shared data, with few and random images."""
    images = np.random.default_rng(0).integers(0, 256, (70, 28, 28), "uint8")
    np.savez(tmp_path / "mnist.npz", x_train=images)
    with zipfile.ZipFile(tmp_path / "fashion_mnist_idx.zip", "w") as archive:
        for part, chosen in (("train", images[:40]), ("t10k", images[40:])):
            data = gzip.compress(b"\0" * 16 + chosen.tobytes())
            archive.writestr(f"{part}-images-idx3-ubyte.gz", data)
    return tmp_path


def test_images_to_train_with_are_others_than_those_to_compare_with(
    program, folder
):
    images, others = program.fashion(folder, 9)
    assert images.shape == (9, 28, 28, 1) and others.shape == (30, 28, 28, 1)
    both = {image.tobytes() for image in images} & {x.tobytes() for x in others}
    assert not both and len({image.tobytes() for image in images}) == 9


@pytest.mark.parametrize(
    ("distances", "passed"),
    [((3.0, 9.0, 2.9, 4.0), True), ((3.0, 9.0, 3.0, 4.0), False)],
)
def test_bounds(program, distances, passed):
    found = dict(zip("abcd", distances, strict=True))
    assert program.within_bounds(found) is passed


def test_one_that_begins_with_the_other_is_what_that_has_learned(
    program, folder, monkeypatch, capsys
):
    steps, judged = [], []
    monkeypatch.setattr(
        program,
        "train",
        lambda gan, images, number, *_, **__: steps.append(number),
    )

    def distance(gan, others, options):
        judged.append(gan.discriminator.get_weights()[0])
        return 1.0

    monkeypatch.setattr(program, "distance", distance)
    arguments = [str(folder), "--base", str(folder / "base.keras")]
    arguments += ["--targets", "fashion", "--steps", "50", "--width", "2"]
    options = program.parse([*arguments, "--seed", "1"])
    first = program.base(options)
    program.main(arguments)
    assert steps == [4000, 50, 5, 5, 5]
    digits = first.discriminator.get_weights()[0]
    equal = [np.array_equal(digits, weights) for weights in judged]
    assert equal == [False, False, True, True]
    assert "| 40 of fashion | random weights, 50 steps | 1.0 |" in (
        capsys.readouterr().out
    )
