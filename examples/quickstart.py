"""Train a GAN on scikit-learn's digits, look at its samples, and save it.

    python examples/quickstart.py --epochs 200 --out quickstart

No download is needed. The output folder contains grids of samples, an animated
GIF of them and the trained model.
"""

import argparse

import keras_gan

parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
parser.add_argument("--epochs", type=int, default=200)
parser.add_argument("--out", default="quickstart", help="folder to write to")
options = parser.parse_args()

images = keras_gan.datasets.load("digits", batch_size=64, labels=False)
generator, discriminator = keras_gan.networks.mlp((8, 8, 1))
gan = keras_gan.GAN(generator, discriminator)
gan.compile(jit_compile=True)

# A grid of samples every ten epochs, and an animated GIF at the end.
saver = keras_gan.callbacks.SampleSaver(options.out, every=10)
gan.fit(images, epochs=options.epochs, callbacks=[saver])

samples = gan.generate(100, seed=1)
grid = keras_gan.images.image_grid(samples)
keras_gan.images.write_image(f"{options.out}/digits.png", grid)
gan.save(f"{options.out}/gan.keras")
