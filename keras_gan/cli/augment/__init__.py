"""`keras-gan augment`: adds generated images to the classes of a data set."""

from keras_gan.cli.augment.command import (
    DESCRIPTION,
    SUMMARY,
    add_arguments,
    run,
)

__all__ = ["DESCRIPTION", "SUMMARY", "add_arguments", "run"]
