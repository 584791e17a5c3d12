"""PyTorch implementation of what Keras does not offer on every backend."""
