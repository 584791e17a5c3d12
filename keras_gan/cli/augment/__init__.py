"""`keras-gan augment`: adds generated images to the classes of a data set."""
