"""`project`: own images come back, from every kind of generator."""

import keras
import numpy as np
import pytest
import small_generators as small

from keras_gan.features import FeatureMaps
from keras_gan.latents import (
    edit,
    factorize,
    project,
    projection,
    sample_latents,
    starts,
)
from keras_gan.latents.optimization import Plan, correlation
from keras_gan.latents.spaces import open_space
from keras_gan.latents.starts import starting_points
from keras_gan.sampling import open_generator

QUICK = {"verbose": False, "seed": 1}


@pytest.fixture(scope="module")
def smooth():
    return small.smooth()


@pytest.mark.quickest
def test_own_images_come_back(smooth):
    latents = sample_latents(smooth, 3, seed=2)
    images = small.drawn(smooth, latents)
    seen = []
    found = project(
        smooth,
        images,
        steps=100,
        starts=2,
        report=lambda *both: seen.append(both),
        **QUICK,
    )
    np.testing.assert_allclose(found.latents, latents, atol=0.05)
    np.testing.assert_allclose(
        found.images, small.drawn(smooth, found.latents), atol=1e-5
    )
    assert found.psnr.min() > 35.0 and found.labels is None
    assert [step for step, _ in seen] == list(range(1, 101))
    assert seen[-1][1] < 0.01 * seen[0][1]
    errors = np.square(found.images - images).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(found.distances, errors, rtol=1e-3, atol=1e-9)
    again = project(smooth, images[0], steps=3, **QUICK)
    same = project(smooth, images[0], steps=3, **QUICK)
    np.testing.assert_array_equal(again.latents, same.latents)
    other = project(smooth, images[0], steps=3, **QUICK | {"seed": 2})
    assert not np.array_equal(again.latents, other.latents)


@pytest.mark.quickest
def test_the_best_of_several_starts(smooth):
    image = small.drawn(smooth, sample_latents(smooth, 1, seed=2))
    one, many = (
        project(smooth, image, steps=2, starts=starts, **QUICK)
        for starts in (1, 8)
    )
    assert many.distances[0] <= one.distances[0]
    assert len(many.latents) == 1


@pytest.mark.quickest
def test_features_count_beside_pixels(smooth):
    network = keras.Sequential(
        [
            keras.Input(small.SHAPE),
            keras.layers.AveragePooling2D(8, name="mean"),
            keras.layers.Flatten(),
        ]
    )
    image = np.full(small.SHAPE, 0.05, "float32")
    for maps in (network, FeatureMaps(network, ["mean"])):
        found = project(
            smooth,
            image,
            feature_extractor=maps,
            pixel_weight=0.0,
            steps=60,
            starts=1,
            **QUICK,
        )
        # Only its mean is that of the image.
        assert found.images.mean() == pytest.approx(0.05, abs=0.005)
        assert found.psnr[0] < 25.0
        assert found.distances[0] < 0.01


@pytest.mark.quickest
def test_the_class_is_found():
    generator = small.conditional()
    source = open_generator(generator, num_classes=3)
    labels = np.array([2, 0, 1])
    latents = sample_latents(source, 3, labels=0, seed=2)
    images = small.drawn(generator, latents, labels)
    given = project(source, images, labels=labels, steps=80, **QUICK)
    assert given.psnr.min() > 30.0
    np.testing.assert_array_equal(given.labels, labels)
    found = project(source, images, steps=80, starts=12, **QUICK)
    assert found.psnr.min() > 30.0
    with pytest.raises(ValueError, match="3 integers"):
        project(source, images, labels=[0, 1, 3])


def test_styles_and_noise_are_found():
    generator = small.styled()
    image = small.drawn(generator, np.ones((1, 4), "float32"))
    w = project(generator, image, steps=60, **QUICK)
    assert w.latents.shape == (1, 6)
    assert [one.shape for one in w.noise] == [(1, 8, 8, 1)] * 3
    for one in w.noise:
        assert one.mean() == pytest.approx(0.0, abs=1e-3)
        assert np.square(one).mean() == pytest.approx(1.0, abs=1e-2)
    plus = project(generator, image, space="w+", steps=60, **QUICK)
    assert plus.latents.shape == (1, small.NUM_STYLES, 6)
    assert min(w.psnr[0], plus.psnr[0]) > 25.0
    # With its noise the picture is that of the projection.
    direction = factorize(generator)[0]
    for found in (w, plus):
        edited = edit(
            generator,
            found.latents,
            direction,
            [0.0, 1.0],
            noise=found.noise,
        )
        np.testing.assert_allclose(edited[:, 0], found.images, atol=1e-5)
    in_z = project(generator, image, space="z", steps=3, **QUICK)
    assert in_z.latents.shape == (1, 4)


@pytest.mark.quickest
def test_each_start_has_the_deviation_of_its_class():
    generator = small.styled(num_classes=2)
    mapping = generator.get_layer("mapping")
    [embedding] = [
        layer
        for layer in mapping.layers
        if isinstance(layer, keras.layers.Embedding)
    ]
    # The styles of the second class are nearer to the ends of tanh.
    embedding.embeddings.assign([[0.0, 0.0], [4.0, 4.0]])
    kernel = np.full((6, 6), 0.5)
    kernel[:4, :4] = np.eye(4)
    mapping.layers[-1].kernel.assign(kernel)
    space = open_space(open_generator(generator, num_classes=2))
    images = np.zeros((2, *small.SHAPE), "float32")
    labels = np.array([0, 1])
    one, other = (
        starting_points(space, images, order, 2, np.random.default_rng(1))
        for order in (labels, labels[::-1])
    )
    assert one.deviations.shape == (4,)
    np.testing.assert_array_equal(one.labels, [0, 0, 1, 1])
    assert one.deviations[0] > 2.0 * one.deviations[2]
    np.testing.assert_allclose(
        one.deviations, np.roll(other.deviations, 2), rtol=0.1
    )


