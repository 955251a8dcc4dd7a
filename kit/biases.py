"""Where the untrained outputs start: at what the labels alone suggest.

With it the first batch's loss is the entropy of the labels, and no steps are spent on
learning how frequent each class is.
"""

from statistics import NormalDist

import numpy as np

_EDGE = 1e-3  # shares are kept this far from 0 and 1, whose logits are infinite


def initial_bias(name, *, prior=None, mean=None, bounds=None, quantiles=None, targets=1, **_):
    """The bias of the last layer with weights.

    Args:
        name: a key of `BIASES`.
        prior: share of each class, or of the samples that carry each label, 0 to 1.
        mean: mean of each numeric target.
        bounds: (lowest, highest) of bounded targets.
        quantiles: rising shares between 0 and 1.
        targets: number of numeric targets.

    Returns:
        (units,) float64 array, or None for zeros.

    Raises:
        KeyError: if there is no such rule.

    Example:
        >>> initial_bias("logit", prior=(0.75, 0.25)).round(3)
        array([-1.099])
        >>> initial_bias("logit") is None  # nothing is known of the labels
        True
    """
    rule, needs = BIASES[name][:2]
    facts = {"prior": prior, "mean": mean, "bounds": bounds, "quantiles": quantiles, "targets": targets}
    if any(facts[need] is None for need in needs):
        return None
    return rule(*(np.asarray(facts[need], "float64") for need in needs))


def text(name):
    """The rule in words.

    Example:
        >>> text("log_prior")
        'log of the class shares'
    """
    return BIASES[name][2]


def _logit(share):
    share = np.clip(share, _EDGE, 1 - _EDGE)
    return np.log(share) - np.log1p(-share)


def _inverse_softplus(value):
    return np.log(np.expm1(value))


def _log_prior(prior):
    return np.log(np.maximum(prior, _EDGE))


def _beyond(prior):
    """Logit of the share of samples above each class but the last."""
    return _logit(1 - np.cumsum(prior)[:-1])


def _within(mean, bounds):
    low, high = bounds
    return _logit((np.ravel(mean) - low) / (high - low))


def _levels(quantiles, targets):
    """Quantiles of a normal distribution: the first, then each step in softplus' inverse."""
    levels = np.array([NormalDist().inv_cdf(share) for share in quantiles])
    return np.tile(np.concatenate([levels[:1], _inverse_softplus(np.diff(levels))]), int(targets))


BIASES = {  # name -> rule, what it needs to know, the rule in words
    "zero": (lambda: None, (), "0"),
    "logit": (lambda prior: _logit(prior[1:]), ("prior",), "logit of the share of the second class"),
    "log_prior": (_log_prior, ("prior",), "log of the class shares"),
    "logits": (_logit, ("prior",), "logit of each label's share"),
    "cumulative": (_beyond, ("prior",), "logit of the share above each class"),
    "log_mean": (lambda mean: np.log(np.maximum(mean, _EDGE)), ("mean",), "log of the mean"),
    "one": (lambda targets: np.full(int(targets), _inverse_softplus(1.0)), ("targets",), "the mean"),
    "bounded": (_within, ("mean", "bounds"), "logit of the mean within the bounds"),
    "rare": (lambda: None, (), "one place in 100 has an object"),
    "quantiles": (_levels, ("quantiles", "targets"), "quantiles of a normal distribution"),
    "gaussian": (
        lambda targets: np.tile([0.0, _inverse_softplus(1.0)], int(targets)),
        ("targets",),
        "mean and spread",
    ),
}
