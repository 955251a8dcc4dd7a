"""A population: many trials of one shape, trained in one compiled JAX program.

Keras' own training step is vectorised over the trials: learning rates, weight decay, dropout rates and seeds
are inputs of the program, so that any number of their values needs one compilation. JAX is imported because
that is what this module is.
"""

import dataclasses
import functools

import jax
import numpy as np
from jax import numpy as jnp

from kit import schedules
from kit.search.knobs import Knobs
from kit.training import initial, plan, rates, seeds
from kit.training.engines.epoch import test_size


@dataclasses.dataclass(frozen=True)
class Member:
    """What one trial of a population has for itself.

    Args:
        seed: of weights, dropout and order.
        learning_rate: the largest one.
        weight_decay: share of each weight, or None for the model's own.
        dropout: rate of the dropout that is shared, or None for the model's own.
        epochs: to train.
        patience: epochs without a better validation loss after which it stops, 0 for never.
        schedule: of the learning rate.
    """

    seed: int
    learning_rate: float
    weight_decay: float | None = None
    dropout: float | None = None
    epochs: int = 1
    patience: int = 0
    schedule: str = "cosine"


class Population:
    """Trains members of one shape at once.

    Args:
        model: compiled model of kit on the JAX backend; it stays as it is.
        feed: a `Feed` whose samples do not change from epoch to epoch.
        validation: (x, y), or (x, y, weights).
        batch_size: samples a step.
        dropout: rate of the layers whose rate the members set, or None.
    """

    def __init__(self, model, feed, validation, batch_size, dropout=None):
        self.model, self.feed, self.batch_size = model, feed, batch_size
        self.data, self.held = jax.tree.map(jnp.asarray, (feed.epoch(0), validation))
        self.knobs = Knobs(model, dropout)
        self.order = _chunks(np.arange(len(validation[1])), min(len(validation[1]), test_size(validation)))
        self._epoch = jax.jit(jax.vmap(self._member_epoch, in_axes=(0, 0, 0, None, 0)))

    def train(self, members, report=lambda place, epoch, value: True, watched="val_loss"):
        """Trains all members.

        Args:
            members: list of `Member`.
            report: function (place, epoch from 1, value) -> whether that member goes on.
            watched: name of what is reported.

        Returns:
            (histories, weights): for each member a dict name -> list of numbers, and its best weights as
            `model.get_weights()` orders them. Where a loss is not finite the history ends.
        """
        epochs = max(member.epochs for member in members)
        state, shares = self._start(members, epochs)
        memory = {"best": np.full(len(members), np.inf, "float32"), "wait": np.zeros(len(members), "int32")}
        memory |= {"going": np.ones(len(members), bool), "weights": state[:2]}
        limits = {
            "epochs": np.array([member.epochs for member in members]),
            "patience": np.array([member.patience for member in members]),
            "dropout": shares,
            "momentum": np.array([self._momentum(member) for member in members], "float32"),
        }
        histories = [{} for _ in members]
        for epoch in range(epochs):
            orders = self._orders(members, epoch)
            going = np.asarray(memory["going"])
            state, memory, logs = self._epoch(state, memory, limits, epoch, orders)
            rows = {name: np.asarray(values) for name, values in logs.items()}
            stopped = _noted(histories, rows, going, epoch, report, watched)
            memory["going"] = np.asarray(memory["going"]) & ~stopped
            if not memory["going"].any():
                break
        return histories, self._weights(memory["weights"], len(members))

    def _start(self, members, epochs):
        """(state of all members, rates of the shared dropout); leaves the model with a table of rates."""
        steps, model = self.feed.steps(self.batch_size), self.model
        optimizer, place = model.optimizer, {}
        rates.set_schedule(optimizer, "cosine", steps * epochs)
        table = optimizer._learning_rate
        drawn = {seed: self._drawn(seed) for seed in {member.seed for member in members}}
        groups = [model.trainable_variables, model.non_trainable_variables]
        state = [[np.stack([drawn[m.seed][id(v)] for m in members]) for v in group] for group in groups]
        decay = getattr(optimizer, "settings", [])
        for variable in optimizer.variables:
            is_set = any(variable is each for each in decay)
            value = np.asarray(variable.value) if is_set else np.zeros(variable.shape, variable.dtype)
            place[id(variable)] = np.repeat(value[None], len(members), axis=0)
        place[id(table.rates)] = np.stack([_rates(m, steps, table) for m in members])
        for row, member in enumerate(members):
            if decay and member.weight_decay is not None:
                place[id(decay[0])][row] = member.weight_decay
        state.append([place[id(variable)] for variable in optimizer.variables])
        model.reset_metrics()
        state.append([np.repeat(np.asarray(v.value)[None], len(members), 0) for v in model.metrics_variables])
        shares = np.array([self.knobs.rate if m.dropout is None else m.dropout for m in members], "float32")
        return tuple(state), shares

    def _momentum(self, member):
        """How long the statistics of its BatchNorm layers last, as `kit.fit` sets it."""
        steps = self.feed.steps(self.batch_size)
        return plan.batchnorm_momentum(steps * member.epochs, steps)

    def _drawn(self, seed):
        """id of each weight and random generator -> its first value."""
        values = dict(zip(map(id, self.model.weights), initial.draw(self.model, seed), strict=True))
        seeds.seed_generators(self.model, seed)
        return values | {id(v): np.asarray(v.value) for v in seeds.seed_states(self.model)}

    def _orders(self, members, epoch):
        """The rows of each member's steps in an epoch, (members, steps, batch), and those left over."""
        known = {}
        for seed in {member.seed for member in members}:
            order = np.random.default_rng([seed, epoch]).permutation(len(self.feed)).astype("int32")
            known[seed] = _chunks(order, self.batch_size)
        return tuple(np.stack(parts) for parts in zip(*(known[m.seed] for m in members), strict=True))

    def _member_epoch(self, state, memory, limits, epoch, orders):
        """One epoch of one member: train, measure, remember the best; one that has stopped stays as it is."""
        with self.knobs.at(limits["dropout"], limits["momentum"]):
            trained, logs = self._trained(state, orders)
        measured = self._measured(trained)
        logs = {**logs, **{f"val_{name}": value for name, value in measured.items()}}
        going = memory["going"]
        better = (measured["loss"] < memory["best"]) | (limits["patience"] == 0)
        wait = jnp.where(better, 0, memory["wait"] + 1)
        stops = (limits["patience"] > 0) & (wait >= limits["patience"]) | (epoch + 1 >= limits["epochs"])
        keep = functools.partial(jax.tree.map, lambda new, old: jnp.where(going, new, old))
        taken = functools.partial(jax.tree.map, lambda new, old: jnp.where(going & better, new, old))
        memory = {
            "best": taken(measured["loss"], memory["best"]),
            "wait": keep(wait, memory["wait"]),
            "going": going & ~stops & jnp.isfinite(logs["loss"]),
            "weights": taken(trained[:2], memory["weights"]),
        }
        return keep(trained, state), memory, logs

    def _trained(self, state, orders):
        state = (*state[:3], [jnp.zeros_like(value) for value in state[3]])

        def step(state, rows):
            logs, state = self.model.train_step(state, _taken(self.data, rows))
            return state, logs

        state, logs = jax.lax.scan(step, state, orders[0])
        logs = jax.tree.map(lambda values: values[-1], logs)
        for rows in orders[1:]:
            state, logs = step(state, rows)
        return state, logs

    def _measured(self, state):
        found = (state[0], state[1], [jnp.zeros_like(value) for value in state[3]])
        for rows in (*self.order[0], *self.order[1:]):
            logs, found = self.model.test_step(found, _taken(self.held, rows))
        return logs

    def _weights(self, best, count):
        """The weights of each member in the order of `model.get_weights()`."""
        groups = [self.model.trainable_variables, self.model.non_trainable_variables]
        known = {
            id(variable): np.asarray(value)
            for group, values in zip(groups, best, strict=True)
            for variable, value in zip(group, values, strict=True)
        }
        return [[known[id(variable)][place] for variable in self.model.weights] for place in range(count)]


def _taken(data, rows):
    return jax.tree.map(lambda array: array[rows], data)


def _chunks(order, size):
    """Rows as (steps, size), and, where some are left over, those."""
    full = len(order) - len(order) % size
    parts = [np.asarray(order[:full], "int32").reshape(-1, size)]
    return (*parts, np.asarray(order[full:], "int32")) if full < len(order) else tuple(parts)


def _rates(member, steps, table):
    peak = float(np.float32(member.learning_rate))
    wanted = schedules.table(member.schedule, peak, steps * member.epochs)
    padded = np.full(table.rates.shape, wanted[-1], "float32")
    padded[: len(wanted)] = wanted
    return padded


def _noted(histories, rows, going, epoch, report, watched):
    """Adds an epoch to the histories; -> which members are told to stop."""
    stopped = np.zeros(len(histories), bool)
    for place in np.flatnonzero(going):
        numbers = {name: float(values[place]) for name, values in rows.items()}
        if not np.isfinite(numbers["loss"]):
            stopped[place] = True
            continue
        for name, value in numbers.items():
            histories[place].setdefault(name, []).append(value)
        name = watched if watched in numbers else "val_loss"
        stopped[place] = not report(place, epoch + 1, numbers[name])
    return stopped
