"""What the tasks of a `Pix2Pix` have in common."""

import dataclasses

from keras_gan import models
from keras_gan.cli.generate import model_path
from keras_gan.cli.tasks.starting import begun_with
from keras_gan.cli.tasks.translation import TranslationTask


class Pix2PixTask(TranslationTask):
    """A task whose examples are pairs of a source and its target."""

    model_class = models.Pix2Pix

    def recipe(self, options, source):
        recipe = super().recipe(options, source)
        if options.start is None:
            return recipe
        before = begun_with(options.start, self.name).settings
        return dataclasses.replace(
            recipe, network=before.network, width=before.width
        )

    def building(self, settings, source):
        if settings.start is None:
            return {}
        before = begun_with(settings.start, self.name).settings
        for name in ("network", "channels", "scale"):
            then, now = getattr(before, name), getattr(settings, name)
            if then != now:
                raise ValueError(
                    f"`--from` must be a run with the same {name}. Received: "
                    f"{settings.start} with {then}, and {now}. Choose another "
                    "run, or leave it out."
                )
        model = self.load_model(model_path(settings.start), compiled=False)
        return {"generator": model.sampler}
