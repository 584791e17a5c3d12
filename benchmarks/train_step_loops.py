"""Training loops written by hand, with which `train_step.py` compares GAN.fit.

Those of the framework that Keras uses in this process, over Keras networks;
and for PyTorch also the same DCGAN in `torch.nn`, channels last. Each has the
non-saturating loss and Adam.
"""

import functools
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

BACKEND = keras.backend.backend()
if BACKEND == "tensorflow":
    import tensorflow as tf

    def softplus_mean(logits: Any) -> Any:
        """The mean of softplus over the batch, in float32."""
        return tf.reduce_mean(tf.nn.softplus(tf.cast(logits, "float32")))

elif BACKEND == "jax":
    import jax
    from jax import numpy as jnp

    def softplus_mean(logits: Any) -> Any:
        """The mean of softplus over the batch."""
        return jnp.mean(jax.nn.softplus(logits))

else:
    import torch
    from torch import nn

    def softplus_mean(logits: Any) -> Any:
        """The mean of softplus over the batch, in float32."""
        return nn.functional.softplus(logits.float()).mean()


LATENT_DIM = 100

Networks = tuple[keras.Model, keras.Model]


def make_loops(
    make_networks: Callable[[], Networks],
    images: np.ndarray,
    stream: Any,
    batch_size: int,
    learning_rate: float,
) -> dict[str, Callable[[int], None]]:
    """Returns the loops of this backend by their names.

    Args:
        make_networks: Makes new networks for each loop.
        images: Float array `(num_images, ...)`.
        stream: The same images as an endless `tf.data` stream of batches.
        batch_size: Images in a batch.
        learning_rate: Of both Adams.
    """
    feed = images, batch_size
    if BACKEND == "tensorflow":
        return {
            name: functools.partial(
                TensorFlowLoop(make_networks(), learning_rate, jit).run, stream
            )
            for name, jit in {"loop": False, "loop, XLA": True}.items()
        }
    if BACKEND == "jax":
        return {"loop": JaxLoop(make_networks(), *feed, learning_rate).run}
    adams = {"loop": torch_adam, "loop, Keras Adam": keras_adam}
    return {
        name: TorchLoop(make_networks(), *feed, adam(learning_rate)).run
        for name, adam in adams.items()
    }


def make_optimizers(
    networks: Networks, learning_rate: float, beta_1: float = 0.9
) -> list:
    """Returns an Adam of Keras, built, for each network."""
    adam = keras.optimizers.Adam
    optimizers = [adam(learning_rate, beta_1) for _ in networks]
    for optimizer, network in zip(optimizers, networks, strict=True):
        optimizer.build(network.trainable_variables)
    return optimizers


def latent_dim(generator: Any) -> int:
    """Returns the size of a generator's latents."""
    return getattr(generator, "input_shape", (LATENT_DIM,))[-1]


# TensorFlow -----------------------------------------------------------------


class TensorFlowLoop:
    """A `tf.function` around two tapes.

    Args:
        networks: Generator and discriminator.
        learning_rate: Of both Adams.
        jit_compile: Whether XLA compiles the step.
        passes: "separate" or "shared", as in `train_step.py`.
        beta_1: Of both Adams.
    """

    def __init__(
        self,
        networks: Networks,
        learning_rate: float,
        jit_compile: bool,
        passes: str = "separate",
        *,
        beta_1: float = 0.9,
    ) -> None:
        self.generator, self.discriminator = networks
        self.g_variables = self.generator.trainable_variables
        self.d_variables = self.discriminator.trainable_variables
        self.g_optimizer, self.d_optimizer = make_optimizers(
            networks, learning_rate, beta_1
        )
        self.step = {"separate": self.separate, "shared": self.shared}[passes]
        compiled = tf.function(self.step, jit_compile=jit_compile)
        self._next_step = tf.function(lambda images: compiled(next(images)))

    def separate(self, images: Any) -> None:
        """Updates each network with images made for its update."""
        fakes = self.generate(images)
        with tf.GradientTape() as tape:
            real_logits = self.discriminator(images, training=True)
            fake_logits = self.discriminator(fakes, training=True)
            loss = softplus_mean(-real_logits) + softplus_mean(fake_logits)
        gradients = tape.gradient(loss, self.d_variables)
        self.d_optimizer.apply(gradients, self.d_variables)
        with tf.GradientTape() as tape:
            fakes = self.generate(images)
            loss = softplus_mean(-self.discriminator(fakes, training=True))
        gradients = tape.gradient(loss, self.g_variables)
        self.g_optimizer.apply(gradients, self.g_variables)

    def shared(self, images: Any) -> None:
        """Updates both networks with the same generated images."""
        with tf.GradientTape() as g_tape, tf.GradientTape() as d_tape:
            fakes = self.generate(images)
            real_logits = self.discriminator(images, training=True)
            fake_logits = self.discriminator(fakes, training=True)
            g_loss = softplus_mean(-fake_logits)
            d_loss = softplus_mean(-real_logits) + softplus_mean(fake_logits)
        g_gradients = g_tape.gradient(g_loss, self.g_variables)
        d_gradients = d_tape.gradient(d_loss, self.d_variables)
        self.g_optimizer.apply(g_gradients, self.g_variables)
        self.d_optimizer.apply(d_gradients, self.d_variables)

    def generate(self, images: Any) -> Any:
        """Returns as many generated images as there are real ones."""
        shape = tf.shape(images)[0], latent_dim(self.generator)
        return self.generator(tf.random.normal(shape), training=True)

    def run(self, stream: Any, num_steps: int) -> None:
        """Trains for some steps, and waits until they are done."""
        iterator = iter(stream)
        for _ in range(num_steps):
            self._next_step(iterator)
        # A GPU works asynchronously: read what it computes last.
        self.g_variables[0].numpy()


