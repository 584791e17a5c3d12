"""Growing networks as programs of PyTorch."""

import numpy as np
import torch
from portable import array, assert_close

from keras_gan import networks


def test_exported_program_draws_the_images_of_its_levels():
    generator = networks.progressive_generator(
        (8, 8, 1), latent_dim=4, width=2, steps_per_stage=0, fade_steps=4
    )
    generator.get_layer("growth").steps.assign(2.0)
    latents = torch.tensor(np.random.default_rng(0).normal(size=(3, 4)))
    latents = latents.float()
    program = torch.export.export(generator, (latents,), strict=False).module()
    assert_close(
        array(program(latents).detach()),
        array(generator(latents).detach()),
        atol=1e-5,
    )
