"""The PyTorch form of what a GAN needs beyond `keras.ops`."""

import contextlib
from typing import Any

import torch


class Score:
    """Images -> logits that remembers each batch it has scored.

    A loss and several penalties ask for the logits of the same images, and some
    penalties for their gradients too. Each batch is passed through the network
    once, and `input_gradients` goes back along that pass.
    """

    def __init__(self, function):
        self._function = function
        self._passes = {}

    def __call__(self, images):
        return self._pass(images)[2]

    def input_gradients(self, images):
        _check_floating(images)
        _, images, logits = self._pass(images)
        if not logits.requires_grad:  # They do not depend on the images.
            return torch.zeros_like(images)
        slopes = torch.autograd.grad(
            logits.sum(), images, create_graph=True, allow_unused=True
        )[0]
        return torch.zeros_like(images) if slopes is None else slopes

    def _pass(self, images):
        # The object itself is kept beside the result: an id is only unique
        # among living objects.
        key = id(images)
        if key not in self._passes:
            tensor = _tensor(images)
            if tensor.is_floating_point() and not tensor.requires_grad:
                tensor = tensor.detach().requires_grad_(True)
            with torch.enable_grad():
                logits = self._function(tensor)
            self._passes[key] = (images, tensor, logits)
        return self._passes[key]


def input_gradients(score, images):
    """Gradient of the summed scores with respect to the images.

    Args:
        score: Callable, images `(batch, ...)` -> logits `(batch, 1)`. A `Score`
            reuses the pass it has made of these very images.
        images: Float tensor `(batch, ...)`.

    Returns:
        Tensor of the shape of `images`, itself differentiable.

    Raises:
        TypeError: If the images are integers, which have no gradient.
    """
    if not isinstance(score, Score):
        score = Score(score)
    return score.input_gradients(images)


def _tensor(images):
    import keras

    return keras.ops.convert_to_tensor(images)


def _check_floating(images) -> None:
    tensor = _tensor(images)
    if not tensor.is_floating_point():
        name = str(tensor.dtype).removeprefix("torch.")
        raise TypeError(
            "`images` must be floating-point numbers for gradients with "
            f"respect to them. Received: dtype {name}. Cast them, and "
            "scale bytes with `images / 127.5 - 1.0`."
        )


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

    def scope(self):
        """Context in which the model's variables have to be made."""
        return contextlib.nullcontext()

    def read_state(self) -> None:
        """Variables are up to date at any time."""

    def train_step(self, data):
        """One step: all discriminator updates of a batch, one of G."""
        *earlier, last = self.discriminator_batches(data)
        logs = [self._update_discriminator(batch) for batch in earlier]
        logs += self._update_pair(last)
        self.update_average()
        return self.track(_detached(logs), last)

    def test_step(self, data):
        """Scores a batch of real images and as many generated ones."""
        with torch.no_grad():
            logs, batch = self.test_terms(data)
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
    if not loss.requires_grad:
        return [None] * len(weights)
    return list(
        torch.autograd.grad(
            loss, weights, retain_graph=keep, allow_unused=True
        )
    )


def _detached(logs: list) -> list:
    return [
        {
            name: value.detach() if torch.is_tensor(value) else value
            for name, value in entry.items()
        }
        for entry in logs
    ]