# JAX ------------------------------------------------------------------------


class JaxLoop:
    """One jitted step, to which all state is donated; images on the device."""

    def __init__(
        self,
        networks: Networks,
        images: np.ndarray,
        batch_size: int,
        learning_rate: float,
    ) -> None:
        self.networks = networks
        self.optimizers = make_optimizers(networks, learning_rate)
        self.images = jnp.asarray(images)
        self.batch_size = batch_size
        pairs = zip(networks, self.optimizers, strict=True)
        self.state = [
            # Copies, because the step takes them over.
            tuple(
                [jnp.copy(variable.value) for variable in variables]
                for variables in (
                    network.trainable_variables,
                    network.non_trainable_variables,
                    optimizer.variables,
                )
            )
            for network, optimizer in pairs
        ]
        self.key = jax.random.key(0)
        self._step = jax.jit(self.step, donate_argnums=0)

    def step(self, state: list, key: Any, images: Any) -> tuple[list, Any]:
        """Updates each network with images made for its update."""
        key, *keys = jax.random.split(key, 4)
        generate, score = (
            functools.partial(network.stateless_call, training=True)
            for network in self.networks
        )
        shape = self.batch_size, latent_dim(self.networks[0])
        (g, g_rest, g_slots), (d, d_rest, d_slots) = state
        chosen = jax.random.randint(keys[0], (self.batch_size,), 0, len(images))
        fakes, g_rest = generate(g, g_rest, jax.random.normal(keys[1], shape))

        def d_loss(d, d_rest):
            real, d_rest = score(d, d_rest, images[chosen])
            fake, d_rest = score(d, d_rest, fakes)
            return softplus_mean(-real) + softplus_mean(fake), d_rest

        slopes, d_rest = jax.grad(d_loss, has_aux=True)(d, d_rest)
        d, d_slots = self.optimizers[1].stateless_apply(d_slots, slopes, d)

        def g_loss(g, g_rest):
            latents = jax.random.normal(keys[2], shape)
            fakes, g_rest = generate(g, g_rest, latents)
            fake, rest = score(d, d_rest, fakes)
            return softplus_mean(-fake), (g_rest, rest)

        slopes, (g_rest, d_rest) = jax.grad(g_loss, has_aux=True)(g, g_rest)
        g, g_slots = self.optimizers[0].stateless_apply(g_slots, slopes, g)
        return [(g, g_rest, g_slots), (d, d_rest, d_slots)], key

    def run(self, num_steps: int) -> None:
        """Trains for some steps, and waits until they are done."""
        for _ in range(num_steps):
            self.state, self.key = self._step(self.state, self.key, self.images)
        jax.block_until_ready(self.state)


# PyTorch --------------------------------------------------------------------


