"""Directions of each kind: found where they are known, saved, refused."""

import keras
import numpy as np
import pytest
import small_generators as small
from portable import array, corners

import keras_gan
from keras_gan import backend, layers, networks
from keras_gan.latents import (
    Directions,
    attribute_direction,
    edit,
    factorize,
    grid,
    principal_directions,
    sample_latents,
)
from keras_gan.latents.measures import brightness, slant, thickness
from keras_gan.latents.spaces import open_space
from keras_gan.sampling import open_generator


def orthogonal(size, seed=0):
    """Orthonormal rows."""
    values = np.random.default_rng(seed).normal(size=(size, size))
    return np.linalg.qr(values)[0]


def cosines(found: Directions, known) -> np.ndarray:
    return np.abs(np.sum(found.vectors * known[: len(found)], axis=1))


@pytest.fixture(scope="module")
def known():
    """Directions of falling effect, and a linear generator that has them."""
    directions, outputs = orthogonal(6), orthogonal(64, seed=1)[:6]
    matrix = directions.T @ (np.array([9, 7, 5, 3, 2, 1])[:, None] * outputs)
    return directions, small.linear(matrix)


@pytest.mark.parametrize(
    "find",
    corners(
        [
            lambda generator: principal_directions(generator, 3, seed=1),
            lambda generator: factorize(generator),
        ]
    ),
)
def test_known_directions_of_a_linear_generator(known, find):
    directions, generator = known
    found = find(generator)
    assert len(found) in (3, 6) and found.space == "z"
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, 1e-6)
    least = 0.999 if len(found) == 6 else 0.99
    assert cosines(found, directions).min() > least


@pytest.mark.quickest
def test_layers_that_are_chosen_or_of_other_kinds():
    kernel = np.random.default_rng(0).normal(size=(4, 3))
    latents = keras.Input((4,))
    x = keras.layers.Reshape((1, 1, 4))(latents)
    layer = keras.layers.Conv2DTranspose(3, 8, use_bias=False, name="first")
    generator = keras.Model(latents, layer(x))
    # Kernels of transposed convolutions: height, width, outputs, inputs.
    values = np.zeros((8, 8, 3, 4))
    values[2, 3] = kernel.T
    layer.kernel.assign(values)
    _, _, expected = np.linalg.svd(kernel.T)
    assert cosines(factorize(generator, 3), expected).min() > 0.999
    assert len(factorize(generator, 2, layers=["first"])) == 2
    with pytest.raises(ValueError, match="take latents: first. Received"):
        factorize(generator, layers=["second"])


@pytest.mark.quickest
def test_only_layers_that_take_the_latents_count():
    latents = keras.Input((4,))
    first = layers.SpectralNormalization(
        keras.layers.Dense(4, activation="tanh")
    )
    # The kernel of the second has the same shape.
    x = keras.layers.Dense(4, name="second")(first(latents))
    images = keras.layers.Reshape((2, 2, 1))(x)
    generator = keras.Model(latents, images)
    expected = np.linalg.svd(array(first.layer.kernel).T)[2]
    assert cosines(factorize(generator), expected).min() > 0.999
    with pytest.raises(ValueError, match="must name layers that take latents"):
        factorize(generator, layers=["second"])
    # Nor do convolutions whose channels are as many as a style is long.
    generator = networks.stylegan2_generator((8, 8, 1), width=4, style_dim=8)
    affine = generator.get_layer("synthesis").get_layer("style_0")
    found = factorize(generator, layers=["style_0"], normalize=False)
    expected = np.linalg.svd(array(affine.kernel).T)[2]
    assert cosines(found, expected).min() > 0.999
    with pytest.raises(ValueError, match="must name layers that take latents"):
        factorize(generator, layers=["conv_0"])


