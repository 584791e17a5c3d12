"""The PyTorch form of what a GAN needs beyond `keras.ops`."""

import contextlib
from typing import Any

import keras
import torch

from keras_gan.backend.one_device import refuse_strategy
from keras_gan.backend.scoring import BaseScore


class Score(BaseScore):
    """Images -> logits, on a graph that begins at the images."""

    def forward(self, images):
        images = keras.ops.convert_to_tensor(images)
        if images.is_floating_point() and not images.requires_grad:
            images = images.detach().requires_grad_(True)
        with torch.enable_grad():
            outputs = self._function(images)
        logits = outputs[0]

        def gradients():
            if not logits.requires_grad:  # They do not depend on the images.
                return torch.zeros_like(images)
            slopes = torch.autograd.grad(
                logits.sum(), images, create_graph=True, allow_unused=True
            )[0]
            return torch.zeros_like(images) if slopes is None else slopes

        return outputs, gradients


input_gradients = Score.input_gradients_of


@torch.no_grad()
def update_variables(function, variables, values) -> None:
    """Assigns `function(variable, value)` to each variable, in place.

    Args:
        function: Callable of two tensors that returns the new value.
        variables: List of `keras.Variable` to write.
        values: List of `keras.Variable` of the same shapes to read.
    """
    for variable, value in zip(variables, values, strict=True):
        target = variable.value
        target.copy_(function(target, value.value))


def copy_variables(variables, values) -> None:
    """Assigns `values` to `variables`, in place."""
    update_variables(lambda _, value: value, variables, values)


def compile_call(network, wanted: bool) -> None:
    """Has `torch.compile` take over the passes of a network, or not any more.

    Args:
        network: Keras layer.
        wanted: Whether its passes are to be compiled.
    """
    is_compiled = "call" in vars(network)
    if wanted and not is_compiled:
        network.call = torch.compile(network.call)
    elif is_compiled and not wanted:
        del network.call


class AdversarialTrainer:
    """The training and the test step of `GAN` in PyTorch.

    A mix-in. The model it is mixed into says what is minimised (its
    `objective`); this class knows autograd.
    """

    optimizer: Any
    objective: Any
    update: str
    generator: Any
    discriminator: Any
    discriminator_batches: Any
    generate_batch: Any
    update_average: Any
    track: Any
    test_terms: Any
    assert_usual_data: Any
    update_metrics: Any
    jit_compile: bool

    def scope(self):
        """Context in which the model's variables have to be made."""
        refuse_strategy()
        return contextlib.nullcontext()

    def check_first_batch(self) -> None:
        """Raises an error if the first batch was out of range."""
        self.assert_usual_data()

    def make_train_function(self, force=False):
        """Makes the function that `fit` calls for each step."""
        penalties = self.objective.penalties
        compile_call(self.generator, self.jit_compile)
        compile_call(
            self.discriminator,
            self.jit_compile
            # PyTorch cannot differentiate a compiled pass twice.
            and not any(
                getattr(one, "uses_input_gradients", False) for one in penalties
            ),
        )
        with self._step_as_it_stands():
            super().make_train_function(force)  # type: ignore[misc]

    def make_test_function(self, force=False):
        """Makes the function that `evaluate` calls for each batch."""
        with self._step_as_it_stands():
            super().make_test_function(force)  # type: ignore[misc]

    @contextlib.contextmanager
    def _step_as_it_stands(self):
        """Keeps Keras from compiling the whole step.

        PyTorch's compiler would cut it at each gradient, and compile the pieces
        anew for each optimizer and penalty.
        """
        asked, self.jit_compile = self.jit_compile, False
        try:
            yield
        finally:
            self.jit_compile = asked

    def train_step(self, data):
        """One step: all discriminator updates of a batch, one of G."""
        *earlier, last = self.discriminator_batches(data)
        with _assignments_allowed(self.generator, self.discriminator):
            logs = [self._update_discriminator(batch) for batch in earlier]
            logs += self._update_pair(last)
        self.update_average()
        return self.track(_detached(logs), last)

    def test_step(self, data):
        """Scores a batch of real images and as many generated ones."""
        with torch.no_grad():
            logs, batch, fake_images = self.test_terms(data)
            self.update_metrics(batch.images, fake_images)
            return self.track([logs], batch)

    def _update_pair(self, batch):
        return self._updates[self.update](self, batch)

    def _update_alternating(self, batch):
        return [
            self._update_discriminator(batch),
            self._update_generator(batch),
        ]

    def _update_discriminator(self, batch):
        with torch.no_grad():
            fake_images = self.generate_batch(batch)
        optimizer = self.optimizer.discriminator
        loss, logs = self.objective.discriminator_terms(
            batch, fake_images, optimizer.iterations
        )
        _apply(optimizer, loss, self.discriminator)
        return logs

    def _update_generator(self, batch):
        fake_images = self.generate_batch(batch)
        loss, logs = self.objective.generator_terms(batch, fake_images)
        _apply(self.optimizer.generator, loss, self.generator)
        return logs

    def _update_simultaneously(self, batch):
        """Both updates from one pass through each of the two networks."""
        pair = self.optimizer
        fake_images = self.generate_batch(batch)
        d_loss, g_loss, logs = self.objective.adversarial_terms(
            batch, fake_images, pair.discriminator.iterations
        )
        networks = (self.discriminator, self.generator)
        parts = (pair.discriminator, pair.generator)
        # Both gradients before either update changes a weight in place.
        gradients = [
            _gradients(part.scale_loss(loss), network, keep=True)
            for part, loss, network in zip(
                parts, (d_loss, g_loss), networks, strict=True
            )
        ]
        with torch.no_grad():
            for part, own, network in zip(
                parts, gradients, networks, strict=True
            ):
                part.apply(own, network.trainable_variables)
        return [logs]

    _updates = {
        "alternating": _update_alternating,
        "simultaneous": _update_simultaneously,
    }


def _apply(optimizer, loss, network) -> None:
    gradients = _gradients(optimizer.scale_loss(loss), network)
    with torch.no_grad():
        optimizer.apply(gradients, network.trainable_variables)


def _gradients(loss, network, keep=False) -> list:
    # Of these weights only: those of the other network are never computed.
    weights = [v.value for v in network.trainable_variables]
    if not weights or not loss.requires_grad:
        return [None] * len(weights)
    return list(
        torch.autograd.grad(loss, weights, retain_graph=keep, allow_unused=True)
    )


def _assignments_allowed(*networks) -> contextlib.AbstractContextManager[Any]:
    """Context in which a pass may assign what an earlier one still needs.

    Keras' spectral normalisation assigns its kernel at each pass. PyTorch then
    keeps a copy for the way back; where there is no such layer, that would
    cost time for nothing.
    """
    if any(
        isinstance(layer, keras.layers.SpectralNormalization)
        for network in networks
        for layer in network._flatten_layers()
    ):
        return torch.autograd.graph.allow_mutation_on_saved_tensors()
    return contextlib.nullcontext()


def _detached(logs: list) -> list:
    return [
        {
            name: value.detach() if torch.is_tensor(value) else value
            for name, value in entry.items()
        }
        for entry in logs
    ]