class TorchLoop:
    """Plain autograd, over Keras models or modules of `torch.nn`.

    Args:
        networks: Generator and discriminator.
        images: Float array `(num_images, ...)`, kept on the device.
        batch_size: Images in a batch.
        make_update: A network -> a function that takes the gradients of its
            trainable weights and changes them.
        passes: "separate" or "shared", as in `train_step.py`.
        precision: "float32" or "bfloat16", for modules of `torch.nn`.
    """

    def __init__(
        self,
        networks: tuple[Any, Any],
        images: np.ndarray,
        batch_size: int,
        make_update: Callable[[Any], Callable[[tuple], Any]],
        *,
        passes: str = "separate",
        precision: str = "float32",
    ) -> None:
        self.generator, self.discriminator = networks
        self.g_weights, self.d_weights = map(weights_of, networks)
        self.g_update, self.d_update = map(make_update, networks)
        self.device = self.g_weights[0].device
        self.images = torch.from_numpy(images).to(self.device)
        # Modules of `torch.nn` are in training mode already.
        self.training = {"training": True}
        if not isinstance(self.generator, keras.Model):
            self.training = {}
            # In memory the channels stay last.
            self.images = self.images.permute(0, 3, 1, 2)
        self.batch_size = batch_size
        self.step = {"separate": self.separate, "shared": self.shared}[passes]
        self.is_mixed = precision == "bfloat16"

    def separate(self, images: Any) -> None:
        """Updates each network with images made for its update."""
        with self._autocast():
            with torch.no_grad():
                fakes = self.generate()
            real_logits = self.score(images)
            fake_logits = self.score(fakes)
            loss = softplus_mean(-real_logits) + softplus_mean(fake_logits)
        self.d_update(torch.autograd.grad(loss, self.d_weights))
        with self._autocast():
            loss = softplus_mean(-self.score(self.generate()))
        # Only of these weights, so the discriminator's are left out.
        self.g_update(torch.autograd.grad(loss, self.g_weights))

    def shared(self, images: Any) -> None:
        """Updates both networks with the same generated images."""
        with self._autocast():
            fake_logits = self.score(self.generate())
            real_logits = self.score(images)
            d_loss = softplus_mean(-real_logits) + softplus_mean(fake_logits)
            g_loss = softplus_mean(-fake_logits)
        gradients = torch.autograd.grad(
            d_loss, self.d_weights, retain_graph=True
        )
        g_gradients = torch.autograd.grad(g_loss, self.g_weights)
        self.d_update(gradients)
        self.g_update(g_gradients)

    def generate(self) -> Any:
        """Returns generated images."""
        shape = self.batch_size, latent_dim(self.generator)
        latents = torch.randn(shape, device=self.device)
        return self.generator(latents, **self.training)

    def score(self, images: Any) -> Any:
        """Returns logits of images."""
        return self.discriminator(images, **self.training)

    def run(self, num_steps: int) -> None:
        """Trains for some steps, and waits until they are done."""
        for _ in range(num_steps):
            chosen = torch.randint(len(self.images), (self.batch_size,))
            self.step(self.images[chosen.to(self.device)])
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def _autocast(self) -> Any:
        return torch.autocast(
            self.device.type, torch.bfloat16, enabled=self.is_mixed
        )


def weights_of(network: Any) -> list:
    """Returns the tensors that are trained."""
    if isinstance(network, keras.Model):
        return [variable.value for variable in network.trainable_variables]
    return list(network.parameters())


def torch_adam(learning_rate: float) -> Callable[[Any], Callable]:
    """Returns what makes updates by PyTorch's Adam, fused into one kernel."""

    def make_update(network):
        weights = weights_of(network)
        optimizer = torch.optim.Adam(weights, learning_rate, fused=True)

        def update(gradients):
            for weight, gradient in zip(weights, gradients, strict=True):
                weight.grad = gradient
            optimizer.step()

        return update

    return make_update


def keras_adam(learning_rate: float) -> Callable[[Any], Callable]:
    """Returns what makes updates by Keras' Adam."""

    def make_update(network):
        optimizer = keras.optimizers.Adam(learning_rate)
        optimizer.build(network.trainable_variables)

        @torch.no_grad()
        def update(gradients):
            optimizer.apply(list(gradients), network.trainable_variables)

        return update

    return make_update


def torch_tutorial() -> tuple[Any, Any]:
    """Returns the DCGAN of TensorFlow's tutorial in `torch.nn`."""
    # Keras' padding "same" with a kernel of 5: 2 on each side, and 1 more at
    # one end where a transposed convolution doubles the size.
    double = {"stride": 2, "padding": 2, "output_padding": 1, "bias": False}
    generator = nn.Sequential(
        nn.Linear(LATENT_DIM, 7 * 7 * 256, bias=False),
        nn.BatchNorm1d(7 * 7 * 256),
        nn.LeakyReLU(0.3),
        nn.Unflatten(1, (256, 7, 7)),
        nn.ConvTranspose2d(256, 128, 5, padding=2, bias=False),
        nn.BatchNorm2d(128),
        nn.LeakyReLU(0.3),
        nn.ConvTranspose2d(128, 64, 5, **double),
        nn.BatchNorm2d(64),
        nn.LeakyReLU(0.3),
        nn.ConvTranspose2d(64, 1, 5, **double),
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
    device = "cuda" if torch.cuda.is_available() else "cpu"
    layout = torch.channels_last
    return tuple(
        network.to(device, memory_format=layout)
        for network in (generator, discriminator)
    )
