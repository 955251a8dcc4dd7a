"""What passes between the search and whatever trains: an assignment goes out, an outcome comes back."""

import dataclasses

COMPLETED, PRUNED, FAILED, INFEASIBLE, RUNNING = "completed", "pruned", "failed", "infeasible", "running"
SCORED = (COMPLETED, PRUNED)  # statuses with a score


@dataclasses.dataclass(frozen=True)
class Assignment:
    """One trial to train.

    Args:
        trial: its id.
        values: name -> value of each hyperparameter, as builders and `kit.fit` take them.
        seed: of weights, order and augmentation.
        rung: (epochs done, epochs to do, epochs of the longest trial) where trials carry on from others, or
            None to train alone.
        parent: id of the trial whose training is carried on, or "".
        suggested: the values as the oracle names them, for builders that take `hp`.
        space: config of KerasTuner's hyperparameters, for these builders.
    """

    trial: str
    values: dict
    seed: int = 0
    rung: tuple | None = None
    parent: str = ""
    suggested: dict | None = None
    space: dict | None = None


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What became of a trial. JSON-able by `dataclasses.asdict`.

    Args:
        trial: its id.
        status: "completed", "pruned" (stopped because others did better), "failed" or "infeasible".
        score: value of the first objective, or None.
        objectives: value of each objective, by name.
        interval: (low, high) of the score, or None.
        metrics: flat name -> value on the validation part.
        curve: value of the watched number after each epoch.
        epochs: that were trained.
        best_epoch: after which the weights are those that were scored.
        seconds: of building, training and scoring.
        parameters: weights of the model.
        reason: why it failed.
        weights: SHA-256 of the file with its weights, or "".
        space: config of KerasTuner's hyperparameters where the builder declared new ones.
    """

    trial: str
    status: str
    score: float | None = None
    objectives: dict = dataclasses.field(default_factory=dict)
    interval: tuple | None = None
    metrics: dict = dataclasses.field(default_factory=dict)
    curve: tuple = ()
    epochs: int = 0
    best_epoch: int = 0
    seconds: float = 0.0
    parameters: int | None = None
    reason: str = ""
    weights: str = ""
    space: dict | None = None


@dataclasses.dataclass(frozen=True)
class Progress:
    """What was watched after an epoch; the trainer waits for an answer where trials are pruned."""

    trial: str
    epoch: int
    value: float
