"""Batches of real and generated images, in whatever form they come."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan import backend
from keras_gan.sampling.generator_source import GeneratorSource
from keras_gan.sampling.mixing import Mix
from keras_gan.utils.tensors import truncated_normal

Tensor = Any
_PARTS = ("images", "labels")


class Candidates:
    """Draws an image for each slot of a batch, by other latents each time.

    Args:
        source: `GeneratorSource`.
        truncation: Bound on the latents, or `None`.
        number: Number of slots.
        labels: Int32 `(number,)`, or `None`.
    """

    def __init__(
        self,
        source: GeneratorSource,
        truncation: float | None,
        number: Any,
        labels: Tensor | None,
    ) -> None:
        self.source = source
        self.truncation = truncation
        self.number = number
        self.labels = labels

    def __call__(self, seeds: Any) -> Tensor:
        shape = (self.number, self.source.latent_dim)
        if self.truncation is None:
            latents = keras.random.normal(shape, seed=seeds)
        else:
            uniform = keras.random.uniform(shape, -1.0, 1.0, seed=seeds)
            latents = truncated_normal(uniform, self.truncation)
        return self.source.images(latents, self.labels)


def best_of_tries(
    draw: Candidates, filter: Any, max_tries: int, seeds: Any
) -> Tensor:
    """Images that a filter accepts, each drawn again until it does.

    A place that is still refused after the last try keeps the image with the
    best score; the filter was tried when the layer was made, so that this is
    rare.

    Args:
        draw: Draws an image for each slot.
        filter: `SampleFilter`.
        max_tries: Number of draws.
        seeds: `keras.random.SeedGenerator`.
    """
    # Two numbers of its own: the seeds of a counter are neighbours, and the
    # tries of one call would come again in the next.
    start = keras.random.randint((2,), 0, 2**30, "int32", seed=seeds)

    def attempt(turn, images, scores, accepted):
        own = backend.FixedSeeds(start + ops.stack([turn, 0]))
        drawn = draw(own)
        uniform = keras.random.uniform((draw.number,), seed=own)
        good, judged = filter.judge(drawn, draw.labels, uniform)
        better = ~accepted & (good | (judged > scores))
        images = ops.where(better[:, None, None, None], drawn, images)
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
    """Numbers and lists of Python as arrays; what has a shape as it is."""
    if isinstance(data, Mapping):
        return {name: as_arrays(one) for name, one in data.items()}
    if data is None or hasattr(data, "shape"):
        return data
    try:
        return np.asarray(data)
    except (NotImplementedError, TypeError, ValueError) as error:
        raise ValueError(
            "Images and labels must be arrays or tensors, or lists that can be "
            f"made arrays. Received: {type(data).__name__}. Images with their "
            "labels are two arguments, `layer(images, labels)`, or a dict."
        ) from error


def as_dict(inputs: Any, labels: Any) -> dict[str, Any]:
    """Images, images and labels, or a dict of them, as a dict."""
    if isinstance(inputs, Mapping):
        if labels is not None:
            raise ValueError(
                "The labels must stand inside the dict where there is one. "
                "Received: a dict of "
                f"{sorted(map(str, inputs))}, and labels beside it."
            )
        return dict(inputs)
    return {"images": inputs} | ({} if labels is None else {"labels": labels})


def like(data: dict[str, Any], inputs: Any, labels: Any) -> Any:
    """The data in the form in which they came."""
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
            'The data must be "images", and "labels" where there are any: a '
            "generated image has nothing else. Received: a dict of "
            f"{sorted(map(str, data))}. Mix before masks, boxes and the like "
            "are added, or leave them out."
        )
    shape = tuple(data["images"].shape)
    own = layer.image_shape
    fits = len(shape) in (3, 4) and all(
        there in (None, wanted)
        for there, wanted in zip(shape[-3:], own, strict=True)
    )
    if not fits:
        raise ValueError(
            f"The images must have the shape {own} of what the GAN makes, one "
            f"or a batch of them. Received: shape {shape}. Resize them "
            "(`keras.layers.Resizing`), or train a GAN on images of this shape."
        )
    if "labels" in data:
        labels = data["labels"]
        _check_labels(labels, len(shape) == 3, layer)
        numbers = {shape[0], tuple(labels.shape)[0]} if shape[3:] else set()
        if len(numbers - {None}) > 1:
            raise ValueError(
                "There must be one label for each image. Received: "
                f"{shape[0]} images and {labels.shape[0]} labels."
            )
    elif layer.shares is not None:
        raise ValueError(
            "`balance` needs data with labels. Received: images alone. Call "
            'the layer with `(images, labels)` or a dict of "images" and '
            '"labels".'
        )


def _check_labels(labels: Any, single: bool, layer: Any) -> None:
    classes = layer.num_classes
    if classes is None:
        raise ValueError(
            "Data with labels need a GAN with classes. Received: labels, and a "
            "GAN without. Train a conditional GAN (`num_classes=`), or one GAN "
            "a class and `gan={0: ..., 1: ...}`."
        )
    shape = tuple(labels.shape)[0 if single else 1 :]
    if shape not in ((), (1,), (classes,)):
        raise ValueError(
            "The labels must be integers, one an image, or rows of "
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
    return (
        "The labels must be classes that the GAN has learned, from 0 to "
        f"{classes - 1}."
    )


def rows_of(labels: Tensor, num_classes: Any) -> Tensor:
    """Labels as float rows `(batch, num_classes)`."""
    if _are_rows(labels):
        return ops.cast(labels, "float32")
    labels = ops.cast(ops.reshape(labels, (-1,)), "int32")
    if backend.in_pipeline() or backend.current_graph() is not None:
        wrong = ops.any((labels < 0) | (labels >= num_classes))
        backend.refuse(wrong, _unknown(num_classes))
    return ops.one_hot(labels, num_classes, dtype="float32")


def in_form_of(labels: Tensor, classes: Tensor, num_classes: Any) -> Tensor:
    """Classes `(slots,)` in the form and dtype of the labels of the data."""
    dtype = keras.backend.standardize_dtype(labels.dtype)
    if _are_rows(labels):
        return ops.one_hot(classes, num_classes, dtype=dtype)
    shape = (-1, *labels.shape[1:])
    return ops.cast(ops.reshape(classes, shape), dtype)


def _are_rows(labels: Tensor) -> bool:
    return len(labels.shape) == 2 and labels.shape[-1] != 1


# Joining -------------------------------------------------------------------


def put_in(values: Tensor, generated: Tensor, mix: Mix) -> Tensor:
    """Generated values in their places among others."""
    used = ops.reshape(mix.used, (-1, *(1,) * (len(values.shape) - 1)))
    there = ops.take(values, mix.places, axis=0)
    chosen = ops.where(used, generated, there)
    return ops.scatter_update(values, mix.places[:, None], chosen)


def put_after(values: Tensor, generated: Tensor, mix: Mix) -> Tensor:
    """Generated values after others, without the slots that are not used."""
    number = ops.sum(ops.cast(mix.used, "int32"))
    if keras.backend.backend() == "jax" and not backend.executing_eagerly():
        raise ValueError(
            '`mode="append"` makes batches of any size, which a compiled '
            'program of JAX cannot have. Received: `mode="append"` inside one. '
            "Map the layer over a `tf.data.Dataset`, call it in a loop, or "
            'take `mode="replace"`.'
        )
    return ops.concatenate([values, generated[:number]], axis=0)


def only_shapes() -> bool:
    """Whether a layer is called for the shapes of what it would return."""
    if backend.executing_eagerly():
        return False
    graph = backend.current_graph()
    while graph is not None:
        # So Keras calls the graph that it throws away.
        if getattr(graph, "name", "").startswith("scratch_graph"):
            return True
        graph = getattr(graph, "outer_graph", None)
    return backend.current_graph() is None and not backend.in_pipeline()


def symbolic(layer: Any, inputs: Any, labels: Any) -> Any:
    """What a layer returns for symbolic inputs."""

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
