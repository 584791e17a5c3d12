"""Measure the best gamma of R1 and R2 for each image size.

    python benchmarks/gamma.py --data mnist.npz --sizes 8 16 32 64

A GAN is trained for every image size and gamma: DCGAN, relativistic loss, R1
and R2 in every step, Adam without momentum. The samples are evaluated with a
Frechet distance in the features of a small classifier, which is trained here on
the real images of that size. Distances can therefore only be compared within
one image size. The last row of a size is the distance between two halves of the
real images. `--data` accepts all labeled data that `keras-gan train` accepts;
the default is scikit-learn's digits.
"""

import argparse
import time

import numpy as np

SEED = 0
NUM_JUDGED = 5000


def real_images(data, size, limit):
    """Returns images in [-1, 1] and their labels, shuffled."""
    from keras_gan import datasets

    dataset = datasets.load(
        data,
        image_size=size,
        labels=True,
        batch_size=1000,
        seed=SEED,
        repeat=False,
    )
    batches = list(dataset.as_numpy_iterator())
    images, labels = (
        np.concatenate(part) for part in zip(*batches, strict=True)
    )
    return images[:limit], labels[:limit]


def train_features(images, labels):
    """Trains a classifier; returns a function, images -> features (n, 64)."""
    import keras

    layers = [keras.layers.Input(images.shape[1:])]
    for width in (16, 32, 64)[: max(1, int(np.log2(images.shape[1] / 4)))]:
        layers += [
            keras.layers.Conv2D(width, 3, strides=2, padding="same"),
            keras.layers.LeakyReLU(0.2),
        ]
    layers += [
        keras.layers.Flatten(),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(int(labels.max()) + 1),
    ]
    model = keras.Sequential(layers)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile("adam", loss, metrics=["accuracy"])
    epochs = max(2, 30_000 // len(images))
    history = model.fit(images, labels, epochs=epochs, verbose=0).history
    print(f"  classifier: accuracy {history['accuracy'][-1]:.3f}", flush=True)
    extractor = keras.Model(model.inputs, model.layers[-2].output)
    return lambda x: extractor.predict(x, batch_size=500, verbose=0)


def frechet(first, second):
    """Returns the Frechet distance of two sets of features, in float64."""
    means, covariances = [], []
    for features in (first, second):
        features = features.astype("float64")
        means.append(features.mean(0))
        covariances.append(np.cov(features, rowvar=False))
    # tr sqrt(A B) = sum of the roots of the eigenvalues of A B.
    values = np.linalg.eigvals(covariances[0] @ covariances[1])
    root = np.sqrt(np.maximum(values.real, 0)).sum()
    shift = ((means[0] - means[1]) ** 2).sum()
    return (
        shift + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * root
    )


def train(images, gamma, options):
    """Trains a GAN with one gamma; returns its samples and steps per second."""
    import keras

    import keras_gan

    keras.utils.set_random_seed(SEED)
    networks = keras_gan.networks.dcgan(
        images.shape[1:], width=options.width, seed=SEED
    )
    gan = keras_gan.GAN(*networks, seed=SEED, ema_momentum=0.995)
    rate = keras.optimizers.schedules.CosineDecay(1e-3, options.steps, 0.1)
    adam = [
        keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99, epsilon=1e-8)
        for _ in range(2)
    ]
    penalties = [keras_gan.penalties.R1(gamma), keras_gan.penalties.R2(gamma)]
    gan.compile(*adam, penalties=penalties)
    stream = keras_gan.datasets.load(
        images, batch_size=options.batch_size, seed=SEED, repeat=True
    )
    start = time.perf_counter()
    gan.fit(stream, steps_per_epoch=options.steps, verbose=0)
    speed = options.steps / (time.perf_counter() - start)
    samples = gan.generate(NUM_JUDGED, seed=SEED, batch_size=500)
    return np.clip(samples, -1, 1), speed


def main(arguments=None):
    """Runs all sizes and prints a row for each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", default="digits")
    parser.add_argument("--sizes", type=int, nargs="+", default=[8, 16, 32, 64])
    parser.add_argument(
        "--gammas", type=float, nargs="+", default=[0.01, 0.1, 1.0, 10.0]
    )
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--images", type=int, default=20_000)
    options = parser.parse_args(arguments)
    for size in options.sizes:
        print(f"{options.data}, {size} px, {options.steps} steps", flush=True)
        images, labels = real_images(options.data, size, options.images)
        features = train_features(images, labels)
        real = features(images)
        floor = frechet(real[::2], real[1::2])
        for gamma in options.gammas:
            samples, speed = train(images, gamma, options)
            distance = frechet(real, features(samples))
            print(
                f"  gamma {gamma:<6g} Frechet {distance:9.3f}   "
                f"{speed:5.1f} steps/s",
                flush=True,
            )
        print(f"  real images  Frechet {floor:9.3f}", flush=True)


if __name__ == "__main__":
    main()
