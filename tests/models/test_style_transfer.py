"""`StyleTransfer`: a decoder for any style, and the pixels of one image."""

import keras
import numpy as np
import pytest
from portable import QUICK_STEPS, array, assert_close, corners
from small_encoder import LAYERS, narrow_vgg19, small_encoder, small_images

from keras_gan import StyleTransfer
from keras_gan.layers.adaptive_instance_normalization import statistics
from keras_gan.losses import gram_matrix
from keras_gan.networks import style_decoder

CONTENTS = small_images(8, seed=1)
# Orange and flat, as no content is.
STYLES = np.float32([0.6, 0.0, -0.6]) + 0.3 * small_images(8, seed=2)


def small_decoder(channels=6):
    decoder = style_decoder(channels, widths=(12,), convolutions=(2,))
    # The same on every backend.
    rng = np.random.default_rng(3)
    decoder.set_weights(
        [0.1 * rng.normal(size=w.shape) for w in decoder.get_weights()]
    )
    return decoder


def make(decoder="small", **options):
    decoder = small_decoder() if decoder == "small" else decoder
    return StyleTransfer(decoder, small_encoder(), LAYERS, seed=1, **options)


def compiled(rate=3e-3, **options):
    model = make()
    options = {**QUICK_STEPS, **options}
    model.compile(keras.optimizers.Adam(rate), **options)
    return model


def fit(model, epochs=1, **options):
    options = {"batch_size": 4, "shuffle": False, "verbose": 0, **options}
    return model.fit(CONTENTS, STYLES, epochs=epochs, **options).history


# Training --------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained():
    model = compiled()
    return model, fit(model, epochs=8)


@pytest.mark.quickest
def test_decoder_learns_and_encoder_does_not(trained):
    model, history = trained
    assert set(history) == {"loss", "content_loss", "style_loss"}
    assert history["loss"][-1] < 0.6 * history["loss"][0]
    for new, old in zip(
        model.encoder.network.get_weights(),
        small_encoder().get_weights(),
        strict=True,
    ):
        np.testing.assert_array_equal(new, old)
    owned = {id(variable) for variable in model.variables}
    assert not owned & {id(v) for v in model.encoder.variables}


@pytest.mark.quickest
def test_logs_are_those_of_the_formulas():
    model = compiled(0.0, content_weight=0.5, style_weight=3.0)
    logs = model.evaluate(CONTENTS, STYLES, return_dict=True, verbose=0)
    content, style = (
        [array(one, "float64") for one in model.encoder(images)]
        for images in (CONTENTS, STYLES)
    )

    def moments(maps):
        found = maps.mean((1, 2)), np.sqrt(maps.var((1, 2)) + 1e-5)
        return np.stack(found, axis=1)

    of_style = moments(style[-1])[:, :, None, None]
    own = moments(content[-1])[:, :, None, None]
    target = (content[-1] - own[:, 0]) / own[:, 1] * of_style[:, 1]
    target += of_style[:, 0]
    drawn = model.decoder(target.astype("float32"))
    found = [array(one, "float64") for one in model.encoder(drawn)]

    def relative(one, other):
        axes = tuple(range(1, one.ndim))
        error = np.square(one - other).sum(axes)
        return (error / np.square(other).sum(axes)).mean()

    expected = {"content_loss": relative(found[-1], target)}
    expected["style_loss"] = np.mean(
        [
            relative(*map(moments, pair))
            for pair in zip(found, style, strict=True)
        ]
    )
    expected["loss"] = (
        0.5 * expected["content_loss"] + 3.0 * expected["style_loss"]
    )
    for name, value in expected.items():
        assert logs[name] == pytest.approx(value, rel=1e-4), name


def test_one_step_is_the_same_on_every_backend():
    model = make()
    model.compile(keras.optimizers.SGD(0.1), **QUICK_STEPS)
    before = model.decoder.get_weights()
    logs = model.train_on_batch(CONTENTS[:4], STYLES[:4], return_dict=True)
    moves = [
        np.square(new - old).sum()
        for new, old in zip(model.decoder.get_weights(), before, strict=True)
    ]
    found = [*(float(logs[name]) for name in sorted(logs)), *moves]
    np.testing.assert_allclose(found, STEP, rtol=1e-4)


# Of PyTorch: content, sum, style, and how far each weight moves.
STEP = [0.808954, 6.327994, 0.551904]
STEP += [2.915121, 0.151881, 6.301123, 0.232539, 58.244823, 2.150711]


def test_file_holds_all_and_training_goes_on_exactly(tmp_path):
    model = compiled()
    # Not what a new network has, of which the config says nothing.
    model.encoder.network.set_weights(small_encoder(seed=9).get_weights())
    fit(model)
    model.save(tmp_path / "style.keras")
    again = keras.saving.load_model(tmp_path / "style.keras")
    pair = [one.translate(CONTENTS[:2], STYLES[:1]) for one in (model, again)]
    np.testing.assert_array_equal(*pair)
    for one in (model, again):
        fit(one)
    # Threads add up gradients in any order.
    for new, old in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(new, old, rtol=1e-4, atol=1e-6)


