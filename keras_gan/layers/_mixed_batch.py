"""Mixing real and generated images in batches of any form."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.sampling.generator_source import GeneratorSource
from keras_gan.sampling.mixing import Mix
from keras_gan.utils.tensors import truncated_normal
from keras_gan.utils.truncation import Truncation

Tensor = Any
_PARTS = ("images", "labels")


class Candidates:
    """Draws an image for each slot of a batch, from new latents each time.

    Args:
        source: `GeneratorSource`.
        truncation: `Truncation` of the latents or styles.
        number: Number of slots.
        labels: Int32 `(number,)`, or `None`.
    """

    def __init__(
        self,
        source: GeneratorSource,
        truncation: Truncation,
        number: Any,
        labels: Tensor | None,
    ) -> None:
        self.source = source
        self.truncation = truncation
        self.number = number
        self.labels = labels

    def __call__(self, seeds: Any) -> Tensor:
        shape = (self.number, self.source.latent_dim)
        if self.truncation.bound is None:
            latents = keras.random.normal(shape, seed=seeds)
        else:
            uniform = keras.random.uniform(shape, -1.0, 1.0, seed=seeds)
            latents = truncated_normal(uniform, self.truncation.bound)
        return self.source.images(
            latents, self.labels, seeds, self.truncation.share
        )


def best_of_tries(
    draw: Candidates, filter: Any, max_tries: int, seeds: Any
) -> Tensor:
    """Draws images until a filter accepts them.

    A place whose images are all rejected keeps the one with the best score.
    This is rare, because the filter is tested when the layer is made.

    Args:
        draw: Draws an image for each slot.
        filter: `SampleFilter`.
        max_tries: Maximum number of draws.
        seeds: `keras.random.SeedGenerator`.
    """
    # A random start: seeds that count up would repeat the tries of one call in
    # the next one.
    start = keras.random.randint((2,), 0, 2**30, "int32", seed=seeds)

    def attempt(turn, images, scores, accepted):
        own = backend.FixedSeeds(start + ops.stack([turn, 0]))
        drawn = draw(own)
        uniform = keras.random.uniform((draw.number,), seed=own)
        good, judged = filter.judge(drawn, draw.labels, uniform)
        better = ~accepted & (good | (judged > scores))
        chosen = ops.reshape(better, (-1, *(1,) * (len(shape) - 1)))
        images = ops.where(chosen, drawn, images)
        images = ops.reshape(images, shape)
        scores = ops.where(better, judged, scores)
        return turn + 1, images, scores, accepted | good

    shape = (draw.number, *draw.source.image_shape)
    state = (
        ops.zeros((), "int32"),
        ops.zeros(shape, "float32"),
        ops.full((draw.number,), -np.inf, "float32"),
        ops.zeros((draw.number,), "bool"),
    )
    return ops.while_loop(
        lambda turn, images, scores, accepted: ~ops.all(accepted),
        attempt,
        state,
        maximum_iterations=max_tries,
    )[1]


# Forms of data -------------------------------------------------------------


def as_arrays(data: Any) -> Any:
    """Converts numbers and lists to arrays; keeps arrays and tensors."""
    if isinstance(data, Mapping):
        return {name: as_arrays(one) for name, one in data.items()}
    if data is None or hasattr(data, "shape"):
        return data
    try:
        return np.asarray(data)
    except (NotImplementedError, TypeError, ValueError) as error:
        raise ValueError(
            "Images and labels must be arrays, tensors, or lists that can be "
            f"converted to arrays. Received: {type(data).__name__}. Pass "
            "images and labels as two arguments, `layer(images, labels)`, or "
            "as a dict."
        ) from error


def as_dict(inputs: Any, labels: Any) -> dict[str, Any]:
    """Returns images, images and labels, or a dict of them, as a dict."""
    if isinstance(inputs, Mapping):
        if labels is not None:
            raise ValueError(
                "Labels must be inside the dict if there is one. Received: a "
                f"dict with keys {sorted(map(str, inputs))}, and separate "
                "labels."
            )
        return dict(inputs)
    return {"images": inputs} | ({} if labels is None else {"labels": labels})


def like(data: dict[str, Any], inputs: Any, labels: Any) -> Any:
    """Returns the data in the same form as the inputs."""
    if isinstance(inputs, Mapping):
        return data
    return (
        data["images"] if labels is None else (data["images"], data["labels"])
    )


def check(data: dict[str, Any], layer: Any) -> None:
    """Checks the data that a layer is given.

    Raises:
        ValueError: If they are not images of the GAN's shape and labels of its
            classes.
    """
    if set(data) not in ({"images"}, set(_PARTS)):
        raise ValueError(
            'The data must be "images" and, if there are any, "labels": '
            "generated images have nothing else. Received: a dict with keys "
            f"{sorted(map(str, data))}. Mix before masks or boxes are added, "
            "or leave them out."
        )
    shape = tuple(data["images"].shape)
    own = layer.image_shape
    single = len(shape) == len(own)
    fits = len(shape) in (len(own), len(own) + 1) and all(
        there in (None, wanted)
        for there, wanted in zip(shape[-len(own) :], own, strict=True)
    )
    if not fits:
        raise ValueError(
            f"The images must have the shape {own} of the GAN's images, with "
            f"or without a batch axis. Received: shape {shape}. Resize them "
            "(`keras.layers.Resizing`), or train a GAN on images of this shape."
        )
    if "labels" in data:
        labels = data["labels"]
        _check_labels(labels, single, layer)
        numbers = set() if single else {shape[0], tuple(labels.shape)[0]}
        if len(numbers - {None}) > 1:
            raise ValueError(
                "There must be one label for each image. Received: "
                f"{shape[0]} images and {labels.shape[0]} labels."
            )
    elif layer.shares is not None:
        raise ValueError(
            "`balance` needs data with labels. Received: images only. Call "
            'the layer with `(images, labels)` or a dict of "images" and '
            '"labels".'
        )


def _check_labels(labels: Any, single: bool, layer: Any) -> None:
    classes = layer.num_classes
    if classes is None:
        raise ValueError(
            "Data with labels need a GAN with classes. Received: labels and a "
            "GAN without. Train a conditional GAN (`num_classes=`), or one GAN "
            "per class and pass `gan={0: ..., 1: ...}`."
        )
    shape = tuple(labels.shape)[0 if single else 1 :]
    if shape not in ((), (1,), (classes,)):
        raise ValueError(
            "The labels must be integers, one per image, or rows of "
            f"{classes} numbers, one for each class of the GAN. Received: "
            f"shape {tuple(labels.shape)}."
        )
    if shape == (classes,) and classes > 1:
        return
    dtype = keras.backend.standardize_dtype(labels.dtype)
    if "int" not in dtype:
        raise ValueError(
            "Labels that are not one-hot rows must be integers. Received: "
            f"dtype {dtype}."
        )
    if isinstance(labels, keras.KerasTensor) or not backend.executing_eagerly():
        return
    values = np.asarray(ops.convert_to_numpy(labels))
    if values.size and not (values.min() >= 0 and values.max() < classes):
        raise ValueError(_unknown(classes) + f" Received: {np.unique(values)}.")


def _unknown(classes: int) -> str:
    return f"The labels must be classes of the GAN, from 0 to {classes - 1}."


def rows_of(labels: Tensor, num_classes: Any) -> Tensor:
    """Returns labels as float rows `(batch, num_classes)`."""
    if _are_rows(labels):
        return ops.cast(labels, "float32")
    labels = ops.cast(ops.reshape(labels, (-1,)), "int32")
    if backend.in_pipeline() or backend.current_graph() is not None:
        wrong = ops.any((labels < 0) | (labels >= num_classes))
        backend.refuse(wrong, _unknown(num_classes))
    return ops.one_hot(labels, num_classes, dtype="float32")


def in_form_of(labels: Tensor, classes: Tensor, num_classes: Any) -> Tensor:
    """Returns classes `(slots,)` in the form and dtype of given labels."""
    dtype = keras.backend.standardize_dtype(labels.dtype)
    if _are_rows(labels):
        return ops.one_hot(classes, num_classes, dtype=dtype)
    shape = (-1, *labels.shape[1:])
    return ops.cast(ops.reshape(classes, shape), dtype)


def _are_rows(labels: Tensor) -> bool:
    return len(labels.shape) == 2 and labels.shape[-1] != 1


# Joining -------------------------------------------------------------------


def replace_rows(values: Tensor, generated: Tensor, mix: Mix) -> Tensor:
    """Puts generated values in their places."""
    used = ops.reshape(mix.used, (-1, *(1,) * (len(values.shape) - 1)))
    there = ops.take(values, mix.places, axis=0)
    chosen = ops.where(used, generated, there)
    return ops.scatter_update(values, mix.places[:, None], chosen)


def append_rows(values: Tensor, generated: Tensor, mix: Mix) -> Tensor:
    """Appends generated values, without unused slots."""
    number = ops.sum(ops.cast(mix.used, "int32"))
    if keras.backend.backend() == "jax" and not backend.executing_eagerly():
        raise ValueError(
            '`mode="append"` makes batches of varying size, which a compiled '
            'JAX program cannot. Received: `mode="append"` inside one. '
            "Map the layer over a `tf.data.Dataset`, call it in a loop, or "
            'use `mode="replace"`.'
        )
    return ops.concatenate([values, generated[:number]], axis=0)


def infers_shapes_only() -> bool:
    """Whether a layer is only called to infer its output shapes."""
    if backend.executing_eagerly():
        return False
    graph = backend.current_graph()
    while graph is not None:
        # The name of the graph in which Keras infers shapes.
        if getattr(graph, "name", "").startswith("scratch_graph"):
            return True
        graph = getattr(graph, "outer_graph", None)
    return backend.current_graph() is None and not backend.in_pipeline()


def symbolic(layer: Any, inputs: Any, labels: Any) -> Any:
    """Returns the output of a layer for symbolic inputs."""

    data = as_dict(inputs, labels)
    # A single image becomes a batch.
    first = 0 if len(data["images"].shape) == len(layer.image_shape) else 1

    def batch(shape):
        if layer.mode == "replace" or layer.fraction == 0:
            return shape
        return (None, *shape[first:])

    data = {
        name: keras.KerasTensor(
            batch(tuple(one.shape)),
            layer.compute_dtype if name == "images" else one.dtype,
        )
        for name, one in data.items()
    }
    return like(data, inputs, labels)
