"""Train on several machines, or in several processes of this one.

    python examples/many_machines.py --data DATA --steps 2000 --out many.keras

Start it once on each machine, with the environment variables by which the
processes find each other: `TF_CONFIG` on TensorFlow,
`KERAS_DISTRIBUTION_JOB_ADDRESSES`, `_NUM_PROCESSES` and `_PROCESS_ID` on JAX.
The guide "Many GPUs, many machines" shows both. Each process reads only its own
part of every batch, and the update equals that of one device with the whole
batch. The first process writes the file.
"""

import argparse
import tempfile

import keras_gan  # First, to silence TensorFlow's startup messages.

# isort: split
import keras


def train_on_tensorflow(options: argparse.Namespace, make_gan, load) -> None:
    import tensorflow as tf

    # Before TensorFlow computes anything.
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    resolver = strategy.cluster_resolver
    with strategy.scope():
        gan = make_gan()

    def own_part(context):
        return load((context.input_pipeline_id, context.num_input_pipelines))

    images = strategy.distribute_datasets_from_function(own_part)
    finish(gan, images, options, is_chief=(resolver.task_id or 0) == 0)


def train_on_jax(options: argparse.Namespace, make_gan, load) -> None:
    import jax

    # Before JAX computes anything. Reads the environment variables.
    keras.distribution.initialize()
    keras.distribution.set_distribution(
        keras.distribution.DataParallel(auto_shard_dataset=False)
    )
    index = jax.process_index()
    images = load((index, jax.process_count()))
    finish(make_gan(), images, options, is_chief=index == 0)


def finish(gan, images, options: argparse.Namespace, is_chief: bool) -> None:
    gan.fit(
        images,
        steps_per_epoch=options.steps,
        verbose=2 if is_chief else 0,
        # Every process draws the samples, and the first one writes them.
        callbacks=[keras_gan.callbacks.SampleSaver(options.samples)],
    )
    # Saving may need values of all processes, so all save.
    with tempfile.TemporaryDirectory() as folder:
        gan.save(options.out if is_chief else f"{folder}/other.keras")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--data", default="digits")
    parser.add_argument("--image-size", type=int, default=16)
    parser.add_argument("--batch-size", type=int, default=64, help="in total")
    parser.add_argument("--width", type=int, default=32, help="of the networks")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--samples", default="samples")
    parser.add_argument("--out", default="many.keras")
    options = parser.parse_args(arguments)

    # Opened once: a folder is listed and checked.
    source = keras_gan.datasets.open_source(
        options.data, image_size=options.image_size
    )

    def load(shard):
        return keras_gan.datasets.load(
            source,
            batch_size=options.batch_size,
            labels=False,
            repeat=True,
            seed=0,  # The same in all processes.
            shard=shard,
        )

    def make_gan():
        # The same seeds, so that all processes begin with the same weights.
        networks = keras_gan.networks.dcgan(
            source.info.image_shape, width=options.width, seed=1
        )
        gan = keras_gan.GAN(*networks, seed=2)
        gan.compile()
        return gan

    backend = keras.backend.backend()
    train = {"tensorflow": train_on_tensorflow, "jax": train_on_jax}[backend]
    train(options, make_gan, load)


if __name__ == "__main__":
    main()
