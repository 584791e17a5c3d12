"""`gumbel_noise`: what turns the largest logit into a draw."""

from typing import Any

import keras
from keras import ops


def gumbel_noise(shape: Any, seed: Any) -> Any:
    """Draws Gumbel noise: the argmax of logits + noise is a draw of softmax.

    ```
    n = -log(-log(u)),  u ~ U(0, 1)
    ```

    Args:
        shape: Its shape.
        seed: `keras.random.SeedGenerator` to draw from.

    Returns:
        Float32 tensor: in half precision the logarithms of small numbers would
        be infinite.
    """
    uniform = keras.random.uniform(shape, dtype="float32", seed=seed)
    # The logarithm of 0 is infinite, as is the second one of 1.
    uniform = ops.clip(uniform, 1e-20, 1.0 - 1e-7)
    return -ops.log(-ops.log(uniform))
