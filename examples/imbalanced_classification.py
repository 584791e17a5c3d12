"""Train a classifier on imbalanced data, with a GAN in its input pipeline.

    python examples/imbalanced_classification.py
    python examples/imbalanced_classification.py folder --image-size 32 --rare 2

One class of the data set is reduced to a few images. A conditional GAN is
trained on the remaining data; `GANDataGenerator` is then placed between KerasCV
layers in a classifier's pipeline and generates what the rare class lacks. The
table compares this with the same classifier trained without the GAN. One run
says little; `benchmarks/imbalanced.py` repeats it and reports standard errors.
"""

import argparse

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import keras
import keras_cv
import numpy as np
import tensorflow as tf

BATCH_SIZE = 64
WAYS = {
    "as it is": {},
    "class weights": {"weighted": True},
    "oversampling": {"even": 1.0},
    "classical": {"classical": True},
    "oversampling + classical": {"even": 1.0, "classical": True},
    "GAN": {"even": 0.5, "generated": True},
    "GAN with filter": {"even": 0.5, "generated": True, "filter": "threshold"},
    "GAN + classical": {"even": 0.5, "generated": True, "classical": True},
}


def split_and_cut(source, rare, keep, seed=0):
    """Splits off a third for testing; then reduces the rare class."""
    images = source.read(np.arange(len(source)))
    # Those of scikit-learn's digits are stored as 0 to 16.
    images = keras_gan.images.to_uint8(images, source.stored_range)
    labels = source.labels
    order = np.random.default_rng(seed).permutation(len(images))
    test, train = np.split(order, [len(order) // 3])
    of_class = train[labels[train] == rare]
    dropped = of_class[max(2, round(keep * len(of_class))) :]
    train = np.setdiff1d(train, dropped)
    return (images[train], labels[train]), (images[test], labels[test])


def train_gan(images, labels, num_classes, steps):
    """A conditional GAN, trained on the imbalanced data."""
    build = keras_gan.networks.mlp if images.shape[1] < 16 else (
        keras_gan.networks.dcgan
    )  # fmt: skip
    networks = build(images.shape[1:], num_classes=num_classes)
    gan = keras_gan.GAN(*networks, num_classes=num_classes, seed=0)
    rate = keras.optimizers.schedules.CosineDecay(1e-3, steps, alpha=0.1)
    adam = [
        keras.optimizers.Adam(rate, beta_1=0.0, beta_2=0.99) for _ in range(2)
    ]
    gan.compile(*adam)
    stream = keras_gan.datasets.load(
        (images, labels), batch_size=BATCH_SIZE, repeat=True, seed=0
    )
    gan.fit(stream, steps_per_epoch=steps, verbose=2)
    return gan


def in_colors(layer):
    """RandAugment only accepts images with three channels."""

    def call(data):
        images = tf.image.grayscale_to_rgb(data["images"])
        images = layer({**data, "images": images})["images"]
        return {**data, "images": tf.reduce_mean(images, -1, keepdims=True)}

    return call


def pipeline(
    images, labels, gan, *, even=0.0, generated=False, filter=None,
    classical=False,
):  # fmt: skip
    """Batches of real, repeated, generated and augmented images.

    Args:
        images: Bytes `(num_images, height, width, channels)`.
        labels: Integers `(num_images,)`.
        gan: A trained conditional GAN.
        even: How far repeating images evens out the classes, 0 to 1.
        generated: Whether the GAN generates what is still missing.
        filter: The filter that selects generated images.
        classical: Whether to augment all images.
    """
    counts = np.bincount(labels)
    shares = (1 - even) * counts / counts.sum() + even / len(counts)
    dataset = keras_gan.datasets.load(
        (images, labels),
        batch_size=BATCH_SIZE,
        value_range=(0, 255),
        balance=dict(enumerate(shares.tolist())),
        repeat=True,
        seed=0,
    )
    dataset = dataset.map(
        lambda images, labels: {
            "images": images,
            "labels": tf.one_hot(labels, len(counts)),
        }
    )
    if generated:
        missing = float(np.maximum(1 / len(counts) - shares, 0).sum())
        dataset = dataset.map(
            keras_gan.layers.GANDataGenerator(
                gan, missing, balance="uniform", filter=filter, pool_size=5000,
                value_range=(0, 255), seed=0,
            )
        )  # fmt: skip
    if classical:
        augment = keras_cv.layers.RandAugment(
            (0, 255), augmentations_per_image=2, magnitude=0.3, seed=0
        )
        if images.shape[-1] == 1:
            augment = in_colors(augment)
        dataset = dataset.map(augment).map(keras_cv.layers.CutMix(seed=0))
    return dataset.map(lambda data: (data["images"], data["labels"])).prefetch(
        2
    )


def train_classifier(dataset, image_shape, num_classes, steps, weights):
    """A small convolutional network, trained for `steps` steps."""
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input(image_shape),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(64, activation="relu"),
            layers.Dense(num_classes, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy")
    model.fit(
        dataset, steps_per_epoch=steps, class_weight=weights, verbose=0,
        shuffle=False,
    )  # fmt: skip
    return model


def main():
    """Trains the GAN, then the classifier with each method."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", nargs="?", default="digits")
    parser.add_argument("--image-size", type=int)
    parser.add_argument("--rare", type=int, default=8, help="class to reduce")
    parser.add_argument(
        "--keep", type=float, default=0.05, help="share of it to keep"
    )
    parser.add_argument("--gan-steps", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    options = parser.parse_args()

    source = keras_gan.datasets.open_source(
        options.data, image_size=options.image_size
    )
    train, (test_images, test_labels) = split_and_cut(
        source, options.rare, options.keep
    )
    counts = np.bincount(train[1])
    print(f"images of each class: {counts.tolist()}")
    print(f"values: {train[0].min()} to {train[0].max()}", flush=True)
    gan = train_gan(*train, len(counts), options.gan_steps)
    balancing = dict(enumerate((counts.mean() / counts).tolist()))

    print(f"{'':<26}{'balanced accuracy':>18}{'rare class':>12}")
    for name in options.ways:
        way = dict(WAYS[name])
        weights = balancing if way.pop("weighted", False) else None
        model = train_classifier(
            pipeline(*train, gan, **way),
            train[0].shape[1:], len(counts), options.steps, weights,
        )  # fmt: skip
        # A tensor of PyTorch with gradients is no array: `predict` has none.
        guesses = model.predict(test_images, 500, verbose=0).argmax(-1)
        recalls = [
            np.mean(guesses[test_labels == number] == number)
            for number in range(len(counts))
        ]
        print(
            f"{name:<26}{np.mean(recalls):>18.1%}"
            f"{recalls[options.rare]:>12.1%}",
            flush=True,
        )


if __name__ == "__main__":
    main()
