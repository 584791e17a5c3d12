"""What all metrics of images and their targets have in common."""

import keras
import numpy as np
import pytest
from portable import assert_close, compiled, tensor
from waves import wave_pair, waves

import keras_gan
from keras_gan import metrics
from keras_gan.metrics import MAE, PSNR, SSIM, PairMetric

KINDS = [PSNR, SSIM, MAE]


@pytest.mark.parametrize("kind", KINDS)
def test_order_and_batches_do_not_matter(kind):
    real, fake = wave_pair()
    whole, parts = kind(), kind()
    whole.update_state(real, fake)
    for batch in ([5], [0, 3, 1], [4, 2]):
        parts.update_state(real[batch], fake[batch])
    assert_close(parts.result(), whole.result(), rtol=1e-13)
    parts.reset_state()
    parts.update_state(real[:2], fake[:2])
    assert parts.result() != whole.result()


@pytest.mark.parametrize("kind", KINDS)
def test_compiled_updates_are_the_same(kind):
    real, fake = (one.astype("float32") for one in wave_pair(2))
    eager, graph = kind("y", crop=1), kind("y", crop=1)
    eager.update_state(real, fake)
    graph.build(real.shape[1:])
    if keras.backend.backend() == "jax":
        # There the update of a metric is no part of a compiled step.
        graph.update_state(tensor(real), tensor(fake))
    else:
        step = compiled(
            lambda real, fake: graph.update_state(real, fake),
            shapes=[(None, None, None, 3)] * 2,
        )
        step(tensor(real), tensor(fake))
    assert_close(graph.result(), eager.result(), rtol=1e-12)


@pytest.mark.quickest
@pytest.mark.parametrize("kind", KINDS)
def test_configs_keep_the_name(kind):
    metric = kind("y", crop=2, value_range=(0, 255))
    again = metrics.get(keras.saving.serialize_keras_object(metric))
    assert type(again) is kind
    assert again.get_config() == metric.get_config()
    assert again.name == metric.name == f"{kind.short_name}_y_crop2"
    assert metrics.get(kind.short_name).name == kind.short_name
    assert kind("y", name="mine").name == "mine"


@pytest.mark.quickest
def test_the_value_range_only_changes_the_unit():
    real, fake = wave_pair()
    for kind in (PSNR, SSIM):
        bytes_ = kind(value_range=(0, 255))
        bytes_.update_state(127.5 * (real + 1), 127.5 * (fake + 1))
        usual = kind()
        usual.update_state(real, fake)
        assert_close(bytes_.result(), usual.result(), rtol=1e-10)


@pytest.mark.quickest
def test_borders_may_be_left_out():
    real, fake = wave_pair()
    fake[:, :2] = fake[:, :, -2:] = 1.0
    cropped, inner = PSNR(crop=2), PSNR()
    cropped.update_state(real, fake)
    inner.update_state(real[:, 2:-2, 2:-2], fake[:, 2:-2, 2:-2])
    assert cropped.result() == inner.result()


@pytest.mark.quickest
def test_fakes_are_clipped_as_in_a_picture():
    real = np.ones((1, 4, 4, 1))
    metric = MAE()
    metric.update_state(real, 1.5 * real)
    assert metric.result() == 0.0


@pytest.mark.quickest
def test_evaluation_has_them_by_name():
    gan = keras_gan.GAN(*keras_gan.networks.mlp((8, 8, 1)), seed=1)
    gan.compile(metrics=[PSNR(), SSIM(window="uniform"), MAE(crop=1)])
    data = waves(0, 4, 8, 8, 1).astype("float32")
    logs = gan.evaluate(data, batch_size=4, verbose=0, return_dict=True)
    assert {"psnr", "ssim_uniform", "mae_crop1"} <= set(logs)
    assert 0 < logs["psnr"] < 20 and logs["ssim_uniform"] < 0.5


@pytest.mark.quickest
def test_invalid_images_are_refused():
    real, fake = wave_pair(2)
    metric = PSNR()
    with pytest.raises(ValueError, match="fake images must be finite"):
        metric.update_state(real, fake * np.nan)
    with pytest.raises(ValueError, match=r"real images must be in `value"):
        metric.update_state(127.5 * (real + 1), fake)
    with pytest.raises(ValueError, match="needs at least 1 pair"):
        metric.result()


@pytest.mark.quickest
def test_shapes_must_fit():
    real, fake = wave_pair(2)
    with pytest.raises(ValueError, match="both batches must have one shape"):
        PSNR().update_state(real, fake[:, 1:])
    with pytest.raises(ValueError, match="at least 11 x 11 pixels"):
        SSIM().update_state(real[:, :8], fake[:, :8])
    with pytest.raises(ValueError, match="at least 17 x 17"):
        MAE(crop=8).update_state(real, fake)
    with pytest.raises(ValueError, match="with 1 or 3 channels"):
        PSNR("y").build((8, 8, 4))
    with pytest.raises(ValueError, match=r"compares images \(height"):
        MAE().update_state(real[0], fake[0])


@pytest.mark.quickest
@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"channels": "gray"}, "`channels` must be one of 'rgb', 'y'"),
        ({"crop": -1}, "`crop` must be an integer of at least 0"),
        ({"value_range": (1, -1)}, "`value_range` must be two numbers"),
    ],
)
def test_invalid_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        PairMetric(**arguments)
