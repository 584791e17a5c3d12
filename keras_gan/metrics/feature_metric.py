"""The base class of metrics of features of real and fake images."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.features import extractors
from keras_gan.images import Range
from keras_gan.metrics import image_checks

KINDS = ("real", "fake")


@keras.saving.register_keras_serializable(package="keras_gan")
class FeatureMetric(keras.metrics.Metric):
    """Base class of metrics of features of real and fake images.

    A subclass defines the state (`make_state`, `add`) and the value computed
    from it (`compute`). The base class turns images into features, rejects
    invalid images before any state changes, and merges states.

    `build` makes the state once the number of features is known, under the
    current strategy. A compiled step cannot raise errors: there an invalid
    batch is skipped and recorded, and `result` raises the error.

    Args:
        feature_extractor: `"inception_v3"`, `"efficientnet_lite0"`,
            `"digits"`, or a `keras.Model`, images -> `(batch, num_features)`.
        value_range: `(low, high)` of images. `None`: any (models only).
        name: Name of the metric in the logs.

    Example:

    >>> class MeanFeature(FeatureMetric):
    ...     kinds = ("fake",)
    ...
    ...     def make_state(self, num_features):
    ...         self.count = self.add_variable((), "zeros")
    ...         self.total = self.add_variable((num_features,), "zeros")
    ...
    ...     def add(self, kind, features, accepted):
    ...         self.count.assign_add(accepted * features.shape[0])
    ...         self.total.assign_add(ops.sum(features, axis=0))
    ...
    ...     def num_images(self, kind):
    ...         return int(self.count)
    ...
    ...     def compute(self):
    ...         return float(ops.mean(self.total / self.count))
    >>> metric = MeanFeature(keras.Sequential([keras.layers.Flatten()]))
    >>> metric.update_fake(np.full((8, 4, 4, 1), 0.5))
    >>> metric.result()
    0.5
    """

    head = "features"
    kinds: tuple[str, ...] = KINDS

    def __init__(
        self,
        feature_extractor: Any = "inception_v3",
        value_range: Range | None = (-1, 1),
        *,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name)
        self.extractor = extractors.get(
            feature_extractor, self.head, value_range=value_range
        )
        self.value_range = self.extractor.value_range
        extractors.forget()
        self.num_features: int | None = None
        self.refused: Any = None

    # For subclasses ---------------------------------------------------------

    def check_num_features(self, num_features: int) -> None:
        """Checks that the size of the features fits the arguments.

        Args:
            num_features: Size of the features.
        """

    def make_state(self, num_features: int) -> None:
        """Makes the variables, initialized with zeros.

        Args:
            num_features: Size of the features.
        """
        raise NotImplementedError

    def add(self, kind: str, features: Any, accepted: Any) -> None:
        """Adds a batch to the state.

        Args:
            kind: `"real"` or `"fake"`.
            features: Finite float32 tensor `(batch, num_features)`.
            accepted: 1.0, or 0.0 if the batch must not count; then its features
                are 0.
        """
        raise NotImplementedError

    def compute(self) -> Any:
        """Computes the value from the state, which has enough images."""
        raise NotImplementedError

    def num_images(self, kind: str) -> int:
        """Returns the number of images since the last reset.

        Args:
            kind: `"real"` or `"fake"`.
        """
        raise NotImplementedError

    @property
    def least_images(self) -> int:
        """Minimum number of images of each kind."""
        return 2

    # Use --------------------------------------------------------------------

    def build(self, image_shape: Sequence[int]) -> None:
        """Makes the network and the state for images of one shape.

        Necessary only if the state must exist before the first update, in the
        scope of a `tf.distribute` strategy; `GAN.compile` calls it.

        Args:
            image_shape: Shape of one image, without the batch.
        """
        self.build_features(self.extractor.build(image_shape))

    def build_features(self, num_features: int) -> None:
        """Makes the state for features of a given size.

        Args:
            num_features: Size of the features.
        """
        if self.num_features is not None:
            self._check_built(num_features)
            return
        if backend.in_several_replicas():
            raise ValueError(
                f"The metric {self.name!r} must have its state before replicas "
                "use it. Call its `build(image_shape)` within the strategy's "
                "scope, as `GAN.compile` does."
            )
        with backend.outside_graphs(), backend.double_precision():
            # Before any state: an error leaves the metric unbuilt.
            self.check_num_features(num_features)
            self.refused = self.add_variable(
                (len(KINDS), len(image_checks.FAULTS)), "zeros", name="refused"
            )
            self.make_state(num_features)
        self.num_features = num_features
        self._strategy = backend.current_strategy()

    def update_state(self, real_images: Any, fake_images: Any) -> None:
        """Adds a batch of real images and a batch of fake images.

        Args:
            real_images: Tensor or array `(batch, ...)`.
            fake_images: The same; the batch size may differ.

        Raises:
            ValueError: If one is invalid; then the state does not change.
        """
        self._update({"real": real_images, "fake": fake_images}, self._seen)

    def update_real(self, images: Any) -> None:
        """Adds a batch of real images.

        Args:
            images: Tensor or array `(batch, ...)`.
        """
        self._update({"real": images}, self._seen)

    def update_fake(self, images: Any) -> None:
        """Adds a batch of fake images.

        Args:
            images: Tensor or array `(batch, ...)`.
        """
        self._update({"fake": images}, self._seen)

    def update_real_features(self, features: Any) -> None:
        """Adds features of real images.

        Args:
            features: Tensor or array `(batch, num_features)`.
        """
        self._update({"real": features}, self._given)

    def update_fake_features(self, features: Any) -> None:
        """Adds features of fake images.

        Args:
            features: Tensor or array `(batch, num_features)`.
        """
        self._update({"fake": features}, self._given)

    def result(self) -> Any:
        """Returns the value for all images since the last reset.

        Raises:
            ValueError: If there are too few images, or a batch was invalid.
        """
        self.check_state(self.kinds)
        extractors.forget()
        return self.compute()

    def reset_state(self) -> None:
        """Forgets all images."""
        extractors.forget()
        with backend.double_precision():
            super().reset_state()

    def merge_state(self, metrics: Sequence["FeatureMetric"]) -> None:
        """Adds the states of other metrics of the same class.

        Args:
            metrics: Metrics of this class; they do not change.
        """
        for metric in metrics:
            if type(metric) is not type(self):
                raise ValueError(
                    f"`metrics` must be of {type(self).__name__}. Received: "
                    f"{metric!r}."
                )
            if metric.num_features is not None:
                self.build_features(metric.num_features)
        with backend.double_precision():
            for metric in metrics:
                if metric.num_features is not None:
                    self.merge(metric)

    def merge(self, metric: Any) -> None:
        """Adds the state of another metric.

        Args:
            metric: Metric of this class, built for features of this size.
        """
        for ours, theirs in zip(self.variables, metric.variables, strict=True):
            ours.assign(read(ours) + read(theirs))

    def get_config(self) -> dict[str, Any]:
        identifier = self.extractor.identifier
        if isinstance(identifier, keras.Model):
            identifier = keras.saving.serialize_keras_object(identifier)
        return {
            "feature_extractor": identifier,
            "value_range": self.value_range,
            "name": self.name,
        }

    def check_state(self, kinds: Sequence[str]) -> None:
        """Checks that the state is valid and contains enough images.

        Args:
            kinds: The kinds of images that are needed.

        Raises:
            ValueError: If there are too few images, or a batch was invalid.
        """
        if self.refused is not None:
            self._raise(read(self.refused))
        for kind in kinds:
            count = 0 if self.refused is None else self.num_images(kind)
            if count < self.least_images:
                raise ValueError(
                    f"The metric {self.name!r} needs at least "
                    f"{self.least_images} {kind} images. Received: {count}. "
                    "Add more before `result()`."
                )

    def save_own_variables(self, store: Any) -> None:
        """Saves the weights of a user's feature extractor with the GAN.

        The state is not saved: it belongs to one evaluation.
        """
        for number, variable in enumerate(self.extractor.variables):
            store[str(number)] = ops.convert_to_numpy(variable)

    def load_own_variables(self, store: Any) -> None:
        """Loads the weights that `save_own_variables` saved."""
        for number, variable in enumerate(self.extractor.variables):
            variable.assign(np.asarray(store[str(number)]))

    # Inside -----------------------------------------------------------------

    def _update(self, batches, read_batch) -> None:
        read_batches = {
            kind: read_batch(kind, batch)
            for kind, batch in batches.items()
            if kind in self.kinds
        }
        for kind, (features, faults) in read_batches.items():
            self.build_features(_num_features(features))
            if backend.executing_eagerly():
                found = np.zeros((len(KINDS), len(image_checks.FAULTS)))
                found[KINDS.index(kind)] = ops.convert_to_numpy(faults)
                self._raise(found)
        with backend.double_precision():
            self._add(read_batches)

    def _add(self, read_batches) -> None:
        for kind, (features, faults) in read_batches.items():
            accepted = ops.cast(ops.sum(faults) == 0, "float32")
            of_kind = ops.cast(
                ops.arange(len(KINDS)) == KINDS.index(kind), "float32"
            )
            self.refused.assign(self.refused + of_kind[:, None] * faults)
            # `where`, because NaN times 0 is NaN.
            features = ops.where(accepted > 0, features, 0.0)
            self.add(kind, features, accepted)

    def _seen(self, kind, images):
        images = images if hasattr(images, "shape") else np.asarray(images)
        features = self.extractor(images)
        return features, image_checks.faults(
            images, features, self.value_range, strict=kind == "real"
        )

    def _given(self, kind, features):
        features = ops.convert_to_tensor(features, "float32")
        return features, image_checks.faults(None, features, None, True)

    def _raise(self, found) -> None:
        for kind, one in zip(KINDS, found, strict=True):
            if one.any():
                message = image_checks.message(kind, one, self.value_range)
                raise ValueError(message)

    def _check_built(self, num_features) -> None:
        elsewhere = backend.current_strategy() is not self._strategy
        if elsewhere and backend.replica_count() > 1:
            raise ValueError(
                f"The metric {self.name!r} has its state outside the scope of "
                "the strategy that now uses it. Make a new metric for this "
                "strategy."
            )
        if num_features != self.num_features:
            raise ValueError(
                f"The metric {self.name!r} has features of size "
                f"{self.num_features}. Received: features of size "
                f"{num_features}. Real and fake features must come from one "
                "feature extractor."
            )


def restore(metric: Any, values: Sequence[np.ndarray]) -> None:
    """Assigns values from `read` to the variables of a metric."""
    with backend.double_precision():
        for variable, value in zip(metric.variables, values, strict=True):
            variable.assign(value)


def read(variable: Any) -> np.ndarray:
    """Returns the value of a variable, over all replicas, as an array."""
    return ops.convert_to_numpy(ops.convert_to_tensor(variable))


def _num_features(features) -> int:
    if len(features.shape) != 2 or not features.shape[1]:
        raise ValueError(
            "Features must have the shape (batch, num_features). Received: "
            f"{tuple(features.shape)}."
        )
    return int(features.shape[1])
