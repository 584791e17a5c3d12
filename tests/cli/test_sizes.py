"""What would not fit into memory is refused before it is made."""

import re

import numpy as np
import pytest
from runs import config, make_run

from keras_gan import networks
from keras_gan.cli import sizes
from keras_gan.cli.building import build_networks
from keras_gan.cli.sizes import check_training
from keras_gan.images import write_image
from keras_gan.utils import memory

# Another backend would change nothing.
pytestmark = pytest.mark.quickest


@pytest.mark.parametrize("network", ["mlp", "dcgan", "r3gan"])
def test_estimates_are_near_the_networks(network, monkeypatch):
    # More than a batch takes.
    monkeypatch.setattr(memory, "_total_memory", lambda: 5e4)
    sizes = {"width": 64, "latent_dim": 5000}
    settings = config(None, (12, 8, 3), network=network, **sizes).settings
    with pytest.raises(ValueError, match="Networks of width 64") as error:
        check_training(settings, None)
    estimate = re.search(r"would take (\S+) GiB", str(error.value))
    made = build_networks(settings, None, **sizes)
    generator, discriminator = (one.count_params() for one in made)
    real = (20 * generator + 16 * discriminator) / 2**30
    assert 0.9 < float(estimate[1]) / real < 1.4


def test_estimates_are_of_networks_that_can_be(monkeypatch):
    widths = []

    def build(settings, num_classes, *, width, latent_dim):
        widths.append(width)
        return networks.mlp((2,), hidden=(2,))

    monkeypatch.setattr(sizes, "build_networks", build)
    for network, width in (("dcgan", 16), ("ladagan", 64)):
        wide = {"network": network, "width": 192}
        check_training(config(None, (256, 256, 3), **wide).settings, None)
        assert widths == [width, width]
        widths.clear()


@pytest.mark.parametrize(
    "line, num_bytes, words",
    [
        ("generate run --num-images 900", 1e5, "900 images"),
        ("augment photos --run run --out x --batch-size 99", 2e4, "99 images"),
        ("evaluate run run --num-images 2", 500, "Drawing 2 images at once"),
        ("evaluate photos run", 2000, "Measuring 4 images at once"),
        ("evaluate photos photos --image-size 99", 5e4, "Resizing images"),
        ("train photos --image-size 99", 5e4, "Resizing images to 99 x 99"),
    ],
)
def test_refused_before_work(
    run_fails, in_folder, monkeypatch, line, num_bytes, words
):
    monkeypatch.setattr(memory, "_total_memory", lambda: num_bytes)
    generator = np.random.default_rng(0)
    for number in range(4):
        path = in_folder / "photos" / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_image(path, generator.integers(0, 256, (8, 8, 1), "uint8"))
    make_run("run", str(in_folder / "photos"), "ab", num_images=4)
    evaluates = line.startswith("evaluate")
    extractor = ("--feature-extractor", "digits") if evaluates else ()
    message = run_fails(*line.split(), *extractor)
    assert words in message and "GiB of memory" in message
    assert sorted(p.name for p in in_folder.iterdir()) == ["photos", "run"]
