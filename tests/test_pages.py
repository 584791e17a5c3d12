"""The Python of the other pages runs: concepts, references, first steps.

Each page is one program. Its test is called like the page, says what is
shortened, and gives what a page leaves to its reader.
"""

import functools
from pathlib import Path

import keras
import numpy as np
import pytest
from guides import blocks_of, pages
from page_programs import (
    FEW_DIGITS,
    ONE_EPOCH,
    RANDOM,
    draw,
    folder_of,
    go_quickly,
    run_page,
    small_classifier,
    small_gan,
    write_pictures,
)
from report_runs import make_run

import keras_gan

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

# Pages whose programs another file runs.
ELSEWHERE = {
    "README.md",  # test_documentation.py
    "backends.md",  # test_pages_jax.py
    # test_pages_tensorflow.py
    *("concepts.md", "export.md", "many_machines.md", "tables.md"),
    "sound.md",
    *(  # test_guides.py
        f"{name}.md"
        for name in (
            "attributes",
            "colorization",
            "inpainting",
            "paired_translation",
            "style_transfer",
            "super_resolution",
            "unpaired_translation",
        )
    ),
}
few_images = pytest.mark.filterwarnings("ignore:A Fréchet distance of 64")


@pytest.fixture(autouse=True)
def quickly(tmp_path, monkeypatch):
    """Small data, and steps without graphs."""
    go_quickly(tmp_path, monkeypatch)


@pytest.fixture
def run(request):
    """Runs the page of the test's name; returns the names of its program."""
    name = request.node.originalname.removeprefix("test_")
    return functools.partial(run_page, name)


def test_every_page_is_run():
    tests = {name.removeprefix("test_") for name in globals()}
    with_code = {page.name for page in pages() if blocks_of(page)}
    assert with_code - ELSEWHERE <= {f"{name}.md" for name in tests}
    assert with_code >= ELSEWHERE


def test_index(run):
    names = run({**FEW_DIGITS, **ONE_EPOCH})
    assert names["samples"].shape == (64, 8, 8, 1)
    assert Path("gan.keras").exists()


def test_first_gan(run):
    shorter = {r"\bepochs=200": "epochs=1", r"epochs=210": "epochs=2"}
    shorter |= {r"initial_epoch=200": "initial_epoch=1"}
    names = run({**FEW_DIGITS, **shorter})
    assert int(names["gan"].optimizer.iterations) == 2
    assert Path("more.png").exists()


def test_own_images(run):
    write_pictures("photos")
    shorter = {
        r"image_size=64": "image_size=8",
        r"\(64, 64, 3\)": "(8, 8, 3), width=2",
        r"TimeBudget\(30\)": "TimeBudget(0.001)",
    }
    names = run({**shorter, **ONE_EPOCH})
    assert names["new"].shape == (100, 8, 8, 3)


@few_images
def test_coming_from(run):
    few = {
        r'load\("mnist"': 'load("large.npz"',
        "batch_size=320": "batch_size=20",
    }
    few |= {r'load\(\s*"digits"': 'load("few.npz"'}
    narrow = {
        r"\b128\b": "8",
        r"Conv2D\(64": "Conv2D(8",
        r"\(32, 32, 3\)": "(8, 8, 3)",
        r"\(64, 64, 3\)": "(16, 16, 3)",
        r"width=32": "width=2",
    }
    np.savez("large.npz", images=RANDOM.integers(0, 256, (4, 28, 28), "uint8"))
    names = run({**few, **narrow, **ONE_EPOCH})
    assert names["typical"].shape == (16, 16, 16, 3)
    assert list(Path("samples").glob("*.png"))


def test_few_labels(run):
    write_pictures("scans", size=8, number=6)
    rows = [f"{n}.png,{'ab'[n % 2]}\n" for n in range(4)]
    Path("labels.csv").write_text("file,label\n" + "".join(rows))
    shorter = {
        r'"labels.csv", image_size=64': '"labels.csv", width=2, batch_size=4',
        r"\(28, 28, 1\), num_classes": "(8, 8, 1), width=2, num_classes",
        r'"semi_supervised", \(28': '"semi_supervised", (28',
        r"num_classes=10": "num_classes=2",
        r"batch_size=128": "batch_size=4",
    }
    images, labels = draw(120, 8, 8, 1), np.arange(120) % 2
    names = run(
        {**shorter, r"epochs=\d+": "steps_per_epoch=1"},
        images=images,
        labels=labels,
        test_images=images[:4],
        test_labels=labels[:4],
    )
    assert names["classifier"].output_shape == (None, 2)


def test_more_of_a_class(run):
    write_pictures("letters/a", "letters/b")
    shorter = {r"image_size=28": "width=2"}
    names = run({**shorter, **ONE_EPOCH})
    assert names["more"].shape[1:] == (3, 8, 8, 3)


class Mapped(list):
    """Stands for a data set, whose graphs would take seconds to make."""

    def map(self, function):
        return Mapped(map(function, self))


def test_augmentation(run):
    images = draw(4, 8, 8, 1)
    small = {r"\(28, 28, 1\)": "(8, 8, 1), width=2"}
    boxes = {
        "boxes": np.array([[[8.0, 8, 40, 40]]], "float32"),
        "labels": np.zeros((1, 1)),
    }
    pixels = RANDOM.integers(0, 256, (1, 64, 64, 3), "uint8")
    names = run(
        small,
        images=images,
        masks=np.ones((4, 8, 8, 1), "uint8"),
        dataset=Mapped([{"images": pixels, "bounding_boxes": boxes}]),
        classifier=small_classifier((64, 64, 3), 2),
    )
    (batch,) = names["dataset"]
    assert batch["images"].shape == pixels.shape
    assert names["model"].output_shape == (None, 2)
    assert np.shape(names["masks"]) == (4, 8, 8, 1)


