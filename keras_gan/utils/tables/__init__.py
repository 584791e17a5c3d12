"""Tables of mixed columns: pandas data frames and dicts of arrays."""

from keras_gan.utils.tables.column import Column
from keras_gan.utils.tables.reading import columns_of, is_frame, is_missing
from keras_gan.utils.tables.writing import table_of

__all__ = ["Column", "columns_of", "is_frame", "is_missing", "table_of"]
