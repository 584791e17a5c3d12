"""Metrics of tables: how much a synthetic one resembles a real one."""

from keras_gan.metrics.tables.nearest import nearest_record_distances
from keras_gan.metrics.tables.nearest_record_distance import (
    NearestRecordDistance,
)
from keras_gan.metrics.tables.shapes import column_shapes
from keras_gan.metrics.tables.table_quality import TableQuality
from keras_gan.metrics.tables.table_usefulness import TableUsefulness
from keras_gan.metrics.tables.trends import pair_trends
from keras_gan.metrics.tables.usefulness import train_synthetic_test_real

__all__ = [
    "NearestRecordDistance",
    "TableQuality",
    "TableUsefulness",
    "column_shapes",
    "nearest_record_distances",
    "pair_trends",
    "train_synthetic_test_real",
]