@pytest.mark.quickest
def test_directions_of_styles():
    generator = small.styled()
    found = factorize(generator)
    weights = [
        array(generator.get_layer("synthesis").get_layer(name).kernel)
        for name in ("affine_0", "affine_1", "affine_2")
    ]
    matrix = np.concatenate(weights, axis=1)
    matrix /= np.linalg.norm(matrix, axis=0)
    expected = np.linalg.svd(matrix)[0].T
    assert found.space == "w" and cosines(found, expected).min() > 0.999
    one = factorize(generator, layers=["affine_1"], normalize=False)
    expected = np.linalg.svd(weights[1])[0].T
    assert cosines(one, expected).min() > 0.999
    styles = sample_latents(generator, 5000, seed=1)
    np.testing.assert_allclose(
        found.deviations, np.std(styles @ found.vectors.T, axis=0), rtol=0.1
    )
    pca = principal_directions(generator, 2, num_samples=5000, seed=1)
    np.testing.assert_allclose(
        pca.deviations[0] ** 2,
        np.linalg.eigvalsh(np.cov(styles.T))[-1],
        rtol=0.1,
    )


@pytest.mark.quickest
def test_the_direction_of_what_is_measured(known):
    directions, generator = known
    # The mean of the pixels is a linear function of the latents.
    matrix = array(generator.get_layer("linear").kernel)
    expected = matrix.mean(axis=1) / np.linalg.norm(matrix.mean(axis=1))
    latents = sample_latents(generator, 400, seed=1)
    for found in (
        attribute_direction(generator, "brightness", num_samples=400, seed=1),
        attribute_direction(generator, brightness, num_samples=400, seed=2),
        attribute_direction(generator, latents @ expected, latents=latents),
        attribute_direction(generator, latents @ expected > 0, latents=latents),
    ):
        assert found.vectors[0] @ expected > 0.98
        assert found.names[0] in ("brightness", "attribute")
    model = keras.Sequential([keras.layers.GlobalAveragePooling2D()])
    found = attribute_direction(generator, model, num_samples=400, seed=1)
    assert found.vectors[0] @ expected > 0.98


@pytest.mark.quickest
def test_other_attributes_are_kept(known):
    _, generator = known
    first = np.zeros((64, 1))
    first[:32] = 1.0

    def upper(images):
        return images.reshape(len(images), 64) @ first

    plain = attribute_direction(generator, "brightness", num_samples=99, seed=1)
    kept = attribute_direction(
        generator, "brightness", keep=upper, num_samples=99, seed=1
    )
    changes = []
    for found in (plain, kept):
        images = edit(generator, 4, found, [-1.0, 1.0], seed=1)
        low, high = images[:, 0], images[:, 1]
        changes.append(np.abs(upper(high) - upper(low)).max())
        assert np.all(brightness(high) > brightness(low))
    assert changes[1] < 0.01 * changes[0]
    latents = sample_latents(generator, 99, seed=1)
    values = upper(small.drawn(generator, latents))
    of_array = attribute_direction(
        generator, "brightness", keep=values, latents=latents
    )
    assert of_array.vectors[0] @ kept.vectors[0] > 0.99
    with pytest.raises(ValueError, match="where `keep` is an array"):
        attribute_direction(generator, "brightness", keep=values)
    with pytest.raises(ValueError, match=r"`keep` must be finite.*\(99, 1\)"):
        attribute_direction(
            generator, "brightness", keep=values[:9], latents=latents
        )
    with pytest.raises(ValueError, match=r"points of shape \(count, size\)"):
        attribute_direction(generator, values[:, 0], latents=99)
    with pytest.raises(ValueError, match="must leave something"):
        attribute_direction(
            generator, "brightness", keep="brightness", num_samples=99, seed=1
        )


@pytest.mark.quickest
def test_edits_are_steps_along_a_direction():
    generator = small.smooth()
    latents = sample_latents(generator, 2, seed=1)
    direction = factorize(generator)[1]
    images = edit(generator, latents, direction, [-2.0, 0.0, 1.0])
    assert images.shape == (2, 3, 8, 8, 1)
    moved = latents - 2.0 * direction.vectors
    np.testing.assert_allclose(
        images[:, 0], small.drawn(generator, moved), atol=1e-5
    )
    np.testing.assert_allclose(
        images[:, 1], small.drawn(generator, latents), atol=1e-5
    )
    # Two directions, two latents, three strengths.
    picture = grid(
        generator, latents, factorize(generator)[:2], [-2, 0, 1], scale=1
    )
    assert picture.shape == (4 * 10 + 2, 3 * 10 + 2, 1)
    shown = keras_gan.images.to_uint8(images[1, 2])
    np.testing.assert_array_equal(picture[32:40, 22:30], shown)


