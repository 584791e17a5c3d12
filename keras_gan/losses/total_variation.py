import keras
from keras import ops

from keras_gan.losses.image_loss import ImageLoss, Tensor
from keras_gan.utils.tensors import batch_mean


@keras.saving.register_keras_serializable(package="keras_gan")
class TotalVariation(ImageLoss):
    """How much neighboring pixels of generated images differ.

    It suppresses noise that other losses do not see, and does not look at real
    images:

    ```
    mean(|x[i + 1, j] - x[i, j]|) + mean(|x[i, j + 1] - x[i, j]|)
    ```

    Args:
        weight: Factor of the loss, 0 or more.
        name: Name in the logs.

    Raises:
        ValueError: If an argument is invalid.

    Example:

    >>> stripes = np.tile([[[0.0], [1.0]]], (2, 4, 2, 1))
    >>> round(float(TotalVariation(0.1)(None, stripes)), 3)
    0.1

    Reference:
        [Mahendran and Vedaldi, 2014](https://arxiv.org/abs/1412.0035)
    """

    default_name = "total_variation"

    def compute(self, real_images: Tensor, fake_images: Tensor) -> Tensor:
        images = ops.cast(ops.convert_to_tensor(fake_images), "float32")
        down = images[:, 1:] - images[:, :-1]
        across = images[:, :, 1:] - images[:, :, :-1]
        return batch_mean(ops.abs(down)) + batch_mean(ops.abs(across))
