"""Measure how a GAN of sounds learns, by a classifier of its own.

    python benchmarks/sound.py ../shared/data/fsdd_wav.zip --minutes 2 20

SOUNDS is a folder or zip of WAV files of several classes. These are its
subfolders, or else what is before the first "_" in the names of the files, as
in the Free Spoken Digit Dataset ("7_jackson_32.wav").

A small classifier learns the classes from four fifths of the sounds. Then a GAN
with the networks of WaveGAN trains on all of them, and after so many minutes
from its start, compilation included, as many sounds as there are real ones are
drawn. For each time there is a row with the steps so far, the Fréchet distance
of the features of the classifier (without measuring its time), how sure the
classifier is and how evenly the classes come (Inception score, at most the
number of classes), and the distance as a share of that at the first time. Above
are the accuracy of the classifier on the other sounds, and the distance and the
score of two halves of the real sounds. With `--out` each time leaves a WAV file
and a picture of sixteen sounds.
"""

import argparse
import time
from pathlib import Path

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import keras
import numpy as np

from keras_gan.evaluation.sounds import train_classifier

NUM_SHOWN = 16


def labels_of(sounds):
    """Numbers of the classes: of subfolders, or of the names of files."""
    if sounds.labels is not None:
        return sounds.labels
    names = [Path(name).name.split("_")[0] for name in sounds.files.names]
    _, labels = np.unique(names, return_inverse=True)
    if len(labels) != len(sounds) or labels.max() < 1:
        raise SystemExit("SOUNDS must have several classes.")
    return labels


def trained_classifier(waves, labels, rate, *, epochs, seed):
    """A classifier of four fifths of the sounds; its accuracy on the others."""
    model = keras_gan.networks.sound_classifier(
        waves.shape[1:], int(labels.max()) + 1, rate=rate, seed=seed
    )
    return model, train_classifier(
        model, waves, labels, epochs=epochs, seed=seed
    )