@pytest.mark.quickest
def test_steps_per_execution_are_checked():
    with pytest.raises(ValueError, match="`steps_per_execution` must be"):
        make().compile(steps_per_execution=0)


@pytest.mark.quickest
def test_a_named_network_is_not_in_the_file(monkeypatch, tmp_path):
    narrow_vgg19(monkeypatch)
    decoder = style_decoder(4, widths=(4, 4, 4), convolutions=(1, 1, 1), seed=1)
    model = StyleTransfer(decoder, weights=None)
    model.save(tmp_path / "style.keras")
    again = keras.saving.load_model(tmp_path / "style.keras")
    assert again.encoder.network == "vgg19"
    # Sides that are no multiples of its 8 pixels.
    images = small_images(1, 17, seed=4)
    pair = [one.translate(images, STYLES[:1]) for one in (model, again)]
    assert pair[0].shape == (1, 17, 17, 3)
    np.testing.assert_array_equal(*pair)


# Translating -----------------------------------------------------------------


@pytest.mark.quickest
def test_features_get_the_statistics_of_the_style(trained):
    model, _ = trained
    drawn = model.translate(CONTENTS, STYLES[:1], batch_size=3)
    assert drawn.shape == CONTENTS.shape and drawn.dtype == np.float32
    assert np.abs(drawn).max() <= 1.0

    def distance(images):
        wanted = statistics(model.encoder(STYLES[:1])[-1])
        found = statistics(model.encoder(images)[-1])
        return sum(
            float(keras.ops.mean((one - other) ** 2))
            for one, other in zip(found, wanted, strict=True)
        )

    assert distance(drawn) < 0.5 * distance(CONTENTS)


@pytest.mark.quickest
def test_strength_goes_from_the_content_to_the_style(trained):
    model, _ = trained
    none, half, full = (
        model.translate(CONTENTS[:2], STYLES[:1], strength=strength)
        for strength in (0.0, 0.5, 1.0)
    )
    other = model.translate(CONTENTS[:2], STYLES[3:4], strength=0.0)
    assert_close(none, other, atol=1e-6)
    apart = [np.abs(one - none).mean() for one in (half, full)]
    assert 0 < apart[0] < apart[1]
    called = model([CONTENTS[:2], STYLES[:2]])
    assert_close(array(called)[:1], full[:1], atol=1e-5)


@pytest.mark.quickest
def test_styles_are_mixed_by_weights(trained):
    model, _ = trained
    first, second, third = (
        model.translate(CONTENTS[:3], STYLES[k : k + 1]) for k in range(3)
    )
    same = model.translate(CONTENTS[:3], STYLES[:2], weights=[0, 2])
    assert_close(same, second, atol=1e-6)
    mixed = model.translate(CONTENTS[:3], STYLES[:2], weights=[1, 1])
    apart = np.abs(first - second).mean()
    for one in (first, second):
        assert 0.1 * apart < np.abs(mixed - one).mean() < 0.9 * apart
    each = model.translate(CONTENTS[:3], STYLES[:3])
    for number, one in enumerate((first, second, third)):
        assert_close(each[number], one[number], atol=1e-6)


def blockwise():
    """A model that changes each block of 2 x 2 pixels by itself."""
    rng = np.random.default_rng(5)
    encoder = keras.Sequential(
        [keras.Input((None, None, 3)), keras.layers.Conv2D(6, 2, strides=2)]
    )
    decoder = keras.Sequential(
        [
            keras.Input((None, None, 6)),
            keras.layers.Conv2DTranspose(3, 2, strides=2),
        ]
    )
    for network in (encoder, decoder):
        network.set_weights(
            [0.3 * rng.normal(size=w.shape) for w in network.get_weights()]
        )
    return StyleTransfer(decoder, encoder, ema_momentum=None)


@pytest.mark.parametrize(
    "options",
    corners(
        [
            {"tile": (4, 6), "overlap": 2},
            {"tile": 4, "overlap": 0, "batch_size": 3},
        ],
        everywhere=1,
    ),
)
def test_tiles_get_the_style_of_the_whole_content(options):
    model = blockwise()
    # Dark at one end, bright at the other.
    contents = 0.3 * small_images(2, side=10, seed=4)
    contents += np.linspace(-0.6, 0.6, 10)[:, None]
    contents = np.float32(contents)
    whole = model.translate(contents, STYLES[:2])
    assert_close(
        model.translate(contents, STYLES[:2], **options), whole, atol=1e-5
    )
    # By its own statistics, a part looks different.
    part = model.translate(contents[:, :, :4], STYLES[:2])
    assert np.abs(part - whole[:, :, :4]).max() > 0.05


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tile": 0}, "`tile` must be"),
        ({"tile": 4, "overlap": 4}, "`overlap` must be smaller"),
        ({"styles": STYLES[:2]}, "2 styles for 3 images. Pass `weights="),
        ({"weights": [1, 2]}, "`weights` must be 1 numbers of 0 or more"),
        ({"weights": [-1]}, "of 0 or more"),
        ({"strength": 1.5}, r"`strength` must be in \[0, 1\]"),
        ({"images": CONTENTS[0]}, r"`images` must have the shape \(num_images"),
        ({"images": 128 + CONTENTS}, r"must be in \[-1, 1\]. Received: values"),
        ({"images": np.nan * CONTENTS}, "Received: values from nan"),
    ],
)
def test_translate_checks_its_arguments(trained, options, message):
    arguments = {"images": CONTENTS[:3], "styles": STYLES[:1], **options}
    with pytest.raises(ValueError, match=message):
        trained[0].translate(**arguments)


