"""`--task domains`: a `CycleGAN`."""

import argparse
import dataclasses
import functools
import hashlib
from collections.abc import Callable

from keras_gan import datasets, models
from keras_gan import images as image_tools
from keras_gan.cli.tasks.parts import (
    Parts,
    first_examples,
    number_to_hold,
    parted,
)
from keras_gan.cli.tasks.translation import (
    TranslationTask,
    check_one_size,
    tiling,
)
from keras_gan.datasets import DatasetInfo, Source
from keras_gan.datasets.domains import CroppedImages
from keras_gan.datasets.fingerprints import fingerprint
from keras_gan.tasks.unpaired import NETWORKS, model_of, recipe_of


@dataclasses.dataclass(frozen=True)
class _Both:
    """Images of two domains."""

    first: Source
    second: Source

    def __len__(self) -> int:
        return max(len(self.first), len(self.second))

    @property
    def info(self) -> DatasetInfo:
        first, second = self.first.info, self.second.info
        return dataclasses.replace(
            first,
            name=f"{first.name} and {second.name}",
            num_classes=None,
            class_names=None,
            skipped=first.skipped + second.skipped,
        )

    @property
    def shapes(self) -> tuple:
        return self.first.info.image_shape, self.second.info.image_shape

    @property
    def failure(self) -> Exception | None:
        return self.first.failure or self.second.failure


class DomainsTask(TranslationTask):
    """Translates between two domains without pairs."""

    name = "domains"
    networks = NETWORKS
    options = ("second", "crop", "flip", "augment")
    required = ("second",)
    model_class = models.CycleGAN
    when_translating = ("to",)
    recipe_of = staticmethod(recipe_of)
    model_of = staticmethod(model_of)

    def examples(self, given, split):
        return self._domain(given.data, given, split)

    def open(self, given):
        places = (given.data, given.second)
        wholes = [self._domain(one, given, given.split) for one in places]
        _check_same_size(wholes)
        number = getattr(given, "held_out", None)
        if number is None:
            number = number_to_hold(min(map(len, wholes)))
        one, other = (
            parted(
                whole,
                functools.partial(self._domain, place, given),
                number,
            )
            for whole, place in zip(wholes, places, strict=True)
        )
        held_out = None
        if one.held_out is not None and other.held_out is not None:
            held_out = _Both(one.held_out, other.held_out)
        return Parts(
            _Both(one.whole, other.whole),
            _Both(one.training, other.training),
            held_out,
            number,
        )

    def fingerprint(self, source):
        both = source.whole.first, source.whole.second
        return hashlib.sha256(
            "".join(map(fingerprint, both)).encode()
        ).hexdigest()

    def stream(self, job, shard):
        settings, both = job.settings, job.source.training
        streams = [
            datasets.load(
                source,
                batch_size=settings.batch_size,
                # With one seed, domains of one size would be in one order.
                seed=settings.seed + number,
                labels=False,
                repeat=True,
                skip_batches=job.steps,
                shard=shard,
            )
            for number, source in enumerate((both.first, both.second))
        ]
        return type(streams[0]).zip(tuple(streams))

    def validation(self, job):
        both = job.source.held_out
        if both is None:
            return None
        sources = both.first, both.second
        size = min(job.settings.batch_size, *map(len, sources))
        streams = [
            datasets.load(
                source,
                batch_size=size,
                shuffle=False,
                seed=job.settings.seed,
                labels=False,
                drop_remainder=True,
            )
            for source in sources
        ]
        # As many batches as the smaller one has.
        return type(streams[0]).zip(tuple(streams))

    def samples(self, source):
        both = source.shown
        return tuple(
            first_examples(one, labels=False)[0][:8]
            for one in (both.first, both.second)
        )

    def translated(self, model, names, images, options):
        to = options.to or "second"
        channels = model.translator(to).inputs[0].shape[-1]
        images = image_tools.convert_channels(images, channels)
        return model.translate(
            image_tools.from_uint8(images), to=to, **tiling(options)
        )

    def _domain(
        self, place: str, given: argparse.Namespace, split: str | None
    ) -> Source:
        options = {
            "image_size": given.image_size,
            "channels": given.channels,
            "split": split,
        }
        opener: Callable[..., Source] = datasets.open_source
        if given.crop or given.flip:
            opener = CroppedImages
            options |= {"crop": given.crop, "flip": given.flip}
        source = self.open_with(opener, place, given=given, **options)
        check_one_size(source)
        if len(source) < 2:
            raise ValueError(
                f"`{place}` holds one image, which is no domain. Expected at "
                "least 2. Add more."
            )
        return source


def _check_same_size(domains: list[Source]) -> None:
    """Raises an error if images of two domains have different sizes."""
    (one, first), (other, second) = (
        (domain.info.name, domain.info.image_shape[:2]) for domain in domains
    )
    if first != second:
        raise ValueError(
            "The images of both domains must have one size. Received: "
            f"{first[0]} x {first[1]} pixels (height x width) in `{one}` and "
            f"{second[0]} x {second[1]} in `{other}`. Resize them with "
            "--image-size, or train on parts of one size with --crop."
        )
