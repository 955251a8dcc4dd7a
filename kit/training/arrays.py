"""From data and a model's (input, task) to what the engines take."""

import functools

import numpy as np

from kit import codecs
from kit.data import policies, sampling
from kit.errors import DataError, KitError, MatchError, unknown
from kit.losses.mixes import check_mixes
from kit.training import plan
from kit.training.feed import Feed

SAMPLING = "sampling"
CLASS_WEIGHTS = ("auto", "balanced", SAMPLING)
FEW = 100  # validation series that do not say when to stop: 8 ended training at accuracy 0.69, not 0.97


def prepare(kit, data, *, seed, class_weight, augment, patch=None):
    """The training part as a `Feed`, and the validation part as (x, y), (x, y, weights) or None.

    Raises:
        MatchError: if the data are not what the model was built for.
        DataError: if there is nothing to train on, or labels do not fit.
    """
    check_fits(kit, data)
    if not len(data.train):
        raise DataError("No training samples. At least one sample of each class is needed.")
    check_class_weight(kit.task, data.train.labels, class_weight)
    has_validation = data.validation is not None and len(data.validation)
    if kit.task.is_dense or kit.task.form == "boxes":
        feed = varying(kit, data.train, seed=seed, augment=augment, patch=patch)
        return feed, windows(*encoded(data.validation, kit)) if has_validation else None
    x, y = encoded(data.train, kit)
    changes = changing(kit, augment, x)
    by_class = class_weights(kit.task, data.train.labels, class_weight)
    weights = of_samples(kit.task, data.train.labels, by_class)
    streams = any(isinstance(array, np.memmap) for array in (x.values() if isinstance(x, dict) else (x,)))
    more = {"augment": varied(changes), "mix": put_together(kit.task, changes)}
    more["sample"] = sampled(kit.task, data.train.labels) if class_weight == SAMPLING else None
    feed = Feed(x, y, weights, seed=seed, streams=streams, **more)
    if kit.input.rank == 3 and has_validation and len(data.validation) < FEW:
        feed.patience = plan.NO_EPOCH_LEFT_OUT
    if not has_validation:
        return feed, None
    if class_weight == SAMPLING:  # then each class counts alike in training
        by_class = class_weights(kit.task, data.train.labels, "balanced")
    watched = of_samples(kit.task, data.validation.labels, by_class)
    return feed, encoded(data.validation, kit) + (() if watched is None else (watched,))


def encoded(samples, kit):
    """(x, y) of samples under the model's own input and task."""
    return samples.under(kit.input, kit.task).arrays()


def varying(kit, samples, *, seed, augment, patch=None):
    """The training part of a task whose labels change with the images: a feed of patches, or of boxes."""
    if kit.task.is_dense:
        return patches(kit, samples, seed=seed, augment=augment, patch=patch)
    return boxed(kit, *encoded(samples, kit), seed, augment)


def patches(kit, samples, *, seed, augment, patch=None):
    """The training part of a task on maps as a feed of patches.

    Args:
        patch: (height, width), or one number for a square; None decides by the images.
    """
    from kit.data.patches import Patches, policy

    samples = samples.under(kit.input, kit.task)
    clean = samples.is_clean
    x, y = samples.arrays()
    shapes = [map_.shape[:2] for map_ in y]
    area = plan.NOISY_PATCH if kit.task.form == "image" else plan.PATCH
    size = plan.square(patch) or plan.patch(shapes, area)
    changes = policies.chosen(augment, policy(kit.input, kit.task, y))
    return Patches(None if clean else x, y, size=size, task=kit.task, policy=changes, seed=seed)


def boxed(kit, x, y, seed, augment):
    """The training part of a detection as a feed."""
    from kit.data.augment import has_sides
    from kit.data.box_feed import BoxFeed, Policy

    changes = policies.chosen(augment, Policy(mirror=not has_sides(kit.task.names), scale=kit.input.scale))
    return BoxFeed(x, y, policy=changes, seed=seed)


def windows(x, y):
    """Validation images and maps as arrays: whole where all are of one size, else their common middle."""
    if isinstance(x, np.ndarray) and x.dtype != object:
        return x, y
    size = np.min([picture.shape[:2] for picture in x], axis=0)
    return tuple(np.stack([_middle(each, size) for each in arrays]) for arrays in (x, y))


def _middle(array, size):
    top, left = (np.array(array.shape[:2]) - size) // 2
    return array[top : top + size[0], left : left + size[1]]


