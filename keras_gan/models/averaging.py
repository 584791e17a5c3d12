"""Averages of networks over the steps of training."""

import keras

from keras_gan.backend import copy_variables, update_variables


def copy_of(generator, inputs):
    """A second generator with the same weights, which is never trained.

    Args:
        generator: A built model.
        inputs: Symbolic inputs, to build the copy by where it is not built.

    Raises:
        ValueError: If Keras cannot make another of its kind.
    """
    try:
        twin = keras.models.clone_model(generator)
        if not twin.built:
            twin(inputs)
        twin.set_weights(generator.get_weights())
    except Exception as error:
        raise ValueError(
            "`generator` must be a model that Keras can copy, for the averaged "
            f"generator. Received: {type(generator).__name__}, which raised "
            f"{type(error).__name__}: {error}. Give it `get_config`, build it "
            "from layers with `keras.Model(inputs, outputs)`, or turn the "
            "average off with `ema_momentum=None`."
        ) from error
    twin.trainable = False
    return twin


def move_average(average, network, momentum: float) -> None:
    """Moves the average of a network towards the network.

    Trainable weights by `1 - momentum` of the way, all others to the end.

    Args:
        average: What `copy_of` returned.
        network: The network that is trained.
        momentum: Share of the old average that is kept, in [0, 1).
    """
    rate = 1.0 - momentum
    # The copy itself is frozen, so its weights are told apart by what the
    # network's are.
    ids = map(id, network.weights)
    copies = dict(zip(ids, average.weights, strict=True))
    update_variables(
        lambda mean, value: mean + rate * (value - mean),
        [copies[id(v)] for v in network.trainable_weights],
        network.trainable_weights,
    )
    copy_variables(
        [copies[id(v)] for v in network.non_trainable_weights],
        network.non_trainable_weights,
    )
