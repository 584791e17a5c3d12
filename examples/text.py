"""Train a GAN on names, and see how new its names are.

    python examples/text.py
    python examples/text.py --lines names.txt --epochs 30

No download is needed: without a file the names are put together of syllables,
so it is known which are possible. It prints some generated names, and which
share of them is possible, unique and new, at several temperatures.
"""

import argparse
import itertools

import keras_gan  # First, to silence startup messages.

# isort: split
import numpy as np

FIRST = ("al", "be", "cor", "da", "el", "fio", "gre", "ma", "ro", "sil")
MIDDLE = ("", "be", "di", "li", "mo", "na", "ri", "ve")
LAST = ("a", "an", "da", "na", "ra", "th", "to", "us")


def possible_names():
    return ["".join(parts) for parts in itertools.product(FIRST, MIDDLE, LAST)]


def main():
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--lines", help="a file of lines instead of syllables")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    possible = None
    if options.lines is None:
        possible = set(possible_names())
        draws = np.random.default_rng(options.seed)
        # Half of all that are possible, so that there are new ones to find.
        names = draws.permutation(sorted(possible))[: len(possible) // 2]
        lines = keras_gan.datasets.text(names.tolist())
    else:
        lines = keras_gan.datasets.text(options.lines)

    preprocessor = keras_gan.layers.TextPreprocessor()
    preprocessor.adapt(lines)
    pair = keras_gan.networks.text(
        preprocessor.sequence_shape, width=options.width, seed=options.seed
    )
    steps = options.epochs * len(lines) // 32
    gan = keras_gan.TextGAN(
        *pair, preprocessor, warm_start=steps // 2, seed=options.seed
    )
    gan.compile()
    gan.fit(lines, epochs=options.epochs, batch_size=32, verbose=0)

    print("names:", ", ".join(gan.generate(10, seed=1)))
    for temperature in (0.5, 1.0, 1.5):
        texts = gan.generate(500, temperature=temperature, seed=1)
        unique = keras_gan.metrics.unique_share(texts)
        new = keras_gan.metrics.new_share(texts, lines)
        print(f"temperature {temperature}: {unique:.0%} unique, {new:.0%} new")
        if possible is not None:
            valid = keras_gan.metrics.valid_share(texts, possible.__contains__)
            print(f"  {valid:.0%} possible")


if __name__ == "__main__":
    main()
