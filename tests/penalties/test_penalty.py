import numpy as np
import pytest
from keras import ops

from keras_gan.penalties import Penalty
from keras_gan.penalties.penalty import squared_norms
from keras_gan.utils.tensors import batch_mean


class Drift(Penalty):
    def __call__(self, score, real_images, fake_images):
        return batch_mean(score(real_images) ** 2)


@pytest.mark.quickest
def test_a_subclass_needs_only_call():
    penalty = Drift()
    penalty.build()
    penalty.update_state(ops.ones((2, 1)), ops.ones((2, 1)))
    assert (penalty.name, penalty.every) == ("drift", 1)
    assert penalty.variables == []
    assert penalty.seed_generators == []
    assert not penalty.uses_input_gradients
    assert Drift.recommended((8, 8, 1)).get_config() == penalty.get_config()
    assert float(penalty(lambda x: 2.0 * x, ops.ones((3, 1)), None)) == 4.0


@pytest.mark.quickest
def test_a_subclass_without_call_cannot_be_made():
    class Nothing(Penalty):
        pass

    with pytest.raises(TypeError, match="__call__"):
        Nothing()


@pytest.mark.quickest
def test_name_and_interval_are_kept():
    penalty = Drift(every=16, name="logit_drift")
    assert penalty.get_config() == {"every": 16, "name": "logit_drift"}
    assert Drift(every=np.int64(3)).every == 3


@pytest.mark.quickest
@pytest.mark.parametrize("every", [0, -2])
def test_intervals_below_one_are_refused(every):
    with pytest.raises(ValueError, match=rf"`every` .*every={every}\. Use"):
        Drift(every=every)


@pytest.mark.quickest
@pytest.mark.parametrize("every", [2.0, "4", None, True])
def test_intervals_that_are_no_integers_are_refused(every):
    with pytest.raises(TypeError, match="`every` must be an integer. Received"):
        Drift(every=every)


def test_squared_norms_sum_over_all_axes_of_a_sample():
    values = np.random.default_rng(0).normal(size=(5, 4, 3, 2))
    received = squared_norms(values.astype("float32"))
    received = ops.convert_to_numpy(received)
    np.testing.assert_allclose(received, (values**2).sum((1, 2, 3)), 1e-6)


def test_squared_norms_of_half_precision_do_not_overflow():
    values = ops.full((2, 3), 1000.0, "float16")
    norms = ops.convert_to_numpy(squared_norms(values))
    np.testing.assert_allclose(norms, [3e6, 3e6])
