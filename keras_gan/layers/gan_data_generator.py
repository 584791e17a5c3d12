"""A trained GAN as a source of images in a Keras pipeline."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from keras_gan import backend, sampling
from keras_gan.images import check_value_range
from keras_gan.layers import _generator_arguments as arguments
from keras_gan.layers import _mixed_batch as batches
from keras_gan.layers._running_mix import RunningMix
from keras_gan.sampling import mixing
from keras_gan.sampling.pool import SamplePool
from keras_gan.utils.arguments import number_in
from keras_gan.utils.models import Untracked
from keras_gan.utils.truncation import truncation_of

Tensor = Any

# Maximum number of draws per image until a filter accepts one.
_MAX_TRIES = 64


@keras.saving.register_keras_serializable(package="keras_gan")
class GANDataGenerator(keras.layers.Layer):
    """Mixes images of a trained GAN into batches of real ones.

    A GAN can add what a dataset has too little of. The layer works in
    `tf.data.Dataset.map` (before or after `batch`, and before or after KerasCV
    layers), in a training loop, or in a model. At inference it is the identity.

    With `balance`, the labels of the generated images are chosen so that the
    mix of real and generated images comes as close to the shares as `fraction`
    allows: images of overrepresented classes are replaced first, and the
    classes that lack the most images are generated first. Without `balance`, a
    generated image has the label of the image that it replaces.

    In a pipeline the draws depend only on the seed, the element and how often
    the element has occurred, not on the number of parallel calls, with two
    exceptions. First, if identical elements (image and label) are processed at
    the same time, their draws may be exchanged or equal, because their order is
    undefined. This can happen with repeated single images, but hardly after
    `batch`, where the element is the whole batch. Second, balanced single
    images compensate for earlier ones, as batches outside of pipelines do, and
    the order of parallel calls is undefined. A batch in a pipeline is balanced
    by itself, so it should contain several images of each class.

    The number of occurrences is kept in memory (about 60 bytes per distinct
    element) and is not saved: a loaded layer starts with the draws of the first
    pass. After layers that change images randomly all elements are distinct, so
    put this layer before them, or after `batch`.

    Args:
        gan: Trained `GAN`, with classes if the data have labels; the path of
            its `.keras` file or run folder; a generator; or a dict from classes
            to GANs without classes. See `keras_gan.sampling.open_generator`.
        fraction: Generated images per image of the batch, in [0, 1].
        mode: `"replace"` replaces images, `"append"` appends to them, which
            turns a single image into a batch.
        balance: Shares of the classes: `None` (as they are), `"uniform"`, or a
            dict `{class: share}` that sums to 1.
        filter: Filter for generated images: `None`, `"threshold"`,
            `"rejection"`, a threshold of logits, a classifier (`keras.Model`)
            that must agree with the label, or a
            `keras_gan.sampling.SampleFilter`.
        pool_size: Number of images to generate in advance and choose from, for
            generators that are slower than the pipeline. `None`: every image is
            new.
        refresh_share: Share of the pool that `refresh_pool` replaces; the
            callback `keras_gan.callbacks.PoolRefresher` calls it each epoch.
        truncation: Largest absolute value of a latent; of a generator with
            styles the share in [0, 1] of each style's distance from the mean
            style that is kept; or `None`.
        value_range: `(low, high)` of the images of the pipeline.
        num_classes: Number of classes of a generator without a GAN.
        safe_mode: Whether to refuse files that contain Python code.
        seed: Integer that fixes the draws. None: random.
        **kwargs: `name` and `dtype`, as of any Keras layer.

    Input and output: images `(batch, height, width, channels)` or one image
    (or rows `(batch, width)`, see `TableGAN.class_source`);
    `layer(images, labels)`; or a dict of `"images"` and `"labels"`. Labels are
    integers `(batch,)` or rows `(batch, num_classes)`, one-hot or mixed.

    Raises:
        ValueError: If an argument is invalid, the GAN lacks classes that are
            needed, or the filter rejects almost all images.

    Example:

    >>> pair = keras_gan.networks.mlp((8, 8, 1), num_classes=10)
    >>> gan = keras_gan.GAN(*pair, num_classes=10)
    >>> layer = GANDataGenerator(gan, 0.5, balance="uniform", seed=1)
    >>> images = np.zeros((32, 8, 8, 1), "float32")
    >>> mixed, labels = layer(images, np.repeat(range(4), 8))
    >>> bool(np.bincount(labels).min() >= 2)
    True

    Reference:
        [Mariani et al., 2018 (BAGAN)](https://arxiv.org/abs/1803.09655)
    """

    def __init__(
        self,
        gan: Any,
        fraction: float = 0.5,
        mode: str = "replace",
        *,
        balance: Any = None,
        filter: Any = None,
        pool_size: int | None = None,
        refresh_share: float = 0.1,
        truncation: float | None = None,
        value_range: Any = (-1, 1),
        num_classes: int | None = None,
        safe_mode: bool = True,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(autocast=False, **kwargs)
        self.fraction = number_in("fraction", fraction, "[0, 1]")
        self.mode = arguments.mode(mode)
        self.refresh_share = number_in("refresh_share", refresh_share, "[0, 1]")
        self.value_range = check_value_range(value_range)
        self.seed = arguments.seed(seed)
        self.pool_size = arguments.pool_size(pool_size)
        source = arguments.source(gan, num_classes, safe_mode)
        self._truncation = truncation_of(source.generator, truncation)
        self.truncation = self._truncation.value
        self.filter = sampling.get(filter)
        self.balance = balance
        self.shares = sampling.class_shares(balance, source.num_classes)
        self.num_classes = source.num_classes
        self.image_shape = source.image_shape
        # Untracked, or a model with this layer would train the networks.
        self._held = Untracked(source)
        self._make_parts(source)
        # With a config, weights are loaded later.
        self._has_weights = not isinstance(gan, arguments.Config)
        if self._has_weights:
            self._prepare()
        self.built = True

    # Use --------------------------------------------------------------------

    def __call__(self, inputs: Any, labels: Any = None, **kwargs: Any) -> Any:
        if backend.in_foreign_pipeline():
            given = (inputs,) if labels is None else (inputs, labels)
            seeds = self._element_seeds.value
            return backend.through_arrays(self, given, seeds, **kwargs)
        inputs, labels = batches.as_arrays(inputs), batches.as_arrays(labels)
        data = batches.as_dict(inputs, labels)
        batches.check(data, self)
        return super().__call__(inputs, labels, **kwargs)

    def call(
        self, inputs: Any, labels: Any = None, training: bool = True
    ) -> Any:
        data = batches.as_dict(inputs, labels)
        images = ops.cast(data["images"], self.compute_dtype)
        data = {**data, "images": images}
        if training and self.fraction > 0:
            self._check_weights()
            data = self._mixed(data)
        return batches.like(data, inputs, labels)

    def refresh_pool(self) -> None:
        """Replaces a share of the pool with new images of the current GAN.

        Call it outside of graphs, between epochs. Without a pool it does
        nothing.
        """
        if self.pool is not None:
            self._check_weights()
            self.pool.refill(self._new_drawer(), self.refresh_share)

    # Inside -----------------------------------------------------------------

    def _make_parts(self, source):
        self.seed_generator = backend.ReplicaSeedGenerator(self.seed)
        self._element_seeds, self._drawer = Untracked(None), Untracked(None)
        self._start_seeds()
        self._running = self.pool = None
        if self.shares is not None:
            self._running = RunningMix(self.shares, name="running_mix")
        if self.pool_size is not None:
            self.pool = SamplePool(source, self.pool_size, name="pool")
        if self.filter is not None:
            self.filter.bind(source)

    def _check_weights(self):
        # Keras builds a model before it loads the weights.
        if not self._has_weights and not batches.infers_shapes_only():
            raise ValueError(
                f"`{self.name}` has no weights of its GAN, because it was made "
                "from a config, as by `keras.models.clone_model` or from a .h5 "
                "file. Save the model as .keras, or copy the "
                "weights with `save_weights` and `load_weights` through a file "
                "that ends in .weights.h5."
            )

    def _mixed(self, data):
        single = len(data["images"].shape) == len(self.image_shape)
        if single:
            data = keras.tree.map_structure(lambda one: one[None], data)
        labels = data.get("labels")
        size = ops.shape(data["images"])[0]
        ordered = single or not backend.in_pipeline()
        seeds = self.seed_generator
        if backend.in_pipeline():
            elements = keras.tree.flatten(data)
            seeds = self._element_seeds.value.next(*elements)
        draws = self._draws(size, seeds)
        rows = None
        if labels is not None and self.num_classes is not None:
            rows = batches.rows_of(labels, self.num_classes)
        mix = self._mix(rows, size, draws, ordered)
        wanted = mix.labels
        if wanted is None and self.num_classes is not None:
            wanted = keras.random.randint(
                ops.shape(mix.places), 0, self.num_classes, "int32", seed=seeds
            )
        images = self._in_range(self._generated(wanted, mix, seeds))
        join = (
            batches.replace_rows
            if self.mode == "replace"
            else batches.append_rows
        )
        changed = {"images": join(data["images"], images, mix)}
        if labels is not None:
            new = batches.in_form_of(labels, wanted, self.num_classes)
            changed["labels"] = join(labels, new, mix)
            if self._running is not None and ordered:
                rows = batches.rows_of(changed["labels"], self.num_classes)
                self._running.note(rows)
        data = {**data, **changed}
        if single and self.mode == "replace":
            data = keras.tree.map_structure(lambda one: one[0], data)
        return data

    def _draws(self, size, seeds):
        def uniform(shape):
            return keras.random.uniform(shape, seed=seeds)

        classes = None if self.shares is None else uniform(self.shares.shape)
        return mixing.Draws(uniform(()), uniform(()), uniform((size,)), classes)

    def _mix(self, rows, size, draws, ordered):
        classes = None
        if rows is not None:
            classes = ops.cast(ops.argmax(rows, axis=-1), "int32")
        running = self._running
        if running is None or rows is None:
            return mixing.unbalanced(classes, self.fraction, size, draws)
        appends = self.mode == "append"
        total = ops.cast(size, "float32") * (1 + appends * self.fraction)
        wanted = ops.convert_to_tensor(self.shares, "float32") * total
        if ordered:
            wanted = running.wanted(total)
        if appends:
            return mixing.balanced_by_appending(
                rows, wanted, self.fraction, size, draws
            )
        if ordered and isinstance(size, int) and size == 1:
            surplus = mixing.surplus_of_one(classes, wanted)
            used = running.turn(self.fraction, surplus)
            return mixing.balanced_one(classes, wanted, used, draws)
        return mixing.balanced_by_replacing(
            classes, wanted, self.fraction, size, draws
        )

    def _generated(self, labels, mix, seeds):
        """Images in [-1, 1] for all slots."""
        number = ops.shape(mix.places)[0]
        if self.pool is not None:
            uniform = keras.random.uniform((number,), seed=seeds)
            return self.pool.take(labels, uniform)
        draw = batches.Candidates(
            self._held.value, self._truncation, number, labels
        )
        if self.filter is None:
            return ops.stop_gradient(draw(seeds))
        return ops.stop_gradient(
            batches.best_of_tries(draw, self.filter, _MAX_TRIES, seeds)
        )

    def _in_range(self, images):
        low, high = self.value_range
        if (low, high) != (-1.0, 1.0):
            images = images * ((high - low) / 2) + (high + low) / 2
        images = ops.clip(images, low, high)
        return ops.cast(images, self.compute_dtype)

    def _new_drawer(self):
        if self._drawer.value is None:
            self._drawer.value = sampling.Drawer(
                self._held.value,
                filter=self.filter,
                truncation=self.truncation,
                seed=self._first_seed(),
            )
        elif self.filter is not None:
            # The GAN may have been trained further.
            self._drawer.value.calibrate()
        return self._drawer.value

    def _start_seeds(self):
        self._element_seeds.value = backend.ElementSeeds(self._first_seed())

    def _first_seed(self):
        """The seed, or the one that Keras chose; it is saved, too."""
        return int(ops.convert_to_numpy(self.seed_generator.state)[0])

    def _prepare(self):
        """Calibrates the filter, tests it on every class, fills the pool."""
        if self.filter is None and self.pool is None:
            return
        drawer = self._new_drawer()
        if self.pool is not None:
            self.pool.refill(drawer)
        else:
            drawer.check_filter()

    # Shapes, saving and configuration ---------------------------------------

    def compute_output_spec(
        self, inputs: Any, labels: Any = None, training: bool = True
    ) -> Any:
        # In a pipeline of another framework nothing else checks the shapes.
        batches.check(batches.as_dict(inputs, labels), self)
        return batches.symbolic(self, inputs, labels)

    def save_own_variables(self, store: Any) -> None:
        for number, variable in enumerate(self._saved()):
            store[str(number)] = variable

    def load_own_variables(self, store: Any) -> None:
        for number, variable in enumerate(self._saved()):
            variable.assign(store[str(number)])
        self._start_seeds()
        self._has_weights = True

    def _saved(self) -> list:
        return [self.seed_generator.state, *self._saved_source().weights]

    def _saved_source(self) -> sampling.GeneratorSource:
        """The source, without the discriminator if it is not used."""
        source = self._held.value
        if isinstance(self.filter, sampling.DiscriminatorFilter):
            return source
        return source.without_discriminator()

    def get_config(self) -> dict[str, Any]:
        balance = self.balance
        if isinstance(balance, Mapping):
            # JSON would turn the class numbers into strings.
            balance = [[int(c), float(s)] for c, s in balance.items()]
        return {
            **super().get_config(),
            "gan": self._saved_source().get_config(),
            "fraction": self.fraction,
            "mode": self.mode,
            "balance": balance,
            "filter": keras.saving.serialize_keras_object(self.filter),
            "pool_size": self.pool_size,
            "refresh_share": self.refresh_share,
            "truncation": self.truncation,
            "value_range": self.value_range,
            "seed": self.seed,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "GANDataGenerator":
        config = dict(config)
        if isinstance(config.get("balance"), list | tuple):
            config["balance"] = dict(map(tuple, config["balance"]))
        return cls(**{**config, "gan": arguments.Config(config["gan"])})
