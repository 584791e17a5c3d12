"""Functions that build generators and discriminators as Keras models."""

from keras_gan.networks.attribute_discriminator import attribute_discriminator
from keras_gan.networks.biggan import (
    biggan,
    biggan_discriminator,
    biggan_generator,
)
from keras_gan.networks.classifier import with_classifier
from keras_gan.networks.compact import (
    compact,
    compact_discriminator,
    compact_generator,
)
from keras_gan.networks.coupled import coupled
from keras_gan.networks.dagan import (
    dagan,
    dagan_discriminator,
    dagan_generator,
)
from keras_gan.networks.dcgan import (
    dcgan,
    dcgan_discriminator,
    dcgan_generator,
)
from keras_gan.networks.fastgan import (
    fastgan,
    fastgan_discriminator,
    fastgan_generator,
)
from keras_gan.networks.inpainting import (
    gated_unet_generator,
    sn_patch_discriminator,
)
from keras_gan.networks.ladagan import (
    ladagan,
    ladagan_discriminator,
    ladagan_generator,
)
from keras_gan.networks.mlp import mlp, mlp_discriminator, mlp_generator
from keras_gan.networks.patch import patch_discriminator
from keras_gan.networks.progressive import (
    progressive,
    progressive_discriminator,
    progressive_generator,
)
from keras_gan.networks.r3gan import (
    r3gan,
    r3gan_discriminator,
    r3gan_generator,
)
from keras_gan.networks.recipe import Recipe
from keras_gan.networks.recipes import recipe
from keras_gan.networks.resnet import resnet_generator
from keras_gan.networks.rrdb import rrdb_generator
from keras_gan.networks.sagan import (
    sagan,
    sagan_discriminator,
    sagan_generator,
)
from keras_gan.networks.san import with_san_head
from keras_gan.networks.semi_supervised import (
    semi_supervised,
    semi_supervised_classifier,
)
from keras_gan.networks.sngan import (
    sngan,
    sngan_discriminator,
    sngan_generator,
)
from keras_gan.networks.sound_classifier import sound_classifier
from keras_gan.networks.srresnet import srresnet_generator
from keras_gan.networks.style_decoder import style_decoder
from keras_gan.networks.stylegan2 import (
    stylegan2,
    stylegan2_discriminator,
    stylegan2_generator,
)
from keras_gan.networks.table import (
    table,
    table_discriminator,
    table_generator,
)
from keras_gan.networks.text import (
    text,
    text_conv_generator,
    text_discriminator,
    text_generator,
)
from keras_gan.networks.unet import unet_generator
from keras_gan.networks.unet_discriminator import unet_discriminator
from keras_gan.networks.wavegan import (
    wavegan,
    wavegan_discriminator,
    wavegan_generator,
)

__all__ = [
    "Recipe",
    "attribute_discriminator",
    "biggan",
    "biggan_discriminator",
    "biggan_generator",
    "compact",
    "compact_discriminator",
    "compact_generator",
    "coupled",
    "dagan",
    "dagan_discriminator",
    "dagan_generator",
    "dcgan",
    "dcgan_discriminator",
    "dcgan_generator",
    "fastgan",
    "fastgan_discriminator",
    "fastgan_generator",
    "gated_unet_generator",
    "ladagan",
    "ladagan_discriminator",
    "ladagan_generator",
    "mlp",
    "mlp_discriminator",
    "mlp_generator",
    "patch_discriminator",
    "progressive",
    "progressive_discriminator",
    "progressive_generator",
    "r3gan",
    "r3gan_discriminator",
    "r3gan_generator",
    "recipe",
    "resnet_generator",
    "rrdb_generator",
    "sagan",
    "sagan_discriminator",
    "sagan_generator",
    "semi_supervised",
    "semi_supervised_classifier",
    "sn_patch_discriminator",
    "sngan",
    "sngan_discriminator",
    "sngan_generator",
    "sound_classifier",
    "srresnet_generator",
    "style_decoder",
    "stylegan2",
    "stylegan2_discriminator",
    "stylegan2_generator",
    "table",
    "table_discriminator",
    "table_generator",
    "text",
    "text_conv_generator",
    "text_discriminator",
    "text_generator",
    "unet_discriminator",
    "unet_generator",
    "wavegan",
    "wavegan_discriminator",
    "wavegan_generator",
    "with_classifier",
    "with_san_head",
]
