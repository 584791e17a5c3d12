import os
from typing import Any

import keras

from keras_gan.losses.feature_loss import FeatureLoss, Layers
from keras_gan.losses.image_loss import Tensor, difference
from keras_gan.losses.pixel import DISTANCES
from keras_gan.utils.arguments import choice
from keras_gan.utils.tensors import batch_mean


@keras.saving.register_keras_serializable(package="keras_gan")
class PerceptualLoss(FeatureLoss):
    """The mean distance between features of real and generated images.

    Where a loss of pixels blurs what it cannot know, this one asks only for
    textures that the network takes for the same:

    ```
    sum over layers of w_l mean(|F_l(fake) - F_l(real)|)
    ```

    Weights depend on the network and on its preprocessing: the features of
    `"vgg19"`, the network of Keras, are about a hundred times as large as those
    of torchvision's. ESRGAN's weight of 1 for torchvision's `block5_conv4`
    before the activation corresponds to about 0.01 here.

    Args:
        feature_extractor: `"vgg19"`, `"efficientnet_lite0"` or any
            `keras.Model`, images in [-1, 1] -> one or several feature maps. A
            gray image is repeated for networks that take three channels.
        layers: Names of layers, `"block3_conv3"` after and
            `"block3_conv3:linear"` before its activation; or a dict of their
            weights by name. None: of `"vgg19"` `"block5_conv4:linear"`, as
            ESRGAN has it; of a model what it returns.
        weight: Factor of the loss, 0 or more.
        kind: `"l1"`, `"l2"` or `"charbonnier"`, as in `PixelLoss`.
        weights: Weights of a named network, as in `features.vgg19`.
        name: Name in the logs.

    Raises:
        ValueError: If an argument is invalid, or, in a call, the shapes differ.
        FileNotFoundError: If the weights of a named network are not available.

    Example:

    >>> network = keras.Sequential(
    ...     [keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3)]
    ... )
    >>> loss = PerceptualLoss(network, weight=0.1)
    >>> images = np.random.uniform(-1, 1, (2, 8, 8, 3))
    >>> float(loss(images, images))
    0.0

    Reference:
        - [Johnson et al., 2016](https://arxiv.org/abs/1603.08155)
        - [Wang et al., 2018](https://arxiv.org/abs/1809.00219), for features
          before the activation
    """

    default_name = "perceptual"
    use = "perceptual"

    def __init__(
        self,
        feature_extractor: Any = "vgg19",
        layers: Layers = None,
        weight: float = 1.0,
        *,
        kind: str = "l1",
        weights: str | os.PathLike | None = "auto",
        name: str | None = None,
    ) -> None:
        self.kind = choice("kind", kind, DISTANCES)
        super().__init__(
            feature_extractor, layers, weight, weights=weights, name=name
        )

    def distance(self, real: Tensor, fake: Tensor) -> Tensor:
        return batch_mean(DISTANCES[self.kind](difference(real, fake)))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "kind": self.kind}
