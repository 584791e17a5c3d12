"""A `DAGAN` as a source of new images of the classes of a data set."""

import math

import numpy as np

from keras_gan import datasets, models
from keras_gan.datasets.sources import fit_image
from keras_gan.sampling import GeneratorSource
from keras_gan.utils.memory import check_memory

_BATCH = 256


def source_of_classes(
    dagan: models.DAGAN, source: datasets.Source
) -> GeneratorSource:
    """Makes a source that starts from the images of a data set.

    Args:
        dagan: The model.
        source: The images, with classes.

    Raises:
        ValueError: If they do not fit into memory, or a class has none.
    """
    shape = dagan.image_shape
    check_memory(
        f"{len(source):,} images to start from",
        # As they are read, and as weights.
        2 * 4 * len(source) * math.prod(shape),
        "Augment a part of them, such as the rare classes.",
    )
    batches = datasets.load(
        source, batch_size=_BATCH, labels=False, shuffle=False
    )
    images = [
        fit_image(image, shape, (-1, 1))
        for batch in batches.as_numpy_iterator()
        for image in batch
    ]
    return dagan.class_source(
        np.stack(images), source.labels, num_classes=source.info.num_classes
    )
