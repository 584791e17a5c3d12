"""Train on every GPU of this machine, or on the CPU if there is none.

    python examples/multi_gpu.py --data DATA --epochs 20 --out multi_gpu.keras

DATA is a built-in name, a folder of images, a zip of one or an npz. Each GPU
gets its share of every batch. The update equals that of one device with the
whole batch, and the saved file can be used like that of any other GAN.
"""

import argparse

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import tensorflow as tf


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", default="digits")
    parser.add_argument("--image-size", type=int, default=16)
    parser.add_argument("--batch-size", type=int, default=64, help="per device")
    parser.add_argument("--width", type=int, default=32, help="of the networks")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--out", default="multi_gpu.keras")
    options = parser.parse_args(arguments)

    devices = [gpu.name for gpu in tf.config.list_logical_devices("GPU")]
    strategy = tf.distribute.MirroredStrategy(devices or ["CPU:0"])
    num_devices = strategy.num_replicas_in_sync
    print(f"{num_devices} device(s): {', '.join(devices) or 'the CPU'}")

    images = keras_gan.datasets.load(
        options.data,
        image_size=options.image_size,
        batch_size=options.batch_size * num_devices,
        labels=False,
        # So that every device gets the same number of images in every step.
        drop_remainder=True,
    )
    # Create networks, GAN and optimizers under the strategy; `fit` finds it.
    with strategy.scope():
        networks = keras_gan.networks.dcgan(
            tuple(images.element_spec.shape[1:]), width=options.width
        )
        gan = keras_gan.GAN(*networks, seed=0)
        gan.compile()
    gan.fit(images, epochs=options.epochs)
    gan.save(options.out)


if __name__ == "__main__":
    main()
