"""`TableGAN`: rows of tables with numbers, categories and missing values."""

import keras
from keras import ops

from keras_gan.layers.tables.segments import Segments
from keras_gan.models import network_checks as checks
from keras_gan.models import table_checks, table_rows
from keras_gan.models.averaging import AveragedGenerator
from keras_gan.models.table_balancing import balanced
from keras_gan.models.table_data import TableData
from keras_gan.models.table_drawing import draw_table
from keras_gan.optimizers import AdversarialOptimizer
from keras_gan.utils.arguments import checked_weight
from keras_gan.utils.models import Untracked


@keras.saving.register_keras_serializable(package="keras_gan")
class TableGAN(AveragedGenerator, TableData):
    """A GAN for tables: numbers, categories, dates, missing values (CTGAN).

    The generator is told one category of the row that it is to make, its
    condition. In training, columns of categories take turns, rare categories
    come more often than their rows, and the discriminator compares the
    generated rows with real ones of the same category. So rare categories are
    learned, too, and rows can be drawn for a category of any column.

    ```
    D: Wasserstein loss and gradient penalty, on packs of rows
    G: Wasserstein loss + condition_weight * CE(its category, condition)
    ```

    Data is a table, a pandas `DataFrame` or a dict of arrays: `fit(table)`,
    `evaluate(table)`. While it trains the whole table is in memory, as numbers.

    Args:
        generator: Model, `[latents, conditions]` -> `[rows, logits]`; without
            columns of categories latents -> `[rows, logits]`.
        discriminator: Model, rows with conditions `(batch, pack, width)` ->
            logits. `keras_gan.networks.table` makes both.
        preprocessor: `TablePreprocessor` that has learned the table.
        condition_weight: Weight of CE, 0 or more.
        ema_momentum: As in `GAN`.
        seed: Integer seed of all draws. None: a random one.
        name: Name of the model.
        **kwargs: As in `keras.Model`.

    Raises:
        ValueError, TypeError: If the networks are not those of the table, or
            an argument is not valid.

    Example:

    >>> table = {"age": [31, 45, 62, 27] * 5, "sex": ["F", "M", "F", "F"] * 5}
    >>> preprocessor = keras_gan.layers.TablePreprocessor()
    >>> preprocessor.adapt(table)
    >>> networks = keras_gan.networks.table(preprocessor, hidden=(8,))
    >>> gan = keras_gan.TableGAN(*networks, preprocessor, seed=1)
    >>> gan.compile()
    >>> history = gan.fit(table, batch_size=20, verbose=0)
    >>> gan.generate(3, conditions={"sex": "F"})["sex"].tolist()
    ['F', 'F', 'F']

    Reference:
        [Xu et al., 2019](https://arxiv.org/abs/1907.00503)
    """

    log_names = (*TableData.log_names, "g_condition_loss")
    augmenter = None

    def __init__(
        self,
        generator,
        discriminator,
        preprocessor,
        *,
        condition_weight=1.0,
        ema_momentum=0.999,
        seed=None,
        name="table_gan",
        **kwargs,
    ):
        _, seed = checks.check_arguments(None, ema_momentum, seed)
        weight = checked_weight("condition_weight", condition_weight)
        latent_dim, pack = table_checks.check_networks(
            generator, discriminator, preprocessor
        )
        super().__init__(name=name, seed=seed, **kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.preprocessor = preprocessor
        self.condition_weight = weight
        self.latent_dim, self.pack = latent_dim, pack
        self.seed = seed
        self._table = Untracked(None)
        sizes = preprocessor.layout.category_sizes
        self._conditions = Untracked(Segments(sizes) if sizes else None)
        self.make_average(ema_momentum, generator.inputs)
        self.make_sampling_seed()

    def compile(  # type: ignore[override]
        self,
        generator_optimizer=None,
        discriminator_optimizer=None,
        *,
        loss="wasserstein",
        **kwargs,
    ):
        """Configures how the two players are trained.

        Args:
            generator_optimizer: As in `GAN.compile`. Default: Adam with the
                rate 3e-4 and the betas of the paper, 0.5 and 0.9.
            discriminator_optimizer: The same for the discriminator.
            loss: As in `GAN.compile`.
            **kwargs: As in `GAN.compile`.

        Raises:
            TypeError: If there is another argument, such as `optimizer`.
            ValueError: If an argument is not valid.
        """
        if not isinstance(generator_optimizer, AdversarialOptimizer):
            generator_optimizer = generator_optimizer or _adam("generator")
            discriminator_optimizer = discriminator_optimizer or _adam(
                "discriminator"
            )
        super().compile(
            generator_optimizer, discriminator_optimizer, loss=loss, **kwargs
        )

    def image_shapes(self) -> dict:
        return {"rows": (self.preprocessor.layout.width,)}

    # Training ----------------------------------------------------------------

    def unpack(self, data):
        values, codes, _ = keras.utils.unpack_x_y_sample_weight(data)
        if codes is None:
            return self.draw_rows(values)
        layout = self.preprocessor.layout
        values, codes = table_rows.in_packs((values, codes), self.pack)
        category = table_rows.own_conditions(
            layout, codes, self.evaluation_seed
        )
        return table_rows.batch_of(layout, values, codes, category)

    def draw_rows(self, numbers):
        """Returns a batch of rows of the table and their conditions.

        Args:
            numbers: Tensor `(batch,)`, the places of the rows in an epoch.
        """
        # A replica's part of a batch may end within a pack.
        unit = self.pack * self.discriminator_steps
        size = table_rows.rounded_up(ops.shape(numbers)[0], unit)
        return self._table.value.draw(size, self.seed_generator)

    def scores(self, turn):
        function = self.scorer(self.discriminator, turn.training)
        conditions = turn.batch.labels
        real, fake = (
            self._packed(rows, conditions)
            for rows in (turn.batch.images, turn.samples[0])
        )
        return {"rows": turn.score(function, real, fake)}

    def _packed(self, rows, conditions):
        if conditions is not None:
            rows = ops.concatenate([rows, conditions], axis=1)
        return ops.reshape(rows, (-1, self.pack, rows.shape[1]))

    def generator_loss(self, turn) -> tuple:
        loss, logs = super().generator_loss(turn)
        conditions = turn.batch.labels
        if conditions is None:
            return loss, logs
        logits = turn.samples[1][:, -conditions.shape[1] :]
        logs_of = self._conditions.value.apply(ops.log_softmax, logits)
        entropy = -ops.mean(ops.sum(conditions * logs_of, axis=1))
        loss = loss + self.condition_weight * entropy
        return loss, {**logs, "g_condition_loss": entropy}

    def test_batch(self, data):
        logs, pairs = super().test_batch(data)
        width = self.preprocessor.layout.width
        real, fake = (
            ops.reshape(packs, (-1, packs.shape[2]))[:, :width]
            for packs in pairs["rows"]
        )
        return logs, {"rows": (real, fake)}

    # Drawing and saving ------------------------------------------------------

    def call(self, inputs, training=False):
        """Returns rows of numbers, from the average if there is one."""
        return super().call(inputs, training)[0]

    def generate(
        self, num_rows, *, conditions=None, seed=None, batch_size=1000
    ):
        """Generates rows of a table with the (averaged) generator.

        Args:
            num_rows: Number of rows, at least 1.
            conditions: Dict of categories by columns of categories, which all
                rows have, such as `{"sex": "F"}`; None as a category: missing.
                Rows that the generator makes of another category are drawn
                anew; after 20 attempts per row the category is put in place.
                Default: each category of each column as often as in the table
                of `adapt`. For that, rows are chosen among three times as many.
            seed: Integer, for reproducible rows. None: new rows in each call.
            batch_size: Number of rows generated at once.

        Returns:
            A `DataFrame` or a dict of arrays, as `adapt` was given.

        Raises:
            ValueError: If there is no such column or category, or an argument
                is out of its range.
        """
        return draw_table(
            self,
            num_rows,
            conditions=conditions,
            seed=seed,
            batch_size=batch_size,
        )

    def balance(self, table, column, *, seed=0):
        """Fills up rare categories of a table with generated rows.

        Args:
            table: A table with the columns of `adapt`.
            column: Name of a column of categories, such as a label.
            seed: Integer that fixes the rows.

        Returns:
            The table, with as many rows of each category of the column as of
            its most frequent one: first the given rows, then generated ones.
            Rows without a value in the column stay as they are.

        Raises:
            ValueError: If there is no such column, it has categories that
                `adapt` did not see, or the table has other columns.
        """
        return balanced(self, table, column, seed=seed)

    def class_source(self, column):
        """Makes a source of rows of each category of a column.

        It takes the place of a conditional GAN: in
        `keras_gan.layers.GANDataGenerator`, which balances the categories in a
        pipeline, and in `keras_gan.datasets.synthetic`. The rows are those of
        `TablePreprocessor.split`: numbers, without the column. Nothing checks
        that they have the category that was asked for, unlike in `generate`.

        Args:
            column: Name of a column of categories, such as a label.

        Returns:
            A `keras_gan.sampling.GeneratorSource` of the averaged generator,
            which changes as training goes on.

        Raises:
            ValueError: If there is no such column of categories.
        """
        return table_rows.class_source(self, column)

    def get_config(self) -> dict:
        serialize = keras.saving.serialize_keras_object
        return {
            "generator": serialize(self.generator),
            "discriminator": serialize(self.discriminator),
            "preprocessor": serialize(self.preprocessor),
            "condition_weight": self.condition_weight,
            "ema_momentum": self.ema_momentum,
            "seed": self.seed,
            "name": self.name,
        }


def _adam(player):
    """The optimizer of the recipe."""
    return keras.optimizers.Adam(
        3e-4, beta_1=0.5, beta_2=0.9, epsilon=1e-8, name=f"{player}_adam"
    )
