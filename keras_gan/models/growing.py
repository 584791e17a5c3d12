"""Networks that grow while they are trained."""

from typing import Any

from keras_gan.models.state import all_layers


def growing_layers(networks: Any) -> list:
    """Finds the layers that count training steps in networks, each once.

    Args:
        networks: Keras models.
    """
    layers = {id(one): one for n in networks for one in all_layers(n)}
    return [one for one in layers.values() if hasattr(one, "count_step")]


def count_step(layers: dict) -> None:
    """Counts a training step.

    Args:
        layers: Layers that count steps, by names of players.
    """
    for own in layers.values():
        for layer in own:
            layer.count_step()


def as_seen(layers: list, images: Any) -> Any:
    """Returns real images with as much detail as generated ones have.

    Args:
        layers: Layers that count steps, of the discriminator.
        images: Tensor `(batch, ...)`.
    """
    for layer in layers:
        images = layer.real_images(images)
    return images


def logs(layers: dict) -> dict:
    """Returns how far the networks have grown, if they do.

    Args:
        layers: Layers that count steps, by names of players.
    """
    found = [one for own in layers.values() for one in own]
    return {"growth": found[0].value()} if found else {}
