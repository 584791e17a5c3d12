"""Datasets of images from names, folders, zip and npz files and arrays.

`synthetic` makes one from a GAN; `pairs` and its like make images to start from
and images to make of them; `table` and `audio` read tables and sounds.
"""

from keras_gan.datasets.attributes import AttributeImages, attributes
from keras_gan.datasets.audio import audio
from keras_gan.datasets.builtin import BUILTIN_NAMES
from keras_gan.datasets.class_pairs import ClassPairs, class_pairs
from keras_gan.datasets.colorization import (
    ColorizationImages,
    colorization_pairs,
)
from keras_gan.datasets.domains import DomainImages, domains
from keras_gan.datasets.examples import Examples
from keras_gan.datasets.few_labels import FewLabels
from keras_gan.datasets.inpainting import InpaintingImages, inpainting_pairs
from keras_gan.datasets.loading import load
from keras_gan.datasets.masks import box_masks, free_form_masks, stroke_masks
from keras_gan.datasets.opening import describe, open_source
from keras_gan.datasets.pairs import PairedImages, pairs
from keras_gan.datasets.semi_supervised import semi_supervised
from keras_gan.datasets.sounds import Sounds
from keras_gan.datasets.sources import DatasetInfo, Source
from keras_gan.datasets.super_resolution import (
    SuperResolutionImages,
    super_resolution_pairs,
)
from keras_gan.datasets.synthetic import SyntheticImages, synthetic
from keras_gan.datasets.tables import table, write_table
from keras_gan.datasets.texts import TextLines, code_batches, text

__all__ = [
    "BUILTIN_NAMES",
    "AttributeImages",
    "ClassPairs",
    "ColorizationImages",
    "DatasetInfo",
    "DomainImages",
    "Examples",
    "FewLabels",
    "InpaintingImages",
    "PairedImages",
    "Sounds",
    "Source",
    "SuperResolutionImages",
    "SyntheticImages",
    "TextLines",
    "attributes",
    "audio",
    "box_masks",
    "class_pairs",
    "code_batches",
    "colorization_pairs",
    "describe",
    "domains",
    "free_form_masks",
    "inpainting_pairs",
    "load",
    "open_source",
    "pairs",
    "semi_supervised",
    "stroke_masks",
    "super_resolution_pairs",
    "synthetic",
    "table",
    "text",
    "write_table",
]
