"""Pairs of a source and a target image: data, and their augmentation."""

import keras
import numpy as np
from keras import ops

from keras_gan.models import augmenter_checks, data_checks
from keras_gan.models import augmenter_layers as augmenters
from keras_gan.models import augmenter_probe as probe
from keras_gan.models import batch as batches
from keras_gan.utils.tensors import shapes_agree

# Argument of the messages about the shape of images.
_OF = {"sources": "the generator's inputs", "targets": "generated images"}


def of_data(data) -> tuple:
    """Returns sources and targets in the data that `fit` passes on.

    Args:
        data: Tuple `(sources, targets)`, alone or as its only element.

    Raises:
        ValueError: If there are no targets, or more than two parts.
    """
    given = [
        part
        for part in keras.utils.unpack_x_y_sample_weight(data)
        if part is not None
    ]
    if len(given) == 1 and isinstance(given[0], list | tuple):
        given = list(given[0])
    if len(given) != 2:
        raise ValueError(
            "The data must be pairs of a source and a target image. Received: "
            f"data with {len(given)} part(s). Call `fit(sources, targets)`, or "
            "use a data set of such tuples, which `keras_gan.datasets.pairs` "
            "creates."
        )
    return tuple(given)


def unpack(data, shapes) -> batches.Batch:
    """Returns a batch of pairs.

    Args:
        data: As in `of_data`.
        shapes: Shapes of one source and of one target.

    Raises:
        ValueError: If images have another shape.
    """
    parts = {
        role: batches.unpack(images, shape, None, _OF[role])
        for role, images, shape in zip(_OF, of_data(data), shapes, strict=True)
    }
    return batches.Batch(
        tuple(part.images for part in parts.values()),
        out_of_range={
            role: part.out_of_range["images"] for role, part in parts.items()
        },
    )


def check_arrays(data, shapes) -> None:
    """Checks all pairs of data in memory.

    Args:
        data: As in `of_data`; data sets are not checked.
        shapes: Shapes of one source and of one target.

    Raises:
        ValueError: If the number, shape, type or range of images is wrong.
    """
    if not data_checks.in_memory(data[0]):
        return
    images = of_data(data)
    counts = [len(part) for part in images]
    if counts[0] != counts[1]:
        raise ValueError(
            "Each source must have one target, at the same index. Received: "
            f"{counts[0]} sources and {counts[1]} targets. Remove those "
            "without a partner; `keras_gan.datasets.pairs` matches files by "
            "name."
        )
    for role, part, shape in zip(_OF, images, shapes, strict=True):
        data_checks.check_arrays(part, None, shape, None, _OF[role])


def out_of_range(role: str) -> str:
    """The error message for sources or targets out of range."""
    return data_checks.out_of_range(f"{role} with values beyond that range")


def check_sizes(source, target, fake) -> None:
    """Raises an error if a target has another shape than what is generated.

    Args:
        source: Batch of sources.
        target: Batch of targets.
        fake: Images generated from the sources.
    """
    if not shapes_agree(tuple(target.shape), tuple(fake.shape)):
        shapes = [tuple(one.shape[1:]) for one in (target, source, fake)]
        raise ValueError(
            "Targets must have the shape of the images that the generator "
            f"returns. Received: targets of shape {shapes[0]}, while for "
            f"sources of shape {shapes[1]} it returns {shapes[2]}. Resize the "
            "images of each pair to matching sizes."
        )


# Augmentation ----------------------------------------------------------------


def augmented(augmenter, seed, source, images) -> tuple:
    """Applies the same random transformation to sources and to images.

    A conditional discriminator judges whether both belong together, and they
    would not if only one of them were moved.

    Args:
        augmenter: Keras layer, images -> images.
        seed: `keras.random.SeedGenerator` to draw from.
        source: Float tensor `(batch, height, width, channels)`.
        images: Float tensor of the same height and width.

    Returns:
        The augmented sources and images.
    """
    pair = keras.random.randint((2,), 0, 2**31 - 1, dtype="int32", seed=seed)
    return tuple(
        augmenters.augment(augmenter, one, pair) for one in (source, images)
    )


def check_augmenter(augmenter, shapes) -> None:
    """Checks that a layer can apply one transformation to a source and target.

    Args:
        augmenter: Keras layer or None.
        shapes: Shapes of one source and of one target.

    Raises:
        ValueError: If it cannot.
    """
    if augmenter is None:
        return
    augmenter_checks.check_kind(augmenter)
    source, target = shapes
    if source[:-1] != target[:-1]:
        raise ValueError(
            "`augmenter` must transform source and target in the same way for "
            "a discriminator that sees both, so they must have the same size. "
            f"Received: sources of shape {source} and targets of shape "
            f"{target}. Use a discriminator of the target alone, or leave the "
            "augmenter out."
        )
    if all(map(augmenters.is_ours, augmenters.layers_in(augmenter))):
        return
    images = probe.random_images(source)
    with probe.unchanged(augmenter):
        first, second = (
            ops.convert_to_numpy(
                probe.outputs_of(augmenter, images, pair=np.array([1, 2]))
            )
            for _ in range(2)
        )
    if first.shape != images.shape or not np.array_equal(first, second):
        raise ValueError(
            "`augmenter` must draw its random numbers from seed generators of "
            "Keras, so that source and target are transformed in the same "
            f"way. Received: the layer {probe.named(augmenter)}, whose draws "
            "cannot be repeated. Use a layer of `keras_gan.layers`, or a "
            "discriminator of the target alone."
        )