@pytest.mark.quickest
def test_noise_is_no_picture():
    noise = np.random.default_rng(0).normal(size=(2, 16, 16, 1))
    waves = np.sin(np.arange(16) / 2.0).reshape(1, 1, 16, 1)
    waves = np.broadcast_to(waves, (2, 16, 16, 1))
    plain, wavy = (
        float(correlation(keras.ops.convert_to_tensor(one, "float32")))
        for one in (noise, waves)
    )
    assert plain < 0.1 < 0.5 < wavy


@pytest.mark.once
def test_rates_and_noise_rise_and_fall():
    plan = Plan(100, 0.1, 1.0, shakes=True)
    rates = [plan.rate(step) for step in range(100)]
    assert rates[0] == pytest.approx(0.02)
    assert rates[4:75] == pytest.approx([0.1] * 71)
    assert rates[75:] == sorted(rates[75:], reverse=True)
    assert 0.0 < rates[-1] < 0.001
    assert plan.shake(0) == 0.05 and plan.shake(75) == plan.shake(99) == 0.0
    assert plan.shake(30) == pytest.approx(0.05 * (1 - 0.3 / 0.75) ** 2)
    assert Plan(100, 0.1, 1.0, shakes=False).shake(0) == 0.0


@pytest.mark.quickest
def test_many_images_are_found_in_parts(smooth, monkeypatch):
    latents = np.eye(4, dtype="float32")[[0, 1, 2]]
    images = small.drawn(smooth, latents)
    steps = []
    options = {"steps": 40, "starts": 2, **QUICK}
    at_once = project(smooth, images, **options)
    monkeypatch.setattr(projection, "_MOST_POINTS", 4)
    monkeypatch.setattr(starts, "_BATCH", 7)
    found = project(
        smooth, images, report=lambda step, _: steps.append(step), **options
    )
    np.testing.assert_allclose(found.latents, at_once.latents, atol=1e-3)
    np.testing.assert_allclose(found.distances, at_once.distances, atol=1e-4)
    assert steps == [number // 2 for number in range(1, 81)]


@pytest.mark.quickest
def test_every_class_is_tried_however_large_the_images(monkeypatch):
    generator = small.conditional()
    space = open_space(open_generator(generator, num_classes=3))
    monkeypatch.setattr(starts, "_BATCH", 2)
    drawn = []
    plain = space.images
    monkeypatch.setattr(
        space,
        "images",
        lambda *args: drawn.append(len(args[0])) or plain(*args),
    )
    latents = np.ones((3, 4), "float32")
    images = small.drawn(generator, latents, [2, 0, 1])
    begun = starting_points(space, images, None, 1, np.random.default_rng(1))
    assert begun.labels.tolist() == [2, 0, 1]
    assert max(drawn) == 2 and sum(drawn) == 1000


@pytest.mark.quickest
def test_no_images_are_drawn_where_the_mean_style_is_the_start(monkeypatch):
    space = open_space(small.styled())
    monkeypatch.setattr(space, "images", None)
    images = np.zeros((2, *small.SHAPE), "float32")
    begun = starting_points(space, images, None, 1, np.random.default_rng(1))
    assert begun.points.shape == (2, 6) and begun.labels is None
    np.testing.assert_array_equal(*begun.points)


@pytest.mark.once
def test_progress_is_shown(smooth, capsys):
    project(smooth, np.zeros(small.SHAPE), steps=2, seed=1)
    assert "2/2" in capsys.readouterr().out


@pytest.mark.once
@pytest.mark.parametrize(
    "images, message",
    [
        (np.zeros((9, 9, 1)), r"shape \(8, 8, 1\) of the generator's images"),
        (np.zeros((8, 8, 3)), "convert channels with"),
        (np.zeros((0, 8, 8, 1)), r"Received: an array of shape \(0, 8, 8, 1\)"),
        (np.full((8, 8, 1), 255, "uint8"), "must be floats in .* uint8 with"),
        (np.full((8, 8, 1), 2.0), "values from 2 to 2. Scale bytes"),
        (np.full((8, 8, 1), np.nan), "from nan to nan"),
    ],
)
def test_images_that_are_refused(smooth, images, message):
    with pytest.raises(ValueError, match=message):
        project(smooth, images)


@pytest.mark.once
@pytest.mark.parametrize(
    "options, message",
    [
        ({"space": "x"}, "`space` must be one of None, 'z', 'w', 'w.'"),
        ({"space": "w+"}, 'must be "z" for a generator without styles'),
        ({"steps": 0}, "`steps` must be at least 1"),
        ({"starts": 0}, "`starts` must be at least 1"),
        ({"learning_rate": 0.0}, "`learning_rate` must be in"),
        ({"pixel_weight": -1.0}, "`pixel_weight` must be a finite number"),
        ({"labels": 1}, "`labels` must be None"),
        ({"pixel_weight": 0.0}, "above 0 where no features are compared"),
        ({"layers": ["conv2d"]}, "`layers` must be those of a `feature_ext"),
    ],
)
def test_arguments_that_are_refused(smooth, options, message):
    with pytest.raises(ValueError, match=message):
        project(smooth, np.zeros(small.SHAPE), **options)