@pytest.mark.quickest
def test_edits_of_some_layers():
    generator = small.styled()
    direction = factorize(generator)[0]
    w = sample_latents(generator, 2, seed=1)
    plain = edit(generator, w, direction, [2.0])
    by_layer = w[:, None].repeat(small.NUM_STYLES, axis=1)
    step = 2.0 * direction.deviations[0] * direction.vectors[0]
    np.testing.assert_allclose(
        edit(generator, by_layer + step, direction, [0.0]), plain, atol=1e-5
    )
    by_layer[:, 1:] += step
    for chosen in (slice(1, None), [1, 2]):
        np.testing.assert_allclose(
            edit(generator, w, direction, [2.0], layers=chosen),
            edit(generator, by_layer, direction, [0.0]),
            atol=1e-5,
        )
    with pytest.raises(ValueError, match="numbers from 0 to 2"):
        edit(generator, w, direction, layers=[3])
    for nothing in ([], slice(20, 30)):
        with pytest.raises(ValueError, match="at least one style, numbers"):
            edit(generator, w, direction, layers=nothing)
    of_z = factorize(small.smooth())[0]
    with pytest.raises(ValueError, match="`layers` needs a direction in w"):
        edit(small.smooth(), 1, of_z, layers=[0])


@pytest.mark.quickest
def test_noise_of_other_images_is_refused():
    generator = small.styled()
    direction = factorize(generator)[0]
    two = [np.zeros((2, 8, 8, 1), "float32")] * 3
    assert edit(generator, 2, direction, [0.0], noise=two, seed=1).shape[0] == 2
    for noise in ([], two[:2], [one[:, :4] for one in two], two):
        with pytest.raises(ValueError, match="one array for each noise layer"):
            edit(generator, 3, direction, [0.0], noise=noise)


@pytest.mark.quickest
def test_classes_stay_what_they_are():
    generator = small.conditional()
    source = open_generator(generator, num_classes=3)
    direction = attribute_direction(
        source, "brightness", num_samples=99, seed=1
    )
    images = edit(source, 3, direction, [0.0, 2.0], labels=[0, 1, 2], seed=1)
    latents = sample_latents(source, 3, labels=0, seed=1)
    expected = small.drawn(generator, latents, [0, 1, 2])
    np.testing.assert_allclose(images[:, 0], expected, atol=1e-5)
    assert np.all(brightness(images[:, 1]) > brightness(images[:, 0]))
    assert len(factorize(source)) == small.LATENT_DIM
    assert len(principal_directions(source, 2, num_samples=99, seed=1)) == 2


def between_classes():
    """Classes far apart along one pixel; latents move others, by 3, 2, 1."""
    latents, labels = keras.Input((3,)), keras.Input((), dtype="int32")
    embedding = keras.layers.Embedding(4, 1, name="classes")
    vector = keras.layers.Concatenate()([latents, embedding(labels)])
    x = keras.layers.Dense(64, use_bias=False, name="first")(vector)
    images = keras.layers.Reshape(small.SHAPE)(x)
    generator = keras.Model([latents, labels], images)
    embedding.embeddings.assign([[-9.0], [-3.0], [3.0], [9.0]])
    generator.get_layer("first").kernel.assign(
        np.diag([3.0, 2, 1, 9]) @ np.eye(4, 64)
    )
    return open_generator(generator, num_classes=4)