class Judge:
    """Scores of sounds by a classifier.

    Args:
        classifier: The trained classifier.
        real: Real sounds.
    """

    def __init__(self, classifier, real):
        outputs = [classifier.get_layer("features").output, classifier.output]
        self.network = keras.Model(classifier.input, outputs)
        self.real = self._statistics(self.seen(real)[0])

    def seen(self, waves):
        """Features and probabilities, in float64."""
        features, logits = self.network.predict(waves, 100, verbose=0)
        logits = logits.astype("float64")
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        return features, shares / shares.sum(axis=1, keepdims=True)

    def scores(self, waves, real=None):
        """The Fréchet distance to real sounds, and the Inception score."""
        features, shares = self.seen(waves)
        statistics = self.real if real is None else real
        distance = keras_gan.metrics.frechet_distance(
            *statistics, *self._statistics(features)
        )
        mean = shares.mean(axis=0)
        logs = np.log(shares + 1e-12) - np.log(mean + 1e-12)
        return distance, float(np.exp((shares * logs).sum(axis=1).mean()))

    def of_halves(self, waves, seed=0):
        """The same of one half of real sounds compared with the other."""
        order = np.random.default_rng(seed).permutation(len(waves))
        first, second = np.split(order, [len(order) // 2])
        statistics = self._statistics(self.seen(waves[first])[0])
        return self.scores(waves[second], statistics)

    @staticmethod
    def _statistics(features):
        features = features.astype("float64")
        return features.mean(axis=0), np.cov(features, rowvar=False)


class UntilTime(keras.callbacks.Callback):
    """Ends `fit` when so much time has passed since the training began.

    Attributes:
        seconds: Time of training so far, without what is between two calls.
        steps: Steps so far.
    """

    def __init__(self):
        super().__init__()
        self.seconds, self.steps, self.limit = 0.0, 0, 0.0

    def on_train_begin(self, logs=None):
        self.start = time.perf_counter() - self.seconds

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        self.seconds = time.perf_counter() - self.start
        if self.seconds >= self.limit:
            self.model.stop_training = True


def gan_of(shape, num_classes, options):
    """A compiled GAN, and its batch size."""
    recipe = keras_gan.networks.recipe("wavegan", shape)
    pair = keras_gan.networks.wavegan(
        shape, num_classes=num_classes, width=options.width, seed=options.seed
    )
    gan = keras_gan.GAN(
        *pair,
        num_classes=num_classes,
        ema_momentum=recipe.ema_momentum,
        seed=options.seed,
    )
    chosen = recipe.compile_arguments()
    if options.loss == "wasserstein":
        gan.compile(**chosen)
        return gan, options.batch_size * recipe.discriminator_steps
    gan.compile(loss=options.loss)
    return gan, options.batch_size


def batches(waves, labels, size, seed):
    """An endless stream of full batches."""
    draws = np.random.default_rng(seed)
    while True:
        order = draws.permutation(len(waves))
        for start in range(0, len(order) - size + 1, size):
            rows = order[start : start + size]
            known = [] if labels is None else [labels[rows]]
            yield (waves[rows], *known)


def write_samples(out, name, gan, rate):
    """A WAV file and a picture of some sounds."""
    out.mkdir(parents=True, exist_ok=True)
    number = gan.num_classes and NUM_SHOWN // gan.num_classes * gan.num_classes
    drawn = gan.generate(number or NUM_SHOWN, seed=0)
    whole = keras_gan.sounds.joined(drawn, rate)
    keras_gan.sounds.write_wav(out / f"{name}.wav", whole, rate=rate)
    pictures = [keras_gan.sounds.sound_picture(one) for one in drawn]
    grid = keras_gan.images.image_grid(np.stack(pictures))
    keras_gan.images.write_image(out / f"{name}.png", grid)


def parsed():
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("sounds", metavar="SOUNDS")
    parser.add_argument("--minutes", type=float, nargs="+", default=[2.0, 20.0])
    parser.add_argument("--rate", type=int)
    parser.add_argument("--length", type=int, default=8192)
    parser.add_argument("--normalize", action="store_true")
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--loss", default="wasserstein")
    parser.add_argument("--conditional", action="store_true")
    parser.add_argument("--classifier-epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def main() -> None:
    options = parsed()
    keras.utils.set_random_seed(options.seed)
    sounds = keras_gan.datasets.Sounds(
        options.sounds,
        rate=options.rate,
        length=options.length,
        normalize=options.normalize,
    )
    waves, labels = sounds.read(np.arange(len(sounds))), labels_of(sounds)
    classifier, accuracy = trained_classifier(
        waves,
        labels,
        sounds.rate,
        epochs=options.classifier_epochs,
        seed=options.seed,
    )
    judge = Judge(classifier, waves)
    distance, score = judge.of_halves(waves)
    print(f"{len(waves):,} sounds of {labels.max() + 1} classes")
    print(f"accuracy of the classifier: {accuracy:.3f}")
    print(f"halves of real sounds: distance {distance:.3g}, score {score:.2f}")
    number = int(labels.max()) + 1 if options.conditional else None
    gan, size = gan_of(waves.shape[1:], number, options)
    if size > len(waves):
        raise SystemExit(
            f"A batch has {size} sounds, and there are {len(waves)}. Choose a "
            "smaller --batch-size."
        )
    data = batches(waves, labels if number else None, size, options.seed)
    clock, first = UntilTime(), None
    print("minutes  steps  distance  score  share of the first distance")
    for minutes in options.minutes:
        clock.limit = 60 * minutes
        # So many steps that only the time ends it.
        gan.fit(data, steps_per_epoch=10**9, callbacks=[clock], verbose=0)
        drawn = gan.generate(len(waves), seed=options.seed + 1)
        distance, score = judge.scores(drawn)
        first = first or distance
        print(
            f"{minutes:7g}  {clock.steps:5d}  {distance:8.3g}  {score:5.2f}  "
            f"{distance / first:.2f}",
            flush=True,
        )
        if options.out is not None:
            write_samples(options.out, f"{minutes:g}", gan, sounds.rate)


if __name__ == "__main__":
    main()
