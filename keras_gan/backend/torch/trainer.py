"""The training and the test step of an adversarial model in PyTorch."""

import contextlib
from typing import Any

import keras
import torch

from keras_gan.backend.one_device import refuse_strategy


def compile_call(network, wanted: bool) -> None:
    """Has `torch.compile` compile the passes of a network, or undoes that.

    Args:
        network: Keras layer.
        wanted: Whether its passes are to be compiled.
    """
    is_compiled = "call" in vars(network)
    if wanted and not is_compiled:
        network.call = torch.compile(network.call)
    elif is_compiled and not wanted:
        del network.call


class Trainer:
    """A mix-in: what `keras.Model` calls for each batch on PyTorch.

    The model says what a batch does (`train_batch`, `test_batch`); this class
    compiles the passes of the networks where that is asked for.
    """

    train_batch: Any
    test_batch: Any
    update_metrics: Any
    check_data_seen: Any
    trained_networks: Any
    jit_compile: bool

    def scope(self):
        """Context in which the model's variables have to be made."""
        refuse_strategy()
        return contextlib.nullcontext()

    def check_first_batch(self) -> None:
        """Raises an error if the first batch was out of range."""
        self.check_data_seen()

    def train_step(self, data):
        """Trains on one batch and returns the logs."""
        networks = [network for network, _ in self.trained_networks()]
        with _assignments_allowed(*networks):
            return self.train_batch(data)

    @torch.no_grad()
    def test_step(self, data):
        """Evaluates one batch and returns the logs."""
        logs, pairs = self.test_batch(data)
        self.update_metrics(pairs)
        return logs

    def make_train_function(self, force=False):
        """Makes the function that `fit` calls for each step."""
        for network, differentiated_twice in self.trained_networks():
            # PyTorch cannot differentiate a compiled pass twice.
            wanted = self.jit_compile and not differentiated_twice
            compile_call(network, wanted)
        with self._uncompiled_step():
            super().make_train_function(force)  # type: ignore[misc]

    def make_test_function(self, force=False):
        """Makes the function that `evaluate` calls for each batch."""
        with self._uncompiled_step():
            super().make_test_function(force)  # type: ignore[misc]

    @contextlib.contextmanager
    def _uncompiled_step(self):
        """Keeps Keras from compiling the whole step.

        PyTorch's compiler would cut it at each gradient, and compile the pieces
        anew for each optimizer and penalty.
        """
        asked, self.jit_compile = self.jit_compile, False
        try:
            yield
        finally:
            self.jit_compile = asked


def _assignments_allowed(*networks) -> contextlib.AbstractContextManager[Any]:
    """Context in which a pass may assign what an earlier one still needs.

    Keras' own spectral normalization assigns its kernel at each pass. PyTorch
    then keeps a copy for the backward pass; where there is no such layer, that
    would cost time for nothing.
    """
    if any(
        isinstance(layer, keras.layers.SpectralNormalization)
        for network in networks
        for layer in network._flatten_layers()
    ):
        return torch.autograd.graph.allow_mutation_on_saved_tensors()
    return contextlib.nullcontext()
