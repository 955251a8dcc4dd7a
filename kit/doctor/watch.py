"""Watch: a Keras callback that says what goes wrong while it goes wrong."""

import sys
import time

import keras
import numpy as np

from kit.doctor import compiled, courses, graph
from kit.doctor.finding import Finding, Findings
from kit.doctor.patient import head_of, hidden_outputs

PROBED = 64  # samples that are looked at after an epoch
_SPARING = 50  # times what the last look inside took has to pass before the next: at most 2 % of the time
_DEAD = 0.5  # share of a layer's units


class Watch(keras.callbacks.Callback):
    """Looks at every batch's loss, and after epochs at the weights and at a few samples.

    It looks inside after the first epoch, after the last, and between them as often as that takes at most
    2 % of the time.

    It tells each finding once, on stderr, and keeps all of them: a loss that is not finite (with the
    layer), below 0, or stays at ln C; steps that oscillate; a network that says one class of all
    samples; dead ReLUs; first layers that hardly move and weights that explode; overfitting, with the
    epoch at which it began; statistics of BatchNormalization that lag.

    Because it sees every batch, `kit.fit` trains in Keras' own loop with it.

    Args:
        x: some inputs, of which the first 64 are looked at; None to look at none.
        verbose: 0 keeps findings without telling them.

    Example:
        >>> from kit.doctor import toys
        >>> model, watch = toys.model(3, None, "sparse_categorical_crossentropy"), Watch(verbose=0)
        >>> history = model.fit(toys.numbers(), toys.classes(3) * 0.0, verbose=0, callbacks=[watch])
        >>> isinstance(watch.findings, Findings)
        True
    """

    def __init__(self, x=None, verbose=1):
        super().__init__()
        self.x = None if x is None else head_of(x, PROBED)
        self.verbose, self._found = verbose, {}

    @property
    def findings(self):
        """All `Findings` so far."""
        return Findings(self._found.values())

    def on_train_begin(self, logs=None):
        """Forgets what an earlier run left."""
        self._found, self._losses, self._epochs, self._step = {}, [], [], 0
        losses = compiled.losses(self.model) or [None]
        self._loss = losses[0] if len(losses) == 1 else None
        self._classes = _classes(self._loss, self.model)
        self._weights, self._ended, self._cost = _weights(self.model), None, 0.0

    def on_epoch_begin(self, epoch, logs=None):
        """Keras' running mean of the loss begins anew."""
        self._epoch, self._batch, self._mean = epoch + 1, 0, 0.0

    def on_train_batch_end(self, batch, logs=None):
        """Looks at the loss of the batch."""
        mean = float((logs or {}).get("loss", 0.0))
        batches = batch + 1  # of this epoch; more than one more where several steps are one call
        loss = (mean * batches - self._mean * self._batch) / max(1, batches - self._batch)
        self._mean, self._batch, self._step = mean, batches, self._step + 1
        self._losses.append(loss)
        if not np.isfinite(loss):
            self._tell("not_finite", "error", *courses.not_finite(self.model, self._when()))
        elif self._step % courses.WINDOW == 0:
            self._look(courses.at_steps(self._losses, self._loss, self._classes, self._when()))

    def on_epoch_end(self, epoch, logs=None):
        """Looks at the epochs so far, the weights, and the samples."""
        self._epochs.append({name: float(value) for name, value in (logs or {}).items()})
        self._look(courses.at_steps(self._losses, self._loss, self._classes, self._when()))
        self._look(courses.at_epochs(self._epochs, self.model, self._step))
        began = time.perf_counter()
        last = epoch + 1 == self.params.get("epochs")
        if self._ended is None or last or began - self._ended > _SPARING * self._cost:
            self._look_inside()
            self._ended = time.perf_counter()
            self._cost = self._ended - began

    def _when(self):
        return f"epoch {self._epoch}, step {self._step}"

    def _look(self, found):
        for finding in found:
            self._tell(*finding)

    def _look_inside(self):
        """Looks at the weights and, where there are some, at the samples."""
        now = _weights(self.model)
        self._look(courses.of_weights(self._weights, now, self._when()))
        self._weights = now
        if self.x is not None and "not_finite" not in self._found:
            self._look(_of_samples(self.model, self.x, self._classes))

    def _tell(self, rule, severity, where, evidence, cure):
        if rule in self._found:
            return
        self._found[rule] = Finding(rule, severity, where, evidence, cure)
        if self.verbose:
            print(f"\nkit.doctor: {self._found[rule]}", file=sys.stderr, flush=True)


def _classes(loss, model):
    """How many classes share one probability, by loss and output; 0 where none do."""
    outputs = getattr(model, "outputs", None)
    if loss is None or not outputs or loss.name not in compiled.CROSSENTROPIES or "focal" in loss.name:
        return 0
    return 2 if loss.has_code("indicator") else outputs[0].shape[-1] or 0


def _weights(model):
    """Name of each layer with trainable weights -> its weights, one flat array."""
    from keras import ops

    layers = [layer for layer in graph.layers(model) if layer.built and layer.trainable_variables]
    return {
        layer.name: np.concatenate([ops.convert_to_numpy(each).ravel() for each in layer.trainable_variables])
        for layer in layers
    }


def _of_samples(model, x, classes):
    """Findings in what the network says of some samples."""
    if not getattr(model, "outputs", None):
        return
    for layer, said in hidden_outputs(model, x):
        dead = float((said == 0).all(axis=tuple(range(said.ndim - 1))).mean())
        if dead > _DEAD:
            evidence = f"{dead:.0%} of {said.shape[-1]} units are 0 for all of {len(said)} samples"
            cure = "Lower the learning rate, or write activation='leaky_relu', or a PReLU layer."
            yield "dead_units", "warning", f"layer '{layer.name}'", evidence, cure
    if classes:
        yield from courses.one_class(keras.ops.convert_to_numpy(model(x, training=False)))
