"""What happens between epochs."""

from keras_gan.callbacks.sample_saver import SampleSaver

__all__ = ["SampleSaver"]
