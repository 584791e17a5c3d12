"""What Keras does not offer on every backend alike: its form for PyTorch."""
