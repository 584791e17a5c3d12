"""Tasks: a data pipeline and a compiled model for each.

The networks, the losses and their weights are chosen by the size and the number
of the images; `keras-gan train --task` uses the same.
"""

from keras_gan.tasks.attributes import attributes
from keras_gan.tasks.colorization import colorization
from keras_gan.tasks.dagan import dagan
from keras_gan.tasks.inpainting import inpainting
from keras_gan.tasks.paired import paired
from keras_gan.tasks.semi_supervised import semi_supervised
from keras_gan.tasks.sound import sound
from keras_gan.tasks.super_resolution import super_resolution
from keras_gan.tasks.table import table
from keras_gan.tasks.text import text
from keras_gan.tasks.unpaired import unpaired

__all__ = [
    "attributes",
    "colorization",
    "dagan",
    "inpainting",
    "paired",
    "semi_supervised",
    "sound",
    "super_resolution",
    "table",
    "text",
    "unpaired",
]
