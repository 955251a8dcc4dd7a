"""Made-up leaderboards, as a search shows them."""

import numpy as np
import pandas as pd

HYPERPARAMETERS = {
    "learning_rate": {"kind": "float", "log": True},
    "batch_size": {"kind": "choice", "log": False},
    "optimizer": {"kind": "choice", "log": False},
    "momentum": {"kind": "float", "log": False},  # active under sgd only
    "width": {"kind": "int", "log": False},
    "epochs": {"kind": "choice", "log": False},
    "augment": {"kind": "boolean", "log": False},
}


def row(random, number):
    """One trial; the score falls with the distance of the learning rate from 1e-3."""
    optimizer = str(random.choice(["adam", "sgd"]))
    values = {
        "learning_rate": float(10 ** random.uniform(-5, -1)),
        "batch_size": int(random.choice([16, 32, 64])),
        "optimizer": optimizer,
        "momentum": float(random.uniform(0, 0.99)) if optimizer == "sgd" else None,
        "width": int(random.integers(8, 257)),
        "epochs": int(random.choice([5, 10])),
        "augment": bool(random.random() < 0.5),
    }
    score = 0.95 - 0.1 * abs(np.log10(values["learning_rate"]) + 3) + 0.01 * random.normal()
    facts = {"trial": f"{number:04d}", "status": "completed", "score": score, "reason": ""}
    facts |= {"low": score - 0.02, "high": score + 0.02, "seconds": 2.0, "parameters": 75 * values["width"]}
    return {**facts, **values, "val_accuracy": score, "val_loss": 1 - score}


def ranked(rows):
    """Rows as a leaderboard: the best first, those without a score last."""
    frame = pd.DataFrame(rows).sort_values("score", ascending=False, kind="stable", ignore_index=True)
    frame["rank"] = np.where(frame["score"].notna(), np.arange(1.0, len(frame) + 1), np.nan)
    return frame


def board(count=40, failed=(), pruned=(), running=(), seed=0):
    """(leaderboard, facts) of some trials."""
    random = np.random.default_rng(seed)
    rows = [row(random, number) for number in range(count)]
    states = {"failed": failed, "running": running}
    for status, numbers in states.items():
        for number in numbers:
            reason = "The loss is not finite." if status == "failed" else ""
            none = dict.fromkeys(("score", "low", "high", "val_accuracy", "val_loss"), np.nan)
            rows[number] |= {"status": status, "reason": reason, **none}
    for number in pruned:
        rows[number]["status"] = "pruned"
    curves = {
        each["trial"]: (each["score"] - 0.5 ** np.arange(1, each["epochs"] + 1)).tolist()
        for each in rows
        if each["score"] == each["score"]
    }
    facts = {
        "name": "digits",
        "objectives": ["accuracy", "parameters"],
        "directions": {"accuracy": "max", "parameters": "min"},
        "hyperparameters": HYPERPARAMETERS,
        "algorithm": "random",
        "seconds": 754.0,
        "seed": 0,
        "engine": "process",
        "curves": curves,
        "default": {"score": 0.9},
        "code": "model = kit.build(data.task, data.input, width=8)",
    }
    return ranked(rows), facts


def every():
    """Name -> (leaderboard, facts) of searches in all states, some of them with strange content."""
    states = {"forty": board(40, failed=(3, 5), pruned=(7,), running=(39,)), "one": board(1), "two": board(2)}
    states["all failed"] = board(9, failed=range(9))
    states["all running"] = board(2, running=range(2))
    states["nothing"] = (pd.DataFrame(columns=["rank", "trial", "status", "score", "reason"]), {})
    states["equal"] = board(12)
    states["equal"][0]["score"] = 0.5
    diverged, facts = board(30)
    diverged["score"] = -diverged["score"]
    diverged.loc[[4, 9], "score"] = [1e30, np.inf]
    directions = {"objectives": ["loss"], "directions": {"loss": "min"}}
    states["diverged"] = (diverged, {**facts, **directions})
    default, facts = board(12)
    rows = default.to_dict("records")
    rows[0] |= {"trial": "default", **dict.fromkeys(HYPERPARAMETERS)}
    states["default wins"] = (ranked(rows), {**facts, "code": None})
    return {**states, "dirty": dirty(), "large": large()}


def dirty(count=24):
    """Names that are HTML, formulas or Unicode; lists, texts and nothing as values."""
    random = np.random.default_rng(1)
    names = ["<script>alert(1)</script>", "$x_1$ & \u732b\u306e", "_hidden", "a" * 300, "=1+1"]
    rows = []
    for number in range(count):
        values = [
            random.choice(["<b>", "a'\"b", "x" * 5000]),
            [int(random.integers(1, 4)), 8],
            None if number % 3 else float("nan"),
            random.choice(["1", "one", "\u202e", "\n"]),
            [True, None, 3, "3"][number % 4],
        ]
        rows.append(
            {
                "trial": "../../<i>" if number == 0 else f"{number:03d}",
                "status": "completed" if number % 5 else "<b>odd</b>",
                "score": float(random.normal()) if number % 7 else np.nan,
                "reason": "" if number % 7 else "KitError: <img src=x onerror=alert(1)> " + "y" * 3000,
                **dict(zip(names, values, strict=True)),
            }
        )
    facts = {
        "name": "<script>data",
        "objectives": ["<u>score</u>", "absent"],
        "directions": {"absent": "min"},
        "hyperparameters": {name: {"kind": "choice"} for name in names},
        "curves": {"003": [np.nan, 1.0], "004": [], "unknown": [1.0]},
        "code": "<script>",
    }
    return ranked(rows), facts


def large(count=300, names=12):
    """Many trials of many hyperparameters."""
    random = np.random.default_rng(2)
    values = {f"h{place}": random.random(count) for place in range(names)}
    score = values["h0"] + 0.1 * random.normal(size=count)
    frame = {
        "trial": [str(number) for number in range(count)],
        "status": "completed",
        "score": score,
        **values,
    }
    facts = {name: {"kind": "float", "log": True} for name in values}
    return ranked(pd.DataFrame(frame).to_dict("records")), {"hyperparameters": facts}
