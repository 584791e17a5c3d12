"""The hand-written loops of PyTorch over Keras networks: plain autograd."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import torch
from torch.nn import functional


class Loop:
    """A training loop.

    Args:
        networks: Generator and discriminator, Keras models.
        images: Float array `(num_images, ...)`, kept on the device.
        batch_size: Images in a batch.
        make_update: A network -> a function that takes the gradients of its
            trainable weights and changes them.
    """

    def __init__(
        self,
        networks: tuple[keras.Model, keras.Model],
        images: np.ndarray,
        batch_size: int,
        make_update: Callable[[keras.Model], Callable[[tuple], Any]],
    ) -> None:
        self.generator, self.discriminator = networks
        self.g_update, self.d_update = map(make_update, networks)
        self.device = weights_of(self.generator)[0].device
        self.images = torch.from_numpy(images).to(self.device)
        self.batch_size = batch_size

    def step(self) -> None:
        """Updates each network by images that are made for its update."""
        chosen = torch.randint(
            len(self.images), (self.batch_size,), device=self.device
        )
        with torch.no_grad():
            fakes = self.generate()
        real_logits = self.discriminator(self.images[chosen], training=True)
        fake_logits = self.discriminator(fakes, training=True)
        loss = softplus_mean(-real_logits) + softplus_mean(fake_logits)
        weights = weights_of(self.discriminator)
        self.d_update(torch.autograd.grad(loss, weights))
        fake_logits = self.discriminator(self.generate(), training=True)
        loss = softplus_mean(-fake_logits)
        # Of these weights only: the discriminator's have no part in it.
        weights = weights_of(self.generator)
        self.g_update(torch.autograd.grad(loss, weights))

    def generate(self) -> torch.Tensor:
        """Returns generated images."""
        latents = torch.randn(
            self.batch_size, self.generator.input_shape[-1], device=self.device
        )
        return self.generator(latents, training=True)

    def run(self, num_steps: int) -> None:
        """Trains for some steps, and waits until they are done."""
        for _ in range(num_steps):
            self.step()
        if self.device.type == "cuda":
            torch.cuda.synchronize()


def weights_of(network: keras.Model) -> list[torch.Tensor]:
    """Returns the tensors that are trained."""
    return [variable.value for variable in network.trainable_variables]


def softplus_mean(logits: torch.Tensor) -> torch.Tensor:
    """The logistic loss, a scalar."""
    return functional.softplus(logits).mean()


def keras_update(
    network: keras.Model, learning_rate: float
) -> Callable[[tuple], None]:
    """Returns an update by Keras' Adam."""
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build(network.trainable_variables)

    @torch.no_grad()
    def update(gradients):
        optimizer.apply(list(gradients), network.trainable_variables)

    return update


def torch_update(
    network: keras.Model, learning_rate: float
) -> Callable[[tuple], None]:
    """Returns an update by PyTorch's Adam, as one kernel."""
    weights = weights_of(network)
    optimizer = torch.optim.Adam(weights, learning_rate, fused=True)

    def update(gradients):
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.grad = gradient
        optimizer.step()

    return update


def make_loops(
    make_networks: Callable[[], tuple],
    images: np.ndarray,
    batch_size: int,
    learning_rate: float,
) -> dict[str, Callable[[int], None]]:
    """Returns the loops by their names: with PyTorch's and Keras' Adam."""
    updates = {"loop": torch_update, "loop, Keras Adam": keras_update}
    return {
        name: Loop(
            make_networks(),
            images,
            batch_size,
            lambda network, update=update: update(network, learning_rate),
        ).run
        for name, update in updates.items()
    }
