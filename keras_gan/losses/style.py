import keras
from keras import ops

from keras_gan.losses.feature_loss import FeatureLoss
from keras_gan.losses.image_loss import Tensor, difference
from keras_gan.utils.tensors import batch_mean


@keras.saving.register_keras_serializable(package="keras_gan")
class StyleLoss(FeatureLoss):
    """The distance between the Gram matrices of features: the style.

    A Gram matrix says which features occur together, and not where, so images
    of the same texture are near each other:

    ```
    G = F F^T / (c h w)
    sum over layers of w_l mean over images of the sum of (G(fake) - G(real))^2
    ```

    This is four times the loss of Gatys et al. Weights depend on the network
    and its preprocessing; those of published programs are mostly for
    torchvision's VGG19, whose features are a hundredth of the size of those of
    `"vgg19"`, and whose style loss thus is about 1e-8 of this one.

    Args:
        feature_extractor: As in `PerceptualLoss`.
        layers: Names of layers, or a dict of their weights by name. None: of
            `"vgg19"` the first of each block, as Gatys et al. have it; of a
            model what it returns.
        weight: Factor of the loss, 0 or more.
        weights: Weights of a named network, as in `features.vgg19`.
        name: Name in the logs.

    Call arguments: As in `PerceptualLoss`; the sizes of the images may differ.

    Raises:
        ValueError: If an argument is invalid.
        FileNotFoundError: If the weights of a named network are not available.

    Example:

    >>> network = keras.Sequential(
    ...     [keras.Input((None, None, 3)), keras.layers.Conv2D(4, 1)]
    ... )
    >>> images = np.random.uniform(-1, 1, (2, 8, 8, 3))
    >>> mirrored = images[:, ::-1]
    >>> bool(StyleLoss(network)(images, mirrored) < 1e-6)
    True

    Reference:
        [Gatys et al., 2015](https://arxiv.org/abs/1508.06576)
    """

    default_name = "style"
    use = "style"

    def distance(self, real: Tensor, fake: Tensor) -> Tensor:
        apart = difference(gram_matrix(real), gram_matrix(fake))
        return batch_mean(ops.sum(ops.square(apart), axis=(1, 2)))


def gram_matrix(features: Tensor) -> Tensor:
    """Returns the products of each two features, averaged over all positions.

    ```
    F F^T / (c h w)
    ```

    In half precision the sum over many positions would be infinite. So the
    features are divided by sqrt(h w) before the product, and by c after it.

    Args:
        features: Tensor `(batch, height, width, channels)`.

    Returns:
        Float32 tensor `(batch, channels, channels)`, symmetric and positive
        semidefinite.

    Raises:
        ValueError: If the features have another number of axes.

    Example:

    >>> gram_matrix(np.ones((1, 4, 4, 2), "float16")).numpy().tolist()
    [[[0.5, 0.5], [0.5, 0.5]]]
    """
    features = ops.convert_to_tensor(features)
    if len(features.shape) != 4:
        raise ValueError(
            "Features must have the shape (batch, height, width, channels). "
            f"Received: shape {tuple(features.shape)}. Choose `layers` before "
            "the pooling."
        )
    _, height, width, channels = ops.shape(features)
    num_positions = ops.cast(height * width, "float32")
    factor = ops.cast(ops.rsqrt(num_positions), features.dtype)
    rows = ops.reshape(features * factor, (-1, height * width, channels))
    products = ops.matmul(ops.transpose(rows, (0, 2, 1)), rows)
    return ops.cast(products, "float32") / channels
