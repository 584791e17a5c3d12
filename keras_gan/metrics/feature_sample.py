"""A bounded random sample of the features of any number of images."""

from typing import Any

import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.metrics.feature_metric import read


class FeatureSample:
    """Keeps the features of a random sample of at most `max_images` images.

    Every image has a random rank, which depends only on its index and the seed,
    and the images with the highest ranks are kept. So memory is bounded, all
    images are equally likely to be kept, the batch size does not matter, and
    two samples are merged by ranking them together.

    Each replica fills rows of its own and has zeros elsewhere, so Keras' sum
    over replicas is the whole sample and no step needs communication.

    Args:
        metric: The `keras.metrics.Metric` that owns the variables.
        name: Prefix of the names of the variables.
        max_images: Size of the sample; rounded down to a multiple of the number
            of replicas.
        num_features: Size of the features.
        seed: Integer that fixes the ranks.
    """

    def __init__(
        self,
        metric: Any,
        name: str,
        *,
        max_images: int,
        num_features: int,
        seed: int,
    ) -> None:
        self.replicas = backend.replica_count()
        # Per replica.
        self.places = max(max_images // self.replicas, 1)
        self.seed = seed
        # The last row receives the images that are not kept.
        rows = self.replicas * self.places + 1

        def variable(part, shape, dtype):
            return metric.add_variable(
                shape, "zeros", dtype=dtype, name=f"{name}_{part}"
            )

        self.features = variable("features", (rows, num_features), "float32")
        # In (0, 1]; 0 marks an empty row.
        self.ranks = variable("ranks", (rows,), "float32")
        # The index of each image in the stream, for sorting.
        self.numbers = variable("numbers", (rows,), "float64")
        self.count = variable("count", (), "float64")

    def add(self, features: Any, accepted: Any) -> None:
        """Adds a batch.

        Args:
            features: Float32 tensor `(batch, num_features)`.
            accepted: 1.0, or 0.0 if it must not count.
        """
        rows = ops.arange(ops.shape(features)[0], dtype="int64")
        on_replica = backend.in_several_replicas()

        def add():
            wanted = ops.zeros_like(rows) + ops.cast(accepted, "int64")
            if not on_replica:
                # Outside of replicas the images are divided among them.
                mine = rows % self.replicas == _replica()
                wanted = ops.where(mine, wanted, 0)
            self._add(features, wanted)

        backend.run_on_replicas(self.count, add)

    def _add(self, features, wanted):
        turns = ops.cast(self.count, "int64") + ops.cumsum(wanted) - 1
        numbers = turns * self.replicas + _replica()
        ranks = ops.where(wanted > 0, uniform(numbers, self.seed), 0.0)
        rows = self._rows(ranks)[:, None]
        for variable, values in (
            (self.features, features),
            (self.ranks, ranks),
            (self.numbers, numbers),
        ):
            values = ops.cast(values, variable.dtype)
            variable.assign(ops.scatter_update(variable, rows, values))
        self.count.assign(self.count + ops.cast(ops.sum(wanted), "float64"))

    def _rows(self, ranks):
        """Returns the row for each new image."""
        first = _replica() * self.places
        own = ops.arange(self.places, dtype="int64") + first
        own_ranks = ops.take(ops.convert_to_tensor(self.ranks), own)
        together = ops.concatenate([own_ranks, ranks])
        _, best = ops.top_k(together, self.places)
        kept = ops.scatter_update(
            ops.zeros_like(together),
            best[:, None],
            ops.ones_like(together)[: self.places],
        )
        # The first new image takes the first row that is replaced, and so on.
        order = ops.arange(self.places, 0, -1, dtype="float32")
        _, replaced = ops.top_k(
            (1.0 - kept[: self.places]) * order, self.places
        )
        taken = ops.cast((kept[self.places :] > 0) & (ranks > 0), "int64")
        turn = ops.maximum(ops.cumsum(taken) - 1, 0)
        rows = ops.take(ops.cast(replaced, "int64"), turn) + first
        return ops.where(taken > 0, rows, self.replicas * self.places)

    @property
    def num_images(self) -> int:
        """Number of images added so far."""
        return round(float(read(self.count)))

    def values(self) -> np.ndarray:
        """The sample, sorted, float32 `(at most max_images, num_features)`."""
        return self._kept()[0]

    def merge(self, other: "FeatureSample") -> None:
        """Adds another sample.

        Args:
            other: Sample of features of the same size.
        """
        count = self.num_images
        total = count + other.num_images
        pairs = zip(self._kept(), other._kept(), strict=True)
        parts = [np.concatenate(pair) for pair in pairs]
        # The other images come after the images so far.
        parts[2][len(self.values()) :] += count
        highest = np.argsort(-parts[1], kind="stable")
        kept = np.sort(highest[: self.replicas * self.places])
        self._write([part[kept] for part in parts], total)

    def _kept(self) -> tuple[np.ndarray, ...]:
        features, ranks, numbers = (
            read(variable)[:-1]
            for variable in (self.features, self.ranks, self.numbers)
        )
        taken = np.flatnonzero(ranks > 0.0)
        order = taken[np.argsort(numbers[taken], kind="stable")]
        return features[order], ranks[order], numbers[order]

    def _write(self, parts, num_images):
        turn, owner = np.divmod(np.arange(len(parts[0])), self.replicas)
        rows = owner * self.places + turn
        owners = np.arange(self.replicas * self.places + 1) // self.places
        variables = (self.features, self.ranks, self.numbers)
        values = []
        for variable, part in zip(variables, parts, strict=True):
            values.append(np.zeros(variable.shape, part.dtype))
            values[-1][rows] = part

        def write():
            mine = ops.convert_to_tensor(owners) == _replica()
            for variable, value in zip(variables, values, strict=True):
                own = ops.reshape(mine, (-1,) + (1,) * (value.ndim - 1))
                zero = ops.zeros((), value.dtype)
                variable.assign(ops.where(own, value, zero))
            own = (num_images - _replica() + self.replicas - 1) // self.replicas
            self.count.assign(ops.cast(own, "float64"))

        backend.run_on_replicas(self.count, write)


def uniform(numbers: Any, seed: int) -> Any:
    """Pseudo-random numbers in (0, 1] that depend on an index and a seed.

    Uses the finalizer of MurmurHash3, which decorrelates consecutive indices.

    Args:
        numbers: Integers of any shape.
        seed: Integer.

    Returns:
        Float32 tensor of the same shape.
    """

    # In int64, which every backend has and which wraps on overflow.
    def low_bits(values):
        return ops.bitwise_and(values, constant(0xFFFFFFFF))

    def constant(value):
        return ops.convert_to_tensor(value % 2**32, "int64")

    bits = low_bits(ops.cast(numbers, "int64") * constant(0x9E3779B9))
    bits = low_bits(bits + constant(seed * 0x85EBCA77 + 1))
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        bits = ops.bitwise_xor(bits, ops.right_shift(bits, constant(shift)))
        bits = low_bits(bits * constant(factor))
    bits = ops.bitwise_xor(bits, ops.right_shift(bits, constant(16)))
    # 24 bits, the precision of float32.
    top = ops.cast(ops.right_shift(bits, constant(8)), "float32")
    return (top + 1.0) / 2.0**24


def _replica():
    return ops.cast(backend.replica_id(), "int64")
