"""The textbook DCGAN recipe of `race.py` in plain PyTorch."""

import copy
import time
from collections.abc import Callable

import numpy as np
import race_entries as settings
import torch
from torch import nn
from torch.nn import functional

SLOPE = 0.2
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
LAYOUT = torch.channels_last
TRIAL_STEPS = 10


def make_networks(side: int, channels: int) -> tuple[nn.Module, nn.Module]:
    """Returns networks with the layers of `keras_gan.networks.dcgan`.

    Args:
        side: Side of an image, 4 to 7 pixels times a power of 2.
        channels: Channels of an image.
    """
    sides = [side]
    while sides[0] >= 8:
        sides.insert(0, sides[0] // 2)
    ups = len(sides) - 1
    widths = [settings.WIDTH * min(2**k, 8) for k in range(ups + 1)]
    coarse, size = widths[-1], sides[0]
    up = {"stride": 2, "padding": 2, "output_padding": 1}
    drawing: list[nn.Module] = [
        nn.Linear(settings.LATENT_DIM, coarse * size**2, bias=False),
        nn.Unflatten(1, (coarse, size, size)),
    ]
    scoring: list[nn.Module] = []
    for wide, narrow in zip(widths[:0:-1], widths[-2::-1], strict=True):
        drawing += [nn.BatchNorm2d(wide), nn.LeakyReLU(SLOPE)]
        drawing += [nn.ConvTranspose2d(wide, narrow, 5, bias=False, **up)]
    drawing += [nn.BatchNorm2d(widths[0]), nn.LeakyReLU(SLOPE)]
    drawing += [nn.Conv2d(widths[0], channels, 5, padding=2), nn.Tanh()]
    before = channels
    for number, width in enumerate(widths[1:]):
        scoring.append(nn.Conv2d(before, width, 5, stride=2, padding=2))
        scoring += [nn.BatchNorm2d(width)] * (number > 0)
        scoring.append(nn.LeakyReLU(SLOPE))
        before = width
    scoring += [nn.Flatten(), nn.Linear(before * size**2, 1)]
    pair = nn.Sequential(*drawing), nn.Sequential(*scoring)
    for network in pair:
        network.apply(_initialize)
    return tuple(one.to(DEVICE, memory_format=LAYOUT) for one in pair)


def _initialize(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
        nn.init.normal_(module.weight, std=0.02)


class Recipe:
    """The recipe: its networks, optimizers and averages.

    Args:
        images: Floats `(num_images, side, side, channels)`.
        seed: Of the initial weights and all draws.
        is_mixed: Whether it uses bfloat16.
    """

    def __init__(self, images: np.ndarray, seed: int, is_mixed: bool) -> None:
        torch.manual_seed(seed)
        self.is_mixed = is_mixed
        self.images = torch.from_numpy(images).permute(0, 3, 1, 2).to(DEVICE)
        self.generator, self.discriminator = make_networks(*images.shape[2:])
        self.adams = [
            torch.optim.Adam(
                network.parameters(),
                settings.LEARNING_RATE,
                betas=(settings.BETA_1, 0.999),
                fused=True,
            )
            for network in (self.generator, self.discriminator)
        ]
        self.averages = {
            momentum: copy.deepcopy(self.generator)
            for momentum in settings.MOMENTA
        }

    def step(self) -> None:
        """Updates the discriminator, the generator and the averages."""
        chosen = torch.randint(len(self.images), (settings.BATCH_SIZE,))
        real = self.images[chosen.to(DEVICE)].contiguous(memory_format=LAYOUT)
        latents = torch.randn(
            settings.BATCH_SIZE, settings.LATENT_DIM, device=DEVICE
        )
        with torch.autocast(DEVICE, torch.bfloat16, enabled=self.is_mixed):
            fake = self.generator(latents)
            loss = _loss(self.discriminator(real), True) + _loss(
                self.discriminator(fake.detach()), False
            )
        self._update(1, loss)
        with torch.autocast(DEVICE, torch.bfloat16, enabled=self.is_mixed):
            loss = _loss(self.discriminator(fake), True)
        self._update(0, loss)
        weights = list(self.generator.parameters())
        for momentum, average in self.averages.items():
            with torch.no_grad():
                torch._foreach_lerp_(
                    list(average.parameters()), weights, 1 - momentum
                )
                torch._foreach_copy_(
                    list(average.buffers()), list(self.generator.buffers())
                )

    def _update(self, number: int, loss: torch.Tensor) -> None:
        for adam in self.adams:
            adam.zero_grad(set_to_none=True)
        loss.backward()
        self.adams[number].step()

    def draw(self, number: int) -> dict[str, np.ndarray]:
        """Returns images of the generator and of each average."""
        named = {"plain": self.generator}
        named |= {f"average {m}": a for m, a in self.averages.items()}
        return {name: _images(one, number) for name, one in named.items()}


def entry(images: np.ndarray, seed: int) -> Callable:
    """Returns a function that runs the recipe in a `Race`."""
    is_mixed = _seconds(Recipe(images, seed, True)) < _seconds(
        Recipe(images, seed, False)
    )
    recipe = Recipe(images, seed, is_mixed)

    def run(race):
        go_on = True
        while go_on:
            for _ in range(settings.STEPS):
                recipe.step()
            finish()
            go_on = race.after(settings.STEPS, recipe.draw)

    return run


def _loss(logits: torch.Tensor, is_real: bool) -> torch.Tensor:
    logits = logits.float()
    return functional.softplus(-logits if is_real else logits).mean()


def _seconds(recipe: Recipe) -> float:
    recipe.step()
    finish()
    start = time.perf_counter()
    for _ in range(TRIAL_STEPS):
        recipe.step()
    finish()
    return time.perf_counter() - start


def finish() -> None:
    """Waits for the steps that a GPU has been given."""
    if DEVICE == "cuda":
        torch.cuda.synchronize()


@torch.no_grad()
def _images(generator: nn.Module, number: int) -> np.ndarray:
    generator.eval()
    latents = torch.from_numpy(settings.latents(number)).to(DEVICE)
    parts = [generator(part).float() for part in latents.split(250)]
    generator.train()
    return torch.cat(parts).permute(0, 2, 3, 1).cpu().numpy()
