"""Losses of overlap: how much of each class is covered, however small it is."""

import keras
from keras import ops

from kit.losses import masks
from kit.losses.masks import for_masks

_WHY = "Overlap per image and class, so that a large background does not hide a small object"


class _Overlap(keras.losses.Loss):
    """Counts of each plane in soft pixels; what is made of them says the subclass."""

    def __init__(self, background=True, smooth=1.0, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        if smooth <= 0:
            raise ValueError(f"`smooth` must be a positive number of pixels. Received: {smooth}")
        self.background, self.smooth = background, smooth

    def counted(self, y_true, y_pred):
        """Soft pixels of each plane, (batch, planes) each: covered, true, said; and what counts.

        Of classes that exclude each other only those that occur in the image count; a single
        plane, and each plane of labels, counts always. One unit stands for two classes where the
        first of them counts as well.
        """
        target, valid = masks.planes(self, y_true, y_pred)
        if not self.background and len(y_true.shape) == 3 and y_pred.shape[-1] == 1:
            target, y_pred = (ops.concatenate([1 - each, each], axis=-1) for each in (target, y_pred))
        target, said = masks.foreground(y_true, y_pred, self.background, target * valid, y_pred * valid)
        covered, true, said = (ops.sum(each, axis=(1, 2)) for each in (target * said, target, said))
        if masks.is_exclusive(y_true, y_pred):
            return covered, true, said, ops.cast(true > 0, said.dtype)
        return covered, true, said, ops.ones_like(true)

    def get_config(self):
        return {**super().get_config(), "background": self.background, "smooth": self.smooth}


@for_masks("dice", _WHY)
@keras.saving.register_keras_serializable(package="kit")
class SoftDice(_Overlap):
    """1 - (2 covered + s) / (true + said + s), per image and class.

    An image without any foreground scores by what is said there: 0 if nothing is, towards 1 with
    every pixel too many; its gradient is finite. Of several classes, such an image counts 0, and of
    two that both count, the one that is there counts.

    Args:
        background: whether class 0 of a class mask is background, which does not count. Where it is
            the rarer of two classes let it count, or every doubt is settled against it.
        smooth: pixels s added to both sides, above 0, so that nothing said of nothing is right.

    Call arguments:
        y_true: (batch, H, W) class numbers, 255 where void; or (batch, H, W, L) of 0, 1 and 255.
        y_pred: (batch, H, W, units) probabilities in [0, 1].

    Returns:
        (batch,), no unit, 0 (perfect) to 1 (disjoint).

    Raises:
        ValueError: if `smooth` is not above 0, or the shapes do not fit.

    Source: Milletari et al. 2016, V-Net (arXiv:1606.04797), with plain sums in place of squares;
    without background and absent classes as in nnU-Net (doi:10.1038/s41592-020-01008-z).

    Example:
        >>> mask = np.ones((1, 4, 4), "uint8")
        >>> float(SoftDice()(mask, np.ones((1, 4, 4, 1), "float32")))
        0.0
    """

    def __init__(self, background=True, smooth=1.0, name="dice", **kwargs):
        super().__init__(background, smooth, name, **kwargs)

    def call(self, y_true, y_pred):
        covered, true, said, counts = self.counted(y_true, y_pred)
        losses = 1 - (2 * covered + self.smooth) / (true + said + self.smooth)
        return masks.mean_over_planes(losses, counts)


@for_masks("jaccard", _WHY)
@keras.saving.register_keras_serializable(package="kit")
class SoftJaccard(_Overlap):
    """1 - (covered + s) / (true + said - covered + s), per image and class: the soft IoU.

    Args, call arguments, returns and errors as of `SoftDice`.

    Source: Rahman and Wang 2016, Optimizing Intersection-Over-Union (ISVC).

    Example:
        >>> mask = np.ones((1, 4, 4), "uint8")
        >>> round(float(SoftJaccard()(mask, np.full((1, 4, 4, 1), 0.5, "float32"))), 4)  # 1 - 9 / 17
        0.4706
    """

    def __init__(self, background=True, smooth=1.0, name="jaccard", **kwargs):
        super().__init__(background, smooth, name, **kwargs)

    def call(self, y_true, y_pred):
        covered, true, said, counts = self.counted(y_true, y_pred)
        losses = 1 - (covered + self.smooth) / (true + said - covered + self.smooth)
        return masks.mean_over_planes(losses, counts)


@for_masks("generalized_dice", "Dice in which each class weighs by the inverse of its squared area")
@keras.saving.register_keras_serializable(package="kit")
class GeneralizedDice(_Overlap):
    """1 - 2 sum w covered / sum w (true + said) with w = 1 / true^2, per image.

    An absent class weighs as the smallest class that is there, and 1 where none is: 1 / 0 is no
    weight, and that of one pixel drowns the others (with two of four classes absent from 100 x 100
    pixels the gradient was 6e-10).

    Args, call arguments, returns and errors as of `SoftDice`; all classes count, background too.

    Source: Sudre et al. 2017, Generalised Dice overlap (arXiv:1707.03237).

    Example:
        >>> mask = np.ones((1, 4, 4), "uint8")
        >>> round(float(GeneralizedDice()(mask, np.ones((1, 4, 4, 1), "float32"))), 6)
        0.0
    """

    def __init__(self, smooth=1.0, name="generalized_dice", **kwargs):
        super().__init__(False, smooth, name, **kwargs)

    def call(self, y_true, y_pred):
        covered, true, said, _ = self.counted(y_true, y_pred)
        weight = _inverse_squares(true)
        small = self.smooth * ops.min(weight, axis=-1)
        inside = 2 * ops.sum(weight * covered, axis=-1) + small
        return 1 - inside / (ops.sum(weight * (true + said), axis=-1) + small)

    def get_config(self):
        config = super().get_config()
        del config["background"]
        return config


def _inverse_squares(true):
    """1 / true^2, (images, planes); of an absent plane the largest of the others, or 1."""
    present = true > 0
    weight = ops.where(present, 1 / ops.maximum(true, 1.0) ** 2, 0.0)
    largest = ops.max(weight, axis=-1, keepdims=True)
    return ops.where(present, weight, ops.where(largest > 0, largest, 1.0))


@for_masks("tversky", "Overlap in which pixels too many and pixels too few weigh differently")
@keras.saving.register_keras_serializable(package="kit")
class SoftTversky(_Overlap):
    """1 - (covered + s) / (covered + alpha extra + beta missed + s), per image and class.

    In Keras 3.15.1 `keras.losses.Tversky` has alpha and beta the other way round.

    Args:
        alpha: weight of what is said and not true, 0 or more.
        beta: weight of what is true and not said, 0 or more; above alpha it finds small objects.
        background: whether class 0 of a class mask is background, which does not count.
        smooth: pixels s added to both sides, above 0.

    Call arguments, returns and errors as of `SoftDice`; alpha = beta = 0.5 is Dice.

    Source: Salehi et al. 2017, Tversky loss function (arXiv:1706.05721).

    Example:
        >>> mask = np.array([[[1, 1, 0, 0]]])
        >>> said = np.array([[[[1.0], [0.0], [0.0], [0.0]]]], "float32")  # one covered, one missed
        >>> round(float(SoftTversky(alpha=0.3, beta=0.7)(mask, said)), 4)  # 1 - 2 / 2.7
        0.2593
    """

    def __init__(self, alpha=0.3, beta=0.7, background=True, smooth=1.0, name="tversky", **kwargs):
        super().__init__(background, smooth, name, **kwargs)
        if min(alpha, beta) < 0 or alpha + beta == 0:
            raise ValueError(f"`alpha` and `beta` are 0 or more, not both 0. Received: {alpha}, {beta}")
        self.alpha, self.beta = alpha, beta

    def call(self, y_true, y_pred):
        losses, counts = self.lost(y_true, y_pred)
        return masks.mean_over_planes(losses, counts)

    def lost(self, y_true, y_pred):
        """(loss of each plane, which of them count), (batch, planes) each."""
        covered, true, said, counts = self.counted(y_true, y_pred)
        wrong = self.alpha * (said - covered) + self.beta * (true - covered)
        return 1 - (covered + self.smooth) / (covered + wrong + self.smooth), counts

    def get_config(self):
        return {**super().get_config(), "alpha": self.alpha, "beta": self.beta}


@for_masks("focal_tversky", "Tversky in which classes that are covered already count little")
@keras.saving.register_keras_serializable(package="kit")
class FocalTversky(SoftTversky):
    """The Tversky loss of each class to the power of `gamma`.

    Args:
        alpha, beta, background, smooth: as of `SoftTversky`.
        gamma: the power, above 0. Above 1 it dwells on what is covered badly; the paper writes
            1 / gamma with gamma = 4/3, its authors' code the power 0.75.

    Call arguments, returns and errors as of `SoftTversky`.

    Source: Abraham and Khan 2018, A novel focal Tversky loss (arXiv:1810.07842).

    Example:
        >>> mask = np.ones((1, 4, 4), "uint8")
        >>> float(FocalTversky()(mask, np.ones((1, 4, 4, 1), "float32")))
        0.0
    """

    def __init__(
        self, alpha=0.3, beta=0.7, gamma=4 / 3, background=True, smooth=1.0, name="focal_tversky", **kwargs
    ):
        super().__init__(alpha, beta, background, smooth, name, **kwargs)
        if gamma <= 0:
            raise ValueError(f"`gamma` is a power above 0. Received: {gamma}")
        self.gamma = gamma

    def call(self, y_true, y_pred):
        losses, counts = self.lost(y_true, y_pred)
        small = ops.maximum(losses, 1e-7)  # the gradient of a root at 0 is infinite
        return masks.mean_over_planes(ops.where(losses > 1e-7, small**self.gamma, 0.0), counts)

    def get_config(self):
        return {**super().get_config(), "gamma": self.gamma}
