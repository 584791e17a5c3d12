"""What `TableGAN` draws rows of classes from."""

import keras

from keras_gan.layers.tables.class_rows import ClassCondition, ClassRows
from keras_gan.sampling import GeneratorSource


def source(model, column) -> GeneratorSource:
    """Makes the source of `TableGAN.class_source`.

    Args:
        model: The `TableGAN`.
        column: As there.

    Raises:
        ValueError: As there.
    """
    layout = model.preprocessor.layout
    number = model.preprocessor.number_of(column)
    sizes = layout.category_sizes
    latents = keras.Input((model.latent_dim,), name="latents")
    classes = keras.Input((), dtype="int32", name="labels")
    condition = ClassCondition(sum(sizes[:number]), layout.condition_width)
    made = model.sampler([latents, condition(classes)])[0]
    rows = ClassRows(
        layout.num_values,
        layout.sizes,
        without=len(layout.mode_sizes) + number,
    )(made)
    return GeneratorSource(
        keras.Model([latents, classes], rows, name="class_source"),
        model.latent_dim,
        tuple(rows.shape[1:]),
        sizes[number],
    )
