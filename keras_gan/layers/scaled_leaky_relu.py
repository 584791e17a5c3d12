"""The activation of layers with an equalized learning rate."""

import math
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_gan")
def scaled_leaky_relu(inputs: Any) -> Any:
    """LeakyReLU that keeps the scale of its inputs.

    It is the activation of StyleGAN2, whose kernels have no gain:

    ```
    y = sqrt(2) * max(x, 0.2 x)
    ```

    Args:
        inputs: Tensor of any shape.

    Returns:
        A tensor of the same shape.

    Example:

    >>> y = scaled_leaky_relu(keras.ops.array([1.0, -1.0]))
    >>> keras.ops.convert_to_numpy(y).round(3).tolist()
    [1.4140000343322754, -0.28299999237060547]

    Reference:
        Karras et al., "Analyzing and Improving the Image Quality of StyleGAN",
        arXiv 1912.04958.
    """
    return ops.leaky_relu(inputs, 0.2) * math.sqrt(2.0)