@pytest.mark.quickest
def test_principal_directions_leave_out_what_differs_between_classes():
    source = between_classes()
    found = principal_directions(source, 3, num_samples=2000, seed=1)
    assert cosines(found, np.eye(3)).min() > 0.99
    # In w, where classes are points far from each other.
    generator = small.styled(num_classes=3)
    embedding = next(
        layer
        for layer in generator.get_layer("mapping").layers
        if isinstance(layer, keras.layers.Embedding)
    )
    embedding.embeddings.assign([[-3.0, 0.0], [0.0, 3.0], [3.0, -3.0]])
    source = open_generator(generator, num_classes=3)
    found = principal_directions(source, 2, num_samples=3000, seed=1)
    # What `StyleSpace` says of styles of one class.
    np.testing.assert_allclose(
        found.deviations, open_space(source).deviations(found.vectors), rtol=0.1
    )
    with pytest.raises(ValueError, match="integer of at least 5"):
        principal_directions(source, 2, num_samples=4)


@pytest.mark.once
def test_attributes_that_only_classes_have():
    source = open_generator(small.conditional(), num_classes=3)
    labels = np.arange(60) % 3
    latents = sample_latents(source, 60, labels=labels, seed=1)
    for attribute in (labels, labels == 1, 0.1 * labels):
        with pytest.raises(ValueError, match="also those of one class"):
            attribute_direction(
                source, attribute, latents=latents, labels=labels
            )

    # Of what is kept, too: the first of two numbers says nothing.
    def kept(images):
        return np.stack([labels, brightness(images)], axis=1)

    found, expected = (
        attribute_direction(
            source, latents[:, 0], latents=latents, labels=labels, keep=one
        )
        for one in (kept, "brightness")
    )
    np.testing.assert_allclose(found.vectors, expected.vectors, atol=1e-6)


@pytest.mark.once
def test_a_vector_of_length_zero_is_no_direction():
    space = open_space(small.smooth())
    vectors = np.eye(2, 4)
    for value in (0.0, np.nan, np.inf):
        vectors[1] = value
        with pytest.raises(ValueError, match="other than 0. Received: 'b'"):
            Directions.found_in(space, vectors, ("a", "b"))
    # Nor are there principal directions of what never changes.
    generator = small.linear(np.zeros((4, 64)))
    with pytest.raises(ValueError, match="64 numbers that do not depend"):
        principal_directions(generator, 1, num_samples=20, seed=1)


@pytest.mark.quickest
def test_a_picture_of_many_directions_opens_the_space_once(monkeypatch):
    generator = small.smooth()
    found = factorize(generator)
    opened = []
    compiled = backend.compiled

    def counted(function):
        opened.append(function)
        return compiled(function)

    monkeypatch.setattr(backend, "compiled", counted)
    picture = grid(generator, 1, found, [-1, 1], seed=1, scale=1)
    assert len(opened) == 1
    latents = sample_latents(generator, 1, seed=1)
    images = edit(generator, latents, found[3], [-1, 1])
    shown = keras_gan.images.to_uint8(images[0, 1])
    np.testing.assert_array_equal(picture[32:40, 12:20], shown)


@pytest.mark.quickest
def test_a_gan_is_steered_by_its_average(in_folder):
    pair = keras_gan.networks.mlp((8, 8, 1), latent_dim=4, hidden=(8,), seed=1)
    gan = keras_gan.GAN(*pair, seed=1)
    pair[0].set_weights([0.0 * w for w in pair[0].get_weights()])
    directions = factorize(gan)
    assert np.ptp(edit(gan, 2, directions[0], seed=1)) > 0.01
    gan.save("gan.keras")
    directions.save("directions.npz")
    loaded = Directions.load("directions.npz")
    images = edit("gan.keras", 2, loaded[0], seed=1)
    np.testing.assert_allclose(
        images, edit(gan, 2, directions[0], seed=1), atol=1e-6
    )


@pytest.mark.quickest
def test_a_direction_of_another_generator():
    generator = small.smooth()
    direction = factorize(generator)[0]
    for other in (small.smooth(seed=2), small.linear(np.ones((5, 64)))):
        with pytest.raises(ValueError, match="must be of this generator"):
            edit(other, 1, direction)
    edit(small.smooth(), 1, direction)  # The same weights, in a new model.
    with pytest.raises(ValueError, match='must be "z" for a generator without'):
        edit(generator, 1, factorize(small.styled())[0])
    weights = generator.get_weights()
    generator.set_weights([w + 1e-3 for w in weights])
    with pytest.raises(ValueError, match="another state of its training"):
        grid(generator, 1, direction)


