import keras
import numpy as np
import pytest
from keras import ops
from portable import array, assert_close, assert_equal, to_numpy

from keras_gan import networks


def layer_names(model):
    return [type(layer).__name__ for layer in model.layers]


def feature_maps(model, layer_type):
    return [
        layer.output.shape[1:]
        for layer in model.layers
        if isinstance(layer, layer_type)
    ]


@pytest.mark.quickest
def test_28_pixels_is_the_network_of_the_tutorial():
    generator, discriminator = networks.dcgan((28, 28, 1))
    assert feature_maps(generator, keras.layers.Reshape) == [(7, 7, 256)]
    assert feature_maps(generator, keras.layers.Conv2DTranspose) == [
        (7, 7, 128),
        (14, 14, 64),
        (28, 28, 1),
    ]
    assert feature_maps(discriminator, keras.layers.Conv2D) == [
        (14, 14, 64),
        (7, 7, 128),
    ]


@pytest.mark.quickest
@pytest.mark.parametrize(("size", "odd"), [(4, 3), (5, 5)])
def test_even_kernels_are_odd_along_an_axis_that_keeps_its_size(size, odd):
    generator = networks.dcgan_generator((16, 5, 1), width=2, kernel_size=size)
    discriminator = networks.dcgan_discriminator(
        (16, 5, 1), width=2, kernel_size=size
    )
    for model, first in ((generator, (odd, odd)), (discriminator, (size, odd))):
        kernels = [
            layer.kernel_size
            for layer in model.layers
            if hasattr(layer, "kernel_size")
        ]
        assert kernels == [first, *[(size, odd)] * (len(kernels) - 1)]


@pytest.mark.quickest
def test_widths_stop_at_eight_times():
    discriminator = networks.dcgan_discriminator((256, 256, 1), width=2)
    widths = [
        shape[-1] for shape in feature_maps(discriminator, keras.layers.Conv2D)
    ]
    assert widths == [2, 4, 8, 16, 16, 16]


@pytest.mark.quickest
def test_small_images_still_have_two_layers():
    discriminator = networks.dcgan_discriminator((4, 4, 1), width=2)
    assert feature_maps(discriminator, keras.layers.Conv2D) == [
        (4, 4, 2),
        (4, 4, 4),
    ]


@pytest.mark.quickest
def test_images_are_in_range():
    generator = networks.dcgan_generator((8, 8, 1), latent_dim=3, width=2)
    images = ops.convert_to_numpy(generator(100 * np.ones((2, 3))))
    assert np.abs(images).max() <= 1


@pytest.mark.quickest
def test_only_the_generator_normalizes_by_default():
    generator, discriminator = networks.dcgan((28, 28, 1), width=2)
    assert layer_names(generator).count("BatchNormalization") == 3
    assert "BatchNormalization" not in layer_names(discriminator)
    assert "GroupNormalization" not in layer_names(discriminator)


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("normalization", "name"),
    [("batch", "BatchNormalization"), ("layer", "GroupNormalization")],
)
def test_discriminator_normalizes_on_request(normalization, name):
    discriminator = networks.dcgan_discriminator(
        (28, 28, 1), width=2, normalization=normalization
    )
    assert layer_names(discriminator).count(name) == 1


@pytest.mark.quickest
def test_layer_normalization_scores_each_image_by_itself():
    discriminator = networks.dcgan_discriminator(
        (16, 16, 1), width=2, normalization="layer"
    )
    images = np.random.default_rng(0).uniform(-1, 1, (4, 16, 16, 1))
    together = discriminator(images, training=True)
    alone = discriminator(images[:1], training=True)
    assert_close(together[:1], alone, rtol=1e-4, atol=1e-6)


def test_dropout_acts_in_training_only():
    discriminator = networks.dcgan_discriminator(
        (8, 8, 1), width=4, dropout=0.5, seed=0
    )
    images = np.ones((1, 8, 8, 1))
    still = [discriminator(images, training=False) for _ in range(2)]
    moving = [discriminator(images, training=True) for _ in range(2)]
    assert_equal(*still)
    assert not np.array_equal(*to_numpy(moving))


@pytest.mark.quickest
def test_minibatch_std_dev_sees_the_batch():
    discriminator = networks.dcgan_discriminator(
        (8, 8, 1), width=4, minibatch_std_dev=True, seed=0
    )
    images = np.random.default_rng(0).uniform(-1, 1, (4, 8, 8, 1))
    repeated = np.repeat(images[:1], 4, axis=0)
    varied = array(discriminator(images))[0, 0]
    collapsed = array(discriminator(repeated))[0, 0]
    assert abs(varied - collapsed) > 1e-4


@pytest.mark.quickest
def test_generator_normalizes_by_class_on_request():
    generator = networks.dcgan_generator(
        (28, 28, 1), width=2, num_classes=3, normalization="conditional_batch"
    )
    names = layer_names(generator)
    assert names.count("ConditionalBatchNormalization") == 3
    assert "BatchNormalization" not in names
    # What the embedding of the label does is taken out.
    generator.get_layer("label_embedding").embeddings.assign(np.zeros((3, 64)))
    layer = next(x for x in generator.layers[::-1] if hasattr(x, "offset"))
    same = [np.zeros((3, 64)), np.arange(3)]
    assert np.ptp(ops.convert_to_numpy(generator(same)), axis=0).max() == 0
    layer.offset.assign(np.arange(3)[:, None] * np.ones((3, 2)))
    assert np.ptp(ops.convert_to_numpy(generator(same)), axis=0).max() > 1e-3


@pytest.mark.quickest
def test_generator_without_classes_has_no_normalization_by_class():
    with pytest.raises(ValueError, match="needs classes.*num_classes=None"):
        networks.dcgan_generator(
            (8, 8, 1), width=2, normalization="conditional_batch"
        )


@pytest.mark.quickest
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"normalization": "instance"}, "None, 'batch', 'layer'.*'instance'"),
        ({"normalization": "conditional_batch"}, "'batch', 'layer'"),
        ({"dropout": 1.0}, r"`dropout` must be in \[0, 1\).*dropout=1.0"),
        ({"kernel_size": 0}, "`kernel_size`"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        networks.dcgan_discriminator((8, 8, 1), **options)
