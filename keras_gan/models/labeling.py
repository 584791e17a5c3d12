"""Loss terms of images of which only a part has labels."""

import keras
from keras import ops

from keras_gan import backend
from keras_gan.models import batch as batches
from keras_gan.models import network_checks as checks
from keras_gan.models.auxiliary import warn_softmax
from keras_gan.models.partial_means import TINY
from keras_gan.utils.arguments import choice
from keras_gan.utils.models import input_shapes

UNLABELED = -1


def parts(data) -> tuple:
    """Images and labels in what `fit` passes to a step, and what follows."""
    images, labels, *weights = keras.utils.unpack_x_y_sample_weight(data)
    if isinstance(images, dict):
        images, labels = batches.parts_of(images, labels)
    if labels is None:
        raise ValueError(missing())
    return images, labels, *weights


def missing() -> str:
    """The error message for images without any labels."""
    return (
        "A `SemiSupervisedGAN` needs labels, -1 for images without one. "
        "Received: images alone. Call `fit(images, labels)`, or mix both kinds "
        "with `keras_gan.datasets.semi_supervised`."
    )


# Terms -----------------------------------------------------------------------


def class_losses(class_logits, labels):
    """Cross-entropy of each image, in nats; of any class where it has none."""
    return ops.sparse_categorical_crossentropy(
        ops.maximum(labels, 0), class_logits, from_logits=True
    )


def hits(class_logits, labels):
    """1 for each image that is classified as its label, otherwise 0."""
    predicted = ops.cast(ops.argmax(class_logits, axis=-1), "int32")
    return ops.cast(predicted == labels, "float32")


def differences(class_logits, others):
    """Mean squared difference of the probabilities of two views of each image.

    Args:
        class_logits: Of the view that is trained, `(batch, num_classes)`.
        others: Of the other view, the constant target.
    """
    target = ops.stop_gradient(ops.softmax(others))
    return ops.mean(ops.square(ops.softmax(class_logits) - target), axis=-1)


def risen(weight, step, warmup):
    """The weight of the agreement at a step.

    Args:
        weight: The weight at the end.
        step: Number of the step, a tensor.
        warmup: Number of steps in which it rises, 0 for none.
    """
    if not warmup:
        return weight
    left = 1.0 - ops.minimum(ops.cast(step, "float32") / warmup, 1.0)
    return weight * ops.exp(-5.0 * ops.square(left))


def distance_of_means(real, fake, weights):
    """Squared distance of the mean features of real and generated images.

    Args:
        real: Features of real images, `(batch, ...)`.
        fake: Features of generated images, `(batch, ...)`.
        weights: Weights of the real images, `(batch,)`.
    """
    real = _mean_features(ops.stop_gradient(real), weights)
    fake = _mean_features(fake, ops.ones_like(fake[:, 0], "float32"))
    return ops.sum(ops.square(real - fake))


def _mean_features(features, weights):
    """Weighted mean over the global batch, `(n,)`."""
    total = ops.sum(weights[:, None] * features, axis=0)
    total = backend.replica_mean(total)
    return total / ops.maximum(backend.replica_mean(ops.sum(weights)), TINY)


# The classifier --------------------------------------------------------------


def check_classifier(classifier, image_shape, num_classes) -> None:
    """Raises an error unless a model returns class logits of images."""
    known = input_shapes(classifier)
    if known is None or not hasattr(classifier, "outputs"):
        raise ValueError(
            "`discriminator` must be a functional or sequential model, because "
            "the generator is trained by features inside it. Received: "
            f"{type(classifier).__name__}. Build it with `keras.Model(inputs, "
            "outputs)`."
        )
    images = keras.KerasTensor((None, *image_shape))
    if len(known) == 1:
        checks.check_image_shapes(images, known[0])
    shapes = [tuple(one.shape[1:]) for one in classifier.outputs]
    if len(known) != 1 or shapes != [(num_classes,)]:
        raise ValueError(
            "`discriminator` must be a classifier, images -> class logits "
            f"(batch, {num_classes}). Received: {len(known)} input(s) and "
            f"outputs of shapes {checks.shapes_of(classifier.outputs)}. End it "
            f"with `keras.layers.Dense({num_classes})`."
        )
    warn_softmax(classifier)


def with_features(classifier, layer) -> keras.Model:
    """Returns a classifier with a second output, flat features.

    Args:
        classifier: Functional or sequential model.
        layer: Name of the layer whose output they are. None: the input of the
            last dense layer.

    Returns:
        A `keras.Model`, images -> `[class_logits, features]`, of the same
        layers.

    Raises:
        ValueError: If there is no such layer.
    """
    if layer is None:
        inner = _last_dense(classifier)
    else:
        names = [one.name for one in classifier.layers]
        inner = classifier.get_layer(choice("feature_layer", layer, names))
    try:
        features = inner.input if layer is None else inner.output
        flat = keras.layers.Flatten()(features)
        return keras.Model(classifier.inputs[0], [classifier.outputs[0], flat])
    except (AttributeError, ValueError) as error:
        raise ValueError(
            "`feature_layer` must be called once, by the discriminator itself. "
            f"Received: {inner.name!r}, a {type(inner).__name__}: {error}. "
            "Name another layer."
        ) from error


def _last_dense(classifier) -> keras.layers.Layer:
    # In a wrapper, such as spectral normalization, the wrapped layer is it.
    dense = [
        one
        for one in classifier.layers
        if isinstance(getattr(one, "layer", one), keras.layers.Dense)
    ]
    if not dense:
        raise ValueError(
            "`feature_layer` must name a layer of a classifier without a "
            "`keras.layers.Dense`. Received: None. Pass one of "
            f"{[one.name for one in classifier.layers]}."
        )
    return dense[-1]
