"""The players' optimizers as one Keras optimizer."""

from keras_gan.optimizers.adversarial_optimizer import AdversarialOptimizer

__all__ = ["AdversarialOptimizer"]
