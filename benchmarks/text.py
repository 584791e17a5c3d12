"""Measure how good the texts of a TextGAN are, beside a language model.

    python benchmarks/text.py names.txt --minutes 10
    python benchmarks/text.py molecules.smi --valid smiles --minutes 60
    python benchmarks/text.py captions.txt --unit words --minutes 30

"TextGAN" trains as `keras_gan.tasks.text` does. "likelihood" is the same
generator with a warm start that never ends, a language model alone; its
discriminator trains as well, so a step takes as long. Both see the same lines,
all but a tenth, which are held out. For each temperature the program prints,
of as many samples as half of the held-out lines:

- unique and new: different samples that are no training lines, as a share;
- the distance of n-grams to a half of the held-out lines, also as a multiple
  of the distance of the two halves to each other;
- BLEU with the held-out lines, and self-BLEU beside that of held-out lines;
- with `--valid smiles` the share of valid ones by the grammar, and by RDKit
  where it is installed.
"""

import argparse
import dataclasses
import importlib.util
import time

import keras_gan  # First, to silence startup messages.

# isort: split
import keras
import numpy as np

from keras_gan import metrics
from keras_gan.tasks.text import model_of, recipe_of

NEVER = 2**31 - 1
_MOST_BLEU = 500


class StopAfter(keras.callbacks.Callback):
    """Ends the training after some seconds."""

    def __init__(self, seconds):
        super().__init__()
        self.seconds, self.steps = seconds, 0

    def on_train_begin(self, logs=None):
        self.end = time.perf_counter() + self.seconds

    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        if time.perf_counter() > self.end:
            self.model.stop_training = True


def parts(lines, seed=0):
    """Training lines, and two halves of the lines that are held out."""
    order = np.random.default_rng(seed).permutation(len(lines))
    half = len(lines) // 20
    return [
        lines.take(some)
        for some in (order[2 * half :], order[:half], order[half : 2 * half])
    ]


def trained(preprocessor, lines, options, *, warm_start=None):
    """A model after the time or the steps that are asked for."""
    recipe = recipe_of(len(lines))
    changes = {"width": options.width} if options.width else {}
    recipe = dataclasses.replace(recipe, **changes)
    model = model_of(preprocessor, recipe, seed=options.seed)
    if warm_start is not None:
        model.warm_start = warm_start
    clock = StopAfter(60 * options.minutes)
    steps = options.steps or NEVER
    batches = keras_gan.datasets.code_batches(
        preprocessor.encode(lines),
        batch_size=recipe.batch_size,
        seed=options.seed,
    )
    model.fit(
        batches,
        epochs=1,
        steps_per_epoch=min(steps, 10_000_000),
        callbacks=[clock],
        verbose=0,
    )
    return model, clock.steps


def measured(texts, training, half, other, options):
    """Scores of texts, of as many as there are held-out ones in a half."""
    unit = options.unit
    new = set(texts) - set(training)
    distance = metrics.ngram_distance(half, texts, n=options.n, unit=unit)
    among = metrics.ngram_distance(half, other, n=options.n, unit=unit)
    some = texts[:_MOST_BLEU]
    scores = {
        "unique and new": len(new) / len(texts),
        "distance": distance,
        "of that of halves": distance / among,
        "BLEU": metrics.bleu(some, half, unit=unit),
        "self-BLEU": metrics.self_bleu(some, unit=unit),
    }
    if options.valid == "smiles":
        scores["valid"] = metrics.valid_share(texts, metrics.is_smiles)
        if importlib.util.find_spec("rdkit"):
            scores["RDKit"] = metrics.valid_share(texts, metrics.is_molecule)
    return scores


def show(name, scores):
    line = ", ".join(f"{n} {value:.3f}" for n, value in scores.items())
    print(f"{name}: {line}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("lines", metavar="FILE")
    parser.add_argument("--unit", default="characters")
    parser.add_argument("--n", type=int, default=2, help="of the n-grams")
    parser.add_argument("--valid", choices=("smiles",))
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--steps", type=int, help="at most (default: any)")
    parser.add_argument("--width", type=int)
    parser.add_argument(
        "--temperatures", type=float, nargs="+", default=[0.7, 1.0, 1.3]
    )
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    lines = keras_gan.datasets.text(options.lines, unit=options.unit)
    training, half, other = parts(lines)
    preprocessor = keras_gan.layers.TextPreprocessor(unit=options.unit)
    preprocessor.adapt(lines)
    real = measured(list(other), training, half, other, options)
    show("held-out lines", real)
    for name, warm_start in (("TextGAN", None), ("likelihood", NEVER)):
        model, steps = trained(
            preprocessor, training, options, warm_start=warm_start
        )
        nll = model.evaluate(half, return_dict=True, verbose=0)["g_nll"]
        print(f"{name}: {steps} steps, {nll:.3f} nats per token of held-out")
        for temperature in options.temperatures:
            texts = model.generate(
                len(half), temperature=temperature, seed=options.seed
            )
            scores = measured(texts, training, half, other, options)
            show(f"{name}, temperature {temperature:g}", scores)


if __name__ == "__main__":
    main()
