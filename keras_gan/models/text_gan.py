"""`TextGAN`: lines of text, characters or words."""

import keras
from keras import ops

from keras_gan.layers import TextPreprocessor, TokenSampler
from keras_gan.models import text_data
from keras_gan.models.data_checks import warn_if_labeled, wrong_labels
from keras_gan.models.gan import GAN
from keras_gan.models.player import optimizer_of
from keras_gan.optimizers import AdversarialOptimizer
from keras_gan.utils.arguments import checked_weight, integer, number_in
from keras_gan.utils.models import Untracked


@keras.saving.register_keras_serializable(package="keras_gan")
class TextGAN(GAN):
    """A GAN for lines of text: names, SMILES strings, short sentences.

    The generator draws tokens, characters or words, and the discriminator sees
    them as one-hot vectors. Draws pass gradients on as if they were soft
    (straight-through Gumbel-softmax). A recurrent generator, which draws each
    token by those before it, is trained as a language model, too, from its
    first step on, and at first only so:

    ```
    L = likelihood_weight * NLL + [step >= warm_start] * adversarial loss
    ```

    NLL is the mean of -log p(token | those before it) over the tokens of real
    texts. The discriminator learns from the first step on.

    Data is lines, or the codes that `preprocessor.encode` makes of them:
    `fit(lines)`, with labels `fit(lines, labels)`.

    Args:
        generator: As in `GAN`, latents -> one-hot tokens `(batch, length,
            vocabulary)`. `keras_gan.networks.text_generator` makes recurrent
            ones.
        discriminator: As in `GAN`, tokens -> logits.
        preprocessor: `layers.TextPreprocessor` that has learned the texts.
        likelihood_weight: Weight of NLL, 0 or more. Default: 10 if the
            generator has a `layers.TokenSampler`, else 0, the only value that
            it can have without one.
        warm_start: Number of steps without the adversarial loss.
        name: Name of the model.
        **kwargs: As in `GAN`.

    Raises:
        ValueError, TypeError: If the networks are not those of the texts, or an
            argument is not valid.

    Example:

    >>> names = ["anna", "bob", "eve", "otto"] * 4
    >>> preprocessor = keras_gan.layers.TextPreprocessor()
    >>> preprocessor.adapt(names)
    >>> pair = keras_gan.networks.text(preprocessor.sequence_shape, width=8)
    >>> gan = TextGAN(*pair, preprocessor, warm_start=1, seed=1)
    >>> gan.compile()
    >>> history = gan.fit(names, batch_size=8, verbose=0)
    >>> len(gan.generate(3))
    3

    Reference:
        [Yu et al., 2016](https://arxiv.org/abs/1609.05473) (warm start),
        [Nie et al., 2019](https://openreview.net/forum?id=rJedV3R5tm)
        (Gumbel-softmax).
    """

    log_names = (*GAN.log_names, "g_nll")

    def __init__(
        self,
        generator,
        discriminator,
        preprocessor,
        *,
        likelihood_weight=None,
        warm_start=1_000,
        name="text_gan",
        **kwargs,
    ):
        if not isinstance(preprocessor, TextPreprocessor):
            raise TypeError(
                "`preprocessor` must be a `keras_gan.layers.TextPreprocessor`. "
                f"Received: {type(preprocessor).__name__}."
            )
        shape = preprocessor.sequence_shape
        super().__init__(generator, discriminator, name=name, **kwargs)
        if self.image_shape != shape:
            raise ValueError(
                f"`generator` must make tokens of the shape {shape} of these "
                f"texts. Received: {self.image_shape}. Build it with "
                "`preprocessor.sequence_shape`."
            )
        self.preprocessor = preprocessor
        self.warm_start = integer("warm_start", warm_start, at_least=0)
        # Views of the networks, whose weights are saved with those.
        self._tellers = Untracked(
            {True: _teller(generator), False: _teller(self.sampler)}
        )
        self.likelihood_weight = self._weight(likelihood_weight)

    def _weight(self, given) -> float:
        """The weight of NLL, which only a language model has."""
        is_model = self._tellers.value[True] is not None
        if given is None:
            return 10.0 if is_model else 0.0
        weight = checked_weight("likelihood_weight", given)
        if weight and not is_model:
            raise ValueError(
                "`likelihood_weight` must be 0 for a generator without a "
                "`layers.TokenSampler`, which gives texts no probabilities. "
                f"Received: likelihood_weight={given}. Leave it out, or use "
                "`keras_gan.networks.text_generator`."
            )
        return weight

    def compile(  # type: ignore[override]
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        **kwargs,
    ):
        """Configures how the two players are trained.

        Args:
            generator_optimizer: As in `GAN.compile`. Default: Adam with the
                rate and the betas of `networks.recipe("text", ...)`.
            discriminator_optimizer: The same for the discriminator.
            **kwargs: As in `GAN.compile`.

        Raises:
            TypeError: If there is another argument, such as `optimizer`.
            ValueError: If an argument is not valid.
        """
        if not isinstance(generator_optimizer, AdversarialOptimizer):
            generator_optimizer = generator_optimizer or _adam(
                "generator", 4e-3
            )
            discriminator_optimizer = discriminator_optimizer or _adam(
                "discriminator", 2e-4
            )
        super().compile(generator_optimizer, discriminator_optimizer, **kwargs)

    # Data --------------------------------------------------------------------

    def fit(self, x=None, y=None, *, validation_data=None, **kwargs):
        """Trains the players on texts.

        Args:
            x: `datasets.TextLines`, a list of texts, their codes `(lines,
                length)`, or a data set of codes.
            y: Labels of a conditional model. Default: those of the lines.
            validation_data: More texts, or `(texts, labels)`.
            **kwargs: As in `keras.Model.fit`.

        Returns:
            The `keras.callbacks.History` of the run.

        Raises:
            ValueError: If the data or another argument is not valid.
            FloatingPointError: If a loss or weight becomes NaN or infinite.
        """
        x, y = text_data.encoded(self, x, y)
        if validation_data is not None:
            kwargs["validation_data"] = self._validation(validation_data)
        return super().fit(x, y, **kwargs)

    def evaluate(self, x=None, y=None, **kwargs):
        """Computes losses and metrics on texts and as many generated ones.

        Args:
            x: As in `fit`.
            y: As in `fit`.
            **kwargs: As in `keras.Model.evaluate`.

        Returns:
            The losses and accuracies, then each metric.
        """
        return super().evaluate(*text_data.encoded(self, x, y), **kwargs)

    def train_on_batch(self, x, y=None, **kwargs):
        """Trains the players on one batch; see `fit`."""
        return super().train_on_batch(*text_data.encoded(self, x, y), **kwargs)

    def test_on_batch(self, x, y=None, **kwargs):
        """Does what `evaluate` does, on one batch."""
        return super().test_on_batch(*text_data.encoded(self, x, y), **kwargs)

    def _validation(self, data):
        is_pair = isinstance(data, tuple) and len(data) == 2
        if is_pair and not isinstance(data[0], str):
            return text_data.encoded(self, *data)
        x, y = text_data.encoded(self, data, None)
        return x if y is None else (x, y)

    def check_data(self, x, y=None) -> None:
        text_data.check(x, y, self.image_shape, self.num_classes)

    def flag_error(self, name: str) -> str:
        if name == "images":
            return text_data.wrong_codes("others", self.image_shape[1])
        return wrong_labels("others", self.num_classes)

    def unpack(self, data):
        if self.num_classes is None:
            warn_if_labeled(self, data)
        return text_data.unpack(data, self.image_shape, self.num_classes)

    # Training ----------------------------------------------------------------

    def generator_loss(self, turn) -> tuple:
        loss, logs = super().generator_loss(turn)
        generator = next(one for one in self.players if one.generates)
        step = optimizer_of(generator, self.optimizer).iterations
        adversarial = ops.where(step < self.warm_start, 0.0, loss)
        if not self.likelihood_weight:
            return adversarial, logs
        nll = self.likelihood_loss(turn.batch, turn.training)
        total = adversarial + self.likelihood_weight * nll
        return total, {**logs, "g_nll": nll}

    def likelihood_loss(self, batch, training=True):
        """Returns the NLL of a batch; in evaluation that of the average.

        Args:
            batch: Named tuple of `images`, one-hot tokens, and `labels`.
            training: Whether it is of the generator that is trained.
        """
        tokens = batch.images
        seed = self.seed_generator if training else self.evaluation_seed
        inputs = [self.sample_latents(batch, seed)]
        if batch.labels is not None:
            inputs.append(batch.labels)
        codes = ops.argmax(tokens, axis=2)
        logits = self._tellers.value[training]([*inputs, codes])
        return text_data.negative_log_likelihood(logits, tokens)

    # Drawing and saving ------------------------------------------------------

    def generate(
        self,
        num_texts,
        *,
        labels=None,
        truncation=None,
        temperature=1.0,
        seed=None,
        batch_size=256,
    ):
        """Generates texts with the (averaged) generator.

        Args:
            num_texts: Number of texts, at least 1.
            labels: As in `GAN.generate`.
            truncation: As in `GAN.generate`.
            temperature: Positive number that logits are divided by: below 1
                texts are more typical and less diverse, above 1 the opposite.
            seed: Integer, for reproducible texts. None: new ones in each call.
            batch_size: Number of texts generated at once, on which they
                depend.

        Returns:
            List of texts.

        Raises:
            ValueError: If an argument is out of its range, or the generator has
                no layer with a temperature.
        """
        temperature = number_in("temperature", temperature, "(0, inf)")
        layers = [x for x in self.sampler.layers if hasattr(x, "temperature")]
        if temperature != 1.0 and not layers:
            raise ValueError(
                "`temperature` needs a generator with a `layers.TokenSampler` "
                f"or `layers.GumbelSoftmax`. Received: {temperature}, and a "
                "generator without one. Leave it out."
            )
        try:
            for layer in layers:
                layer.temperature.assign(temperature)
            tokens = super().generate(
                num_texts,
                labels=labels,
                truncation=truncation,
                seed=seed,
                batch_size=batch_size,
            )
        finally:
            for layer in layers:
                layer.temperature.assign(1.0)
        return self.preprocessor.inverse(tokens)

    def get_config(self) -> dict:
        return {
            **super().get_config(),
            "preprocessor": keras.saving.serialize_keras_object(
                self.preprocessor
            ),
            "likelihood_weight": self.likelihood_weight,
            "warm_start": self.warm_start,
        }


def _teller(network):
    """Network from inputs and codes to the logits of tokens; or None."""
    layers = [
        one
        for one in getattr(network, "layers", ())
        if isinstance(one, TokenSampler)
    ]
    if len(layers) != 1:
        return None
    (sampler,) = layers
    codes = keras.Input((sampler.length,), dtype="int32", name="codes")
    logits = sampler(sampler.input, targets=codes)
    return keras.Model([*network.inputs, codes], logits)


def _adam(player, rate):
    return keras.optimizers.Adam(
        rate, beta_1=0.5, beta_2=0.99, epsilon=1e-8, name=f"{player}_adam"
    )
