"""calibrate: what stands between outputs and decisions, fitted on samples the network did not learn."""

import dataclasses

import numpy as np

from kit import aims, conformal
from kit.calibration import TEMPERED, Calibration, calibrates, removed
from kit.errors import DataError, KitError, MatchError
from kit.evaluation import temperature as scaling
from kit.evaluation.mask_cuts import mask_cuts
from kit.evaluation.outcome import outcome_of
from kit.evaluation.parts import outputs_of, parts_of, seen_by

# Training ends with the epoch that is best on the validation part, which therefore looks better than new
# samples do. Without this, 90 % intervals held 86.3 % of the test part of mpg.csv, with it 88.2 %, those of
# gradient boosting, which had no such end, 89.2 % (20 splits of 60 samples). See Liang et al. 2023
# (arXiv:2301.11556) on this loss.
SPENT = 1
_NO_TEMPERATURE = {
    "rank": "ordinal probabilities are differences of outputs, and one number cannot set them all right",
    "sign": "a margin is no probability",
    "largest_score": "a margin is no probability",
}


def calibrate(model, samples, *, coverage=None, sets=None, aim=None, temperature=None):
    """Makes probabilities, thresholds and intervals true, on samples that the network did not learn.

    Classes and labels get a temperature, which changes how sure the model is but no argmax; for an
    aim, also a threshold. Numbers get intervals and single classes get label sets that hold the
    truth as often as `coverage` says. Masks of two classes, or of labels that overlap, get the threshold
    with the highest mean IoU, unless they have another aim or threshold. All of it is kept in the task,
    `model.kit.task`, is saved with the model, and `kit.fit` drops it, as it holds for the weights as
    they are.

    Args:
        model: a `keras.Model` made by a builder, trained; its `kit.task` is replaced.
        samples: such as `data.validation`; never those it was trained on. The test part judges later.
        coverage: share of samples that intervals or label sets hold, 0 (none) to below 1; None takes
            the task's own, 0.9.
        sets: "lac" (smallest sets) or "aps" (larger for hard samples); None takes the task's own.
        aim: what the threshold is for, such as "f1", "recall@precision=0.9", "precision@recall=0.9",
            "cost=1:5" or, of masks, "mean_iou"; None takes the task's own.
        temperature: False leaves probabilities as they are; True raises where there can be no
            temperature; None takes one where there can.

    Returns:
        The `kit.calibration.Calibration`; printed, it says what was found.

    Raises:
        KitError: if the task has nothing to calibrate, or there are too few samples for a given coverage.
        MatchError: if an aim, or a temperature that is asked for, does not fit the task.
        DataError: if samples do not fit the model; names each.

    Example:
        >>> data = kit.load_data("wine")
        >>> model = kit.build(data.task, data.input, width=16)
        >>> kit.calibrate(model, data.validation, coverage=0.8).coverage
        0.8
        >>> model.kit.task.calibration.temperature > 0
        True
    """
    network, input, task = parts_of(model)
    if network is not model:
        raise KitError("A Predictor stays as it is. Calibrate its .model, and save that with kit.save().")
    given = {"coverage": coverage, "sets": sets, "aim": aim}
    task = _asked(task, {name: value for name, value in given.items() if value is not None})
    if len(samples) == 0:
        raise DataError("No samples to calibrate on. Give a part that has some, such as data.validation.")
    samples = seen_by(samples, input, task)
    task = dataclasses.replace(task, calibration=Calibration(len(samples)))
    if task.is_dense:
        task = _with_thresholds(task, mask_cuts(network, task, samples))
    else:
        inputs, _ = samples.arrays()
        outputs = outputs_of(network, inputs)
        task = _tempered(task, samples.labels, outputs, temperature)
        task = _aimed(task, samples.labels, outputs)
        task = _with_regions(task, samples.labels, outputs, must=coverage is not None)
    _give(model, input, task)
    return task.calibration


def _asked(task, given):
    """The task without an earlier calibration, and with what was asked for.

    Raises:
        KitError: if there is nothing to calibrate, or an argument is not for this task.
    """
    fields = {field.name for field in dataclasses.fields(task)}
    if not calibrates(task):
        raise KitError(
            "Calibration is for classes, labels, numbers and masks of two classes or of labels. "
            f"The task is {task.describe()}."
        )
    wrong = next((name for name in given if name not in fields), None)
    if wrong:
        raise MatchError(f"There is no {wrong} to choose for {task.describe()}.")
    task = removed(task)
    if getattr(task, "aim", None) is None and hasattr(task, "usual_aim"):
        given = {"aim": task.usual_aim, **given}
    task = dataclasses.replace(task, **given)
    task.match  # noqa: B018 - an aim that does not fit is told before anything is computed
    return task


def _tempered(task, labels, outputs, wanted):
    if wanted is False or task.form == "numeric":
        if wanted:
            raise MatchError("A temperature is for probabilities, and numbers have none.")
        return task
    reason = _NO_TEMPERATURE.get(task.match.decide)
    if reason or task.match.activation not in TEMPERED:
        reason = f"no temperature for loss '{task.loss}': {reason or 'its outputs have no logits'}"
        if wanted:
            raise MatchError(f"There is {reason}.\nLeave out temperature=True, or take loss='crossentropy'.")
        return dataclasses.replace(task, calibration=task.calibration.saying(reason))
    before = outcome_of(task, labels, outputs)
    found = scaling.fitted(outputs, before.truth, task.match.activation)
    after = dataclasses.replace(task, calibration=dataclasses.replace(task.calibration, temperature=found))
    outcome = outcome_of(after, labels, outputs)
    calibration = task.calibration.saying(scaling.told(before, outcome, found), temperature=found)
    if bias := scaling.bias(outcome):
        calibration = calibration.saying(bias)
    return dataclasses.replace(task, calibration=calibration)


