"""A bounded random sample of the features of any number of images."""

from typing import Any

import numpy as np
from keras import ops

from keras_gan import backend


class FeatureSample:
    """Places for features, each kept for one image at a time.

    Images take the places in turn. Once all are taken, each place keeps a
    uniformly random one of the images that came to it: that with the greatest
    of random numbers, which follow from the image's number and the seed alone.
    So memory is bounded, up to `max_images` images are kept in order, and the
    same images give the same sample whatever the batch size.

    On several replicas each has places of its own, zeros elsewhere, so that
    Keras' sum over replicas is the whole sample and no step need communicate.

    Args:
        metric: The `keras.metrics.Metric` whose variables hold the sample.
        name: Beginning of the variables' names.
        max_images: Number of places.
        num_features: Size of the features.
        seed: Integer from which the random numbers follow.
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
        replicas = backend.replica_count()
        self.places = max(max_images // replicas, 1) * replicas
        self.seed = seed
        # The last row takes what is not kept.
        self.features = metric.add_variable(
            (self.places + 1, num_features),
            "zeros",
            dtype="float32",
            name=f"{name}_features",
        )
        self.ranks = metric.add_variable(
            (self.places + 1,), "zeros", dtype="float32", name=f"{name}_ranks"
        )
        self.count = metric.add_variable(
            (), "zeros", dtype="float64", name=f"{name}_count"
        )

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
                # Between replicas, or on one device: a share for each.
                mine = rows % backend.replica_count() == _replica()
                wanted = ops.where(mine, wanted, 0)
            self._add(features, wanted)

        backend.run_on_replicas(self.count, add)

    def _add(self, features, wanted):
        replicas = backend.replica_count()
        numbers = ops.cast(self.count, "int64") + ops.cumsum(wanted) - 1
        turns = numbers % (self.places // replicas)
        places = ops.where(
            wanted > 0, turns * replicas + _replica(), self.places
        )
        ranks = uniform(numbers * replicas + _replica(), self.seed)
        # A batch may have several images for one place.
        best = ops.segment_max(ranks, places, self.places + 1)
        best = ops.maximum(best, self.ranks)
        kept = (ranks >= ops.take(best, places)) & (
            ranks > ops.take(ops.convert_to_tensor(self.ranks), places)
        )
        places = ops.where(kept, places, self.places)[:, None]
        self.features.assign(
            ops.scatter_update(self.features, places, features)
        )
        self.ranks.assign(ops.scatter_update(self.ranks, places, ranks))
        self.count.assign(self.count + ops.cast(ops.sum(wanted), "float64"))

    @property
    def num_images(self) -> int:
        """Number of images that were added."""
        return round(float(self._read(self.count)))

    def values(self) -> np.ndarray:
        """The sample, float32 `(at most max_images, num_features)`."""
        taken = self._read(self.ranks)[:-1] > 0.0
        return self._read(self.features)[:-1][taken]

    def merge(self, other: "FeatureSample") -> None:
        """Adds what another sample has seen.

        Where both together have more images than places, as many of each are
        drawn as would be of all images.

        Args:
            other: Sample of features of the same size.
        """
        parts = [self.values(), other.values()]
        counts = self.num_images, other.num_images
        if sum(map(len, parts)) > self.places:
            rng = np.random.default_rng([self.seed, *counts])
            share = int(rng.hypergeometric(*counts, self.places))
            shares = (share, self.places - share)
            parts = [
                rng.permutation(part)[:size]
                for part, size in zip(parts, shares, strict=True)
            ]
        self._write(np.concatenate(parts), sum(counts))

    def _write(self, values, num_images):
        features = np.zeros(self.features.shape, "float32")
        features[: len(values)] = values
        ranks = np.zeros(self.ranks.shape, "float32")
        # The greatest of as many random numbers as images came to a place.
        arrivals = max(num_images / self.places, 1.0)
        numbers = np.arange(len(values), dtype="int64")
        first = ops.convert_to_numpy(uniform(numbers, self.seed))
        ranks[: len(values)] = first ** (1.0 / arrivals)
        places = np.arange(self.places + 1)

        def write():
            replicas = backend.replica_count()
            mine = ops.convert_to_tensor(places) % replicas == _replica()
            self.features.assign(ops.where(mine[:, None], features, 0.0))
            self.ranks.assign(ops.where(mine, ranks, 0.0))
            own = (num_images - _replica() + replicas - 1) // replicas
            self.count.assign(ops.cast(own, "float64"))

        backend.run_on_replicas(self.count, write)

    @staticmethod
    def _read(variable):
        return ops.convert_to_numpy(ops.convert_to_tensor(variable))


def uniform(numbers: Any, seed: int) -> Any:
    """Pseudo-random numbers in (0, 1], each a function of a number and a seed.

    The finaliser of MurmurHash3: neighbours in, nothing alike out.

    Args:
        numbers: Integers of any shape.
        seed: Integer.

    Returns:
        Float32 tensor of the same shape.
    """

    def constant(value):
        return ops.convert_to_tensor(np.uint32(value % 2**32))

    bits = ops.cast(numbers, "uint32") * constant(0x9E3779B9)
    bits = bits + constant(seed * 0x85EBCA77 + 1)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        bits = bits ^ ops.right_shift(bits, constant(shift))
        bits = bits * constant(factor)
    bits = bits ^ ops.right_shift(bits, constant(16))
    # 24 bits: as many as float32 tells apart.
    top = ops.cast(ops.right_shift(bits, constant(8)), "float32")
    return (top + 1.0) / 2.0**24


def _replica():
    return ops.cast(backend.replica_id(), "int64")
