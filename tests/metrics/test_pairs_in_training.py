"""Metrics of images and their targets, while a translator trains."""

import keras
import numpy as np
import pytest
from portable import QUICK_STEPS, assert_close
from waves import waves

from keras_gan import Pix2Pix, datasets, losses, metrics, networks

# Another backend would change nothing.
pytestmark = pytest.mark.once


def small():
    return Pix2Pix(
        networks.unet_generator((8, 8, 1), width=4, depth=2, dropout=0, seed=1),
        networks.patch_discriminator((8, 8, 1), width=4, receptive_field=1),
        ema_momentum=None,
        seed=1,
    )


# JAX and PyTorch update metrics as they do in `test_pair_metric`.
def test_the_best_model_by_psnr_is_kept(tmp_path):
    targets = waves(0, 12, 8, 8, 1).astype("float32")
    pairs = datasets.PairedImages(0.5 * targets, targets)
    options = {"batch_size": 4, "seed": 1}
    model = small()
    model.compile(
        keras.optimizers.Adam(0.01),
        loss=None,
        reconstruction=[losses.PixelLoss(1.0)],
        metrics=[metrics.PSNR(), metrics.MAE()],
        **QUICK_STEPS,
    )
    best = tmp_path / "best.keras"
    history = model.fit(
        datasets.load(pairs, **options),
        validation_data=datasets.load(pairs, shuffle=False, **options),
        epochs=2,
        verbose=0,
        callbacks=[
            keras.callbacks.ModelCheckpoint(
                best, monitor="val_psnr", mode="max", save_best_only=True
            )
        ],
    ).history
    assert history["val_psnr"][-1] > history["val_psnr"][0]
    assert {"val_psnr", "val_mae"} <= set(history)
    # The value is that of its translations, after loading, too.
    kept = keras.saving.load_model(best)
    made = kept.translate(0.5 * targets)
    error = np.mean((made - targets) ** 2, axis=(1, 2, 3))
    expected = np.mean(10 * np.log10(4 / error))
    assert_close(max(history["val_psnr"]), expected, rtol=1e-4)


def test_feature_metrics_are_of_translations():
    targets = waves(0, 12, 8, 8, 1).astype("float32")
    dense = keras.layers.Dense(
        3, kernel_initializer=keras.initializers.GlorotUniform(3)
    )
    extractor = keras.Sequential(
        [keras.Input((8, 8, 1)), keras.layers.Flatten(), dense]
    )
    model = small()
    model.compile(
        loss=None,
        metrics=[metrics.FrechetInceptionDistance(extractor)],
        **QUICK_STEPS,
    )
    found = model.evaluate(
        0.5 * targets, targets, batch_size=4, verbose=0, return_dict=True
    )
    moments = []
    for images in (targets, model.translate(0.5 * targets)):
        features = extractor.predict(images, verbose=0).astype("float64")
        moments += [features.mean(axis=0), np.cov(features.T)]
    expected = metrics.frechet_distance(*moments)
    assert expected > 0.1
    assert_close(found["fid"], expected, rtol=1e-4)
