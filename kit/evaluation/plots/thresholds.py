"""What each threshold would give, and how large label sets are."""

import numpy as np

from kit import draw
from kit.evaluation.plots import FIGURES
from kit.evaluation.plots.ranking import passes


@FIGURES.register(
    "threshold",
    at=55,
    fits=lambda report: (
        report.outcome.form == "binary"
        and report.outcome.match.decide == "threshold"
        and 0 < report.outcome.true[:, 1].sum() < len(report.outcome)
    ),
    reading="What precision, recall and f1 of the second class would be at each threshold. Where the lines "
    "are flat around the dotted one, the choice matters little.",
)
def threshold(report):
    """Precision, recall and f1 of the second class at every threshold."""
    outcome = report.outcome
    name, positives = draw.readable(outcome.names[1]), outcome.true[:, 1].sum()
    hits, slips = passes(outcome.true[:, 1], outcome.probabilities[:, 1])
    at = np.unique(outcome.probabilities[:, 1])[::-1]
    lines = {
        "precision": hits / (hits + slips),
        "recall": hits / positives,
        "f1": 2 * hits / (hits + slips + positives),
    }
    chosen = f", chosen for {outcome.aim}" if outcome.aim else ""
    figure, axes = draw.figure(
        f"'{name}' is said from probability {draw.number(outcome.threshold, 3)} on{chosen}",
        width=6.6,
        height=4.0,
    )
    for (label, values), color in zip(lines.items(), (draw.BLUE, draw.RED, draw.GREEN), strict=True):
        axes.plot(
            at, values, color=color, drawstyle="steps-post" if len(at) < 400 else "default", label=label
        )
    axes.axvline(outcome.threshold, color=draw.GRAY, linestyle=":", linewidth=1.6)
    axes.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.02), xlabel="threshold", ylabel="on these samples")
    axes.legend(loc="lower left")
    return figure


@FIGURES.register(
    "label_sets",
    at=58,
    fits=lambda report: getattr(report.outcome, "sets", None) is not None,
    reading="How many classes the label sets name. One is a sure decision; where many are named, a person "
    "should look.",
)
def label_sets(report):
    """Samples by the size of their label set, those whose set misses the right class apart."""
    outcome = report.outcome
    sizes, held = outcome.sets.sum(axis=1), (outcome.sets * outcome.true).any(axis=1)
    places = np.arange(1, sizes.max() + 1)
    counts = [np.bincount(sizes[which], minlength=sizes.max() + 1)[1:] for which in (held, ~held)]
    figure, axes = draw.figure(
        f"{report.finding('coverage')}; the aim is {draw.number(outcome.calibration.coverage, 2)}",
        width=6.0,
        height=3.2,
    )
    axes.bar(places, counts[0], color=draw.SKY, label="right class in the set")
    axes.bar(places, counts[1], bottom=counts[0], color=draw.RED, label="right class not in the set")
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    axes.set(xlabel="classes in the set", ylabel="samples")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure
