"""Keras models of players that are trained against each other."""

from keras_gan.models.acgan import ACGAN
from keras_gan.models.adversarial_model import AdversarialModel
from keras_gan.models.batch import split
from keras_gan.models.coupled_gan import CoupledGAN
from keras_gan.models.cycle_gan import CycleGAN
from keras_gan.models.dagan import DAGAN
from keras_gan.models.gan import GAN
from keras_gan.models.image_pool import ImagePool
from keras_gan.models.pix2pix import Pix2Pix
from keras_gan.models.player import Player
from keras_gan.models.semi_supervised import SemiSupervisedGAN
from keras_gan.models.star_gan import StarGAN
from keras_gan.models.style_transfer import StyleTransfer
from keras_gan.models.table_gan import TableGAN
from keras_gan.models.text_gan import TextGAN
from keras_gan.models.transfer import Transfer
from keras_gan.models.turn import Turn
from keras_gan.models.two_player_model import TwoPlayerModel

__all__ = [
    "ACGAN",
    "DAGAN",
    "GAN",
    "AdversarialModel",
    "CoupledGAN",
    "CycleGAN",
    "ImagePool",
    "Pix2Pix",
    "Player",
    "SemiSupervisedGAN",
    "StarGAN",
    "StyleTransfer",
    "TableGAN",
    "TextGAN",
    "Transfer",
    "Turn",
    "TwoPlayerModel",
    "split",
]
