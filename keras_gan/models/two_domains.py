"""`TwoDomains`: the unpaired data of models of two domains."""

from typing import Any

from keras import ops

from keras_gan.models import batch as batches
from keras_gan.models import coupling, data_checks
from keras_gan.models import network_checks as checks
from keras_gan.utils.models import Untracked

NAMES = ("first", "second")


class TwoDomains:
    """A mix-in for models of unpaired images of the domains first and second.

    Its batches are `Batch`es with a pair of images.
    """

    image_shapes: Any
    discriminator: Any
    scorer: Any

    def split_discriminator(self) -> None:
        """Makes models of one domain each, with the layers of the joint one."""
        self._discriminators = Untracked(coupling.parts(self.discriminator))
        for part in self._discriminators.value:
            checks.warn_if_sigmoid(part)

    def scores_of(self, turn, fakes) -> dict:
        """Returns the scores of each domain.

        Args:
            turn: The `Turn`.
            fakes: Dict of the generated images by domain; its order is that of
                the scores.
        """
        real = dict(zip(NAMES, turn.batch.images, strict=True))
        networks = dict(zip(NAMES, self._discriminators.value, strict=True))
        return {
            name: turn.score(
                self.scorer(networks[name], turn.training), real[name], images
            )
            for name, images in fakes.items()
        }

    def unpack(self, data):
        """Returns the batch in `(first_images, second_images)`."""
        shapes = self.image_shapes()
        parts = [
            batches.unpack(images, shapes[name], None)
            for name, images in zip(
                NAMES, coupling.both_domains(data), strict=True
            )
        ]
        first, second = (part.out_of_range["images"] for part in parts)
        return batches.Batch(
            tuple(part.images for part in parts),
            out_of_range={"images": ops.maximum(first, second)},
        )

    def check_data(self, x, y=None) -> None:
        """Raises an error if arrays are not valid images of both domains."""
        if not data_checks.in_memory(x):
            return
        images, shapes = coupling.both_domains((x, y)), self.image_shapes()
        coupling.check_lengths(images)
        for one, name in zip(images, NAMES, strict=True):
            data_checks.check_arrays(one, None, shapes[name], None)

    def flags(self, batch) -> dict:
        """Returns whether images of a batch are out of range."""
        return batch.out_of_range

    def flag_error(self, name: str) -> str:
        """Returns the error message for images out of range."""
        return data_checks.out_of_range("values beyond that range")
