"""The R3GAN of `cifar10_gpu.py` and its training loops in plain PyTorch.

It uses modules of `torch.nn` on channels-last tensors, autocast for bfloat16,
fused Adam and random numbers from the device. Two loops compute the same:

- eager: gradients with `torch.autograd`, nothing compiled;
- compiled: R1 and R2 need second derivatives, but a backward pass compiled by
  `torch.compile` cannot be differentiated. So the gradients are taken inside
  the compiled programs, with `torch.func`: one program for the gradients of the
  discriminator, including penalties, and one for those of the generator. The
  random choice of images, Adam and the average are not part of them and run as
  fused kernels.
"""

import argparse
import copy
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.func import functional_call
from torch.nn import functional

LATENT_DIM = 64
SLOPE = 0.2
MOMENTUM = 0.999
ADAM = {"lr": 1e-3, "betas": (0.0, 0.99), "eps": 1e-8}
TYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}

# After the generator's first layer, and before the discriminator's last one.
PLACES = {"basis": 1, "pooling": -1}
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"

Gradients = dict[str, torch.Tensor]


def stages_of(side: int, width: int) -> list[tuple[int, int]]:
    """Returns side and channels of each stage, the coarsest first."""
    sides = [side]
    while sides[0] >= 8:
        if sides[0] % 2:
            raise ValueError(
                "`side` must be 4 to 7 pixels times a power of 2. "
                f"Received: {side}. Resize the images, to 32 for example."
            )
        sides.insert(0, sides[0] // 2)
    factors = [min(2**stage, 8) for stage in range(len(sides))][::-1]
    return [(s, f * width) for s, f in zip(sides, factors, strict=True)]


class Block(nn.Module):
    """A residual block without normalization."""

    def __init__(self, channels: int, num_blocks: int) -> None:
        super().__init__()
        gain = (2 / (1 + SLOPE**2)) ** 0.5 * num_blocks**-0.25
        self.first = conv(channels, channels, 1, gain, bias=True)
        self.second = conv(channels, channels, 3, gain, bias=True)
        self.third = conv(channels, channels, 1, 0.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = functional.leaky_relu(self.first(x), SLOPE)
        y = functional.leaky_relu(self.second(y), SLOPE)
        return x + self.third(y)


class Resampling(nn.Module):
    """Doubles or halves the sides with the filter [1, 3, 3, 1]."""

    matrix: torch.Tensor

    def __init__(self, old: int, new: int) -> None:
        super().__init__()
        columns = torch.eye(old)[:, None]
        if new > old:
            taps = functional.interpolate(columns, size=new, mode="linear")
        else:
            kernel = torch.tensor([[[1.0, 3.0, 3.0, 1.0]]]) / 8
            padded = functional.pad(columns, (1, 1), mode="replicate")
            taps = functional.conv1d(padded, kernel, stride=2)
        self.register_buffer("matrix", taps[:, 0].T.contiguous())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # For channels-last tensors this moves no data.
        x = self.matrix @ x.permute(0, 2, 3, 1)
        lines = self.matrix @ x.flatten(2)
        return lines.unflatten(2, x.shape[2:]).permute(0, 3, 1, 2)


class Generator(nn.Module):
    """Latents to images `(batch, channels, side, side)`."""

    def __init__(self, channels: int, stages: list[tuple[int, int]]) -> None:
        super().__init__()
        side, width = stages[0]
        self.linear = nn.Linear(LATENT_DIM, width, bias=False)
        nn.init.normal_(self.linear.weight, std=LATENT_DIM**-0.5)
        self.basis = nn.Parameter(torch.randn(width, side, side))
        parts: list[nn.Module] = [Block(width, len(stages))]
        for new_side, new_width in stages[1:]:
            parts += narrower(width, new_width)
            parts += [Resampling(side, new_side), Block(new_width, len(stages))]
            side, width = new_side, new_width
        self.parts = nn.Sequential(*parts)
        self.images = conv(width, channels, 1, 1.0)

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        x = self.linear(latents)[:, :, None, None]
        x = x * self.basis.to(x.dtype)
        x = self.parts(x.contiguous(memory_format=torch.channels_last))
        with torch.autocast(x.device.type, enabled=False):
            return self.images(x.float())


class Discriminator(nn.Module):
    """Images `(batch, channels, side, side)` to logits `(batch, 1)`."""

    def __init__(self, channels: int, stages: list[tuple[int, int]]) -> None:
        super().__init__()
        side, width = stages[-1]
        parts = [*narrower(channels, width), Block(width, len(stages))]
        for new_side, new_width in stages[-2::-1]:
            parts += [Resampling(side, new_side), *narrower(width, new_width)]
            parts += [Block(new_width, len(stages))]
            side, width = new_side, new_width
        self.parts = nn.Sequential(*parts)
        self.pooling = nn.Parameter(torch.randn(width, side, side) / side)
        self.linear = nn.Linear(width, 1, bias=False)
        nn.init.normal_(self.linear.weight, std=width**-0.5)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        x = self.parts(images)
        x = (x * self.pooling.to(x.dtype)).sum((2, 3))
        with torch.autocast(x.device.type, enabled=False):
            return self.linear(x.float())


def conv(
    channels: int, filters: int, size: int, gain: float, *, bias: bool = False
) -> nn.Conv2d:
    """Returns a convolution with the networks' initialization."""
    layer = nn.Conv2d(channels, filters, size, padding=size // 2, bias=bias)
    nn.init.normal_(layer.weight, std=gain / (channels * size**2) ** 0.5)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def narrower(channels: int, filters: int) -> list[nn.Module]:
    """Returns the 1x1 convolution for a change of width."""
    return [] if channels == filters else [conv(channels, filters, 1, 1.0)]


def make_networks(
    side: int, channels: int, width: int
) -> tuple[nn.Module, nn.Module]:
    """Returns the generator and the discriminator."""
    stages = stages_of(side, width)
    return Generator(channels, stages), Discriminator(channels, stages)


def copy_weights(weights: list[np.ndarray], network: nn.Module) -> None:
    """Copies the weights of the equivalent Keras network, in Keras' order.

    Args:
        weights: Arrays with Keras' order of axes.
        network: `Generator` or `Discriminator`.
    """
    # Vectors are copied, (in, out) and (h, w, in, out) are transposed, and in
    # (h, w, c) the last axis moves to the front.
    orders = {1: (0,), 2: (1, 0), 3: (2, 0, 1), 4: (3, 2, 0, 1)}
    targets = in_order(network)
    with torch.no_grad():
        for target, array in zip(targets, weights, strict=True):
            moved = array.transpose(orders[array.ndim])
            if moved.shape != tuple(target.shape):
                raise ValueError(f"{moved.shape} is not {tuple(target.shape)}")
            target.copy_(torch.from_numpy(moved.copy()))


def in_order(network: nn.Module) -> list[nn.Parameter]:
    """Returns the weights in order from the inputs to the outputs."""
    # PyTorch lists a module's own parameters before those of its parts.
    named = dict(network.named_parameters())
    names = [name for name in named if name not in PLACES]
    for name in PLACES.keys() & named.keys():
        names.insert(PLACES[name], name)
    return [named[name] for name in names]


class Loop:
    """A training loop: relativistic loss, R1 and R2, an averaged generator.

    Args:
        images: Bytes `(num_images, side, side, channels)`.
        options: `width`, `batch_size` and `precision` of the program.
        compiled: Whether gradients come from compiled programs.
    """

    def __init__(
        self, images: np.ndarray, options: argparse.Namespace, *, compiled: bool
    ) -> None:
        self.dtype = TYPES[options.precision]
        self.batch_size = options.batch_size
        side, channels = images.shape[1], images.shape[-1]
        self.gamma = side**2 / 2560
        torch.manual_seed(0)
        self.generator, self.discriminator = (
            network.to(DEVICE, memory_format=torch.channels_last)
            for network in make_networks(side, channels, options.width)
        )
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        self.optimizers = {
            network: make_optimizer(network)
            for network in (self.generator, self.discriminator)
        }
        self.images = torch.from_numpy(images.transpose(0, 3, 1, 2).copy())
        self.images = self.images.to(DEVICE, memory_format=torch.channels_last)
        self.d_gradients: Callable[..., Gradients] = self.d_by_autograd
        self.g_gradients: Callable[..., Gradients] = self.g_by_autograd
        if compiled:
            self.d_gradients = torch.compile(self.d_by_func, fullgraph=True)
            self.g_gradients = torch.compile(self.g_by_func, fullgraph=True)

    def step(self) -> None:
        """Updates each network, with new images for each update."""
        real = self.batch()
        self.update(self.discriminator, self.d_gradients(real, self.latents()))
        self.update(self.generator, self.g_gradients(real, self.latents()))
        torch._foreach_lerp_(
            list(self.average.parameters()),
            [weight.detach() for weight in self.generator.parameters()],
            1 - MOMENTUM,
        )

    def batch(self) -> torch.Tensor:
        """Returns images in [-1, 1]."""
        chosen = torch.randint(
            len(self.images), (self.batch_size,), device=DEVICE
        )
        images = self.images[chosen].float() / 127.5 - 1
        return images.contiguous(memory_format=torch.channels_last)

    def latents(self) -> torch.Tensor:
        """Returns latents for a batch."""
        return torch.randn(self.batch_size, LATENT_DIM, device=DEVICE)

    def update(self, network: nn.Module, gradients: Gradients) -> None:
        """Updates the weights with Adam."""
        named = dict(network.named_parameters())
        # In tensors with the memory layout of the weights, for fused kernels.
        torch._foreach_copy_(
            [named[name].grad for name in gradients], list(gradients.values())
        )
        self.optimizers[network].step()

    def autocast(self) -> torch.autocast:
        """Returns the context for the precision."""
        mixed = self.dtype != torch.float32
        return torch.autocast(DEVICE, self.dtype, enabled=mixed)

    def d_by_autograd(
        self, real: torch.Tensor, latents: torch.Tensor
    ) -> Gradients:
        """Returns gradients of the discriminator's loss with penalties."""
        with torch.no_grad(), self.autocast():
            fake = self.generator(latents)
        both = real.detach().requires_grad_(), fake.requires_grad_()
        with self.autocast():
            logits = [self.discriminator(images) for images in both]
        slopes = torch.autograd.grad(
            logits[0].sum() + logits[1].sum(), both, create_graph=True
        )
        loss = self.d_loss(logits, slopes)
        return gradients_by_name(loss, self.discriminator)

    def g_by_autograd(
        self, real: torch.Tensor, latents: torch.Tensor
    ) -> Gradients:
        """Returns gradients of the generator's loss."""
        with self.autocast():
            with torch.no_grad():
                real_logits = self.discriminator(real)
            fake_logits = self.discriminator(self.generator(latents))
        loss = functional.softplus(real_logits - fake_logits).mean()
        return gradients_by_name(loss, self.generator)

    def d_by_func(self, real: torch.Tensor, latents: torch.Tensor) -> Gradients:
        """Does what `d_by_autograd` does, in a form that can be compiled."""
        with torch.no_grad(), self.autocast():
            fake = self.generator(latents)

        def loss(weights):
            def score(images):
                with self.autocast():
                    logits = functional_call(
                        self.discriminator, weights, (images,)
                    )
                return logits.sum(), logits

            slopes = torch.func.grad(score, has_aux=True)
            pairs = [slopes(images) for images in (real, fake)]
            return self.d_loss([p[1] for p in pairs], [p[0] for p in pairs])

        return torch.func.grad(loss)(detached(self.discriminator))

    def g_by_func(self, real: torch.Tensor, latents: torch.Tensor) -> Gradients:
        """Does what `g_by_autograd` does, in a form that can be compiled."""
        scorer = detached(self.discriminator)

        def score(images):
            return functional_call(self.discriminator, scorer, (images,))

        def loss(weights):
            with self.autocast():
                fake = functional_call(self.generator, weights, (latents,))
                margin = score(real) - score(fake)
            return functional.softplus(margin).mean()

        return torch.func.grad(loss)(detached(self.generator))

    def d_loss(self, logits: Any, slopes: Any) -> torch.Tensor:
        """Returns the relativistic loss with R1 and R2, a float32 scalar."""
        real, fake = logits
        squares = [s.float().square().sum((1, 2, 3)).mean() for s in slopes]
        loss = functional.softplus(fake - real).mean()
        return loss + self.gamma / 2 * (squares[0] + squares[1])

    def run(self, num_steps: int) -> None:
        """Trains for some steps, and waits until they are done."""
        for _ in range(num_steps):
            self.step()
        wait()


def detached(network: nn.Module) -> Gradients:
    """Returns the weights by name, detached."""
    return {n: w.detach() for n, w in network.named_parameters()}


def gradients_by_name(loss: torch.Tensor, network: nn.Module) -> Gradients:
    """Returns the gradients of a loss; 0 where it does not depend on one."""
    named = dict(network.named_parameters())
    gradients = torch.autograd.grad(
        loss, list(named.values()), materialize_grads=True
    )
    return dict(zip(named, gradients, strict=True))


def make_optimizer(network: nn.Module) -> torch.optim.Optimizer:
    """Returns fused Adam, with preallocated gradients."""
    for weight in network.parameters():
        weight.grad = torch.zeros_like(weight)
    return torch.optim.Adam(network.parameters(), fused=True, **ADAM)


def wait() -> None:
    """Waits until the device has finished."""
    if DEVICE == "cuda":
        torch.cuda.synchronize()


def matrix_product(size: int, precision: str) -> Callable[[int], None]:
    """Returns a function that multiplies two matrices several times."""
    a, b = torch.randn(2, size, size, device=DEVICE, dtype=TYPES[precision])
    result = torch.empty_like(a)

    def run(num_products: int) -> None:
        for _ in range(num_products):
            torch.mm(a, b, out=result)
        wait()

    return run


def make_loops(
    images: np.ndarray, options: argparse.Namespace
) -> Iterator[tuple[str, Callable[[int], None]]]:
    """Yields the loops by name."""
    # As in JAX, TF32 is allowed in float32 matrix products on a GPU.
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.benchmark = True
    yield "eager", Loop(images, options, compiled=False).run
    if not options.no_compile:
        yield "compiled", Loop(images, options, compiled=True).run


def num_weights(options: argparse.Namespace, image_shape: tuple) -> list[int]:
    """Returns the numbers of weights of the generator and discriminator."""
    networks = make_networks(image_shape[0], image_shape[-1], options.width)
    return [sum(w.numel() for w in n.parameters()) for n in networks]


def describe() -> tuple[str, str]:
    """Returns a description of the device, and PyTorch's version."""
    on_gpu = DEVICE == "cuda"
    name = torch.cuda.get_device_name() if on_gpu else "the processor"
    return name, torch.__version__
