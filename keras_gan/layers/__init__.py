"""Keras layers: augmentation, building blocks of networks, constraints."""

from keras_gan.layers.adaptive_instance_normalization import (
    AdaptiveInstanceNormalization,
)
from keras_gan.layers.additive_attention import AdditiveAttention2D
from keras_gan.layers.attribute_planes import AttributePlanes
from keras_gan.layers.augmentation import (
    AdaptiveAugment,
    DiffAugment,
    ImageAugmentation,
    augmenter,
)
from keras_gan.layers.bilinear_upsampling import BilinearUpsampling2D
from keras_gan.layers.class_images import ClassImages
from keras_gan.layers.conditional_batch_normalization import (
    ConditionalBatchNormalization,
)
from keras_gan.layers.constant_maps import ConstantMaps
from keras_gan.layers.crop_like import CropLike
from keras_gan.layers.elastic_warp import ElasticWarp
from keras_gan.layers.equalized_conv2d import EqualizedConv2D
from keras_gan.layers.equalized_dense import EqualizedDense
from keras_gan.layers.fade_in import FadeIn
from keras_gan.layers.gan_data_generator import GANDataGenerator
from keras_gan.layers.gated_activation import GatedActivation
from keras_gan.layers.growing_stage import GrowingStage
from keras_gan.layers.growth import Growth
from keras_gan.layers.instance_normalization import InstanceNormalization
from keras_gan.layers.learned_basis import LearnedBasis
from keras_gan.layers.learned_pooling import LearnedPooling
from keras_gan.layers.low_pass_filter import LowPassFilter2D
from keras_gan.layers.low_pass_resampling import LowPassResampling2D
from keras_gan.layers.minibatch_std_dev import MinibatchStdDev
from keras_gan.layers.modulated_conv2d import ModulatedConv2D
from keras_gan.layers.noise_injection import NoiseInjection
from keras_gan.layers.other_latents import OtherLatents
from keras_gan.layers.padding_to_multiple import PaddingToMultiple
from keras_gan.layers.paste_known_pixels import PasteKnownPixels
from keras_gan.layers.phase_shuffle import PhaseShuffle
from keras_gan.layers.pixel_normalization import PixelNormalization
from keras_gan.layers.pixel_shuffle import PixelShuffle
from keras_gan.layers.pixel_unshuffle import PixelUnshuffle
from keras_gan.layers.position_embedding import PositionEmbedding2D
from keras_gan.layers.random_quadrant import RandomQuadrant
from keras_gan.layers.reconstruction_error import ReconstructionError
from keras_gan.layers.reflection_padding import ReflectionPadding2D
from keras_gan.layers.san_head import SANHead
from keras_gan.layers.scaled_leaky_relu import scaled_leaky_relu
from keras_gan.layers.self_attention import SelfAttention
from keras_gan.layers.spectral_normalization import SpectralNormalization
from keras_gan.layers.style_mixing import StyleMixing
from keras_gan.layers.tables import TableActivation, TablePreprocessor
from keras_gan.layers.texts import (
    GumbelSoftmax,
    TextPreprocessor,
    TokenSampler,
)
from keras_gan.layers.weight_clip import WeightClip

__all__ = [
    "AdaptiveAugment",
    "AdaptiveInstanceNormalization",
    "AdditiveAttention2D",
    "AttributePlanes",
    "BilinearUpsampling2D",
    "ClassImages",
    "ConditionalBatchNormalization",
    "ConstantMaps",
    "CropLike",
    "DiffAugment",
    "ElasticWarp",
    "EqualizedConv2D",
    "EqualizedDense",
    "FadeIn",
    "GANDataGenerator",
    "GatedActivation",
    "GrowingStage",
    "Growth",
    "GumbelSoftmax",
    "ImageAugmentation",
    "InstanceNormalization",
    "LearnedBasis",
    "LearnedPooling",
    "LowPassFilter2D",
    "LowPassResampling2D",
    "MinibatchStdDev",
    "ModulatedConv2D",
    "NoiseInjection",
    "OtherLatents",
    "PaddingToMultiple",
    "PasteKnownPixels",
    "PhaseShuffle",
    "PixelNormalization",
    "PixelShuffle",
    "PixelUnshuffle",
    "PositionEmbedding2D",
    "RandomQuadrant",
    "ReconstructionError",
    "ReflectionPadding2D",
    "SANHead",
    "SelfAttention",
    "SpectralNormalization",
    "StyleMixing",
    "TableActivation",
    "TablePreprocessor",
    "TextPreprocessor",
    "TokenSampler",
    "WeightClip",
    "augmenter",
    "scaled_leaky_relu",
]
