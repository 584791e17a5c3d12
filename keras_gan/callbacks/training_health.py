"""`TrainingHealth`: what is wrong with a training, in words."""

import dataclasses
import json
import numbers
import pathlib
import warnings
from collections.abc import Callable, Iterable
from typing import Any

import keras

from keras_gan import images as image_tools
from keras_gan.backend.devices import has_workers, is_chief
from keras_gan.callbacks._real_images import RealImages
from keras_gan.callbacks.health import data, measuring
from keras_gan.callbacks.health.detectors import DETECTORS, NAMES
from keras_gan.callbacks.health.judging import (
    FIRST_STEP,
    Setup,
    too_short_to_judge,
)
from keras_gan.callbacks.health.probe import Probe
from keras_gan.callbacks.health.series import parsed
from keras_gan.models import GAN, SemiSupervisedGAN, TextGAN
from keras_gan.models.data_checks import check_arrays
from keras_gan.utils.arguments import integer
from keras_gan.utils.files import replacing
from keras_gan.utils.findings import Finding

_METRICS = ("fid", "kid", "val_fid", "val_kid")
_LEAST_IMAGES = 16
# Their samples are not images, or their discriminator is a classifier.
_UNWATCHED = (SemiSupervisedGAN, TextGAN)


class TrainingHealth(keras.callbacks.Callback):
    """Watches a GAN and says what is wrong, how sure that is, what to change.

    After each epoch it draws the same few latents and compares the samples
    with real images, and the discriminator's logits of both with those of
    images that were held back. From the last epochs it tells apart: mode
    collapse (`mode_collapse`, `class_collapse`), a discriminator that
    memorizes its images (`discriminator_memorizes`), one that wins outright
    (`discriminator_wins`) or loses (`discriminator_loses`), `oscillation`,
    `divergence`, a condition without effect (`condition_ignored`), samples at
    the ends of the range (`saturated_samples`), a training beyond its best
    point (`past_the_best`), and data with copies (`duplicate_images`) or one
    label only (`constant_labels`).

    Each is found once, if it lasts for several epochs. A healthy training is
    silent. The measurements are in the logs as `health_...`, with
    `health_findings`, the number of findings. Training is not affected in any
    way. Put it after callbacks that add `fid` or `kid` to the logs, whose best
    value it watches, and before those that read the logs. Keras' `CSVLogger`
    takes its columns from the first epoch: it lacks `health_shift`, and with
    an `every` above 1 all others.

    Args:
        real: Training images: an array `(n, ...)`, for a conditional GAN a
            pair `(images, labels)`, or a dataset of batches of either. A few
            are compared with samples; up to 10,000, or 64 MiB, are searched
            for copies. Of a dataset these are the first, so shuffle it.
        held_out: Images of the same kind that are not trained on, in one of
            these forms. None: whether the discriminator memorizes is not
            known.
        path: A `health.json` to write the findings to, which a report shows,
            and at the end whether the run was too short to be judged. Its
            folder is made. None: no file.
        every: Check every this many epochs.
        num_images: Number of samples, and of real images, at least 16.
        batch_size: Number of images in a call of a network.
        seed: Integer that fixes the latents.
        stop_on: Names of findings that end the training; none if there are
            several worker processes.
        say: Function that is called with a sentence for each finding; None
            says nothing.
        state: What `state()` returned, to go on with a model that was saved
            then.

    Attributes:
        findings: List of `Finding`, with `name`, `when`, `confidence`,
            `evidence` and `advice`.

    Raises:
        ValueError: If an argument is invalid, or, when training begins, if
            the model is not a `GAN`, is a `SemiSupervisedGAN` or `TextGAN`, or
            makes sounds, `(length, 1)` or `(length, 2)`, if the images do not
            fit it, or if `stop_on` is given and there are several worker
            processes.

    Example:

    >>> images = np.random.uniform(-1, 1, (64, 8, 8, 1)).astype("float32")
    >>> images[32:] = images[0]
    >>> gan = keras_gan.GAN(*keras_gan.networks.mlp((8, 8, 1), hidden=(16,)))
    >>> gan.compile()
    >>> health = TrainingHealth(images, num_images=16, say=None)
    >>> history = gan.fit(images, callbacks=[health], verbose=0)
    >>> [(finding.name, finding.evidence) for finding in health.findings]
    [('duplicate_images', {'copies': 32, 'of_images': 64, 'share': 0.5})]
    """

    def __init__(
        self,
        real: Any,
        held_out: Any = None,
        *,
        path: image_tools.Path | None = None,
        every: int = 1,
        num_images: int = 128,
        batch_size: int = 64,
        seed: int = 0,
        stop_on: Iterable[str] = (),
        say: Callable[[str], Any] | None = print,
        state: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.every = integer("every", every, at_least=1)
        self.num_images = integer(
            "num_images", num_images, at_least=_LEAST_IMAGES
        )
        self.batch_size = integer("batch_size", batch_size, at_least=1)
        self.seed = integer("seed", seed, at_least=0)
        self.stop_on = _checked_names(stop_on)
        self.path = None if path is None else pathlib.Path(path)
        self.say = say
        known = parsed(state)
        self.findings: list[Finding] = list(known.findings)
        self._series = known.series
        self._real = RealImages(real)
        self._held_out = (
            None if held_out is None else RealImages(held_out, "held_out")
        )
        self._read: tuple | None = None
        self._epochs = 0

    def state(self) -> dict[str, Any]:
        """Returns what is needed to go on later, as plain values.

        Save it with the model, at the end of an epoch.

        Example:

        >>> images = np.zeros((32, 8, 8, 1), "float32")
        >>> TrainingHealth(images).state()["findings"]
        []
        """
        return {
            "findings": [dataclasses.asdict(one) for one in self.findings],
            "series": dataclasses.asdict(self._series),
        }

    def on_train_begin(self, logs=None):
        """Reads the images, if this is the first run, and looks at them."""
        gan = self.model
        _check_watched(gan)
        _check_workers(self.stop_on)
        if self._read is None:
            self._read = self._read_images()
        self._setup = Setup(
            type(gan.loss).__name__,
            _penalty_weight(gan.penalties_of("discriminator")),
            gan.augmenter is not None,
        )
        self._chance = _chance_level(gan.loss)
        # A new one for each run: `compile` may have changed the loss.
        count = len(self._read[0].images)
        self._probe = Probe(gan, count, self.seed, self.batch_size)
        if self.path is not None and is_chief():
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self._record(self._read[2])
        self._write()

    def on_epoch_end(self, epoch, logs=None):
        """Measures, and adds to the logs, every `every` epochs."""
        self._epochs = epoch + 1
        if self._epochs % self.every:
            return
        logs = {} if logs is None else logs
        row = self.measure() | self._of_logs(logs)
        for name in measuring.LOGGED:
            if name in row:
                logs[f"health_{name}"] = row[name]
        self._series.raise_peak("slope", row["slope"])
        if self._steps() >= FIRST_STEP:
            row["round"] = epoch + 1
            self._series.add(row, best=(*_METRICS, "distance"))
            self._detect(epoch + 1)
        logs["health_findings"] = len(self.findings)

    def on_train_end(self, logs=None):
        """Writes into the file whether the run was too short to be judged."""
        steps = self._steps()
        between = self.every * steps / max(self._epochs, 1)
        self._try_to_write(
            too_short_to_judge(steps, between, self._series, self.findings)
        )

    def measure(self) -> dict[str, Any]:
        """Measures the networks as they are.

        Returns:
            Dict from names to numbers, and some lists of numbers.
        """
        if self._read is None:
            raise ValueError(
                "The real images are read when training begins, which has not "
                "happened yet. Pass the callback to `fit` first."
            )
        # On JAX this brings the weights up to date.
        num_classes = self.model.num_classes
        reference, held_out, _ = self._read
        labels, probe = reference.labels, self._probe
        samples = probe.draw(labels)
        before = self._series.listed("shares")
        row = measuring.measure_samples(samples, reference, before)
        if labels is not None and num_classes > 1:
            others = probe.draw((labels + 1) % num_classes)
            row |= measuring.measure_labels(samples, others)
        real = probe.score(reference.images, labels)
        fake = probe.score(samples, labels)
        unseen = None if held_out is None else probe.score(*held_out)
        row |= measuring.measure_logits(real, fake, unseen)
        return row | {"slope": probe.slope(samples, real, labels)}

    def _steps(self) -> int:
        iterations = self.model.optimizer.iterations
        return int(keras.ops.convert_to_numpy(iterations))

    def _of_logs(self, logs: dict[str, Any]) -> dict[str, float]:
        """What detectors use of the logs of an epoch."""
        row = {
            name: float(value)
            for name, value in logs.items()
            if name in _METRICS and isinstance(value, numbers.Real)
        }
        if self._chance and "d_loss" in logs:
            row["chance"] = float(logs["d_loss"]) / self._chance
        return row

    def _detect(self, when: int) -> None:
        known = {one.name for one in self.findings}
        found = [
            detector(self._series, self._setup)
            for detector in DETECTORS
            if detector.__name__ not in known
        ]
        self._record(
            [
                dataclasses.replace(one, when=when)
                for one in found
                if one is not None
            ]
        )

    def _record(self, found: list[Finding]) -> None:
        """Keeps, says and writes what is new; ends the training if asked."""
        known = {one.name for one in self.findings}
        new = [one for one in found if one.name not in known]
        if not new:
            return
        self.findings += new
        self._try_to_write()
        for one in new:
            if self.say is not None and is_chief():
                self.say(one.sentence)
            if one.name in self.stop_on:
                self.model.stop_training = True

    def _try_to_write(self, remark: Finding | None = None) -> None:
        """Writes, or warns: the training is worth more than the file."""
        try:
            self._write(remark)
        except OSError as error:
            warnings.warn(
                f"The findings cannot be written ({error}). They are in "
                "`findings`.",
                stacklevel=2,
            )

    def _write(self, remark: Finding | None = None) -> None:
        if self.path is None or not is_chief():
            return
        told = [*self.findings, *filter(None, [remark])]
        found = [dataclasses.asdict(one) for one in told]
        with replacing(self.path) as aside:
            aside.write_text(json.dumps(found, indent=2) + "\n", "utf-8")

    def _read_images(self) -> tuple:
        """Real images to compare with, others held out, what is wrong."""
        num_classes = self.model.num_classes
        conditional = num_classes is not None
        shape = tuple(self.model.image_shape)
        most = max(self.num_images, data.most_images(shape))
        images, labels = self._real.some(most + 1)
        # The first images of a dataset may all be of one class.
        is_known = self._real.is_array or len(images) <= most
        _check("real", images, labels, shape, num_classes)
        labels = labels if conditional else None
        count = min(self.num_images, len(images))
        places = measuring.places_of_reference(len(images), count, labels)
        chosen = None if labels is None else labels[places]
        reference = measuring.Reference(images[places], chosen)
        held_out = None
        if self._held_out is not None:
            held_out = self._held_out.some(self.num_images)
            _check("held_out", *held_out, shape, num_classes)
            held_out = (held_out[0], held_out[1] if conditional else None)
        found = (
            data.duplicate_images(images),
            data.constant_labels(labels if is_known else None, num_classes),
        )
        return reference, held_out, [one for one in found if one is not None]


def _checked_names(names: Iterable[str]) -> tuple[str, ...]:
    chosen = (names,) if isinstance(names, str) else tuple(names)
    unknown = [name for name in chosen if name not in NAMES]
    if unknown:
        raise ValueError(
            f"`stop_on` must be names of findings: {', '.join(NAMES)}. "
            f"Received: {', '.join(map(repr, unknown))}."
        )
    return chosen


def _check_watched(model: Any) -> None:
    """Raises an error if a model does not make images, or not in our way."""
    received = type(model).__name__
    if isinstance(model, GAN) and not isinstance(model, _UNWATCHED):
        shape = tuple(model.image_shape)
        # Equal sounds differ in phase, so that distances say little of them.
        if len(shape) != 2 or shape[1] not in (1, 2):
            return
        received = f"a GAN of sounds, {shape}"
    raise ValueError(
        "`TrainingHealth` watches a `keras_gan.GAN` of images. Received: "
        f"{received}. Leave the callback out."
    )


def _check_workers(stop_on: tuple[str, ...]) -> None:
    """Raises an error if one of several workers could stop without the rest."""
    if stop_on and has_workers():
        raise ValueError(
            "`stop_on` is for training in one process: a worker that stops "
            "alone would leave the others waiting for it. Received: "
            f"{', '.join(stop_on)}, and several workers. Leave it out; the "
            "findings are reported all the same."
        )


def _check(name, images, labels, shape, num_classes) -> None:
    conditional = num_classes is not None
    if images.shape[1:] != shape or len(images) < _LEAST_IMAGES:
        raise ValueError(
            f"`{name}` must be at least {_LEAST_IMAGES} images of the GAN's "
            f"shape, {shape}. Received: {len(images)} of shape "
            f"{images.shape[1:]}. Resize them, or leave the callback out."
        )
    if conditional and labels is None:
        raise ValueError(
            f"`{name}` must have labels, because the GAN has classes. "
            "Received: images alone. Pass a pair `(images, labels)`."
        )
    try:
        check_arrays(images, labels, shape, num_classes)
    except ValueError as error:
        raise ValueError(f"`{name}`: {error}") from error


def _penalty_weight(penalties: Iterable[Any]) -> str:
    """What sets the strength of the first penalty that tells, in words."""
    told = [
        f"`{name}` of `{type(one).__name__}`"
        for one in penalties
        for name in ("gamma", "weight")
        if hasattr(one, name)
    ]
    return next(iter(told), "the weight of the penalty" if penalties else "")


def _chance_level(loss: Any) -> float | None:
    """The discriminator's loss of equal logits, None if it is no scale."""
    try:
        # A copy, because label noise would draw from the loss's own seed.
        copy = type(loss).from_config(loss.get_config())
        zeros = keras.ops.zeros((8, 1))
        value = float(copy.discriminator_loss(zeros, zeros))
    except Exception:  # A loss of one's own need not be able to.
        return None
    return value if value > 0 else None
