"""Train a GAN on short tones, and write new ones to listen to.

    python examples/sound.py
    python examples/sound.py --epochs 200 --width 8

No download is needed: the tones are synthesized, a class for each of three
pitches. It writes them as WAV files, learns from these, and writes new ones of
each class (new.wav) and a picture of them (new.png): waveforms, with their
spectrograms below. It prints how many new tones of each class are within a
semitone of its pitch, by the loudest frequency in them, how many a small
classifier of the real ones takes for those of their class, and their Fréchet
distance.
"""

import argparse
from pathlib import Path

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import keras
import numpy as np

RATE, LENGTH = 4_000, 1_024
PITCHES = {"low": 220.0, "middle": 440.0, "high": 880.0}


def write_tones(folder, number, seed=0):
    """Writes tones that fade out, in a folder for each class."""
    draws = np.random.default_rng(seed)
    seconds = np.arange(LENGTH) / RATE
    for name, pitch in PITCHES.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for index in range(number):
            hertz = pitch * draws.uniform(0.97, 1.03)
            phase, fading = draws.uniform(0, 2 * np.pi), draws.uniform(5, 20)
            wave = np.sin(2 * np.pi * hertz * seconds + phase)
            wave = 0.9 * wave * np.exp(-fading * seconds)
            path = folder / name / f"{index:03d}.wav"
            keras_gan.sounds.write_wav(path, wave[:, None], rate=RATE)


def share_in_tune(waves, pitch):
    """The share whose loudest frequency is within a semitone of a pitch."""
    size = 8 * LENGTH  # Finer steps than those of the sound itself.
    loudest = np.abs(np.fft.rfft(waves[:, :, 0], size)).argmax(axis=1)
    # Not 0, which has no pitch.
    semitones = 12 * np.log2(np.maximum(loudest, 1) * RATE / size / pitch)
    return np.mean(np.abs(semitones) <= 1)


def classifier_of(sounds, seed):
    """A small network that knows the classes, whatever the hiss."""
    model = keras_gan.networks.sound_classifier(
        sounds.info.image_shape,
        sounds.info.num_classes,
        rate=sounds.rate,
        width=4,
        seed=seed,
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss)
    waves = sounds.read(np.arange(len(sounds)))
    draws = np.random.default_rng(seed)
    loudness = draws.uniform(0, 0.1, (len(waves), 1, 1))
    noisy = waves + loudness * draws.normal(size=waves.shape)
    noisy = np.clip(noisy, -1, 1).astype("float32")
    both = np.concatenate([waves, noisy]), np.tile(sounds.labels, 2)
    model.fit(*both, batch_size=16, epochs=5, verbose=0)
    return model


def main():
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--tones", type=int, default=64, help="of each class")
    parser.add_argument("--width", type=int, default=4)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("tones"))
    options = parser.parse_args()
    write_tones(options.out, options.tones)

    sounds = keras_gan.datasets.Sounds(options.out)
    shape, classes = sounds.info.image_shape, sounds.info.class_names
    pair = keras_gan.networks.wavegan(
        shape, num_classes=len(classes), width=options.width, seed=options.seed
    )
    gan = keras_gan.GAN(*pair, num_classes=len(classes), seed=options.seed)
    # Faster than the recipe of the paper, which is for days on a GPU.
    gan.compile(
        keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99),
        keras.optimizers.Adam(1e-3, beta_1=0.0, beta_2=0.99),
        loss="relativistic",
    )
    data = keras_gan.datasets.audio(
        sounds,
        batch_size=options.batch_size,
        seed=options.seed,
        drop_remainder=True,
    )
    gan.fit(data, epochs=options.epochs, verbose=0)

    labels = np.arange(4 * len(classes)) % len(classes)
    new = gan.generate(len(labels), labels=labels, seed=1)
    whole = keras_gan.sounds.joined(new, RATE)
    keras_gan.sounds.write_wav("new.wav", whole, rate=RATE)
    pictures = np.stack([keras_gan.sounds.sound_picture(one) for one in new])
    grid = keras_gan.images.image_grid(pictures, columns=len(classes))
    keras_gan.images.write_image("new.png", grid)

    real, labels = sounds.read(np.arange(len(sounds))), sounds.labels
    new = gan.generate(len(labels), labels=labels, seed=2)
    for label, name in enumerate(classes):
        now, then = (
            share_in_tune(waves[labels == label], PITCHES[name])
            for waves in (new, real)
        )
        print(
            f"{name}, within a semitone of {PITCHES[name]:g} Hz: {now:.0%} of "
            f"new tones, {then:.0%} of real ones"
        )
    model = classifier_of(sounds, options.seed)
    found = np.argmax(model.predict(new, verbose=0), axis=1)
    print(f"of their class for the classifier: {np.mean(found == labels):.0%}")
    features = model.get_layer("features").output
    extractor = keras.Model(model.input, features)
    distance = keras_gan.metrics.FrechetInceptionDistance(extractor)
    distance.update_state(real, new)
    print(f"Fréchet distance: {float(distance.result()):.3g}")
    print("Wrote new.wav and new.png.")


if __name__ == "__main__":
    main()
