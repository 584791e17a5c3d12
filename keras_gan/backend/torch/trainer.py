"""Training and test steps of an adversarial model in PyTorch."""

import contextlib
from typing import Any

import keras
import torch

from keras_gan.backend.one_device import refuse_strategy
from keras_gan.backend.steps import training_step
from keras_gan.utils.inner_layers import with_inner_layers


def compile_call(network, wanted: bool) -> None:
    """Compiles a network's `call` with `torch.compile`, or undoes that.

    Args:
        network: Keras layer.
        wanted: Whether `call` should be compiled.
    """
    is_compiled = "call" in vars(network)
    if wanted and not is_compiled:
        network.call = torch.compile(network.call)
    elif is_compiled and not wanted:
        del network.call


class Trainer:
    """A mix-in with the methods that `keras.Model` calls on PyTorch.

    The model defines how a batch is processed (`train_batch`, `test_batch`);
    this class compiles the networks if `jit_compile` is set.
    """

    train_batch: Any
    test_batch: Any
    update_metrics: Any
    check_data_seen: Any
    check_step: Any
    trained_networks: Any
    jit_compile: bool

    def scope(self):
        """Context in which the model's variables must be created."""
        refuse_strategy()
        return contextlib.nullcontext()

    def check_first_batch(self) -> None:
        """Raises an error if the first batch was out of range."""
        self.check_data_seen()

    def train_step(self, data):
        """Trains on one batch and returns the logs."""
        self.check_step(data)
        networks = [network for network, _ in self.trained_networks()]
        with training_step(), _assignments_allowed(*networks):
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

        PyTorch's compiler would split it at each gradient and recompile the
        pieces for each optimizer and penalty.
        """
        asked, self.jit_compile = self.jit_compile, False
        try:
            yield
        finally:
            self.jit_compile = asked


def _assignments_allowed(*networks) -> contextlib.AbstractContextManager[Any]:
    """Context in which a pass may overwrite values saved for a backward pass.

    Keras' own spectral normalization assigns its kernel in each pass, so
    PyTorch has to keep copies for the backward pass. Networks without such a
    layer do not need this, and it costs time.
    """
    if any(
        isinstance(layer, keras.layers.SpectralNormalization)
        for network in networks
        for layer in with_inner_layers(network)
    ):
        return torch.autograd.graph.allow_mutation_on_saved_tensors()
    return contextlib.nullcontext()
