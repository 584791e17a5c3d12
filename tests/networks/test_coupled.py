"""Networks of two domains: which layers they share."""

import keras
import numpy as np
import pytest
from keras import ops
from portable import corners, quick

from keras_gan import networks

SHAPE = (8, 8, 1)


def coupled(shape=SHAPE, second=None, **options):
    options = {"latent_dim": 3, "width": 4, "seed": 1, **options}
    return networks.coupled(shape, second, **options)


def trained_layers(model):
    return [layer for layer in model.layers if layer.weights]


def common(first, second):
    """The layers of one model that the other contains too."""
    ours = {id(layer) for layer in second.layers}
    return [one for one in trained_layers(first) if id(one) in ours]


@pytest.mark.quickest
def test_all_of_a_generator_is_shared_but_its_last_layer():
    (first, second), _ = coupled()
    assert common(first, second) == trained_layers(first)[:-1]
    assert common(second, first) == trained_layers(second)[:-1]
    last = trained_layers(first)[-1]
    assert tuple(last.output.shape) == (None, *SHAPE)
    assert last.strides == (1, 1)
    assert len(trained_layers(first)) == 4


@pytest.mark.quickest
def test_all_of_a_discriminator_is_shared_but_its_first_layer():
    _, (first, second) = coupled()
    assert common(first, second) == trained_layers(first)[1:]
    assert common(second, first) == trained_layers(second)[1:]
    own = trained_layers(first)[0]
    assert own.input.shape == first.inputs[0].shape
    assert own.strides == (1, 1)
    assert len(trained_layers(first)) == 4


@pytest.mark.quickest
@pytest.mark.parametrize("size", [1, 5])
def test_size_of_the_kernels_of_a_domain(size):
    for pair, place in zip(
        coupled(domain_kernel_size=size), (-1, 0), strict=True
    ):
        for model in pair:
            kernels = [one.kernel for one in trained_layers(model)]
            sizes = [kernel.shape[:2] for kernel in kernels if kernel.ndim == 4]
            assert tuple(sizes.pop(place)) == (size, size)
            assert {tuple(one) for one in sizes} == {(5, 5)}


@pytest.mark.quickest
def test_nothing_is_shared_on_request():
    shared, apart = coupled(), coupled(shared=False)
    for one, other in zip(shared, apart, strict=True):
        assert common(*one) and not common(*other)
        # All else is the same.
        for a, b in zip(one, other, strict=True):
            assert [w.shape for w in a.weights] == [w.shape for w in b.weights]
    # Two generators that differ, or pairs would match at first.
    first, second = apart[0]
    latents = np.ones((2, 3), "float32")
    images = [ops.convert_to_numpy(one(latents)) for one in (first, second)]
    assert np.abs(images[0] - images[1]).max() > 1e-3


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("shape", "second"),
    [
        ((8, 8, 3), (8, 8, 1)),
        ((7, 9, 1), (7, 9, 2)),
        ((3, 20, 2), None),
        ((1, 1, 1), None),
    ],
)
def test_shapes(shape, second):
    generators, discriminators = coupled(shape, second, width=2)
    latents = np.random.default_rng(0).normal(size=(2, 3)).astype("float32")
    for generator, discriminator, wanted in zip(
        generators, discriminators, (shape, second or shape), strict=True
    ):
        images = ops.convert_to_numpy(quick(generator)(50 * latents))
        assert images.shape == (2, *wanted)
        assert np.abs(images).max() <= 1
        assert tuple(quick(discriminator)(images).shape) == (2, 1)
    assert len(common(*generators)) == len(trained_layers(generators[0])) - 1


@pytest.mark.quickest
def test_seed_is_all_that_the_weights_depend_on():
    def weights(seed):
        pairs = coupled(seed=seed)
        models = [model for pair in pairs for model in pair]
        return [w for model in models for w in model.get_weights()]

    for one, same, other in zip(*map(weights, (1, 1, 2)), strict=True):
        np.testing.assert_array_equal(one, same)
        # Biases start from 0.
        assert not one.any() or np.any(one != other)


@pytest.mark.quickest
def test_layers_of_their_own_start_apart():
    for pair, place in zip(coupled(), (-1, 0), strict=True):
        kernels = [trained_layers(model)[place].get_weights()[0]
                   for model in pair]  # fmt: skip
        assert np.any(kernels[0] != kernels[1])


@pytest.mark.parametrize("policy", corners(["mixed_bfloat16", "mixed_float16"]))
def test_images_and_logits_are_float32(policy):
    keras.config.set_dtype_policy(policy)
    for model in (one for pair in coupled() for one in pair):
        assert model.compute_dtype == policy.removeprefix("mixed_")
        assert model.outputs[0].dtype == "float32"


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        (((8, 8, 1), (8, 9, 1)), {}, ValueError, "Resize the images of one"),
        (((8, 8, 1), (8, 8)), {}, ValueError, "Add a channel axis"),
        (((8, 8, 1), 8), {}, TypeError, "must be a tuple of integers"),
        (((8, 8),), {}, ValueError, "Add a channel axis"),
        ((SHAPE,), {"width": 0}, ValueError, "`width` must be at least 1"),
        ((SHAPE,), {"width": 2.5}, TypeError, "`width` must be an integer"),
        ((SHAPE,), {"latent_dim": 0}, ValueError, "`latent_dim`"),
        ((SHAPE,), {"kernel_size": 0}, ValueError, "`kernel_size`"),
        ((SHAPE,), {"domain_kernel_size": 0}, ValueError, "`domain_kernel"),
    ],
)
def test_bad_arguments(arguments, options, error, message):
    with pytest.raises(error, match=message):
        networks.coupled(*arguments, **options)