@pytest.mark.quickest
def test_networks_and_data_must_fit():
    with pytest.raises(ValueError, match="`decoder` could not be called"):
        make(small_decoder(5))
    with pytest.raises(ValueError, match="of the size that the encoder"):
        make(style_decoder(6, widths=(4, 4), convolutions=(1, 1)))
    for use in (
        lambda model: model.compile(),
        lambda model: model.translate(CONTENTS, STYLES),
    ):
        with pytest.raises(ValueError, match="`decoder` must be a model"):
            use(make(None))
    model = compiled()
    with pytest.raises(ValueError, match="same number of images"):
        model.fit(CONTENTS, STYLES[:4], verbose=0)
    with pytest.raises(ValueError, match=r"must be in \[-1, 1\]"):
        model.fit(CONTENTS, 100 * STYLES, verbose=0)


# Optimizing ------------------------------------------------------------------


@pytest.fixture(scope="module")
def optimizer():
    return make(None)


@pytest.mark.parametrize("method", corners(["l-bfgs", "adam"]))
def test_style_is_found_and_content_kept(optimizer, method):
    steps = []
    image, history = optimizer.optimize(
        CONTENTS[0],
        STYLES[0],
        steps=12,
        method=method,
        report=lambda step, losses: steps.append((step, losses["loss"])),
    )
    assert image.shape == (8, 8, 3) and np.abs(image).max() <= 1.0
    assert set(history) == {"loss", "content", "style", "total_variation"}
    assert steps == list(enumerate(history["loss"]))
    assert history["content"][0] == 0.0
    assert history["style"][-1] < 0.5 * history["style"][0]
    # The last entry is that of the image that is returned.
    gram, wanted = (
        array(gram_matrix(optimizer.encoder(one[None])[0]), "float64")
        for one in (image, STYLES[0])
    )
    deep, target = (
        array(gram_matrix(optimizer.encoder(one[None])[1]), "float64")
        for one in (image, STYLES[0])
    )
    style = np.mean(
        [
            np.square(one - other).sum() / np.square(other).sum()
            for one, other in ((gram, wanted), (deep, target))
        ]
    )
    assert history["style"][-1] == pytest.approx(style, rel=1e-3)


@pytest.mark.quickest
def test_loss_never_rises_under_lbfgs(optimizer):
    _, history = optimizer.optimize(
        CONTENTS[0], STYLES[0], steps=20, start="noise", seed=1
    )
    losses = np.array(history["loss"])
    assert 10 < len(losses) <= 21
    assert (np.diff(losses) < 0).all()
    assert history["content"][0] > 0.1


@pytest.mark.quickest
def test_an_image_in_its_own_style_stays_as_it_is(optimizer):
    image, history = optimizer.optimize(
        CONTENTS[0], CONTENTS[0], steps=5, total_variation_weight=0.0
    )
    assert history["style"] == history["loss"] == [0.0]
    np.testing.assert_array_equal(image, CONTENTS[0])


@pytest.mark.quickest
def test_layers_and_weights_can_be_chosen(optimizer):
    options = {"steps": 1, "method": "adam"}
    _, history = optimizer.optimize(
        CONTENTS[0],
        STYLES[0, :6, :4],
        style_layers=["shallow:linear"],
        content_layers=["pool"],
        style_weight=0.0,
        content_weight=2.0,
        total_variation_weight=0.0,
        **options,
    )
    assert history["loss"] == [2.0 * one for one in history["content"]]
    with pytest.raises(ValueError, match="'shallow', 'pool', 'deep'"):
        optimizer.optimize(
            CONTENTS[0], STYLES[0], content_layers=["x"], **options
        )
    unnamed = StyleTransfer(None, small_encoder())
    with pytest.raises(ValueError, match="`content_layers` must name layers"):
        unnamed.optimize(CONTENTS[0], STYLES[0], **options)


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"content": CONTENTS}, r"`content` must have the shape \(height"),
        ({"style": 128 + STYLES[0]}, r"`style` must be in \[-1, 1\]"),
        ({"method": "sgd"}, "`method` must be one of 'l-bfgs', 'adam'"),
        ({"start": "style"}, "`start` must be one of 'content', 'noise'"),
        ({"steps": 0}, "`steps` must be at least 1"),
        ({"style_weight": -1}, "`style_weight` must be a finite number"),
    ],
)
def test_optimize_checks_its_arguments(optimizer, options, message):
    arguments = {"content": CONTENTS[0], "style": STYLES[0], **options}
    with pytest.raises(ValueError, match=message):
        optimizer.optimize(**arguments)
