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
    """The samples under the model's own input and task; noise that is laid on clean images stays theirs."""
    if samples.is_clean and samples.task.noise is not None:
        task = dataclasses.replace(task, noise=samples.task.noise, noise_model=samples.task.noise_model)
    return samples.under(input, task)


def forward_of(network):
    """The function from encoded inputs to outputs (N, units), compiled once."""
    from kit.artifact import runtime

    return runtime.compiled(network)


def outputs_of(network, inputs):
    """(N, units) what the network says of encoded inputs."""
    return forward_of(network)(inputs)
