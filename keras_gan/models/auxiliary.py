"""What an auxiliary classifier adds to the objective of a GAN."""

import numbers
import warnings

import keras
from keras import ops

from keras_gan.losses.adversarial_loss import batch_mean
from keras_gan.models import checks
from keras_gan.models.batch import call_network
from keras_gan.models.objective import AdversarialObjective, share
from keras_gan.models.state import all_layers


class AuxiliaryObjective(AdversarialObjective):
    """An adversarial objective whose discriminator also names the class.

    Args:
        *args: As in `AdversarialObjective`; the discriminator is images ->
            `[logits, class_logits]`.
        classification_weight: Weight of the cross-entropy of real images in
            the discriminator's loss, and of generated ones in the generator's.
        fake_classification_weight: Weight of the cross-entropy of generated
            images in the discriminator's loss.
        **kwargs: As in `AdversarialObjective`.
    """

    log_names = (
        *AdversarialObjective.log_names,
        "d_class_loss",
        "g_class_loss",
        "d_class_accuracy",
    )

    def __init__(
        self,
        *args,
        classification_weight,
        fake_classification_weight,
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.classification_weight = classification_weight
        self.fake_classification_weight = fake_classification_weight

    def _scorer(self, labels, training=True):
        return _TwoHeads(self._network(training), labels, training)

    def _discriminator(self, score, function, images, step):
        loss, logs = super()._discriminator(score, function, images, step)
        real_images, fake_images = images
        class_logits = score.outputs(real_images)[1]
        class_loss = function.class_loss(class_logits)
        loss = loss + self.classification_weight * class_loss
        if self.fake_classification_weight:
            of_fakes = function.class_loss(score.outputs(fake_images)[1])
            loss = loss + self.fake_classification_weight * of_fakes
        logs["d_class_loss"] = class_loss
        logs["d_class_accuracy"] = function.class_accuracy(class_logits)
        return loss, logs

    def _generator(self, score, function, fake_images, logits):
        loss, logs = super()._generator(score, function, fake_images, logits)
        class_loss = function.class_loss(score.outputs(fake_images)[1])
        loss = loss + self.classification_weight * class_loss
        return loss, {**logs, "g_class_loss": class_loss}

    def _test(self, function, images):
        logs = super()._test(function, images)
        of_real, of_fake = (function.outputs(one)[1] for one in images)
        return {
            **logs,
            "d_class_loss": function.class_loss(of_real),
            "g_class_loss": function.class_loss(of_fake),
            "d_class_accuracy": function.class_accuracy(of_real),
        }


class _TwoHeads:
    """Images -> logits; what the same pass says of the classes is kept.

    Losses and penalties see a discriminator like any other, and the class
    logits of the images they have scored cost no second pass.
    """

    def __init__(self, network, labels, training):
        self._network = network
        self._labels = labels
        self._training = training
        self._kept = {}

    def run(self, images):
        """Logits and class logits of a new pass."""
        outputs = call_network(self._network, images, self._training)
        return [ops.cast(output, "float32") for output in outputs]

    def __call__(self, images):
        outputs = self.run(images)
        # The images are kept too: an id is only unique among living objects.
        self._kept[id(images)] = (images, outputs)
        return outputs[0]

    def outputs(self, images):
        """Both kinds of logits of images that were scored."""
        return self._kept[id(images)][1]

    def class_loss(self, class_logits):
        """Mean cross-entropy of class logits, in nats."""
        return batch_mean(
            ops.sparse_categorical_crossentropy(
                self._labels, class_logits, from_logits=True
            )
        )

    def class_accuracy(self, class_logits):
        """Share of class logits whose largest is that of the label."""
        likeliest = ops.argmax(class_logits, axis=-1)
        return share(ops.cast(likeliest, "int32") == self._labels)


def build(generator, discriminator, latent_dim, num_classes) -> tuple:
    """Builds a conditional generator and a discriminator with two heads.

    Returns:
        Size of the latents, and the shape of an image without the batch.

    Raises:
        ValueError: If the networks do not fit each other.
    """
    latent_dim, images = checks.build_generator(
        generator, latent_dim, num_classes
    )
    known = checks.input_shapes(discriminator)
    if known is not None:
        _check_one_input(len(known))
        checks.check_image_shapes(images, known[0])
    outputs = checks.outputs_of(discriminator, images, "discriminator")
    _check_outputs(outputs, num_classes)
    _warn_softmax(discriminator)
    return latent_dim, tuple(images.shape[1:])


def _check_one_input(received) -> None:
    if received != 1:
        raise ValueError(
            "`discriminator` must take images alone: an auxiliary classifier "
            f"says the class, it is not told. Received: a model with {received}"
            " inputs. Build it without `num_classes` and pass it through "
            "`keras_gan.networks.with_classifier`."
        )


def _check_outputs(outputs, num_classes) -> None:
    expected = [(1,), (num_classes,)]
    several = isinstance(outputs, list | tuple)
    shapes = [tuple(one.shape[1:]) for one in outputs] if several else None
    if shapes != expected:
        raise ValueError(
            "`discriminator` must return `[logits, class_logits]`, shapes "
            f"(batch, 1) and (batch, {num_classes}). Received: "
            f"{type(outputs).__name__} of shapes {checks.words(outputs)}. "
            "`keras_gan.networks.with_classifier(discriminator, "
            f"{num_classes})` adds the second to a discriminator that has one."
        )


def _warn_softmax(discriminator) -> None:
    """Warns of class probabilities, which the cross-entropy does not take."""
    names = [
        layer.name
        for layer in all_layers(discriminator)
        if isinstance(layer, keras.layers.Softmax)
        or getattr(layer, "activation", None) is keras.activations.softmax
    ]
    if names:
        warnings.warn(
            f"The discriminator has a softmax (layer {names[-1]!r}). If the "
            "class logits come out of it, remove it: the cross-entropy "
            "applies its own.",
            stacklevel=4,
        )


def check_num_classes(num_classes) -> None:
    """Raises an error if there are no classes to tell apart."""
    if not checks.is_integer(num_classes, at_least=2):
        raise ValueError(
            "`num_classes` must be an integer of at least 2 where a "
            f"classifier is trained. Received: {num_classes!r}. Pass the "
            "number of classes, or use `GAN` for images without labels."
        )


def checked_weight(name: str, value) -> float:
    """`value` as a float of 0 or more, or an error that names it."""
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not (real and 0.0 <= float(value) < float("inf")):
        raise ValueError(
            f"`{name}` must be a finite number of 0 or more. Received: "
            f"{value!r}. Pass 0 to leave that term out."
        )
    return float(value)
