"""The parts of a model that is measured, and what it says of samples."""

import dataclasses

from kit.errors import KitError


def parts_of(model):
    """The network, its input and its task, of a model or a `Predictor`.

    Raises:
        KitError: if it has no task.
    """
    if hasattr(model, "kit"):
        return model, model.kit.input, model.kit.task
    if hasattr(model, "task"):
        return model.model, model.input, model.task
    name = getattr(model, "name", type(model).__name__)
    raise KitError(
        f"Model '{name}' has no task, so its outputs have no meaning to measure. "
        "Build it with kit.build_classifier() or kit.build_regressor()."
    )


def seen_by(samples, input, task):
    """The samples under the model's own input and task."""
    if (samples.input, samples.task) == (input, task):
        return samples
    encoded = samples.encoded if samples.input == input else None
    return dataclasses.replace(samples, input=input, task=task, encoded=encoded)


def forward_of(network):
    """The function from encoded inputs to outputs (N, units), compiled once."""
    from kit.artifact import runtime

    return runtime.compiled(network)


def outputs_of(network, inputs):
    """(N, units) what the network says of encoded inputs."""
    return forward_of(network)(inputs)
