"""The trainer of populations: takes many assignments at once, and trains those of one shape together."""

import dataclasses
import time

import numpy as np

from kit.evaluation.evaluate import judged
from kit.search import scoring
from kit.search import trial as trials
from kit.search.engines.vectorized import VARIED
from kit.search.population import Member, Population
from kit.search.trainer import Trainer, keep, told
from kit.training import arrays, initial, plan, rates, state

MARK = 0.123  # rate of the dropout layers whose rate the trials set


class Single(Exception):
    """A model that cannot be one of a population: its initial weights are not known, or its epochs differ."""


class Batches:
    """Trains lists of assignments in this process, which has to have the JAX backend.

    Args:
        work: a `Work`, for which `engines.vectorized.unfit` has nothing to say.
    """

    def __init__(self, work):
        self.work, self.alone = work, Trainer(work)
        self._known = {}  # a population for each shape, and what is the same for its members

    def train(self, assignments, report):
        """The outcomes of all assignments, in their order."""
        groups, outcomes = {}, {}
        for assignment in assignments:
            groups.setdefault(self._shape(assignment), []).append(assignment)
        for shape, group in groups.items():
            try:
                trained = self._trained(shape, group, report)
            except Single:
                trained = [self.alone.train(each, report) for each in group]
            except Exception as error:  # the search goes on, and says what happened
                trained = [trials.Outcome(each.trial, trials.FAILED, reason=told(error)) for each in group]
            outcomes |= {each.trial: each for each in trained}
        return [outcomes[assignment.trial] for assignment in assignments]

    def _shape(self, assignment):
        values = {**self.work.settings, **assignment.values}
        same = {name: value for name, value in values.items() if name not in VARIED}
        has = [name for name in ("weight_decay", "dropout") if values.get(name)]
        return repr((sorted(same.items()), has))

    def _trained(self, shape, group, report):
        began = time.monotonic()
        if shape not in self._known:
            self._known[shape] = self._population(group[0])
        population, data, usual = self._known[shape]
        members = [self._member(assignment, population, usual) for assignment in group]
        watch = scoring.Watch("", self.work.objectives[0], None)
        pruned = set()

        def heard(place, epoch, value):
            goes_on = report(trials.Progress(group[place].trial, epoch, value))
            pruned.update(() if goes_on else [place])
            return goes_on

        watched = watch.watched(
            {f"val_{name}": 0 for name in population.model.metrics_names} | {"val_loss": 0}
        )
        histories, weights = population.train(members, heard, watched)
        share = (time.monotonic() - began) / len(group)
        outcomes = [
            self._outcome(
                group[place].trial, histories[place], weights[place], population, data, members[place]
            )
            for place in range(len(group))
        ]
        outcomes = [
            dataclasses.replace(
                each,
                seconds=round(share, 4),
                status=trials.PRUNED if place in pruned and each.status == trials.COMPLETED else each.status,
            )
            for place, each in enumerate(outcomes)
        ]
        return self._kept(outcomes, weights)

    def _population(self, assignment):
        """(population, data, what its members have where they say nothing)."""
        values = dict(assignment.values)
        parts = self.work.divided(values, self.work.data)
        data = self.alone.data_under(parts, None)
        parts = self.work.divided(values, data)
        marked = MARK if {**self.work.settings, **values}.get("dropout") else None
        if marked:
            parts["builder"]["dropout"] = MARK
        model, _ = self.work.built(assignment, parts, data)
        if not initial.can_reset(model):
            raise Single
        chosen = {name: parts["fit"].get(name, default) for name, default in _FEED.items()}
        feed, validation = arrays.prepare(model.kit, data, seed=0, **chosen)
        if feed.varies:
            raise Single
        state.build(model, feed)
        size = min(parts["fit"].get("batch_size") or feed.batch_size, len(feed))
        usual = {"learning_rate": rates.peak_of(model.optimizer), "epochs": plan.epochs(feed.steps(size))}
        return Population(model, feed, validation, size, marked), data, usual

    def _member(self, assignment, population, usual):
        values = {**self.work.settings, **assignment.values}
        known = {name: values[name] for name in VARIED if values.get(name) is not None}
        fields = {**usual, **known}
        fields.setdefault("patience", plan.patience(fields["epochs"]))
        return Member(assignment.seed, **fields)

    def _outcome(self, trial, history, weights, population, data, member):
        """The outcome of one member, from its weights alone."""
        if not history:
            return trials.Outcome(trial, trials.FAILED, reason="The loss is not finite in the first epoch.")
        losses = history["val_loss"]
        best = int(np.nanargmin(losses)) if member.patience else len(losses) - 1
        model = population.model
        model.set_weights(weights)
        objectives, costs = self.work.objectives, {"parameters": model.count_params()}
        report = self._report(model, data)
        logged = {name: values[best] for name, values in history.items()}
        found = {each.name: {**logged, **report.metrics, **costs}.get(each.name) for each in objectives}
        score = found[objectives[0].name]
        if score is None or not np.isfinite(score):
            return trials.Outcome(trial, trials.FAILED, reason=f"{objectives[0].name} is not finite.")
        watch = scoring.Watch(trial, objectives[0], None).watched(history)
        interval = report.intervals.get(objectives[0].name)
        return trials.Outcome(
            trial,
            trials.COMPLETED,
            score=score,
            objectives=found,
            interval=interval and tuple(map(float, interval)),
            metrics=report.metrics,
            curve=tuple(history[watch]),
            epochs=len(losses),
            best_epoch=best + 1,
            parameters=model.count_params(),
        )

    def _report(self, model, data):
        """The report on the validation part, without figures."""
        from kit.artifact import runtime

        if getattr(model, "forward", None) is None:
            runtime.keep(model)
        samples = data.validation
        inputs, targets = samples.arrays()
        return scoring.with_interval(
            judged(model.kit.task, samples, model.forward(inputs), targets, resamples=0), self.work
        )

    def _kept(self, outcomes, weights):
        """The outcomes, those of the best with the checksum of their weights on the disk."""
        objective, kept = self.work.objectives[0], list(outcomes)
        scored = [place for place, each in enumerate(outcomes) if each.score is not None]
        for place in sorted(scored, key=lambda place: objective.order(outcomes[place].score))[
            : self.work.keep
        ]:
            stored = keep(self.work, outcomes[place].trial, weights[place])
            kept[place] = dataclasses.replace(outcomes[place], weights=stored)
        return kept


_FEED = {"class_weight": "auto", "augment": "auto"}
