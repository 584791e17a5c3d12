"""Generators in formats of other programs."""

import contextlib
import importlib.util
import os
import pathlib
import tempfile
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.backend import BACKEND
from keras_gan.models.export_operations import (
    with_common_operations,
    with_levels_in_use,
)
from keras_gan.models.state import leaves
from keras_gan.utils import style_space
from keras_gan.utils.inner_layers import inner_layers
from keras_gan.utils.models import deserialized

_ALIASES = {"tflite": "litert", "saved_model": "tf_saved_model"}
# Of each format: the packages that Keras takes to write it, by backend.
_PACKAGES: dict[str, dict[str, tuple[str, ...]]] = {
    "tf_saved_model": {
        "tensorflow": (),
        "jax": ("tensorflow",),
        "torch": ("tensorflow", "torch_xla"),
    },
    "onnx": {
        "tensorflow": ("onnx", "tf2onnx"),
        "jax": ("jax2onnx",),
        "torch": ("onnx",),
    },
    "litert": {"tensorflow": (), "torch": ("litert_torch",)},
    "torch": {"torch": ()},
    "openvino": {
        "tensorflow": ("openvino",),
        "jax": ("openvino",),
        "torch": ("openvino",),
    },
}
FORMATS = (*_PACKAGES, *_ALIASES)
# Formats whose programs do not know bfloat16, or not for all layers.
_FLOAT32 = ("onnx", "litert", "openvino")
_LOWER = ("mixed_bfloat16", "mixed_float16", "bfloat16", "float16")
# Ends that Keras asks for.
_SUFFIXES = {"litert": ".tflite", "torch": ".pt2", "openvino": ".xml"}


def export(network: Any, filepath: Any, format: str, **options: Any) -> None:
    """Writes a network, as `keras.Model.export` does, after some checks.

    What was at the path before is replaced when all is written.

    Args:
        network: A built model.
        filepath: Path of the folder or file.
        format: One of `FORMATS`.
        **options: As in `keras.Model.export`.

    Raises:
        ValueError: If it cannot be written here.
    """
    kind = check(format)
    suffix = _SUFFIXES.get(kind, "")
    if not str(filepath).lower().endswith(suffix):
        raise ValueError(
            f"`filepath` must end in {suffix} for this format. Received: "
            f"{str(filepath)!r} with format={format!r}. Rename it."
        )
    if kind in _FLOAT32:
        network = _in_float32(network)
    if kind == "onnx":  # Keras writes no model that was never called.
        network(network.input)
    with contextlib.ExitStack() as stack:
        stack.enter_context(_with_same_noise(network))
        stack.enter_context(with_levels_in_use(network))
        if kind in _FLOAT32:
            stack.enter_context(with_common_operations(network))
        aside = stack.enter_context(_written_aside(filepath, suffix))
        network.export(str(aside), kind, **options)
        if kind == "onnx":
            _check_onnx(str(aside))


@contextlib.contextmanager
def _written_aside(filepath: Any, suffix: str) -> Iterator[pathlib.Path]:
    """Yields a path to write to, and then moves what is there to `filepath`."""
    path = pathlib.Path(filepath)
    # Keras takes suffixes in lower case only.
    name = path.stem + suffix if suffix else path.name
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=".writing-", dir=path.parent
    ) as folder:
        aside = pathlib.Path(folder, name)
        yield aside
        before = pathlib.Path(folder, f"{name}-before")
        if path.is_dir():
            os.replace(path, before)
        # Some formats have files of weights beside them.
        for one in set(aside.parent.iterdir()) - {aside, before}:
            os.replace(one, path.with_name(one.name))
        os.replace(aside, path)


def check(format: str) -> str:
    """Returns Keras' name of a format, if it can be written here.

    Args:
        format: One of `FORMATS`.

    Raises:
        ValueError: If it is unknown, the backend cannot write it, or a package
            is missing.
    """
    kind = _ALIASES.get(format, format)
    if kind not in _PACKAGES:
        raise ValueError(
            f"`format` must be one of {', '.join(FORMATS)}. Received: "
            f"{format!r}."
        )
    backends = _PACKAGES[kind]
    if BACKEND not in backends:
        able = " or ".join(backends)
        raise ValueError(
            f"`format` must be one that {BACKEND} can write. Received: "
            f"{format!r}. Save the model, set KERAS_BACKEND to {able}, and "
            "load it there: files of models are the same on all backends."
        )
    missing = [
        name for name in backends[BACKEND] if not importlib.util.find_spec(name)
    ]
    if missing:
        names = " ".join(missing).replace("_", "-")
        raise ValueError(
            f"`format` must be one for which all packages are installed. "
            f"Received: {format!r}, which takes {names} on {BACKEND}. Run "
            f"`pip install {names}`, or choose another format."
        )
    return kind


def with_named_inputs(
    generator: Any, latent_dim: int, num_classes: int | None
) -> keras.Model:
    """Returns a generator with inputs of the names that are documented.

    These are `latents`; `labels` where there are classes; and `truncation`,
    `(batch,)`, of a generator with styles: 1 draws as the generator does, 0 the
    mean style.

    Args:
        generator: Model, latents, or latents and labels -> images.
        latent_dim: Length of the latents.
        num_classes: Number of classes, or None.
    """
    inputs: Any = keras.Input((latent_dim,), name="latents")
    if num_classes is not None:
        inputs = [inputs, keras.Input((), dtype="int32", name="labels")]
    mean = style_space.mean_style(generator)
    if mean is None:
        images = generator(inputs, training=False)
    else:
        truncation = keras.Input((), name="truncation")
        images = style_space.truncated(
            generator, ops.convert_to_numpy(mean), inputs, truncation
        )
        inputs = [*keras.tree.flatten(inputs), truncation]
    return keras.Model(inputs, ops.cast(images, "float32"), name="generator")


def _check_onnx(path: str) -> None:
    """Refuses a file with operations that ONNX lacks; converters only log it.

    Args:
        path: The file.

    Raises:
        ValueError: If there are some.
    """
    import onnx

    known = {schema.name for schema in onnx.defs.get_all_schemas()}
    graph = onnx.load(path, load_external_data=False).graph
    own = (node for node in graph.node if node.domain in ("", "ai.onnx"))
    unknown = sorted({node.op_type for node in own} - known)
    if unknown:
        raise ValueError(
            "`format` must be one that has all operations of the generator. "
            f"Received: 'onnx', which lacks {', '.join(unknown)}. Choose "
            "another format, or another layer in their place."
        )


@contextlib.contextmanager
def _with_same_noise(network: Any) -> Iterator[None]:
    """Context in which layers add the same noise in each call.

    Few other programs draw random numbers, and none the same ones.
    """
    layers = [x for x in inner_layers(network) if hasattr(x, "given_noise")]
    rng = np.random.default_rng(0)
    for layer in layers:
        noise = rng.standard_normal(layer.noise_shape)
        layer.given_noise = noise.astype("float32")
    try:
        yield
    finally:
        for layer in layers:
            layer.given_noise = None


def _in_float32(network: Any) -> Any:
    """The same network, where all layers compute in float32."""
    if not any(layer.compute_dtype in _LOWER for layer in leaves(network)):
        return network
    config = keras.saving.serialize_keras_object(network)
    copy = deserialized(
        keras.tree.map_structure(
            lambda value: "float32" if value in _LOWER else value, config
        )
    )
    copy.set_weights(network.get_weights())
    return copy
