"""`TokenSampler`: draws a sequence of tokens, each by those before it."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from keras_gan.layers.texts.gumbel_softmax import DrawsTokens
from keras_gan.layers.texts.preprocessor import END
from keras_gan.utils.arguments import positive_integer
from keras_gan.utils.models import Untracked


@keras.saving.register_keras_serializable(package="keras_gan")
class TokenSampler(DrawsTokens):
    """Draws sequences of tokens with a recurrent network (GRU).

    At each place the network sees the token before it and a vector, the same
    at all places, and draws the next token as `GumbelSoftmax` does. After the
    token 0, the end, all tokens are 0. The gradient passes through all draws.

    With `targets` the layer draws nothing: the tokens before each place are
    those of the targets, and it returns the logits of the next one. That is
    what a language model is trained with (teacher forcing).

    Args:
        sequence_shape: `(length, vocabulary)`.
        units: Units of the recurrent network.
        depth: Number of its layers.
        relaxation: As in `GumbelSoftmax`.
        seed: Integer seed of the initial weights and the draws. None: a random
            one.
        **kwargs: As in `keras.layers.Layer`.

    Input: vectors `(batch, units)`, and as `targets` None or integers `(batch,
    length)`. Output shape: `(batch, length, vocabulary)`, float32.

    Attributes:
        temperature: Weight that is not trained, 1 in training.

    Raises:
        ValueError, TypeError: If an argument is out of its range.

    Example:

    >>> sampler = TokenSampler((4, 3), units=8, seed=1)
    >>> tuple(sampler(keras.ops.zeros((2, 8))).shape)
    (2, 4, 3)

    Reference:
        [Cho et al., 2014](https://arxiv.org/abs/1406.1078) (GRU),
        [Jang, Gu and Poole, 2016](https://arxiv.org/abs/1611.01144).
    """

    def __init__(
        self,
        sequence_shape: Sequence[int],
        *,
        units: int = 256,
        depth: int = 1,
        relaxation: float = 1.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(relaxation=relaxation, seed=seed, **kwargs)
        length, vocabulary = sequence_shape
        self.length = positive_integer("sequence_shape", length)
        self.vocabulary = positive_integer("sequence_shape", vocabulary)
        self.units = positive_integer("units", units)
        self.depth = positive_integer("depth", depth)
        start = _Starts(seed)
        self.cells = [
            layers.GRUCell(
                self.units,
                kernel_initializer=start.of(keras.initializers.GlorotUniform),
                recurrent_initializer=start.of(keras.initializers.Orthogonal),
                dtype="float32",
                name=f"cell_{number}",
            )
            for number in range(self.depth)
        ]
        # Of one-hot vectors, so that gradients reach the token before.
        self.embedding = layers.Dense(
            self.units,
            use_bias=False,
            kernel_initializer=start.of(keras.initializers.GlorotUniform),
            dtype="float32",
            name="embedding",
        )
        self.logits = layers.Dense(
            self.vocabulary,
            kernel_initializer=start.of(keras.initializers.GlorotUniform),
            dtype="float32",
            name="logits",
        )
        self.told = [
            layers.RNN(cell, return_sequences=True, dtype="float32")
            for cell in self.cells
        ]
        self.drawing = layers.RNN(
            _DrawingCell(self), return_sequences=True, dtype="float32"
        )

    def build(self, context_shape: Any, targets_shape: Any = None) -> None:
        self.make_temperature()
        self.embedding.build((None, self.vocabulary))
        for layer in self.told:
            layer.build((None, self.length, self.units))
        self.logits.build((None, self.units))
        self.drawing.build((None, self.length, self.vocabulary + self.units))

    def call(self, context: Any, targets: Any = None) -> Any:
        if targets is not None:
            return self._told(context, targets)
        noise = self.noise(
            (ops.shape(context)[0], self.length, self.vocabulary)
        )
        vectors = ops.repeat(context[:, None], self.length, axis=1)
        return self.drawing(ops.concatenate([noise, vectors], axis=2))

    def _told(self, context: Any, targets: Any) -> Any:
        """Logits of each token of the targets, by those before it."""
        tokens = ops.one_hot(targets, self.vocabulary, dtype="float32")
        # At the first place there is none before it.
        before = ops.pad(tokens[:, :-1], [[0, 0], [1, 0], [0, 0]])
        x = self.embedding(before) + context[:, None]
        for layer in self.told:
            x = layer(x)
        return self.logits(x)

    def compute_output_shape(
        self, context_shape: Any, targets_shape: Any = None
    ) -> Any:
        return context_shape[0], self.length, self.vocabulary

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "sequence_shape": [self.length, self.vocabulary],
            "units": self.units,
            "depth": self.depth,
        }


class _DrawingCell(layers.Layer):
    """One place of a sequence: the state is that of the cells, and the token.

    Args:
        sampler: The `TokenSampler`, whose layers and weights it uses.
    """

    def __init__(self, sampler: TokenSampler) -> None:
        super().__init__(dtype="float32")
        self._of = Untracked(sampler)  # Its weights are not this cell's.
        self.state_size = [sampler.units] * sampler.depth + [sampler.vocabulary]
        self.output_size = sampler.vocabulary

    def build(self, input_shape: Any) -> None:
        self.built = True

    def call(self, inputs: Any, states: Any) -> Any:
        sampler = self._of.value
        *hidden, token = states
        noise = inputs[:, : sampler.vocabulary]
        x = sampler.embedding(token) + inputs[:, sampler.vocabulary :]
        after = []
        for cell, state in zip(sampler.cells, hidden, strict=True):
            x, (state,) = cell(x, [state])
            after.append(state)
        drawn = sampler.draw(sampler.logits(x), noise)
        ended = ops.stop_gradient(token[:, END : END + 1])
        end = ops.one_hot([END], sampler.vocabulary, dtype="float32")
        drawn = (1.0 - ended) * drawn + ended * end
        return drawn, [*after, drawn]


class _Starts:
    """Initializers with seeds that follow from one."""

    def __init__(self, seed: int | None) -> None:
        self._draws = None if seed is None else np.random.default_rng(seed)

    def of(self, initializer: Any) -> Any:
        if self._draws is None:
            return initializer()
        return initializer(seed=int(self._draws.integers(2**31 - 1)))
