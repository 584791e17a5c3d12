"""NaN in variables of TensorFlow itself never gets into a file."""

import numpy as np
import pytest
import tensorflow as tf

from keras_gan.losses import HingeLoss
from keras_gan.models import finite_state


class Counting(HingeLoss):
    """A loss whose state is not a variable of Keras."""

    def __init__(self):
        super().__init__()
        self.variables = [tf.Variable([1.0, 2.0], name="count")]


def test_variables_of_the_framework_are_looked_at(make_gan):
    gan = make_gan()
    gan.compile(loss=Counting())
    finite_state.check(gan)
    gan.loss.variables[0].assign([1.0, np.nan])
    with pytest.raises(FloatingPointError, match="state of the loss .* count"):
        finite_state.check(gan)
