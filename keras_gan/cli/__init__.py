"""The `keras-gan` command.

It chooses, checks and reports; whatever it does can be done in Python with
the same few lines.
"""

from keras_gan.cli.command import main

__all__ = ["main"]
