import keras
import numpy as np
import pytest
from portable import assert_equal, dtype_of

from keras_gan.losses import AdversarialLoss
from keras_gan.losses.adversarial_loss import as_logits
from keras_gan.utils.tensors import batch_mean


class DifferenceLoss(AdversarialLoss):
    def discriminator_loss(self, real_logits, fake_logits):
        return batch_mean(as_logits(fake_logits) - as_logits(real_logits))

    def generator_loss(self, real_logits, fake_logits):
        return -self.discriminator_loss(real_logits, fake_logits)


@pytest.mark.quickest
def test_a_subclass_needs_only_the_two_methods():
    loss = DifferenceLoss()
    loss.build()
    assert loss.seed_generators == []
    assert loss.default_penalties == ()
    assert loss.generator_uses_real_logits
    assert loss.get_config() == {}
    assert float(loss.generator_loss([[3.0]], [[1.0]])) == 2.0


@pytest.mark.quickest
def test_a_subclass_without_a_method_cannot_be_made():
    class Half(AdversarialLoss):
        def discriminator_loss(self, real_logits, fake_logits):
            return 0.0

    with pytest.raises(TypeError, match="generator_loss"):
        Half()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "int32"])
def test_logits_become_float32(dtype):
    logits = as_logits(keras.ops.cast([[1.0], [-2.0]], dtype))
    assert dtype_of(logits) == "float32"
    assert_equal(logits, [[1.0], [-2.0]])


def test_mean_is_over_all_elements():
    values = np.arange(24.0, dtype="float32").reshape(2, 3, 4)
    assert float(batch_mean(values)) == 11.5


@pytest.mark.quickest
def test_mean_of_nothing_is_zero():
    assert float(batch_mean(np.zeros((0, 1), "float32"))) == 0.0
