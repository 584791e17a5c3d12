"""Draws rows of a table from a trained generator."""

import numpy as np
from keras import ops

from keras_gan.models.generation import compiled_call
from keras_gan.utils.arguments import integer, positive_integer

# Rows that do not fulfill a condition are drawn anew, so often on average, in
# full batches: programs are compiled for one size.
_MOST_ATTEMPTS = 20
# Without conditions rows are chosen among this many times as many.
_CHOICE, _LEAST_CHOICE = 3, 1_000
# Of the fitting of shares.
_ROUNDS = 30


def draw_table(gan, num_rows, *, conditions, seed, batch_size):
    """Draws rows of a table; see `TableGAN.generate`."""
    num_rows = positive_integer("num_rows", num_rows)
    batch_size = positive_integer("batch_size", batch_size)
    preprocessor = gan.preprocessor
    wanted = dict(
        preprocessor.category(*one) for one in (conditions or {}).items()
    )
    root = _root(gan, seed)
    if wanted:
        rows = _candidates(gan, num_rows, wanted, root, batch_size)
        return preprocessor.decode(*rows)
    pool = max(_LEAST_CHOICE, _CHOICE * num_rows)
    values, codes = _candidates(gan, pool, wanted, root, batch_size)
    draws = np.random.default_rng([*root, 1])
    columns, shares = _columns_with_shares(preprocessor, codes)
    chosen = chosen_rows(columns, shares, num_rows, draws)
    return preprocessor.decode(values[chosen], codes[chosen])


def _columns_with_shares(preprocessor, codes):
    """Categories, and which numbers are missing, with their real shares."""
    num_modes = len(preprocessor.layout.mode_sizes)
    columns = [codes[:, num_modes:]]
    shares = [count / count.sum() for count in preprocessor.counts()]
    for place, code, share in preprocessor.missing_numbers():
        columns.append((codes[:, [place]] == code).astype("int32"))
        shares.append(np.array([1 - share, share]))
    return np.concatenate(columns, axis=1), shares


def _candidates(gan, size, wanted, root, batch_size):
    """Values and codes of rows that fulfill all conditions."""
    preprocessor = gan.preprocessor
    columns = _columns(preprocessor.layout, wanted)
    values: list[np.ndarray] = []
    codes: list[np.ndarray] = []
    rounds = 0
    while sum(map(len, codes)) < size:
        draws = np.random.default_rng([*root, 0, rounds])
        category = _categories(preprocessor, wanted, batch_size, draws)
        rows = _rows(gan, category, batch_size, draws)
        value, code = preprocessor.layout.compact(rows)
        rounds += 1
        if rounds * batch_size > _MOST_ATTEMPTS * max(size, batch_size):
            # The generator has not learned this; the columns are as asked for.
            code[:, columns] = list(wanted.values())
        kept = (code[:, columns] == list(wanted.values())).all(axis=1)
        values.append(value[kept])
        codes.append(code[kept])
    return tuple(np.concatenate(parts)[:size] for parts in (values, codes))


def _root(gan, seed) -> list[int]:
    """Numbers from which all draws of a call follow."""
    if seed is not None:
        return [integer("seed", seed, at_least=0)]
    state = ops.convert_to_numpy(gan.sampling_seed.next())
    return [int(number) for number in state.astype("uint32")]


def _columns(layout, wanted) -> list[int]:
    """Where the columns with a condition are among the codes of a row."""
    return [len(layout.mode_sizes) + column for column in wanted]


def _categories(preprocessor, wanted, size, draws):
    """Draws the conditions of rows, as the generator knows them: one each.

    Of several conditions it is told the rarest. Without conditions each
    category comes as often as in the table.
    """
    counts = preprocessor.counts()
    if not counts:
        return None
    starts = np.cumsum([0, *map(len, counts)])
    if wanted:
        column, code = min(wanted.items(), key=lambda x: counts[x[0]][x[1]])
        return np.full(size, starts[column] + code)
    columns = draws.integers(len(counts), size=size)
    category = np.zeros(size, int)
    for column, count in enumerate(counts):
        here = columns == column
        drawn = draws.choice(len(count), here.sum(), p=count / count.sum())
        category[here] = starts[column] + drawn
    return category


def _rows(gan, category, size, draws):
    pair = draws.integers(2**31, size=2).astype("int32")
    latents = draws.standard_normal((size, gan.latent_dim), "float32")
    inputs = [ops.convert_to_tensor(latents)]
    if category is not None:
        width = gan.preprocessor.layout.condition_width
        inputs.append(ops.one_hot(category.astype("int32"), width))
    return ops.convert_to_numpy(compiled_call(gan)(pair, *inputs))


def chosen_rows(codes, shares, size, draws) -> np.ndarray:
    """Chooses rows whose categories have given shares, in all columns.

    Each row gets a weight so that the weighted shares are those that are
    wanted: column after column, again and again (iterative proportional
    fitting, or raking). Then rows are chosen with chances in proportion to
    their weights, none twice.

    Args:
        codes: Integer array `(rows, columns)` of categories.
        shares: One array of wanted shares, each above 0, for each column.
        size: Number of rows to choose, at most the number there is.
        draws: Random generator.

    Returns:
        Integer array `(size,)`, the numbers of rows in ascending order.

    Reference:
        [Deming and Stephan, 1940](https://doi.org/10.1214/aoms/1177731829)
    """
    weights = np.full(len(codes), 1.0)
    for _ in range(_ROUNDS):
        for column, share in zip(codes.T, shares, strict=True):
            found = np.bincount(column, weights, minlength=len(share))
            # What has no rows cannot be had; the others share its place.
            wanted = np.where(found > 0, share, 0.0)
            factors = wanted / wanted.sum() / np.maximum(found, 1e-300)
            weights = weights * factors[column]
    chances = _at_most_once(weights / weights.sum(), size)
    points = draws.random() + np.arange(size)
    places = np.searchsorted(np.cumsum(chances), points, side="right")
    # Rounding may have left the sum a little short.
    return np.minimum(places, len(codes) - 1)


def _at_most_once(weights, size) -> np.ndarray:
    """Chances of at most 1 that add up to a size, in proportion to weights."""
    chances = weights * size
    sure = np.zeros(len(weights), bool)
    while (chances > 1.0).any():
        sure |= chances > 1.0
        rest = np.where(sure, 0.0, weights)
        left = size - sure.sum()
        chances = np.where(sure, 1.0, rest / rest.sum() * left)
    return chances
