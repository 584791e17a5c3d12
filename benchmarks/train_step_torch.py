"""The DCGAN of `train_step.py` and its loops in PyTorch, channels last."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

LATENT_DIM = 100
LEARNING_RATE = 1e-4
TYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


class Head(nn.Module):
    """A vector to a small image."""

    def forward(self, vectors: torch.Tensor) -> torch.Tensor:
        images = vectors.view(-1, 256, 7, 7)
        return images.contiguous(memory_format=torch.channels_last)


def make_networks() -> tuple[nn.Module, nn.Module]:
    """Returns the generator and the discriminator of the tutorial."""
    # Keras' padding "same" with a kernel of 5: 2 on each side, and 1 more at
    # one end where a transposed convolution doubles the size.
    doubling = {"stride": 2, "padding": 2, "output_padding": 1, "bias": False}
    generator = nn.Sequential(
        nn.Linear(LATENT_DIM, 7 * 7 * 256, bias=False),
        nn.BatchNorm1d(7 * 7 * 256),
        nn.LeakyReLU(0.3),
        Head(),
        nn.ConvTranspose2d(256, 128, 5, padding=2, bias=False),
        nn.BatchNorm2d(128),
        nn.LeakyReLU(0.3),
        nn.ConvTranspose2d(128, 64, 5, **doubling),
        nn.BatchNorm2d(64),
        nn.LeakyReLU(0.3),
        nn.ConvTranspose2d(64, 1, 5, **doubling),
        nn.Tanh(),
    )
    discriminator = nn.Sequential(
        nn.Conv2d(1, 64, 5, stride=2, padding=2),
        nn.LeakyReLU(0.3),
        nn.Dropout(0.3),
        nn.Conv2d(64, 128, 5, stride=2, padding=2),
        nn.LeakyReLU(0.3),
        nn.Dropout(0.3),
        nn.Flatten(),
        nn.Linear(7 * 7 * 128, 1),
    )
    return generator, discriminator


class Loop:
    """A training loop of one precision and one kind of passes.

    Args:
        precision: "float32" or "bfloat16".
        passes: "separate" or "shared".
        images: Float array `(num_images, 28, 28, 1)`.
        batch_size: Images in a batch.
    """

    def __init__(
        self, precision: str, passes: str, images: np.ndarray, batch_size: int
    ) -> None:
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.dtype = TYPES[precision]
        self.generator, self.discriminator = (
            network.to(self.device, memory_format=torch.channels_last)
            for network in make_networks()
        )
        self.g_optimizer, self.d_optimizer = (
            torch.optim.Adam(network.parameters(), LEARNING_RATE)
            for network in (self.generator, self.discriminator)
        )
        self.step = {"separate": self.separate, "shared": self.shared}[passes]
        self.images = torch.from_numpy(images.transpose(0, 3, 1, 2).copy())
        self.images = self.images.to(
            self.device, memory_format=torch.channels_last
        )
        self.batch_size = batch_size

    def separate(self, images: torch.Tensor) -> None:
        """Updates each network by images that are made for its update."""
        with self._autocast():
            with torch.no_grad():
                fakes = self.generate(len(images))
            loss = discriminator_loss(
                self.discriminator(images), self.discriminator(fakes)
            )
        self.d_optimizer.zero_grad()
        loss.backward()
        self.d_optimizer.step()
        self.discriminator.requires_grad_(False)
        with self._autocast():
            fakes = self.generate(len(images))
            loss = generator_loss(self.discriminator(fakes))
        self.g_optimizer.zero_grad()
        loss.backward()
        self.g_optimizer.step()
        self.discriminator.requires_grad_(True)

    def shared(self, images: torch.Tensor) -> None:
        """Updates both networks by the same generated images."""
        with self._autocast():
            fakes = self.generate(len(images))
            # The discriminator's loss must not reach the generator, so its
            # gradients are taken by name and not by `backward`.
            fake_logits = self.discriminator(fakes)
            d_loss = discriminator_loss(self.discriminator(images), fake_logits)
            g_loss = generator_loss(fake_logits)
        pairs = [
            (d_loss, self.discriminator, True),
            (g_loss, self.generator, False),
        ]
        for loss, network, keep in pairs:
            weights = list(network.parameters())
            gradients = torch.autograd.grad(loss, weights, retain_graph=keep)
            for weight, gradient in zip(weights, gradients, strict=True):
                weight.grad = gradient
        self.d_optimizer.step()
        self.g_optimizer.step()

    def generate(self, num_images: int) -> torch.Tensor:
        """Returns generated images."""
        latents = torch.randn(num_images, LATENT_DIM, device=self.device)
        return self.generator(latents)

    def run(self, num_steps: int) -> None:
        """Trains for some steps, and waits until they are done."""
        for _ in range(num_steps):
            chosen = torch.randint(len(self.images), (self.batch_size,))
            self.step(self.images[chosen.to(self.device)])
        if self.device == "cuda":
            torch.cuda.synchronize()

    def _autocast(self):
        return torch.autocast(
            self.device, self.dtype, enabled=self.dtype != torch.float32
        )


def generator_loss(fake_logits: torch.Tensor) -> torch.Tensor:
    """The non-saturating loss, a float32 scalar."""
    return functional.softplus(-fake_logits.float()).mean()


def discriminator_loss(
    real_logits: torch.Tensor, fake_logits: torch.Tensor
) -> torch.Tensor:
    """The logistic loss on real and on generated images."""
    on_real = functional.softplus(-real_logits.float()).mean()
    return on_real + functional.softplus(fake_logits.float()).mean()