def check_fits(kit, data):
    """Raises a MatchError unless the model's input and task can mean these data."""
    task = kit.task
    if task.form != data.task.form or set(map(str, task.names)) != set(map(str, data.task.names)):
        raise MatchError(
            f"The model was built for {task.describe()}.\nThe data are for {data.task.describe()}.\n"
            "Build the model with data.task."
        )
    if type(kit.input) is not type(data.input):
        raise MatchError(
            f"The model takes {type(kit.input).__name__}, the data are {type(data.input).__name__}. "
            "Build the model with data.input."
        )
    if not task.is_classification and task.match.scale in ("standard", "mean") and task.mean is None:
        raise MatchError(
            "The task does not know the mean and scale of its targets, so their unit would decide how fast "
            "they are learnt.\nBuild the model with data.task, or with task.fitted(training labels)."
        )


def has_classes(task, labels):
    """Whether each label is one class: not several, no shares, no numbers."""
    return task.form in ("binary", "multiclass") and np.ndim(labels) == 1


def check_class_weight(task, labels, choice):
    """Raises a KitError unless `class_weight` is one of its words, or numbers, and fits the task."""
    is_word = isinstance(choice, str)
    if is_word and choice not in CLASS_WEIGHTS:
        raise unknown("class_weight", choice, CLASS_WEIGHTS)
    if choice is None or (is_word and choice == "auto") or has_classes(task, labels):
        return
    rare = " Pixels of rare classes count more by balance=True." if hasattr(task, "balance") else ""
    raise MatchError(
        f"class_weight={choice!r} goes by the class of each sample, so each has to have one class.\n"
        f"Here it is {task.describe()}. Leave class_weight out.{rare}"
    )


def sampled(task, labels):
    """The function that draws the samples of an epoch, each class equally often."""
    classes = codecs.get("integer").encode(labels, task.classes)
    return functools.partial(sampling.balanced, classes)


def class_weights(task, labels, choice):
    """(C,) float32 weight of each class in the loss, from the labels of the training part; or None."""
    if choice == SAMPLING or not has_classes(task, labels):
        return None
    indices = codecs.get("integer").encode(labels, task.classes)
    choice = _by_class(task, choice) if isinstance(choice, dict) else choice
    weights = plan.class_weights(np.bincount(indices, minlength=len(task.classes)).tolist(), choice)
    if weights is None:
        return None
    if len(weights) != len(task.classes):
        raise MatchError(f"class_weight has {len(weights)} numbers for {len(task.classes)} classes.")
    return np.asarray(weights, "float32")


def of_samples(task, labels, by_class):
    """(N,) float32 weight of each sample: that of its class; None where classes have none."""
    return None if by_class is None else by_class[codecs.get("integer").encode(labels, task.classes)]


def _by_class(task, weights):
    """The weights of a dict in the order of the classes: by their names, or by their numbers as in Keras.

    Raises:
        MatchError: if they are not those of all classes.
    """
    given = {str(key): weight for key, weight in weights.items()}
    numbers = [str(number) for number in range(len(task.classes))]
    for keys in ([str(name) for name in task.classes], numbers):
        if given.keys() == set(keys):
            return [given[key] for key in keys]
    known = ", ".join(map(str, task.classes))
    raise MatchError(f"class_weight names {', '.join(given)}. Name each class once: {known}.")


def changing(kit, choice, x):
    """How images or series `x` are varied, a checked policy; None for what is not varied.

    Raises:
        KitError: if the choice is not known, or would make targets of this task wrong.
    """
    from kit.data import augment, waver

    if kit.input.rank == 3 and not hasattr(kit.task, "horizon"):  # what comes next follows from every value
        return policies.chosen(choice, waver.policy(kit.input, kit.task, x))
    if kit.input.rank != 4:
        if choice not in (None, "auto"):
            raise KitError(
                f"augment varies images and series with a label; these are {kit.input.describe()}. "
                f"Received: {choice!r}.\nLeave augment out."
            )
        return None
    policy = policies.chosen(choice, augment.policy(kit.input, kit.task))
    if policy is not None and policy.mixes:
        check_mixes(kit.task, policy.mixes)
        if policy.mixup + policy.cutmix > 1:
            raise KitError(
                "augment: mixup and cutmix are shares of the images, of together 1 at most. "
                f"Received: {policy.mixup} and {policy.cutmix}."
            )
    return policy


def varied(policy):
    """The function that varies the inputs of an epoch, or None."""
    from kit.data import augment, waver

    if policy is None or policy == waver.Policy(scale=policy.scale):
        return None
    module = waver if isinstance(policy, waver.Policy) else augment
    return functools.partial(module.augment, policy=policy)


def put_together(task, policy):
    """The function that puts images and their targets together, or None."""
    from kit.data import mix

    if not getattr(policy, "mixes", None):
        return None
    classes = len(task.names) if task.match.code == "integer" else None
    return functools.partial(mix.mixed, policy=policy, classes=classes)
