"""The players' optimizers as one Keras optimizer, and schedules for them."""

from keras_gan.optimizers.adversarial_optimizer import AdversarialOptimizer
from keras_gan.optimizers.linear_decay import LinearDecay

__all__ = ["AdversarialOptimizer", "LinearDecay"]
