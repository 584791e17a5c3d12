"""The `keras-gan` command.

It parses options, calls the library and reports; the same can be done in
Python with a few lines.
"""

from keras_gan.cli.command import main

__all__ = ["main"]
