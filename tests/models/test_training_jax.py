"""What only concerns training on JAX."""

import keras


def test_arrays_of_a_step_are_not_wrapped(make_gan, points):
    kinds = set()

    class Kinds(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            kinds.update(type(held) for held in self.model._jax_state.values())

    gan = make_gan()
    gan.compile()
    gan.fit(points, batch_size=32, verbose=0, callbacks=[Kinds()])
    # Keras' own lists look at each array, in every step.
    assert kinds <= {list, tuple}
