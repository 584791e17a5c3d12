"""`get`: filters by name."""

from typing import Any

import keras

from keras_gan.sampling.classifier_agreement import ClassifierAgreement
from keras_gan.sampling.discriminator_rejection_sampling import (
    DiscriminatorRejectionSampling,
)
from keras_gan.sampling.discriminator_threshold import DiscriminatorThreshold
from keras_gan.sampling.sample_filter import SampleFilter
from keras_gan.utils.arguments import is_number

_BY_NAME: dict[str, type[SampleFilter]] = {
    "threshold": DiscriminatorThreshold,
    "rejection": DiscriminatorRejectionSampling,
}


def get(identifier: Any) -> SampleFilter | None:
    """Returns the filter that `identifier` refers to.

    Args:
        identifier: `None` for no filter; a `SampleFilter`, which is returned
            unchanged; `"threshold"` or `"rejection"`, with default arguments;
            a number, the threshold of a `DiscriminatorThreshold`; a
            `keras.Model`, the classifier of a `ClassifierAgreement`; or the
            config of a filter from `keras.saving.serialize_keras_object`.

    Returns:
        A `SampleFilter`, or `None`.

    Raises:
        ValueError: If `identifier` is none of these.

    Example:

    >>> get("threshold").quantile
    0.5
    >>> get(-1.5).threshold
    -1.5
    """
    if identifier is None or isinstance(identifier, SampleFilter):
        return identifier
    if isinstance(identifier, str) and identifier in _BY_NAME:
        return _BY_NAME[identifier]()
    if isinstance(identifier, dict) and "class_name" in identifier:
        return get(keras.saving.deserialize_keras_object(identifier))
    if is_number(identifier):
        return DiscriminatorThreshold(float(identifier))
    if isinstance(identifier, keras.Model):
        return ClassifierAgreement(identifier)
    raise ValueError(
        "`filter` must be the name of a filter, a `SampleFilter`, a number (a "
        "threshold of logits), a classifier (a `keras.Model`), the config of a "
        f"filter or None. Received: {identifier!r}. The names are: "
        f"{', '.join(_BY_NAME)}."
    )
