"""What train and evaluate measure, and how they show it."""

import dataclasses

from kit.cli import output


def judged(model, data, seed=0, history=None):
    """Measures a model on the part that judges it: test, else validation, else train.

    Returns:
        (name of the part, its `Report`, metrics on the validation part or None).
    """
    import kit

    parts = data.parts()
    split = next(name for name in ("test", "validation", "train") if name in parts)
    facts = {"history": history, "findings": data.issues, "explain": True}
    report = kit.evaluate(model, parts[split], seed=seed, **facts)
    say_noisy(report)
    return split, dataclasses.replace(report, split=split), validation(model, parts)


def say_noisy(report):
    """Says what restored images have to beat: the scores of the noisy images themselves."""
    if "psnr" in report.metrics:
        shown = ", ".join(f"{name} {report.baseline[name]:.4g}" for name in ("psnr", "ssim"))
        gain = report.metrics["psnr"] - report.baseline["psnr"]
        output.say(f"The noisy images themselves: {shown}; the result is {gain:+.2f} dB.")


def calibrated(model, data):
    """Calibrates a trained model on the validation part, where there is one and something to calibrate."""
    import kit
    from kit.calibration import calibrates

    part = data.validation
    if not calibrates(model.kit.task):
        return
    if part is None or not len(part):
        output.say("Not calibrated: there is no validation part to do it on.")
        return
    output.say(f"Calibrated on {len(part)} validation samples:")
    for sentence in kit.calibrate(model, part).told:
        output.say(f"  {sentence}")


def validation(model, parts):
    """Metrics on the validation part, or None if there is none."""
    import kit

    return kit.evaluate(model, parts["validation"], resamples=0).metrics if "validation" in parts else None


def result(pair, split, report, validation):
    """The part of the JSON that train and evaluate share.

    Args:
        pair: what has the `task` and the `input`.
        split: name of the part that judged.
        report: its `Report`.
        validation: metrics on the validation part, or None.
    """
    from kit.plain import plain

    return plain(
        {
            "task": type(pair.task).__name__,
            "input": type(pair.input).__name__,
            "split": split,
            "metrics": report.metrics,
            "validation": validation,
            "intervals": report.intervals,
        }
    )


def table(result):
    """The metrics of a result with their intervals, as lines of text.

    Example:
        >>> numbers = {"metrics": {"r2": 0.87}, "intervals": {"r2": [0.8, 0.9]}, "validation": None}
        >>> print(table({"split": "test", **numbers}))
        test part  value  low  high  validation
        r2         0.87   0.8  0.9
    """
    rows = []
    for name, value in result["metrics"].items():
        low, high = result["intervals"].get(name) or (None, None)
        known = (value, low, high, (result["validation"] or {}).get(name))
        rows.append([name, *("" if number is None else f"{number:.4g}" for number in known)])
    return output.table(rows, head=(f"{result['split']} part", "value", "low", "high", "validation"))
