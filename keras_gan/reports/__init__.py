"""Reports: the folder of a run as one page that shows all of it."""

from keras_gan.reports.writing import write

__all__ = ["write"]
