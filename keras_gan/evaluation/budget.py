"""What all arms of a study have in common."""

import contextlib
import dataclasses
import hashlib
import re
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_gan import layers, models, networks
from keras_gan.evaluation.cells import Cell
from keras_gan.utils.arguments import integer

Classifier = Callable[[tuple[int, ...], int], Any]


@dataclasses.dataclass(frozen=True)
class Budget:
    """What all arms have in common.

    Attributes:
        steps: Training steps of each classifier; None: 1,000, or with few
            labels as many as the GAN has, whose classifier is compared.
        gan_steps: Training steps of each GAN.
        batch_size: Images in a batch.
        augment: Name of the classical augmentation.
        classifier: Function that builds the classifier. None: a small one, or
            with few labels that of `networks.semi_supervised`.
    """

    steps: int | None
    gan_steps: int
    batch_size: int
    augment: str
    classifier: Classifier | None = None

    def check(self) -> None:
        """Raises an error if a number or a name is not valid."""
        steps = 1 if self.steps is None else self.steps
        integer("steps", steps, at_least=1)
        integer("gan_steps", self.gan_steps, at_least=1)
        integer("batch_size", self.batch_size, at_least=1)
        if layers.augmenter(self.augment) is None or "ada" in self.augment:
            raise ValueError(
                "`augment` must name a classical augmentation. Received: "
                f"{self.augment!r}, which leaves images as they are outside of "
                "a GAN. Choose `randaugment`, `translation` or another one."
            )

    def check_images(self, shape: tuple[int, ...]) -> None:
        """Raises an error unless images of a shape can be augmented.

        Args:
            shape: Shape of an image.
        """
        augment: Any = layers.augmenter(self.augment)
        try:
            augment(np.zeros((2, *shape)), training=True)
        except ValueError as error:
            raise ValueError(
                "`augment` must work on the images. Received: "
                f"{self.augment!r} and images of shape {shape}. Pass another "
                "`augment`, or `channels=3`."
            ) from error

    def steps_of(self, cell: Cell) -> int:
        """Training steps of each classifier of a cell."""
        if self.steps is not None:
            return self.steps
        return 1000 if cell.unlabeled is None else self.gan_steps

    def network(self, cell: Cell, num_classes: int, seed: int) -> Any:
        """Builds the classifier of all arms of a cell.

        Args:
            cell: The cell.
            num_classes: Number of classes.
            seed: Integer that determines its weights.
        """
        keras.utils.set_random_seed(seed)
        shape = cell.train[0].shape[1:]
        if self.classifier is not None:
            return self.classifier(shape, num_classes)
        if cell.unlabeled is None:
            return small_classifier(shape, num_classes)
        return networks.semi_supervised_classifier(
            shape, num_classes, seed=seed
        )

    def optimizer(self, cell: Cell) -> keras.optimizers.Optimizer:
        """The optimizer of each classifier: with few labels, as in the GAN."""
        if cell.unlabeled is None:
            return keras.optimizers.Adam()
        recipe = networks.recipe("semi_supervised", cell.train[0].shape[1:])
        return keras.optimizers.Adam(
            recipe.discriminator_rate,
            beta_1=recipe.beta_1,
            beta_2=recipe.beta_2,
            use_ema=True,
            ema_momentum=recipe.ema_momentum,
        )

    def settings(
        self, shape: tuple[int, ...], num_classes: int
    ) -> dict[str, Any]:
        """What tells the budget from others, as JSON can hold it.

        Args:
            shape: Shape of an image.
            num_classes: Number of classes.
        """
        found = dict(vars(self))
        if self.classifier is not None:
            keras.utils.set_random_seed(0)
            found["classifier"] = _described(
                self.classifier(shape, num_classes)
            )
        return found


def small_classifier(image_shape: tuple[int, ...], num_classes: int) -> Any:
    """Returns a classifier of two convolutions and two dense layers.

    Args:
        image_shape: Shape of an image.
        num_classes: Number of classes.
    """
    pieces: list[Any] = [keras.Input(image_shape)]
    for filters in (32, 64):
        pieces += [
            keras.layers.Conv2D(filters, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(padding="same"),
        ]
    pieces += [
        keras.layers.Flatten(),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(num_classes),
    ]
    return keras.Sequential(pieces)


def check_classifier(
    classifier: Classifier | None,
    shape: tuple[int, ...],
    num_classes: int,
    *,
    few_labels: bool = False,
) -> None:
    """Raises an error unless a function builds classifiers of the images.

    Args:
        classifier: As in `Budget`.
        shape: Shape of an image.
        num_classes: Number of classes.
        few_labels: Whether it is to be the discriminator of a
            `SemiSupervisedGAN` too.

    Raises:
        ValueError: If it does not.
    """
    if classifier is None:
        return
    if not callable(classifier):
        raise ValueError(
            "`classifier` must be a function of the shape of an image and the "
            "number of classes that returns a `keras.Model`. Received: "
            f"{classifier!r}. Pass a function, or None for a small network."
        )
    model = classifier(shape, num_classes)
    outputs = getattr(model, "output_shape", None)
    if not isinstance(model, keras.Model) or outputs != (None, num_classes):
        raise ValueError(
            "`classifier` must return a `keras.Model`, images -> class logits "
            f"of shape (None, {num_classes}). Received: {model!r} with outputs "
            f"of shape {outputs}. End it with "
            f"`keras.layers.Dense({num_classes})`."
        )
    if classifier(shape, num_classes) is model:
        raise ValueError(
            "`classifier` must build a new model each time, or an arm would go "
            f"on where another ended. Received: {model.name!r} twice. Build it "
            "inside of the function."
        )
    if few_labels:
        generator, _ = networks.semi_supervised(shape, num_classes)
        models.SemiSupervisedGAN(generator, model, num_classes=num_classes)


def _described(model: keras.Model) -> str:
    """A hash of the layers and the first weights of a classifier."""
    digest = hashlib.sha256()
    # A model without a config has its weights only.
    with contextlib.suppress(NotImplementedError, TypeError):
        # Layers are numbered through the whole process.
        digest.update(re.sub(r'_\d+"', '"', model.to_json()).encode())
    for weight in model.get_weights():
        digest.update(f"{weight.shape}".encode() + weight.tobytes())
    return digest.hexdigest()[:16]
