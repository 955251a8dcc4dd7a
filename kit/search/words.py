"""What a search found, in sentences."""

import numpy as np

from kit import draw
from kit.errors import counted
from kit.search import scales
from kit.search.board import DEFAULT
from kit.search.plots.looks import short

_LISTED = 8  # choices that are named one by one
_BETTER = {"min": "smaller is better", "max": "larger is better"}


def headline(board):
    """The finding in one sentence.

    Args:
        board: a `Board`.

    Example:
        >>> from kit.search.board import Board
        >>> table = pd.DataFrame({"trial": ["0"], "status": "completed", "score": [0.9]})
        >>> headline(Board(table, {"objectives": ["accuracy"], "default": {"score": 0.8}}))
        'accuracy 0.900 in trial 0; the default settings have 0.800'
    """
    best = board.best
    if best is None:
        return "No trial has a score" + ("" if len(board.trials) else ": none was begun")
    ends = [best["low"], best["high"]]
    text = f"{board.objectives[0]} {draw.number(best['score'], 3)}"
    if np.isfinite(ends).all():
        text += f" (95 % interval {' to '.join(draw.number(end, 3) for end in ends)})"
    if best["trial"] == DEFAULT:
        return f"{text} with the default settings; none of {counted(len(board.trials), 'trial')} is better"
    text += f" in trial {best['trial']}"
    if board.default is not None:
        text += f"; the default settings have {draw.number(board.default, 3)}"
    return text


def course(board):
    """How many trials of what there were, how long they took and how they were chosen."""
    facts, trials = board.facts, board.trials
    states = ", ".join(f"{count} {status}" for status, count in trials["status"].value_counts().items())
    text = counted(len(trials), "trial") + (f" ({states})" if states else "")
    text += f" of {counted(len(board.names), 'hyperparameter')}"
    for name, before in (("algorithm", ", chosen by "), ("engine", ", trained by "), ("seed", ", seed ")):
        if facts.get(name) not in (None, ""):
            text += f"{before}{facts[name]}"
    if facts.get("seconds") is not None:
        text += f", in {duration(facts['seconds'])}"
    spent = trials["seconds"].sum()
    goals = " and ".join(
        f"{name} ({_BETTER.get(direction, direction)})"
        for name, direction in zip(board.objectives, board.directions, strict=True)
    )
    return f"{text}. The trials' own time is {duration(spent)}. Ranked by {goals}."


def findings(board):
    """What a reader should know before believing the rank."""
    found = [_running(board), _lost(board), _ties(board), _against_default(board)]
    return [text for text in found if text]


def notes(board):
    """What is to be known about the numbers."""
    found = []
    if len(board.scored) > 1:
        found.append(
            "The winner was chosen by the very score that is shown, among "
            f"{counted(len(board.scored), 'trial')}, so this score is a little too good. What the winner is "
            "worth, samples tell that no trial was ranked by, such as the test part."
        )
    if board.names and not len(board.importance):
        found.append(f"Which hyperparameter matters is not known. {board.importance.attrs['reason']}")
    return found


def tried(board, name):
    """The values of a hyperparameter that trials had, as text.

    Example:
        >>> from kit.search.board import Board
        >>> table = pd.DataFrame({"trial": ["0", "1"], "status": "failed", "width": [8, 32]})
        >>> tried(Board(table, {"hyperparameters": {"width": {"kind": "int"}}}), "width")
        '8 to 32'
    """
    scale = board.scale(name)
    known = scale.numbers[~scale.is_missing]
    if not len(known):
        return "never active"
    if scale.choices:
        more = len(scale.choices) - _LISTED
        text = ", ".join(short(choice) for choice in scale.choices[:_LISTED])
        text += f" and {more} more" if more > 0 else ""
    else:
        ends = dict.fromkeys(scales.text(float(end)) for end in (known.min(), known.max()))
        text = " to ".join(ends) + (" by magnitude" if scale.log and len(ends) > 1 else "")
    missing = int(scale.is_missing.sum())
    return text + (f" (active in {len(known)} of {len(scale.numbers)} trials)" if missing else "")


def duration(seconds):
    """A time as people say it.

    Example:
        >>> duration(0.42), duration(754), duration(7260), duration(200000)
        ('0.42 s', '12 min 34 s', '2 h 1 min', '2 d 7 h')
    """
    if not np.isfinite(seconds):
        return "unknown time"
    if seconds < 60:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    whole = round(seconds)
    for size, unit, smaller, name in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {unit}" + (f" {rest} {name}" if rest else "")
    return f"{whole} s"


def _running(board):
    count = int((board.trials["status"] == "running").sum())
    if not count:
        return ""
    return f"{counted(count, 'trial')} {'is' if count == 1 else 'are'} still running: the rank may change."


def _lost(board):
    lost = board.trials[board.trials["score"].isna() & (board.trials["status"] != "running")]
    if not len(lost):
        return ""
    text = (
        f"{len(lost)} of {counted(len(board.trials), 'trial')} {'has' if len(lost) == 1 else 'have'} no score"
    )
    reasons = lost.loc[lost["reason"] != "", "reason"].value_counts()
    return text + (f"; most often: {short(reasons.index[0], 200)}" if len(reasons) else ".")


def _ties(board):
    best = board.best
    if best is None or not np.isfinite([best["low"], best["high"]]).all():
        return ""
    others = board.frame[(board.frame["trial"] != best["trial"]) & (board.frame["trial"] != DEFAULT)]
    count = int(others["score"].between(best["low"], best["high"]).sum())
    if not count:
        return ""
    return (
        f"{counted(count, 'other trial')} {'has its' if count == 1 else 'have their'} score within the "
        "winner's 95 % interval: on these samples the difference may be chance. The fastest or smallest of "
        "them may serve as well."
    )


def _against_default(board):
    best, default = board.best, board.default
    if best is None or default is None or best["trial"] == DEFAULT:
        return ""
    if not board.better(best["score"]) > board.better(default):
        return "No trial is better than the default settings."
    if np.isfinite([best["low"], best["high"]]).all() and best["low"] <= default <= best["high"]:
        return "The default settings lie within the winner's 95 % interval: what was gained may be chance."
    return ""
