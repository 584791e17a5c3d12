"""The choices of the tasks; their examples train each model for a step."""

import keras
import numpy as np
import pytest

from keras_gan import losses, tasks
from keras_gan.images import write_image
from keras_gan.tasks.recipe import recipe
from keras_gan.tasks.semi_supervised import recipe_of
from keras_gan.tasks.translators import of_pairs

# Another backend would change nothing.
pytestmark = pytest.mark.quickest

PHOTOS = np.random.default_rng(0).integers(0, 256, (6, 16, 16, 3), "uint8")
TINY = {"batch_size": 2, "width": 4, "seed": 1}


def test_larger_images_have_smaller_batches():
    chosen = [
        recipe((s, s, 3), 500, network="unet") for s in (16, 64, 128, 999)
    ]
    sizes = [one.batch_size for one in chosen]
    assert sizes == sorted(sizes, reverse=True) and sizes[-1] == 1
    assert recipe((16, 16, 1), 5, network="unet").batch_size == 5


def test_small_images_have_no_windows_of_similarity():
    assert [metric.name for metric in of_pairs((8, 16, 1))] == ["psnr"]
    assert [metric.name for metric in of_pairs((11, 16, 1))] == ["psnr", "ssim"]


def test_half_of_a_batch_has_labels():
    chosen = [
        recipe_of(((side, side, 1), (3,)), number)
        for side, number in ((8, 15), (32, 500), (64, 500))
    ]
    assert [one.batch_size for one in chosen] == [14, 128, 32]
    assert chosen[1].steps < chosen[2].steps


def test_super_resolution_in_two_stages():
    _, first = tasks.super_resolution(PHOTOS, 2, **TINY)
    assert not first.is_adversarial
    data, second = tasks.super_resolution(
        PHOTOS,
        2,
        generator=first.ema_generator,
        loss="relativistic",
        perceptual=losses.TotalVariation(0.5),
        **TINY,
    )
    assert second.is_adversarial
    assert second.generator is not first.ema_generator
    for one, other in zip(
        first.ema_generator.get_weights(),
        second.generator.get_weights(),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)
    low, high = next(iter(data))
    assert low.shape == (2, 8, 8, 3) and high.shape == (2, 16, 16, 3)
    weights = [
        {
            term["class_name"]: term["config"]["weight"]
            for term in stage.get_compile_config()["reconstruction"]
        }
        for stage in (first, second)
    ]
    # As in ESRGAN, so that the second stage adds texture.
    assert weights[0] == {"PixelLoss": 1.0}
    assert weights[1] == {"PixelLoss": 0.01, "TotalVariation": 0.5}
    assert second.adversarial_weight == 0.005
    rates = [
        stage.optimizer.generator.learning_rate for stage in (first, second)
    ]
    assert [float(rate) for rate in rates] == pytest.approx([2e-4, 1e-4])


def test_filled_images_keep_what_is_known():
    data, model = tasks.inpainting(PHOTOS, masks="box", **TINY)
    sources, targets = (np.asarray(part) for part in next(iter(data)))
    known = np.broadcast_to(sources[..., -1:] == 0, targets.shape)
    assert 0 < known.mean() < 1
    filled = model.translate(sources)
    np.testing.assert_array_equal(filled[known], targets[known])
    assert not np.array_equal(filled, targets)


def test_networks_differ_in_both_directions():
    data, model = tasks.unpaired(
        PHOTOS, PHOTOS[:4], network="unet", crop=8, **TINY
    )
    for part, shape in zip(
        next(iter(data)), model.image_shapes().values(), strict=True
    ):
        assert part.shape == (2, *shape) == (2, 8, 8, 3)
    image = PHOTOS[:1].astype("float32") / 127.5 - 1
    there, back = (model.translate(image, to=to) for to in ("second", "first"))
    assert not np.allclose(there, back)


def test_domains_of_different_sizes_must_be_resized():
    with pytest.raises(ValueError, match=r"Received: 16 x 16 and 12 x 16 pix"):
        tasks.unpaired(PHOTOS, PHOTOS[:, :12], network="unet", **TINY)
    data, _ = tasks.unpaired(
        PHOTOS, PHOTOS[:, :12], network="unet", image_size=8, **TINY
    )
    assert {part.shape[1:3] for part in next(iter(data))} == {(8, 8)}


def test_attributes_of_one_column_are_exclusive(tmp_path):
    table = tmp_path / "table.csv"
    lines = ["file,hair"]
    for number, hair in enumerate(("blond", "black", "gray") * 2):
        write_image(tmp_path / f"{number}.png", PHOTOS[number])
        lines.append(f"{number}.png,{hair}")
    table.write_text("\n".join(lines))
    _, model = tasks.attributes(tmp_path, table, **TINY)
    assert model.exclusive and model.num_attributes == 3


def test_the_optimizers_are_those_of_the_recipe():
    _, model = tasks.colorization(PHOTOS, **TINY)
    for part in model.optimizer.parts:
        assert isinstance(part, keras.optimizers.Adam)
        assert part.beta_1 == 0.5


def test_the_learning_rate_may_be_chosen():
    _, model = tasks.colorization(PHOTOS, learning_rate=2e-3, **TINY)
    rates = [float(part.learning_rate) for part in model.optimizer.parts]
    assert rates == pytest.approx([2e-3, 2e-3])
    with pytest.raises(
        ValueError, match=r"`learning_rate` must be in \(0, inf"
    ):
        tasks.colorization(PHOTOS, learning_rate=0, **TINY)


def test_images_of_different_sizes_must_be_resized(tmp_path):
    for number in range(2):
        image = PHOTOS[number][: 16 - number]
        write_image(tmp_path / f"{number}.png", image)
    with pytest.raises(ValueError, match="`image_size`, or train on parts"):
        tasks.colorization(tmp_path, **TINY)
    data, _ = tasks.colorization(tmp_path, image_size=8, **TINY)
    assert next(iter(data))[0].shape == (2, 8, 8, 1)