def test_command_line(run):
    small_gan(num_classes=2).save(folder_of("runs/scans-1"))
    names = run({r"1: 500": "1: 3"})
    (batch,) = names["fakes"]
    assert batch[0].shape == (3, 8, 8, 1)


def test_custom_systems(run):
    mlp = keras_gan.networks.mlp_generator

    def encoder():
        layers = keras.layers.Flatten(), mlp((8,), latent_dim=64, hidden=(8,))
        return keras.Sequential([keras.Input((8, 8, 1)), *layers])

    names = run(
        {r"\(28, 28, 1\)": "(8, 8, 1), width=2", **ONE_EPOCH},
        build_encoder=encoder,
        build_decoder=lambda: mlp((8, 8, 1), latent_dim=8, hidden=(8,)),
        build_critic=lambda: keras_gan.networks.mlp_discriminator(
            (8,), hidden=(8,)
        ),
        images=draw(4, 8, 8, 1),
        digits=draw(64, 8, 8, 1),
        negatives=draw(64, 8, 8, 1),
    )
    assert names["first"].shape == names["second"].shape == (16, 8, 8, 1)
    assert Path("autoencoder.keras").exists()


def test_health(run):
    images = draw(32, 8, 8, 1)
    names = run(
        ONE_EPOCH, gan=small_gan(), images=images[:16], held_out=images[16:]
    )
    assert names["health"].findings == []
    assert Path("health.json").exists()


# Keras says so of its own default.
@pytest.mark.filterwarnings("ignore:`shuffle=True` was passed")
def test_imbalanced_data(run):
    write_pictures("scans/lesion", "scans/normal")
    small_gan((8, 8, 3), num_classes=2).save(folder_of("runs/scans"))
    shorter = {
        r"pool_size=5000": "pool_size=8",
        r"steps_per_epoch=500": "steps_per_epoch=1",
        r'"scans/", ': '"scans/", batch_size=4, ',
        # To import KerasCV takes seconds; its layers have tests of their own.
        r"import keras_cv": "import keras",
        r"keras_cv\.layers\.RandAugment\(\(0, 255\)\)": (
            "keras.layers.RandomFlip()"
        ),
    }
    classifier = small_classifier((8, 8, 3), 2)
    run({**shorter, **ONE_EPOCH}, classifier=classifier)
    assert int(classifier.optimizer.iterations) == 1


@few_images
def test_metrics(run):
    images = draw(12, 8, 8, 1)
    pairs = draw(2, 16, 16, 3), draw(2, 16, 16, 3)
    shape = (16, 16, 3)
    model = keras_gan.Pix2Pix(
        keras_gan.networks.unet_generator(shape, width=2, depth=1),
        keras_gan.networks.patch_discriminator(shape, width=2),
    )
    names = run(
        {
            r"(Distance|Recall)\(\)": r'\1("digits")',
            r"num_images=10_000": 'num_images=4, feature_extractor="digits"',
        },
        gan=small_gan(),
        train=images[:6],
        test=images[6:],
        images=images,
        model=model,
        pairs=pairs,
    )
    assert "fid" in Path("log.csv").read_text().split("\n")[0]
    assert Path("best.keras").exists() and names["fid"] is not None


def test_networks(run):
    names = run(
        {
            r"\(32, 32, 3\), num": "(16, 16, 3), width=2, num",
            r"\(64, 64, 3\), width=32": "(16, 16, 3), width=2",
            r"\(28, 28, 1\)": "(16, 16, 3), width=2",
        }
    )
    assert names["gan"].image_shape == (16, 16, 3)
    assert names["pair"][0].output_shape == (None, 16, 16, 3)


def test_report(run):
    for number in (1, 2):
        make_run(f"runs/digits-{number}", rounds=1)
    run({})
    assert "Two seeds" in Path("both.html").read_text()


def test_steering(run):
    gan = small_gan(num_classes=4)
    gan.save(folder_of("runs/mnist"))
    points = RANDOM.normal(size=(20, gan.latent_dim)).astype("float32")
    names = run(
        {
            r"labels=labels, seed=1\)": "labels=labels, seed=1, steps=2)",
            r"(factorize|principal_directions)\(gan(, 10)?\)": r"\1(gan, 4)",
        },
        images=draw(2, 8, 8, 1),
        labels=np.array([1, 2]),
        gan=gan,
        classifier=small_classifier((8, 8, 1), 1),
        ages=RANDOM.uniform(size=20),
        points=points,
    )
    assert names["moved"].shape[-3:] == (8, 8, 1)
    assert names["picture"].shape[-1] in (1, 3)


def test_text(run):
    names = ["anna", "bob", "eve", "otto"] * 5
    reviews = ["good\tnice", "bad\tugly"] * 5
    for name, lines in (
        ("names", names), ("held_out", names), ("reviews", reviews)
    ):  # fmt: skip
        Path(f"{name}.txt").write_text("\n".join(lines))
    narrow = {
        r"(networks\.text\(.*)\)\n": r"\1, width=4)\n",
        r"(100|50)0": "20",
    }
    left = run({**narrow, **ONE_EPOCH})
    assert len(left["names"]) == len(left["typical"]) == 20
    assert left["more"] and 0 <= left["distance"] <= 1


def test_transfer(run):
    pair = keras_gan.networks.compact((8, 8, 1), width=2, seed=1)
    gan = keras_gan.GAN(*pair)
    gan.compile()
    gan.save(folder_of("runs/digits"))
    names = run(
        {r"compact\(\(28, 28, 1\)\)": "compact((8, 8, 1), width=2)"},
        letters=draw(4, 8, 8, 1),
    )
    assert not names["gan"].taken.new
