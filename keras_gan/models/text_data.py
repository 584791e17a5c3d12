"""Texts as the data of a model: `TextGAN` takes lines, or their codes."""

import keras
import numpy as np
from keras import ops

from keras_gan.layers.texts.preprocessor import END
from keras_gan.models import batch as batches
from keras_gan.models import data_checks
from keras_gan.models.partial_means import mean_where

CODES = "the preprocessor's codes"
"""What the data is, for messages."""


def encoded(model, x, y) -> tuple:
    """Returns codes and labels of texts; other data as it is.

    Args:
        model: The `TextGAN`.
        x: `datasets.TextLines`, a list or array of texts, or anything else.
        y: Their labels, or None: those of the lines, if they are wanted.
    """
    if hasattr(x, "lines"):
        if y is None and model.num_classes is not None:
            y = x.labels
        return model.preprocessor.encode(x.lines), y
    if isinstance(x, list | tuple) and any(isinstance(t, str) for t in x):
        return model.preprocessor.encode(x), y
    if isinstance(x, np.ndarray) and x.dtype.kind in "UO":
        return model.preprocessor.encode(x.tolist()), y
    return x, y


def check(x, y, sequence_shape, num_classes) -> None:
    """Checks codes that are in memory, and their labels.

    Args:
        x: Array of integers `(lines, length)`, or a data set.
        y: Labels, or None.
        sequence_shape: `(length, vocabulary)`.
        num_classes: Number of classes, or None.

    Raises:
        ValueError: If their shape, type or range is wrong.
    """
    length, vocabulary = sequence_shape
    data_checks.check_arrays(x, y, (length,), num_classes, of=CODES)
    if not data_checks.in_memory(x):
        return
    _check_integers(x.dtype)
    codes = ops.convert_to_numpy(x)
    if codes.min() < 0 or codes.max() >= vocabulary:
        raise ValueError(
            wrong_codes(f"{codes.min()} to {codes.max()}", vocabulary)
        )


def wrong_codes(received: str, vocabulary: int) -> str:
    """The error message for codes out of range."""
    return (
        f"Codes of tokens must be in [0, {vocabulary}), the vocabulary of the "
        f"preprocessor. Received: {received}. Make them with "
        "`preprocessor.encode(lines)`."
    )


def unpack(data, sequence_shape, num_classes) -> batches.Batch:
    """Returns the batch, of one-hot tokens, in the data of a step.

    Args:
        data: Codes `(batch, length)`, or codes and labels.
        sequence_shape: `(length, vocabulary)`.
        num_classes: Number of classes, or None.

    Raises:
        ValueError: As in `check`.
    """
    length, vocabulary = sequence_shape
    x, *_ = keras.utils.unpack_x_y_sample_weight(data)
    _check_integers(getattr(x, "dtype", "int32"))
    batch = batches.unpack(data, (length,), num_classes, of=CODES)
    codes = ops.cast(x, "int32")
    wrong = ops.any(ops.logical_or(codes < 0, codes >= vocabulary))
    return batch._replace(
        images=ops.one_hot(codes, vocabulary, dtype="float32"),
        out_of_range={
            **batch.out_of_range,
            "images": ops.cast(wrong, "float32"),
        },
    )


def negative_log_likelihood(logits, tokens):
    """Returns the mean of -log p of the tokens of texts, in nats.

    The end counts, and what fills up the sequence after it does not.

    Args:
        logits: Tensor `(batch, length, vocabulary)`.
        tokens: One-hot tokens of that shape.
    """
    losses = -ops.sum(tokens * ops.log_softmax(logits), axis=2)
    ends = ops.cumsum(tokens[:, :, END], axis=1)
    # As many ends before as at this place: none before.
    live = ops.cast(ends - tokens[:, :, END] < 0.5, "float32")
    # Of all replicas: else tokens would count more beside shorter texts.
    return mean_where(losses, live)


def _check_integers(dtype) -> None:
    name = keras.backend.standardize_dtype(dtype)
    if "int" not in name:
        raise ValueError(
            "The data must be texts, or integers, the codes of their tokens. "
            f"Received: {name}. Pass the lines, or "
            "`preprocessor.encode(lines)`."
        )
