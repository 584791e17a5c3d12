"""`EditsAttributes`: the use of models that change attributes of images."""

from typing import Any

import keras
import numpy as np

from keras_gan.models import attributes as attribute_data
from keras_gan.models.translation import TranslatingModel
from keras_gan.utils.arguments import finite
from keras_gan.utils.models import Untracked
from keras_gan.utils.tensors import shapes_agree


class EditsAttributes(TranslatingModel):
    """A mix-in for models whose generator takes images and attributes.

    Attributes:
        discriminator: Model, images -> `[logits, attribute_logits]`.
        image_shape: Shape of one image in training.
        num_attributes: Number of attributes.
        exclusive: Whether an image has exactly one of them.
    """

    discriminator: Any
    image_shape: Any
    num_attributes: Any
    exclusive: Any

    def make_classifier(self) -> None:
        """Makes a model of the discriminator's second head."""
        images = keras.Input(self.image_shape, name="images")
        logits = self.discriminator(images)[1]
        self._classifier = Untracked(keras.Model(images, logits))

    def translate(  # type: ignore[override]
        self, images, attributes, strength=1.0, *, source=None, **options
    ):
        """Changes attributes of images with the (averaged) generator.

        The generator is given `source + strength * (attributes - source)`.

        Args:
            images: Array `(num_images, height, width, channels)` in [-1, 1].
            attributes: The attributes that the images are to have: a row
                `(num_attributes,)` for all of them, or `(num_images,
                num_attributes)`, of numbers in [0, 1]; NaN for attributes that
                stay as they are. If exclusive, also an integer, or integers
                `(num_images,)`.
            strength: How far to go: 0 for none, 1 for all of the way, more to
                exaggerate.
            source: The attributes that the images have, like `attributes`.
                None: as the discriminator sees them, if they are needed.
            **options: As in `Pix2Pix.translate`: `batch_size`, `tile`,
                `overlap`, `seed`.

        Returns:
            Float32 NumPy array, the images in the same order.

        Raises:
            ValueError: If the images do not have the shape of the generator's
                inputs, are not in [-1, 1], or an argument is out of its range.
        """
        strength = finite("strength", strength)
        images = attribute_data.as_array(images)
        wanted = self._rows("attributes", attributes, images)
        kept = np.isnan(wanted)
        if strength != 1.0 or kept.any():
            own = self._source(images, source)
            wanted = np.where(kept, own, wanted)
            wanted = own + strength * (wanted - own)
        return self.translate_with(
            self.sampler, images, wanted.astype("float32"), **options
        )

    def read_attributes(self, images, *, batch_size=16):
        """Returns how likely images have each attribute.

        Args:
            images: Array `(num_images, height, width, channels)` in [-1, 1], of
                the size of the training images.
            batch_size: Number of images at once.

        Returns:
            Float32 NumPy array `(num_images, num_attributes)`, probabilities by
            the discriminator.

        Raises:
            ValueError: If the images have another shape, or are not in [-1, 1].
        """
        logits = self.translate_with(
            self._classifier.value, images, batch_size=batch_size
        )
        return attribute_data.probabilities(logits, self.exclusive)

    def _rows(self, name, given, images):
        return attribute_data.targets(
            name, given, len(images), self.num_attributes, self.exclusive
        )

    def _source(self, images, source):
        if source is None and shapes_agree(images.shape[1:], self.image_shape):
            return self.read_attributes(images)
        if (
            source is None
            or np.isnan(self._rows("source", source, images)).any()
        ):
            raise ValueError(
                "`source`, the attributes that the images have, must be given "
                "to change them in part, because the discriminator only reads "
                f"images of shape {self.image_shape}. Received: images of "
                f"shape {images.shape[1:]} and source={source!r}. Pass a row "
                "of them, or images of that shape."
            )
        return self._rows("source", source, images)