@pytest.mark.once
def test_files_of_directions(in_folder):
    found = factorize(small.smooth())
    assert [one.names for one in found] == [
        (f"factorize {number}",) for number in range(1, 5)
    ]
    found[1:3].save("x.npz")
    loaded = Directions.load("x.npz")
    assert loaded.names == ("factorize 2", "factorize 3")
    np.testing.assert_array_equal(loaded.vectors, found.vectors[1:3])
    assert loaded["factorize 3"].names == found[-2].names
    assert loaded.generator == found.generator
    with pytest.raises(KeyError):
        loaded["factorize 1"]
    with pytest.raises(IndexError):
        loaded[2]
    with pytest.raises(ValueError, match="must end in .npz"):
        found.save("x.json")
    np.savez("other.npz", images=np.zeros(3))
    with pytest.raises(ValueError, match="must hold vectors, deviations"):
        Directions.load("other.npz")
    with np.load("x.npz") as arrays:
        parts = dict(arrays)
    for name, value in (
        ("vectors", np.ones((3, 4))),
        ("vectors", np.full((2, 4), np.nan)),
        ("names", np.array("x")),
        ("deviations", np.array(["a", "b"])),
    ):
        np.savez("broken.npz", **parts | {name: value})
        with pytest.raises(ValueError, match="one name and one deviation"):
            Directions.load("broken.npz")


@pytest.mark.once
def test_what_is_no_direction():
    generator = small.smooth()
    found = factorize(generator)
    with pytest.raises(ValueError, match="must be one. Received: 4"):
        edit(generator, 1, found)
    for strengths in ([], [np.nan], "3", 3.0):
        with pytest.raises(ValueError, match="one or more finite numbers"):
            edit(generator, 1, found[0], strengths)
    with pytest.raises(ValueError, match="must vary over at least 10"):
        attribute_direction(generator, lambda x: np.zeros(len(x)))
    with pytest.raises(ValueError, match="`latents` must be given"):
        attribute_direction(generator, np.zeros(10))
    with pytest.raises(ValueError, match="`attribute` must be finite numbers"):
        attribute_direction(generator, lambda x: x, num_samples=20)
    with pytest.raises(ValueError, match="must be one of 'brightness'"):
        attribute_direction(generator, "age")
    with pytest.raises(ValueError, match="`layer` must be None in w"):
        principal_directions(small.styled(), layer="affine_1")
    latents = keras.Input((4,))
    images = keras.layers.Reshape((2, 2, 1))(latents)
    plain = keras.Model(latents, keras.layers.UpSampling2D(4)(images))
    with pytest.raises(ValueError, match="where no kernel takes them"):
        factorize(plain)
    with pytest.raises(ValueError, match="`layer` must be given"):
        principal_directions(plain, 2, num_samples=20)


@pytest.mark.once
def test_measures_of_strokes():
    images = np.full((3, 28, 28, 1), -1.0)
    for number, width in enumerate((2, 4, 6)):
        images[number, 4:24, 10 : 10 + width] = 1.0
    found = thickness(images)
    np.testing.assert_allclose(found, [2, 4, 6], rtol=0.35)
    assert np.all(np.diff(found) > 1.0)
    np.testing.assert_allclose(slant(images), 0.0, atol=1e-6)
    np.testing.assert_allclose(brightness(images[:1]), 80 / 784 - 1, rtol=0.1)
    rows = np.arange(20)
    leaning = np.full((1, 28, 28, 1), -1.0)
    leaning[0, 4 + rows, 20 - rows // 2] = 1.0  # To the right at the top.
    assert slant(leaning)[0] == pytest.approx(0.5, abs=0.02)
    # Blacker than black is black.
    assert slant(1.2 * leaning)[0] == pytest.approx(0.5, abs=0.02)
    np.testing.assert_allclose(thickness(1.2 * images), thickness(images))
    assert slant(leaning[:, :, ::-1])[0] == pytest.approx(-0.5, abs=0.02)
