"""`augmentation_study`: does a GAN make a classifier better, on these data?"""

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import keras

from keras_gan.datasets import open_source
from keras_gan.evaluation import cells, study_data, training
from keras_gan.evaluation.budget import Budget, Classifier, check_classifier
from keras_gan.evaluation.study import Study

# Another one, when what is trained or how changes.
_PROTOCOL = 2


def augmentation_study(
    data: Any,
    *,
    rare: Mapping[int | str, int] | int | None = None,
    labels: int | None = None,
    test: Any = 0.3,
    seeds: Sequence[int] | int = 5,
    steps: int | None = None,
    gan_steps: int = 2000,
    batch_size: int = 64,
    augment: str = "randaugment",
    classifier: Classifier | None = None,
    folder: str | os.PathLike | None = None,
    image_size: Any = None,
    channels: int | None = None,
    progress: Callable[[str], Any] | None = None,
) -> Study:
    """Trains the same classifier with and without a GAN, in many cells.

    In each cell one class is cut to a few images (`rare`), or all classes keep
    only a few labels (`labels`). The classifier is then trained for the same
    number of steps on the data as they are, with class weights, with the rare
    images repeated, with classical augmentation, with both, and with images of
    a conditional GAN that was trained on the same cut data (an `mlp`, or above
    16 pixels a `dcgan` of width 16); with few labels, as they are, with
    classical augmentation, and by a `SemiSupervisedGAN` that also sees the
    images without labels. All are judged on test images that nothing was
    trained with, by the mean recall of all classes. Gains are those over
    repeating and augmenting, the reference.
    Two more rows are the mean of the probabilities of the reference and of the
    GAN's classifier, and of two references, which shows what of that is due to
    the GAN.

    Args:
        data: Images with labels, anything that `datasets.load` takes.
        rare: Dict from a class (its name or number) to the number of its
            training images that remain. Each class gives a cell per seed. A
            number alone is for every class in turn.
        labels: Number of labels that each class keeps, instead of `rare`.
        test: Share of each class that is kept for the test, in (0, 1); or test
            images with labels, anything that `datasets.load` takes.
        seeds: Integers, or how many; each gives a cell per rare class.
        steps: Training steps of each classifier. None: 1,000; with few labels
            as many as `gan_steps`.
        gan_steps: Training steps of each GAN.
        batch_size: Images in a batch.
        augment: Name of the classical augmentation, as in `layers.augmenter`.
        classifier: Function of the shape of an image and the number of classes
            that returns a `keras.Model`, images in [-1, 1] -> class logits,
            for all arms. None: two convolutions; with few labels that of
            `networks.semi_supervised`, whose weights are averaged in all arms.
        folder: Where the results of cells are kept; those that are there
            already are not measured again. It is of one study: only `seeds`
            and classes may be added.
        image_size: As for `datasets.load`.
        channels: As for `datasets.load`.
        progress: Function that is called with a line of text after each cell.

    Returns:
        A `Study`, with `table()`, `verdict()` and `plot(path)`.

    Raises:
        ValueError: If there are no such classes or images, fewer than two
            cells, of which there would be no standard error, or an argument is
            not valid.

    Warns:
        UserWarning: If there are fewer than 10 cells.

    Example:

    >>> images = np.random.randint(0, 256, (20, 4, 4, 1), "uint8")
    >>> data = images, np.arange(20) % 2
    >>> augmentation_study(data, rare={1: 2}, seeds=1)
    Traceback (most recent call last):
        ...
    ValueError: A study needs at least 2 cells...
    """
    budget = Budget(steps, gan_steps, batch_size, augment, classifier)
    budget.check()
    opening = {"image_size": image_size, "channels": channels}
    source = open_source(data, **opening)
    known = study_data.arrays_of(source)
    given, share = study_data.test_of(source, test, opening)
    known = study_data.trainable(known, given)
    names = source.info.class_names
    cuts = study_data.cuts_of(known[1], names, rare, labels, share)
    seeds = study_data.checked_seeds(seeds)
    shape, number_of_classes = known[0].shape[1:], int(known[1].max()) + 1
    check_classifier(
        classifier, shape, number_of_classes, few_labels=labels is not None
    )
    budget.check_images(shape)
    study_data.check_number(len(cuts) * len(seeds))
    settings = {
        **budget.settings(shape, number_of_classes),
        "protocol": _PROTOCOL,
        "keras": keras.__version__,
        "test": share,
        "data": study_data.fingerprint(known, given),
        "backend": keras.config.backend(),
    }
    plan = [
        (number, seed, {**settings, "kept": kept})
        for seed in seeds
        for number, kept in cuts.items()
    ]
    cell_of = functools.partial(study_data.cell_of, known, given, share)
    found = _results(plan, cell_of, budget, folder, progress)
    rare_of = {cells.name_of(number, seed): number for number, seed, _ in plan}
    return Study(
        found, rare_of, tuple(names or map(str, range(number_of_classes)))
    )


def _results(plan, cell_of, budget, folder, progress) -> dict[str, Any]:
    """Reads all results that there are, and then measures the others."""
    found = {
        cells.name_of(number, seed): cells.read_result(
            folder, cells.name_of(number, seed), own
        )
        for number, seed, own in plan
    }
    for number, seed, own in plan:
        cell = cell_of(number, own["kept"], seed)
        result = found[cell.name]
        if result is None:
            result = found[cell.name] = training.measured(cell, budget)
            cells.write_result(folder, cell.name, own, result)
        if progress is not None:
            progress(training.in_a_line(cell, result))
    return found
