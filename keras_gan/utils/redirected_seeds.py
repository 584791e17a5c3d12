"""Networks that draw noise of their own, from a seed of the caller."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import keras

from keras_gan.utils.inner_layers import seed_generators

_lock = threading.RLock()
# Where the draws of a seed generator come from now; the last entry counts.
_sources: dict[int, list] = {}


@contextlib.contextmanager
def drawing_from(seeds: Any, layers: Any) -> Iterator[None]:
    """Context in which layers draw from a seed generator of the caller.

    A layer with a `keras.random.SeedGenerator` may draw in inference, too, as
    the noise of StyleGAN does. Its images would depend on all images before
    them, and sampling from a network would change the rest of its training.
    Here its own generators are neither read nor changed.

    Args:
        seeds: `keras.random.SeedGenerator` that serves all draws.
        layers: Layers or models; those inside them are included.
    """
    generators = {
        id(generator): generator
        for one in layers
        for generator in seed_generators(one)
    }
    for key, generator in generators.items():
        _sources.setdefault(key, []).append(seeds)
        generator.next = _Redirected(key)
    try:
        yield
    finally:
        for key, generator in generators.items():
            # Replicas may leave in another order than they entered in.
            _sources[key].remove(seeds)
            if not _sources[key]:
                del _sources[key], generator.next


@contextlib.contextmanager
def drawing_alone(seeds: Any, layers: Any) -> Iterator[None]:
    """`drawing_from` for one thread at a time, as in a pipeline of arrays.

    On TensorFlow graphs are traced by one thread, and replicas would wait for
    each other.

    Args:
        seeds: As in `drawing_from`.
        layers: As in `drawing_from`.
    """
    alone: Any = _lock
    if keras.backend.backend() == "tensorflow":
        alone = contextlib.nullcontext()
    with alone, drawing_from(seeds, layers):
        yield


class _Redirected:
    """Takes the place of the method `next` of a seed generator."""

    def __init__(self, key: int) -> None:
        self.key = key

    def __call__(self, ordered: bool = True) -> Any:
        return _sources[self.key][-1].next(ordered)
