"""Directions in a latent space, and the small files that hold them."""

import dataclasses
import hashlib
import os
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_gan.latents.spaces import LatentSpace, open_space
from keras_gan.utils.files import replacing
from keras_gan.utils.npz import NpzFile

_ARRAYS = ("vectors", "deviations", "names", "space", "generator")
_CURE = "Save directions with `Directions.save`."
_SMALL_BYTES = 2**24


@dataclasses.dataclass(frozen=True)
class Directions:
    """Directions in a latent space of one generator.

    `factorize`, `principal_directions` and `attribute_direction` make them,
    `edit` and `grid` go along them. They are of use for the generator that they
    were found in, and are refused for others.

    Attributes:
        vectors: Unit vectors, float32 `(count, size)`.
        deviations: The standard deviation of latents along each of them,
            float32 `(count,)`; a strength of 1 goes this far.
        names: What each one is called.
        space: The latent space, `"z"` or `"w"`.
        generator: Fingerprint of the weights of the generator.

    `directions[0]`, `directions[2:5]` and `directions["brightness"]` are
    directions too.

    Example:

    >>> generator = keras_gan.networks.mlp_generator((8, 8, 1), latent_dim=4)
    >>> found = keras_gan.latents.factorize(generator)
    >>> len(found), found[0].names
    (4, ('factorize 1',))
    >>> found[:2].save("directions.npz")
    >>> len(Directions.load("directions.npz"))
    2
    """

    vectors: np.ndarray
    deviations: np.ndarray
    names: tuple[str, ...]
    space: str
    generator: str

    @classmethod
    def found_in(
        cls,
        space: LatentSpace,
        vectors: np.ndarray,
        names: tuple[str, ...],
        deviations: np.ndarray | None = None,
    ) -> "Directions":
        """Makes directions of vectors, which need not be unit vectors.

        Args:
            space: The space that they were found in.
            vectors: Floats `(count, size)`, none of them 0.
            names: What each one is called.
            deviations: Standard deviations along them. Default: those of
                random latents.

        Raises:
            ValueError: If a vector is 0 or not finite.
        """
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        for name, length in zip(names, lengths[:, 0], strict=True):
            if not 0.0 < length < np.inf:
                raise ValueError(
                    "Directions must be finite vectors other than 0. Received: "
                    f"{name!r} of length {length:g}. Choose something that "
                    "changes with the latents."
                )
        vectors = vectors / lengths
        if deviations is None:
            deviations = space.deviations(vectors)
        return cls(
            vectors.astype("float32"),
            deviations.astype("float32"),
            names,
            space.name,
            fingerprint(space.source.generator),
        )

    @classmethod
    def joined(cls, parts: Sequence["Directions"]) -> "Directions":
        """Puts directions of one space of one generator together.

        Args:
            parts: Directions, at least one.

        Raises:
            ValueError: If they are of several generators or spaces.
        """
        origins = {(one.space, one.generator) for one in parts}
        if len(origins) != 1:
            found = sorted(f"{space} of {made[:8]}" for space, made in origins)
            raise ValueError(
                "Directions must be of one space of one generator. Received: "
                f"{', '.join(found) or 'none'}. Find them again with this "
                "generator, in one `space`."
            )
        return dataclasses.replace(
            parts[0],
            vectors=np.concatenate([one.vectors for one in parts]),
            deviations=np.concatenate([one.deviations for one in parts]),
            names=tuple(name for one in parts for name in one.names),
        )

    def __len__(self) -> int:
        return len(self.vectors)

    def __iter__(self) -> Iterator["Directions"]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, key: int | slice | str) -> "Directions":
        if isinstance(key, str):
            if key not in self.names:
                raise KeyError(f"{key!r} is none of {self.names}")
            key = self.names.index(key)
        if not isinstance(key, slice):
            number = range(len(self))[key]  # Of a negative number, too.
            key = slice(number, number + 1)
        return dataclasses.replace(
            self,
            vectors=self.vectors[key],
            deviations=self.deviations[key],
            names=self.names[key],
        )

    def save(self, path: str | os.PathLike) -> None:
        """Writes a small `.npz` file.

        Args:
            path: The file, in an existing folder.

        Raises:
            ValueError: If it does not end in `.npz`.
        """
        if pathlib.Path(path).suffix.lower() != ".npz":
            raise ValueError(f"`path` must end in .npz. Received: {path}")
        with replacing(path, shared=True) as aside, open(aside, "wb") as file:
            np.savez(file, **dataclasses.asdict(self))

    @classmethod
    def load(cls, path: str | os.PathLike) -> "Directions":
        """Reads a file that `save` wrote.

        Args:
            path: The file.

        Raises:
            OSError: If it cannot be read.
            ValueError: If it is damaged, or another kind of file.
        """
        with NpzFile(path, _CURE, _SMALL_BYTES) as file:
            if not set(_ARRAYS) <= set(file.names):
                raise ValueError(
                    f"`{path}` must hold {', '.join(_ARRAYS)}. Received: "
                    f"{', '.join(file.names)}. {_CURE}"
                )
            arrays = {name: file.read(name) for name in _ARRAYS}
        vectors, deviations, names = (arrays[name] for name in _ARRAYS[:3])
        is_right = (
            vectors.ndim == 2
            and len(vectors) > 0
            and deviations.shape == names.shape == (len(vectors),)
            and vectors.dtype.kind == deviations.dtype.kind == "f"
            and np.isfinite(vectors).all()
            and np.isfinite(deviations).all()
        )
        if not is_right:
            raise ValueError(
                f"`{path}` must hold one name and one deviation for each "
                f"vector. Received: arrays of shapes {vectors.shape}, "
                f"{deviations.shape} and {names.shape}. {_CURE}"
            )
        return cls(
            vectors.astype("float32"),
            deviations.astype("float32"),
            tuple(map(str, names)),
            str(arrays["space"]),
            str(arrays["generator"]),
        )

    def space_in(self, gan: Any) -> LatentSpace:
        """Opens the space of these directions in a generator.

        Args:
            gan: As for `keras_gan.sampling.open_generator`.

        Raises:
            ValueError: If they are not of this generator.
        """
        space = open_space(gan, self.space)
        found = fingerprint(space.source.generator)
        if (found, self.vectors.shape[1]) != (self.generator, space.size):
            raise ValueError(
                "`directions` must be of this generator. Received: "
                f"{', '.join(self.names[:3])} of another one, or of another "
                f"state of its training (latents of {self.vectors.shape[1]} "
                f"numbers, weights {self.generator[:8]}; here {space.size} and "
                f"{found[:8]}). Find them again with this generator."
            )
        return space


def fingerprint(generator: Any) -> str:
    """Returns hexadecimal digits that tell generators from each other.

    They depend on the shapes and values of the weights, and on nothing else: a
    file has the same ones on every backend.

    Args:
        generator: `keras.Model`.

    Example:

    >>> generator = keras_gan.networks.mlp_generator((8, 8, 1), seed=1)
    >>> fingerprint(generator) == fingerprint(generator)
    True
    """
    digest = hashlib.sha256()
    for weight in generator.weights:
        values = ops.convert_to_numpy(ops.cast(weight, "float32"))
        digest.update(repr(values.shape).encode())
        digest.update(values.astype("<f4").tobytes())
    return digest.hexdigest()
