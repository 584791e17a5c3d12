"""The hand-written loop of JAX over Keras networks: one jitted step."""

from collections.abc import Callable
from typing import Any

import jax
import keras
import numpy as np
from jax import numpy as jnp


class Loop:
    """A training loop: all state goes through one compiled step, donated.

    Args:
        networks: Generator and discriminator, Keras models.
        images: Float array `(num_images, ...)`, kept on the device.
        batch_size: Images in a batch.
        learning_rate: Of both Adams.
    """

    def __init__(
        self,
        networks: tuple[keras.Model, keras.Model],
        images: np.ndarray,
        batch_size: int,
        learning_rate: float,
    ) -> None:
        self.networks = networks
        self.optimizers = [
            keras.optimizers.Adam(learning_rate) for _ in networks
        ]
        for optimizer, network in zip(self.optimizers, networks, strict=True):
            optimizer.build(network.trainable_variables)
        self.images = jnp.asarray(images)
        self.batch_size = batch_size
        self.state = [
            self._state_of(*pair)
            for pair in zip(networks, self.optimizers, strict=True)
        ]
        self.key = jax.random.key(0)
        self._step = jax.jit(self.step, donate_argnums=0)

    def step(self, state: list, key: Any, images: Any) -> tuple[list, Any]:
        """Updates each network by images that are made for its update."""
        key, *keys = jax.random.split(key, 4)
        (g, g_rest, g_slots), (d, d_rest, d_slots) = state
        chosen = jax.random.randint(keys[0], (self.batch_size,), 0, len(images))
        fakes, g_rest = self.generate(g, g_rest, keys[1])

        def d_loss(d, d_rest):
            real, d_rest = self.score(d, d_rest, images[chosen])
            fake, d_rest = self.score(d, d_rest, fakes)
            return softplus_mean(-real) + softplus_mean(fake), d_rest

        slopes, d_rest = jax.grad(d_loss, has_aux=True)(d, d_rest)
        d, d_slots = self.optimizers[1].stateless_apply(d_slots, slopes, d)

        def g_loss(g, g_rest):
            fakes, g_rest = self.generate(g, g_rest, keys[2])
            fake, rest = self.score(d, d_rest, fakes)
            return softplus_mean(-fake), (g_rest, rest)

        slopes, (g_rest, d_rest) = jax.grad(g_loss, has_aux=True)(g, g_rest)
        g, g_slots = self.optimizers[0].stateless_apply(g_slots, slopes, g)
        return [(g, g_rest, g_slots), (d, d_rest, d_slots)], key

    def generate(self, weights: list, rest: list, key: Any) -> tuple:
        """Returns generated images and what the pass leaves behind."""
        generator = self.networks[0]
        latents = jax.random.normal(
            key, (self.batch_size, generator.input_shape[-1])
        )
        return generator.stateless_call(weights, rest, latents, training=True)

    def score(self, weights: list, rest: list, images: Any) -> tuple:
        """Returns logits of images and what the pass leaves behind."""
        return self.networks[1].stateless_call(
            weights, rest, images, training=True
        )

    def run(self, num_steps: int) -> None:
        """Trains for some steps, and waits until they are done."""
        for _ in range(num_steps):
            self.state, self.key = self._step(self.state, self.key, self.images)
        jax.block_until_ready(self.state)

    @staticmethod
    def _state_of(network, optimizer) -> tuple:
        # Copies: the step is given them for good.
        return tuple(
            [jnp.copy(variable.value) for variable in variables]
            for variables in (
                network.trainable_variables,
                network.non_trainable_variables,
                optimizer.variables,
            )
        )


def softplus_mean(logits: Any) -> Any:
    """The logistic loss, a scalar."""
    return jnp.mean(jax.nn.softplus(logits))


def make_loops(
    make_networks: Callable[[], tuple],
    images: np.ndarray,
    batch_size: int,
    learning_rate: float,
) -> dict[str, Callable[[int], None]]:
    """Returns the loops by their names: one, a jitted step."""
    loop = Loop(make_networks(), images, batch_size, learning_rate)
    return {"loop": loop.run}
