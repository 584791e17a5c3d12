"""A filter of `imbalanced.py` that keeps what is hard but right."""

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_gan.sampling import ClassifierAgreement


@keras.saving.register_keras_serializable(package="imbalanced")
class HardButRight(ClassifierAgreement):
    """Keeps images of the class they were made for that are hard to classify.

    Of the images that the classifier assigns to a class these are the half with
    the lowest probability of it. Of a class to which it assigns none, all are
    kept.

    Args:
        classifier: As of `ClassifierAgreement`.
        **kwargs: The same.
    """

    def bind(self, source: Any) -> None:
        super().bind(source)
        # More than 1 of a class without any that are right.
        self.highest = self.add_weight(
            shape=(source.num_classes,), trainable=False, name="highest"
        )

    def calibrate(self, images: Any, labels: Any = None) -> None:
        judged = super().judge(ops.convert_to_tensor(images), labels, None)
        right, chances = map(ops.convert_to_numpy, judged)
        highest = np.full(self.highest.shape, 2.0)
        for number in np.unique(labels[right]):
            highest[number] = np.median(chances[right & (labels == number)])
        self.highest.assign(highest)

    def judge(self, images: Any, labels: Any, uniform: Any) -> Any:
        right, chances = super().judge(images, labels, uniform)
        highest = ops.take(self.highest, labels)
        kept = ops.logical_or(right, highest > 1.0)
        return ops.logical_and(kept, chances <= highest), -chances
