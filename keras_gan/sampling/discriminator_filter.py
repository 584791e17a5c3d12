"""The base class of filters that use a discriminator."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.sampling.filter_networks import check_network, choose_network
from keras_gan.sampling.fitting_by_class import check_labels, fit_by_class
from keras_gan.sampling.sample_filter import (
    SampleFilter,
    Tensor,
    check_images,
)
from keras_gan.utils.models import Untracked, deserialized
from keras_gan.utils.redirected_seeds import drawing_alone

_BATCH = 64


@keras.saving.register_keras_serializable(package="keras_gan")
class DiscriminatorFilter(SampleFilter):
    """Base class of filters based on a discriminator's logits.

    The score of an image is its logit. `calibrate` fits the state: one number
    per class if the source has classes, one number otherwise. A class with
    fewer than two images gets the number fitted on all classes.

    A subclass names its numbers in `state_names`, computes them from logits in
    `fit`, and implements `accept_logits`.

    With `MinibatchStdDev` in the discriminator, the score of an image depends
    on the other images of its batch.

    Args:
        discriminator: `keras.Model`, images (or `[images, labels]`) ->
            logits `(batch, 1)`, saved with the filter. If it has several
            outputs, as in an `ACGAN`, the first one is used. Default: the
            discriminator of the source, which is saved with the GAN and changes
            with its training.
        **kwargs: `name`, as of any Keras layer.

    Example:

    >>> class AboveMean(DiscriminatorFilter):
    ...     state_names = ("means",)
    ...     def fit(self, logits):
    ...         return [logits.mean()]
    ...     def accept_logits(self, logits, labels, uniform):
    ...         return logits > self.state_of("means", labels)
    >>> AboveMean().calibrated
    False
    """

    state_names: tuple[str, ...] = ()
    """Names of the numbers that `fit` returns."""

    def __init__(self, *, discriminator: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.built = False
        if discriminator is not None:
            check_network("discriminator", discriminator)
        self._given = Untracked(discriminator)
        self._bound = Untracked(None)
        self._generator = Untracked(None)
        self._num_classes: int | None = None
        self._conditional = False

    # For subclasses ---------------------------------------------------------

    def fit(self, logits: np.ndarray) -> Sequence[float]:
        """Computes the numbers of `state_names`.

        Args:
            logits: Float32 array `(num_images,)`, of one class or of all.
        """
        raise NotImplementedError

    def accept_logits(
        self, logits: Tensor, labels: Tensor | None, uniform: Tensor
    ) -> Tensor:
        """Returns which logits are accepted, boolean `(batch,)`.

        Args:
            logits: Float32 tensor `(batch,)`.
            labels: Int32 tensor `(batch,)`; `None` if there are no classes.
            uniform: Float32 tensor `(batch,)` of draws from [0, 1).
        """
        raise NotImplementedError

    # Use --------------------------------------------------------------------

    def bind(self, source: Any) -> None:
        network, conditional = choose_network(
            self.name, self._given.value, source
        )
        self._check_bound(source, network)
        self._make_state(source.num_classes, conditional)
        self._bound = Untracked(network)
        self._generator = Untracked(source.generator)

    def calibrate(self, images: Any, labels: Any = None) -> None:
        images = check_images(images)
        self._network()
        if self._num_classes is None or labels is None:
            # `score` raises the error about missing labels.
            labels = None
        else:
            labels = check_labels(labels, len(images), self._num_classes)
        # In batches, to limit memory.
        logits = np.concatenate(
            [
                ops.convert_to_numpy(
                    self.score(
                        images[start : start + _BATCH],
                        None if labels is None else labels[start:][:_BATCH],
                    )
                )
                for start in range(0, len(images), _BATCH)
            ]
        )
        if not np.isfinite(logits).all():
            raise ValueError(
                "The logits of generated images must be finite. Received: NaN "
                "or infinity. If training has diverged, go back to an earlier "
                "checkpoint."
            )
        fitted = fit_by_class(self.fit, logits, labels, self._num_classes)
        for name, values in zip(self.state_names, fitted, strict=True):
            getattr(self, name).assign(values)

    @property
    def calibrated(self) -> bool:
        return self.built and all(
            np.isfinite(ops.convert_to_numpy(getattr(self, name))).all()
            for name in self.state_names
        )

    def score(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        network = self._network()
        labels = self._as_classes(labels)
        images = ops.cast(images, "float32")
        inputs = [images, labels] if self._conditional else images
        # The logit is the first output of a discriminator with several.
        with drawing_alone(backend.FixedSeeds([0, 0]), [network]):
            outputs = network(inputs, training=False)
        logits = keras.tree.flatten(outputs)[0]
        return ops.reshape(ops.cast(logits, "float32"), (-1,))

    def accept(
        self, images: Tensor, labels: Tensor | None, uniform: Tensor
    ) -> Tensor:
        return self.judge(images, labels, uniform)[0]

    def judge(
        self, images: Tensor, labels: Tensor | None, uniform: Tensor
    ) -> tuple[Tensor, Tensor]:
        logits = self.score(images, labels)
        # Inside a graph the values are not known. The initial state is NaN,
        # which accepts no image.
        if backend.executing_eagerly() and not self.calibrated:
            raise ValueError(
                f"`{self.name}` must be calibrated before it accepts images. "
                "Call `calibrate` with generated images first."
            )
        labels = self._as_classes(labels)
        uniform = ops.cast(uniform, "float32")
        return self.accept_logits(logits, labels, uniform), logits

    def state_of(self, name: str, labels: Tensor | None) -> Tensor:
        """Returns the state for the class of each image, float32 `(batch,)`.

        Without classes it is a scalar.

        Args:
            name: One of `state_names`.
            labels: Int32 tensor `(batch,)`, or `None`.
        """
        values = ops.convert_to_tensor(getattr(self, name))
        return values if labels is None else ops.take(values, labels, axis=0)

    # Saving -----------------------------------------------------------------

    def get_config(self) -> dict[str, Any]:
        network = self._given.value
        if network is not None:
            network = keras.saving.serialize_keras_object(network)
        return {**super().get_config(), "discriminator": network}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        config = dict(config)
        if isinstance(config.get("discriminator"), dict):
            config["discriminator"] = deserialized(config["discriminator"])
        return super().from_config(config)

    def get_build_config(self) -> dict[str, Any] | None:
        if not self.built:
            return None
        return {
            "num_classes": self._num_classes,
            "conditional": self._conditional,
        }

    def build_from_config(self, config: dict[str, Any]) -> None:
        self._make_state(config["num_classes"], config["conditional"])

    # Inside -----------------------------------------------------------------

    def _check_bound(self, source: Any, network: Any) -> None:
        """Raises an error if the filter is already bound to another source."""
        if self.built and source.num_classes != self._num_classes:
            raise ValueError(
                f"`{self.name}` was made for a source with num_classes="
                f"{self._num_classes}. Received: a source with num_classes"
                f"={source.num_classes}. Make another filter for it."
            )
        bound = self._bound.value
        same = network is bound and source.generator is self._generator.value
        if bound is not None and not same:
            raise ValueError(
                f"`{self.name}` is calibrated for one generator and one "
                "discriminator. Received: another generator or discriminator. "
                "Make another filter for it. (A GAN given by its path is "
                "loaded anew each time.)"
            )

    def _make_state(self, num_classes: int | None, conditional: bool) -> None:
        if self.built:
            self._conditional = bool(conditional)
            return
        for name in self.state_names:
            variable = self.add_weight(
                shape=() if num_classes is None else (num_classes,),
                initializer=keras.initializers.Constant(float("nan")),
                dtype="float32",
                trainable=False,
                # Half precision could flip the decision.
                autocast=False,
                aggregation="only_first_replica",
                name=name,
            )
            setattr(self, name, variable)
        self._num_classes = num_classes
        self._conditional = bool(conditional)
        self.built = True

    def _network(self) -> Any:
        network = self._given.value
        if network is None:
            network = self._bound.value
        if network is None or not self.built:
            raise ValueError(
                f"`{self.name}` must be bound before it is used. Call `bind` "
                "with the source of the images."
            )
        return network

    def _as_classes(self, labels: Tensor | None) -> Tensor | None:
        if self._num_classes is None:
            return None
        if labels is None:
            raise ValueError(
                f"`labels` must be given: there are {self._num_classes} "
                "classes. Received: labels=None."
            )
        return ops.reshape(ops.cast(labels, "int32"), (-1,))
