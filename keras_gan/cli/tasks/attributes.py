"""`--task attributes`: a `StarGAN`."""

import numpy as np

from keras_gan import datasets, models
from keras_gan import images as image_tools
from keras_gan.callbacks import TranslationSaver
from keras_gan.cli.tasks.parts import first_examples
from keras_gan.cli.tasks.translation import TranslationTask, tiling
from keras_gan.cli.words import listed, size_in_words
from keras_gan.tasks.attributes import NETWORKS, model_of, recipe_of

_NUM_SAMPLES = 8


class AttributesTask(TranslationTask):
    """Changes attributes of images."""

    name = "attributes"
    networks = NETWORKS
    options = ("table", "columns", "strict", "augment")
    required = ("table",)
    model_class = models.StarGAN
    when_translating = ("attributes",)
    recipe_of = staticmethod(recipe_of)
    model_of = staticmethod(model_of)

    def examples(self, given, split):
        return self.open_with(
            datasets.AttributeImages,
            given.data,
            given.table,
            given=given,
            columns=given.columns,
            image_size=given.image_size,
            channels=given.channels,
            strict=given.strict,
            split=split,
        )

    def shapes(self, source):
        names = source.whole.attribute_names
        return source.info.image_shape, (len(names),)

    def special(self, options, source):
        return {
            "columns": options.columns,
            "attributes": list(source.whole.attribute_names),
        }

    def building(self, settings, source):
        return {"exclusive": source.whole.exclusive}

    def check_resumed(self, config, source, folder):
        then = config.settings.attributes
        now = list(source.whole.attribute_names)
        if then != now:
            raise ValueError(
                f"The attributes of `{folder}` have changed since it was "
                f"started: it had {listed(then or [])}. Received: "
                f"{listed(now)}. Restore the table, or start a new run."
            )

    def callbacks(self, job):
        folder = job.folder
        images, *_ = first_examples(job.source.shown)
        return [
            TranslationSaver(
                folder.samples_path,
                images[:_NUM_SAMPLES],
                animation=folder.animation_path,
                tensorboard=folder.logs_path,
            )
        ]

    def in_words(self, source):
        size = size_in_words(source.info.image_shape)
        return f"{size}, with {listed(source.whole.attribute_names)}"

    def translator(self, path, settings, options):
        options.row = _row(options.attributes, settings.attributes or [])
        return super().translator(path, settings, options)

    def translated(self, model, names, images, options):
        channels = model.image_shape[-1]
        images = image_tools.convert_channels(images, channels)
        row = options.row
        if model.exclusive:
            row = np.nan_to_num(row)
        return model.translate(
            image_tools.from_uint8(images),
            row,
            source=_own(model, images) if np.isnan(row).any() else None,
            **tiling(options),
        )


def _own(model: models.StarGAN, images: np.ndarray) -> np.ndarray:
    """The attributes that images of any size have."""
    size = model.image_shape[:2]
    resized = [image_tools.resize(image, size) for image in images]
    return model.read_attributes(image_tools.from_uint8(np.stack(resized)))


def _row(text: str | None, names: list[str]) -> np.ndarray:
    """The attributes that images are to have, NaN for those that stay."""
    row = np.full(len(names), np.nan, "float32")
    for part in (text or "").split(","):
        # The name of a category has an equals sign of its own: "hair=blond".
        name, value = part.strip(), "1"
        if name not in names:
            name, _, value = name.rpartition("=")
        is_new = name in names and np.isnan(row[names.index(name)])
        if not is_new or not _is_share(value):
            raise ValueError(
                "`--attributes` must be NAME=VALUE with commas between them, "
                f"with names of {listed(names)}, each at most once, and values "
                f"from 0 to 1. Received: {text or 'none'}."
            )
        row[names.index(name)] = float(value)
    return row


def _is_share(text: str) -> bool:
    try:
        return 0 <= float(text) <= 1
    except ValueError:
        return False