def _aimed(task, labels, outputs):
    """The task with the thresholds that serve its aim."""
    if getattr(task, "aim", None) is None:
        return task
    outcome = outcome_of(task, labels, outputs)
    columns = [1] if task.form == "binary" else range(len(task.names))
    samples = [(outcome.probabilities[:, column], outcome.true[:, column] > 0.5) for column in columns]
    return _with_thresholds(task, [aims.cuts(*each) if each[1].any() else None for each in samples])


def _with_thresholds(task, cuts):
    """The task with the threshold of each class, or of the second of two, that serves its aim.

    Args:
        cuts: `Cuts` of each; None where no sample has it.
    """
    if task.aim is None:
        kept = task.calibration.saying(f"threshold {task.threshold} stays, as it was given")
        return dataclasses.replace(task, calibration=kept)
    names = task.names[-len(cuts) :]
    usual = np.broadcast_to(task.threshold, len(cuts)).tolist()
    chosen = [_chosen(aims.parse(task.aim), *each) for each in zip(cuts, usual, names, strict=True)]
    calibration = task.calibration
    for _, said in chosen:
        calibration = calibration.saying(f"{said}, for {task.aim}")
    thresholds = tuple(threshold for threshold, _ in chosen)
    single = task.form in ("binary", "binary mask")
    return dataclasses.replace(
        task, threshold=thresholds[0] if single else thresholds, calibration=calibration
    )


def _chosen(aim, cuts, usual, name):
    """(threshold of one class, what it is and does as a sentence)."""
    if cuts is None:
        return usual, f"'{name}' stays at threshold {usual:.3g}: no sample has it"
    choice, before = aims.chosen(aim, cuts), aims.at(aim, cuts, usual)
    numbers = ", ".join(f"{each} {before[each]:.3f} -> {value:.3f}" for each, value in choice.numbers.items())
    short = "" if choice.is_met else f" (no threshold reaches {aim.bound} {aim.limit:g} here)"
    return choice.threshold, f"'{name}' is said from probability {choice.threshold:.3f}{short}: {numbers}"


def _with_regions(task, labels, outputs, must):
    """The task with margins for intervals or label sets."""
    if not getattr(task, "coverage", 0):
        return task
    outcome = outcome_of(task, labels, outputs)
    if task.form != "numeric" and outcome.probabilities is None:
        return _without_sets(task, must)
    rule, distances = _distances(task, outcome)
    margins = [conformal.margin(column, task.coverage, SPENT) for column in distances.T]
    if margins[0] is None:
        least = conformal.least_samples(task.coverage)
        said = f"no coverage of {task.coverage:g}: it needs {least} samples, and there are {len(outcome)}"
        if must:
            raise KitError(f"There can be {said}. Give more samples, or a lower coverage.")
        return dataclasses.replace(task, calibration=task.calibration.saying(said))
    facts = {"coverage": task.coverage, "rule": rule, "margins": tuple(margins)}
    said = f"coverage {task.coverage:g}: {_reach(task, rule, margins)}"
    return dataclasses.replace(task, calibration=task.calibration.saying(said, **facts))


def _without_sets(task, must):
    said = f"no label sets for loss '{task.loss}': they are made of probabilities"
    if must:
        raise MatchError(f"There are {said}.\nLeave out coverage, or take loss='crossentropy'.")
    return dataclasses.replace(task, calibration=task.calibration.saying(said))


def _distances(task, outcome):
    """(rule, how far each truth lies from what was decided: (N, T), or (N, 1) of classes)."""
    if task.form == "numeric":
        rule = conformal.rule_for(task.match)
        return rule, conformal.distances(rule, outcome.decided, outcome.truth)
    scores = conformal.RULES.get(task.sets)(np.asarray(outcome.probabilities, "float64"))
    return task.sets, scores[np.arange(len(outcome)), outcome.true.argmax(axis=1)][:, None]


def _reach(task, rule, margins):
    texts = {
        "absolute": "value +- {:.4g}",
        "spread": "value +- {:.3g} predicted standard deviations",
        "root": "value +- {:.3g} square roots of it",
        "quantiles": "the outer quantiles moved out by {:.4g}",
        "lac": "label sets of classes with a probability from {:.3g} on",
        "aps": "label sets of the likeliest classes up to a sum of {:.3g}",
    }
    shown = [1 - margins[0]] if rule == "lac" else margins
    many = len(task.names) > 1 and task.form == "numeric"
    each = (
        f"{name} {texts[rule].format(value)}" if many else texts[rule].format(value)
        for name, value in zip(task.names, shown, strict=False)
    )
    return ", ".join(each)


def _give(model, input, task):
    """Puts the task in its place, and into the metrics that Keras computes."""
    from kit.builders.common import Kit, recompiled

    moved = getattr(model.kit.task, "threshold", None) != getattr(task, "threshold", None)
    model.kit = Kit(input, task)
    if moved and model.optimizer is not None:
        recompiled(model, model.optimizer)
