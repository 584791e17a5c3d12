"""Networks for `SemiSupervisedGAN`: a generator, and a classifier."""

from collections.abc import Sequence
from typing import Any

import keras

from keras_gan.networks.dcgan import dcgan_generator
from keras_gan.networks.initialization import DISCRIMINATOR_STREAM, Initializers
from keras_gan.networks.inputs_and_heads import LATENT_DIM
from keras_gan.networks.recipe import Recipe
from keras_gan.networks.spatial import spatial_plan, strides_between
from keras_gan.networks.validation import checked_image_shape, checked_integer
from keras_gan.utils.arguments import number_in

_SLOPE = 0.2
_LARGEST_FACTOR = 4


def semi_supervised_classifier(
    image_shape: Sequence[int],
    num_classes: int,
    *,
    width: int = 32,
    dropout: float = 0.3,
    noise: float = 0.15,
    seed: int | None = None,
) -> keras.Model:
    """Builds a classifier that also returns its features.

    Pairs of convolutions (3x3, LeakyReLU) halve the image down to 4 to 7 pixels
    per side while the channels double from `width`; another one of each size
    follows. The features are the means over all positions, and the class logits
    are linear in them. Noise is added to the images, and dropout follows each
    pair, so that the classifier cannot learn the labeled images by heart. There
    is no batch normalization, which would tell real batches from generated.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        num_classes: Number of classes, at least 2.
        width: Channels at the size of the image.
        dropout: Share of the values that dropout removes, in [0, 1).
        noise: Standard deviation of the noise, 0 or more; images have [-1, 1].
        seed: Integer that determines the initial weights and draws, or None.

    Returns:
        A `keras.Model`: images -> `[class_logits, features]`, float32 of shape
        `(batch, num_classes)` and of shape `(batch, n)`.

    Raises:
        ValueError, TypeError: If an argument is out of its range.

    Example:

    >>> classifier = semi_supervised_classifier((8, 8, 1), 3, width=2)
    >>> classifier.output_shape
    [(None, 3), (None, 4)]

    Reference:
        Salimans et al., "Improved Techniques for Training GANs", arXiv
        1606.03498.
    """
    shape = checked_image_shape(image_shape)
    num_classes = checked_integer("num_classes", num_classes, minimum=2)
    width = checked_integer("width", width, minimum=1)
    number_in("dropout", dropout, "[0, 1)")
    number_in("noise", noise, "[0, inf)")
    initializers = Initializers(seed, stream=DISCRIMINATOR_STREAM)
    images = keras.Input(shape, name="images")
    x = keras.layers.GaussianNoise(noise, seed=initializers.next_seed())(images)
    plan = spatial_plan(*shape[:2])[::-1]
    for stage, (fine, coarse) in enumerate(zip(plan, plan[1:], strict=False)):
        filters = width * min(2**stage, _LARGEST_FACTOR)
        x = _convolution(x, filters, (1, 1), initializers)
        x = _convolution(
            x, filters, strides_between(fine, coarse), initializers
        )
        x = keras.layers.Dropout(dropout, seed=initializers.next_seed())(x)
    filters = width * min(2 ** (len(plan) - 1), _LARGEST_FACTOR)
    x = _convolution(x, filters, (1, 1), initializers)
    x = _convolution(x, filters, (1, 1), initializers, kernel_size=1)
    features = keras.layers.GlobalAveragePooling2D(
        dtype="float32", name="features"
    )(x)
    class_logits = keras.layers.Dense(
        num_classes,
        kernel_initializer=initializers.glorot_uniform(),
        dtype="float32",
        name="class_logits",
    )(features)
    return keras.Model(images, [class_logits, features], name="classifier")


def semi_supervised(
    image_shape: Sequence[int],
    num_classes: int,
    *,
    latent_dim: int = LATENT_DIM,
    width: int = 32,
    dropout: float = 0.3,
    noise: float = 0.15,
    seed: int | None = None,
) -> tuple[keras.Model, keras.Model]:
    """Builds a generator and a classifier for `SemiSupervisedGAN`.

    The generator is `dcgan_generator`, with batch normalization, and does not
    take labels. `networks.recipe("semi_supervised", image_shape)` is what they
    are trained with.

    Args:
        image_shape: `(height, width, channels)`, of any size, square or not.
        num_classes: Number of classes, at least 2.
        latent_dim: Length of the latent vectors.
        width: Channels of both networks at the size of the image.
        dropout: As for `semi_supervised_classifier`.
        noise: The same.
        seed: Integer that determines the initial weights, or None.

    Returns:
        `(generator, classifier)`, for `SemiSupervisedGAN`.

    Raises:
        ValueError, TypeError: If an argument is out of its range.

    Example:

    >>> generator, classifier = semi_supervised((8, 8, 1), 3, width=2)
    >>> generator.output_shape == classifier.input_shape
    True
    """
    generator = dcgan_generator(
        image_shape, latent_dim=latent_dim, width=width, seed=seed
    )
    classifier = semi_supervised_classifier(
        image_shape,
        num_classes,
        width=width,
        dropout=dropout,
        noise=noise,
        seed=seed,
    )
    return generator, classifier


def semi_supervised_recipe(image_shape: tuple[int, ...]) -> Recipe:
    """The settings of the paper, with a higher learning rate."""
    return Recipe(
        loss="non_saturating",
        penalties=(),
        generator_rate=1e-3,
        discriminator_rate=1e-3,
        beta_1=0.5,
        beta_2=0.999,
        batch_size=128,
    )


def with_features(classifier: Any) -> keras.Model:
    """Gives a classifier a second output: the input of its last layer.

    `SemiSupervisedGAN` trains such models: feature matching compares these
    features of real and of generated images.

    Args:
        classifier: Functional or sequential model, images -> class logits
            `(batch, num_classes)`, whose last layer is `keras.layers.Dense`
            without activation.

    Returns:
        A `keras.Model`, images -> `[class_logits, features]`, which shares all
        layers with the classifier.

    Raises:
        ValueError: If the classifier has another form.

    Example:

    >>> layers = [keras.Input((4, 4, 1)), keras.layers.Flatten()]
    >>> model = keras.Sequential([*layers, keras.layers.Dense(3)])
    >>> with_features(model).output_shape
    [(None, 3), (None, 16)]
    """
    layers = getattr(classifier, "operations", None) or classifier.layers
    last = list(layers)[-1]
    if not isinstance(last, keras.layers.Dense) or (
        last.activation is not keras.activations.linear
    ):
        raise ValueError(
            "`classifier` must be a functional or sequential model that ends "
            f"in `keras.layers.Dense` without activation. Received: {last!r} "
            "as its last layer. Remove a softmax, or give your own model both "
            "outputs, `[class_logits, features]`."
        )
    outputs = [classifier.outputs[0], last.input]
    return keras.Model(classifier.inputs[0], outputs, name=classifier.name)


def _convolution(
    x: Any,
    filters: int,
    strides: tuple[int, int],
    initializers: Initializers,
    kernel_size: int = 3,
) -> Any:
    x = keras.layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding="same",
        kernel_initializer=initializers.he_normal(),
    )(x)
    return keras.layers.LeakyReLU(negative_slope=_SLOPE)(x)
