"""Callbacks: samples, metrics, health, time, data refreshed between epochs."""

from keras_gan.callbacks.fid_callback import FIDCallback
from keras_gan.callbacks.metrics_callback import MetricsCallback
from keras_gan.callbacks.pool_refresher import PoolRefresher
from keras_gan.callbacks.progressive_growing import ProgressiveGrowing
from keras_gan.callbacks.sample_saver import SampleSaver
from keras_gan.callbacks.sound_saver import SoundSaver
from keras_gan.callbacks.table_saver import TableSaver
from keras_gan.callbacks.text_saver import TextSaver
from keras_gan.callbacks.time_budget import TimeBudget
from keras_gan.callbacks.training_health import TrainingHealth
from keras_gan.callbacks.translation_saver import TranslationSaver

__all__ = [
    "FIDCallback",
    "MetricsCallback",
    "PoolRefresher",
    "ProgressiveGrowing",
    "SampleSaver",
    "SoundSaver",
    "TableSaver",
    "TextSaver",
    "TimeBudget",
    "TrainingHealth",
    "TranslationSaver",
]
