"""What `kit search` does once it knows what to search: trials, report, and the winner as an artifact."""

import time
from pathlib import Path

import kit
from kit.cli import output, runs, scores
from kit.cli.job import ARTIFACTS, DATA_WORDS


def searched(args, data, fixed, began):
    """Searches, writes the report, saves the winner; -> what the command prints."""
    from kit.artifact.save import check_target

    folder = Path(args.out) if args.out else runs.ROOT / f"search-{runs.safe(data.name)}"
    found = kit.search(
        kit.build,
        data,
        _space(args),
        **{name: getattr(args, name) for name in _SAME},
        objective=args.objective,
        limits=dict(args.limit),
        default=args.default,
        out=folder,
        **fixed,
    )
    out = ARTIFACTS / found.folder.name
    check_target(out)
    report = found.save_report(args.tensorboard)
    return {
        **_saved(found, data, out, args),
        **_facts(found, report),
        "seconds": round(time.monotonic() - began, 2),
    }


_SAME = (
    "trials", "minutes", "algorithm", "pruning", "folds", "seeds", "seed",
    "engine", "workers", "keep", "disk", "join", "fork",
)  # fmt: skip


def _space(args):
    from kit.search import SearchSpace

    return SearchSpace.parse(args.space) if args.space else None


def _saved(found, data, out, args):
    """Measures the winner on the part that judges, saves it; -> the JSON that train has, too."""
    if found.has_weights:
        model, history = found.load_best(), None
    else:
        output.say("The winner is trained once more, on the training part.")
        model, history = found.fit_best(verbose=1)
    scores.calibrated(model, data)
    split, report, validation = scores.judged(model, data, args.seed, history)
    kit.save(model, out, report=report, history=history, settings=_card(found, args, validation))
    return {"artifact": str(out), **scores.result(model.kit, split, report, validation)}


def _card(found, args, validation):
    from kit.plain import plain

    data = found.work.data
    sizes = {name: len(part) for name, part in data.parts().items()}
    source = {
        "name": data.name,
        "fingerprint": data.fingerprint,
        "samples": sizes,
        "issues": len(data.issues),
    }
    asked = {name: getattr(args, name) for name in (*DATA_WORDS, "seed")}
    return plain(
        {**found.settings, **asked, "run": str(found.folder), "data": source, "validation": validation}
    )


def _facts(found, report):
    from kit.plain import plain

    best = {name: found.best[name] for name in ("trial", "values", "score", "interval", "epochs")}
    return plain(
        {
            "search": str(found.folder),
            "trials": len(found.ledger.ended),
            "objective": found.work.objectives[0].name,
            "best": best,
            "default": found.default and {name: found.default[name] for name in ("score", "interval")},
            "epochs": found.best["epochs"],
            "samples": {name: len(part) for name, part in found.work.data.parts().items()},
            "seed": found.seed,
            "leaderboard": str(found.folder / "leaderboard.csv"),
            "report": str(report),
        }
    )
