"""Writes TensorBoard logs without the `tensorboard` package."""

import os

import numpy as np


class TensorBoardWriter:
    """Writes images to a folder that TensorBoard shows.

    TensorFlow's `tf.summary.image` needs the `tensorboard` package, although
    only viewing the files should.

    Args:
        log_dir: The folder.
    """

    def __init__(self, log_dir: str | os.PathLike) -> None:
        import tensorflow as tf

        self._writer = tf.summary.create_file_writer(str(log_dir))

    def image(
        self, name: str, image: np.ndarray, png: bytes, step: int
    ) -> None:
        """Writes one image.

        Args:
            name: Title of the image.
            image: Array `(height, width, channels)`, read for its size.
            png: The image, encoded as PNG.
            step: Training step or epoch.
        """
        import tensorflow as tf

        metadata = tf.compat.v1.SummaryMetadata()
        metadata.plugin_data.plugin_name = "images"
        metadata.data_class = 3  # a sequence of files
        height, width = image.shape[:2]
        parts = tf.constant([str(width).encode(), str(height).encode(), png])
        with self._writer.as_default(step=step):
            tf.summary.write(name, parts, metadata=metadata)
        self._writer.flush()

    def close(self) -> None:
        """Closes the file."""
        self._writer.close()
