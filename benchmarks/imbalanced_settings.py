"""What `imbalanced.py` compares: data sets, rare classes, seeds and methods."""

import dataclasses

import numpy as np

FILTER = "threshold"

Arrays = tuple[np.ndarray, np.ndarray]

REFERENCE = "oversampling + classical"

# The ensembles of the reference, and with what.
ENSEMBLES = {
    "ensemble of two references": REFERENCE,
    "ensemble with GAN": "GAN + classical",
    "ensemble with DAGAN": "DAGAN",
}

ARMS = (
    "as it is",
    "class weights",
    "oversampling",
    "classical",
    REFERENCE,
    "oversampling + affine",
    "GAN",
    "GAN with filter",
    "GAN + classical",
    "hard GAN + classical",
    "BAGAN",
    "BAGAN + classical",
    "CycleGAN + classical",
    "DAGAN",
    "DAGAN + classical",
    "DAGAN + affine",
    *ENSEMBLES,
)
"""Methods for the rare class, in the order of the table."""


@dataclasses.dataclass(frozen=True)
class Cell:
    """One run of all arms.

    Attributes:
        data: `"digits"` or `"mnist"`.
        rare: The class that is reduced.
        seed: Integer seed of everything random.
    """

    data: str
    rare: int
    seed: int

    @property
    def name(self) -> str:
        """The cell's name, which `parse` reads."""
        return f"{self.data}-{self.rare}-{self.seed}"

    @classmethod
    def parse(cls, name: str) -> "Cell":
        """Returns the cell with a name."""
        data, rare, seed = name.split("-")
        return cls(data, int(rare), int(seed))


@dataclasses.dataclass(frozen=True)
class Setting:
    """Settings for the training of the GAN and the classifier.

    Attributes:
        kept: Fraction of the rare class' training images that are kept.
        num_test: Number of test images if there is no test set.
        side: Side in pixels to which images are resized; `None`: not resized.
        gan_steps: Training steps of the GAN.
        network: Name of the builder of the GAN's networks.
        width: Width of these networks.
        augment: Name of the GAN's augmenter.
        gan_balance: Mix of classes that the GAN is trained on.
        learning_rate: Learning rate of the GAN, which decays to a tenth along
            a cosine.
        gamma: Weight of R1 and R2; `None` is the default for the image size.
        oversampled: How far the arms with a GAN balance the classes by
            repeating real images, from 0 (not at all) to 1 (fully). Generated
            images do the rest.
        pool: Number of generated images to choose from.
        steps: Training steps of the classifier.
        batch_size: Images per step, for both.
        operations: RandAugment operations per image in classical augmentation.
        magnitude: Magnitude of these operations.
        cut_mix: Whether CutMix is applied after them.
    """

    kept: float = 0.05
    num_test: int = 797
    side: int | None = None
    gan_steps: int = 1500
    network: str = "mlp"
    width: int = 128
    augment: str = "none"
    gan_balance: str | None = None
    learning_rate: float = 2e-3
    gamma: float | None = 0.05
    oversampled: float = 0.5
    pool: int = 5000
    steps: int = 1000
    batch_size: int = 64
    operations: int = 2
    magnitude: float = 0.3
    cut_mix: bool = True


DIGITS = Setting()
MNIST = Setting(
    kept=0.025,
    side=16,
    gan_steps=2000,
    steps=1600,
    network="dcgan",
    width=16,
    learning_rate=1e-3,
    gamma=None,
    # At 16 pixels and in so few steps, stronger augmentation costs accuracy.
    operations=1,
    magnitude=0.15,
    cut_mix=False,
)
