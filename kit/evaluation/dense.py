"""Evaluation of tasks on maps: image by image, so that memory does not grow with their number."""

import dataclasses

import numpy as np

from kit.evaluation import bootstrap, maps, scores
from kit.evaluation.report import Report

SHOWN = 9  # images kept for the figures: the best, the middle and the worst


@dataclasses.dataclass(frozen=True)
class Example:
    """One image for the figures.

    Args:
        name: what it is called.
        picture: (h, w, channels) in 0 to 1.
        truth: mask (h, w) or clean picture in 0 to 1.
        said: mask or restored picture.
        score: of this image alone.
        rank: its place from the best, 0, to the worst, N - 1.
    """

    name: str
    picture: np.ndarray
    truth: np.ndarray
    said: np.ndarray
    score: float
    rank: int


def reported(network, input, task, samples, names, *, seed, resamples, mirror=False):
    """The report on a network that says something of every pixel.

    Args:
        network: a built `keras.Model`.
        input: what encodes the images.
        task: a `Segmentation` or a `Denoising`.
        samples: `Samples` under this input and task.
        names: (N,) what each sample is called.
        seed: of the resampling.
        resamples: number of resamples, 0 for no intervals.
        mirror: whether to take the mean over the ways an image may lie.
    """
    from kit.artifact import runtime, sides

    x, y = samples.arrays()
    around = sides.sided(input, task) if mirror else None
    run, losses = runtime.tiled(network, around), _Loss(task)
    measure = _Masks(task) if task.form != "image" else _Images(task)
    for image, target in zip(x, y, strict=True):
        outputs = run(image)
        decided = task.decided(outputs[None])
        measure.add(image, target, decided, losses(target, outputs))
    outcome, constant = measure.outcome(), measure.baseline()
    found = {name: scores.score(name, outcome) for name in scores.applicable(outcome)}
    found = {name: value for name, value in found.items() if np.isfinite(value)}
    return Report(
        outcome=outcome,
        metrics=found,
        intervals=bootstrap.intervals(outcome, list(found), seed, resamples),
        baseline={name: scores.score(name, constant) for name in found if name != "loss"},
        baseline_says=measure.baseline_says,
        names=names,
        split=str(getattr(samples, "split", None) or ""),
        notes=measure.notes(),
        examples=_examples(measure, run, task, input, (x, y), names),
    )


class _Loss:
    """The task's loss of one image."""

    def __init__(self, task):
        self.loss = task.make_loss()

    def __call__(self, target, outputs):
        import keras

        value = self.loss(np.asarray(target)[None], np.asarray(outputs, "float32")[None])
        return float(keras.ops.convert_to_numpy(value))


class _Masks:
    """Counts masks as they come."""

    def __init__(self, task):
        self.task, self.first = task, 1 if task.has_background else 0
        self.counts, self.borders, self.objects, self.losses = [], [], [], []
        common = int(np.argmax(task.prior)) if task.prior is not None else 0
        self.common = common
        self.baseline_says = "no label" if task.overlapping else f"'{task.names[common]}'"

    def add(self, image, target, decided, loss):
        said, count = decided.masks[0], len(self.task.names)
        self.counts.append(maps.mask_counts(target, said, count))
        self.borders.append(maps.border_counts(target, said, count))
        self.objects.append(maps.objects_of(target, said, self.first))
        self.losses.append(loss)

    def outcome(self):
        return maps.MaskOutcome(
            match=self.task.match,
            names=self.task.names,
            counts=np.stack(self.counts),
            borders=np.stack(self.borders),
            objects=np.concatenate(self.objects),
            first=self.first,
            losses=np.array(self.losses),
        )

    def baseline(self):
        """The outcome of always saying the commonest class, or no label."""
        outcome, counts = self.outcome(), np.zeros_like(np.stack(self.counts))
        place = 0 if self.task.overlapping else self.common
        counts[..., place] = outcome.counts.sum(axis=-1)
        return dataclasses.replace(outcome, counts=counts, borders=_unsaid(outcome.borders))

    def scores(self):
        """(N,) mean IoU of each image alone, over the classes in it."""
        return maps.mean_iou_of_each(self.outcome().tallies)

    def notes(self):
        """What is to be known about the numbers."""
        void = self.task.void
        counted = "" if void is None else f" Pixels of value {void} are of no class and count nowhere."
        return (
            "All scores of masks come from whole numbers of pixels, summed over the images; "
            f"a mean over images would differ.{counted}",
        )


class _Images:
    """Compares restored images with clean ones as they come."""

    baseline_says = "the noisy image"

    def __init__(self, task):
        self.task = task
        self.found, self.before, self.losses = [], [], []

    def add(self, image, target, decided, loss):
        white = self.task.white
        restored, noisy = decided.images[0], np.clip(np.asarray(image, "float32"), 0, white)
        self.found.append((maps.psnr(target, restored, white), maps.ssim(target, restored, white)))
        # noise that was made is measured as it is, files as they are
        self.before.append((maps.psnr(target, image, white), maps.ssim(target, noisy, white)))
        self.losses.append(loss)

    def outcome(self):
        return self._of(self.found, np.array(self.losses))

    def baseline(self):
        """The outcome of giving the noisy image back."""
        return self._of(self.before, None)

    def scores(self):
        """(N,) PSNR of each image."""
        return np.array(self.found)[:, 0]

    def notes(self):
        """What is to be known about the numbers."""
        gain = np.mean(np.array(self.found)[:, 0] - np.array(self.before)[:, 0])
        verdict = "better" if gain > 0 else "WORSE"
        if abs(gain) < 0.005:
            told = "The result is no better than the noisy images themselves."
        else:
            told = f"The result is {abs(gain):.2f} dB {verdict} than the noisy images themselves."
        return (
            f"The range of PSNR and SSIM is 0 to {self.task.white:g}; outputs are clipped to it.",
            told,
        )

    def _of(self, found, losses):
        psnr, ssim = np.array(found).T
        return maps.ImageOutcome(self.task.match, psnr, ssim, losses, self.task.white)


def _unsaid(borders):
    """Borders of which none is said."""
    borders = borders.copy()
    borders[..., [0, 1, 3]] = 0
    return borders


def _examples(measure, run, task, input, arrays, names):
    """The best, middle and worst images with what is said of them, of those that have a score."""
    of_each = measure.scores()
    order = np.argsort(-of_each, kind="stable")  # NaN comes last
    order = order[: np.count_nonzero(~np.isnan(of_each))]
    third, count = SHOWN // 3, len(order)
    places = sorted(
        {*range(third), *range((count - third) // 2, (count + third) // 2), *range(count - third, count)}
    )
    examples = []
    for place in (place for place in places if 0 <= place < count):
        row = int(order[place])
        image, target = arrays[0][row], arrays[1][row]
        decided = task.decided(run(image)[None])
        white = input.scale
        said = decided.masks[0] if decided.masks is not None else decided.images[0] / white
        truth = target if decided.masks is not None else np.asarray(target, "float32") / white
        picture = np.clip(np.asarray(image, "float32") / white, 0, 1)
        examples.append(Example(names[row], picture, truth, said, float(of_each[row]), place))
    return examples
