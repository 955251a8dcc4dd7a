"""One training command from its data to its artifact: train, measure, save, and leave a trail."""

import dataclasses
import time
from pathlib import Path

import kit
from kit import namespace, storage
from kit.cli import output, runs, scores
from kit.errors import KitError

ARTIFACTS = Path("saved_models")
ISSUES = "data_issues.csv"
BOXES = "boxes.png"
PLAN = "plan.json"
DATA_WORDS = ("target", "groups", "time", "ignore", "on_bad", "box_format")  # how the data were read


@dataclasses.dataclass(frozen=True)
class Job:
    """What `kit train` was asked to do.

    Args:
        args: the parsed command line.
        data: a `Data`.
        given: the settings that the user named, and the seed.
        parts: the same by owner, as `settings.loaded` gives them.
        began: `time.monotonic()` at the start of the command.
    """

    args: object
    data: object
    given: dict
    parts: dict
    began: float

    def done(self):
        """Does it, or goes on where a killed process stopped; -> what the command prints."""
        from kit.artifact.save import check_target

        with runs.held(self.data.name, self._asked()) as run:
            out = Path(self.args.out) if self.args.out else ARTIFACTS / run.path.name
            check_target(out)
            self._begin(run)
            model, history = self._planned(run.path).trained(run.path)
            run.record("trained", epochs=len(history.epoch))
            result = self._saved(model, history, run, out)
            run.record(runs.FINISHED, **result)
        return result

    def trained(self, folder, **keywords):
        """(model, history), built and trained as the settings say.

        Raises:
            KitError: if no model can be built with them.
        """
        import keras

        from kit import anchors
        from kit.training import arrays

        keras.utils.set_random_seed(self.given["seed"])
        try:
            model = kit.build(self.data.task, self.data.input, **self.parts["builder"])
        except (TypeError, ValueError) as error:
            if isinstance(error, KitError):
                raise
            raise KitError(f"No model can be built with {self.parts['builder']}. {error}") from error
        if getattr(model.kit.task, "form", None) == "boxes" and model.kit.task.match.activation == "regions":
            targets = arrays.encoded(self.data.train, model.kit)[1]
            output.say(anchors.told(targets, model.kit.task.anchors))
        return model, kit.fit(model, self.data, resume=folder, **{**self.parts["fit"], **keywords})

    def _planned(self, folder):
        """This job with the settings that fit its minutes, the same ones when it is continued."""
        minutes, path = self.parts["fit"].get("minutes"), folder / PLAN
        if not minutes or "epochs" in self.parts["fit"]:
            return self
        if not path.exists():
            fit = {name: value for name, value in self.parts["fit"].items() if name != "minutes"}
            left = for_training(minutes, (time.monotonic() - self.began) / 60)
            settled = {"builder": self.parts["builder"], "fit": fit}
            plan = kit.plan(self.data, minutes=left, seed=self.given["seed"], **settled)
            output.say(repr(plan))
            storage.write_json(path, {"builder": plan.builder, "fit": plan.fit, "input": plan.input})
        planned = storage.read_json(path)
        size = planned.get("input", {}).get("size")
        data = namespace.changed(self.data, {}, {"size": tuple(size)} if size else {})
        return dataclasses.replace(self, data=data, parts={**self.parts, **planned})

    def _asked(self):
        """What makes two commands the same: their words, the data, and what computes."""
        from kit.artifact.card import versions
        from kit.plain import plain

        words = ("data", "task", *DATA_WORDS, "out")
        return plain(
            {
                "command": "train",
                **{name: getattr(self.args, name) for name in words},
                "set": self.given,
                "fingerprint": self.data.fingerprint,
                "backend": versions()["backend"],
            }
        )

    def _begin(self, run):
        from kit.artifact.card import versions
        from kit.plain import plain

        known = {"seed": self.given["seed"], **versions()}
        output.say(f"{run.note} ".lstrip() + f"Run: {run.path}")
        output.say(", ".join(f"{name} {value}" for name, value in known.items()))
        builder = namespace.resolved(self.parts, self.data)
        run.describe(resolved=plain({**self.parts, "builder": builder}), versions=versions())
        run.record("continued" if run.continued else "started", time=time.time())
        if self.data.issues:
            storage.write_bytes(run.path / ISSUES, _csv(self.data.issues))
        if self.data.train.sizes is not None:  # boxes: what was read is seen before the first step
            from kit import draw
            from kit.data import seen

            storage.write_bytes(run.path / BOXES, draw.png(seen.picture(self.data.train)))
            output.say(f"Images under their boxes, as they were read: {run.path / BOXES}")

    def _saved(self, model, history, run, out):
        from kit.artifact.verify import fingerprint

        scores.calibrated(model, self.data)
        split, report, validation = scores.judged(model, self.data, self.given["seed"], history)
        facts = {
            **namespace.resolved(self.parts, self.data),
            **self.given,
            **{name: getattr(self.args, name) for name in DATA_WORDS},
            "target": self._target(),
            "run": str(run.path),
            "data": self._source(),
            "validation": validation,
        }
        kit.save(model, out, report=report, history=history, settings=facts)
        return {
            "artifact": str(out),
            **scores.result(model.kit, split, report, validation),
            "seconds": round(time.monotonic() - self.began, 2),
            "epochs": len(history.epoch),
            "samples": self._sizes(),
            "seed": self.given["seed"],
            "run": str(run.path),
            "sha256": fingerprint(out),
        }

    def _target(self):
        """The target that was given, by its name: another file may have other columns at its place."""
        names = self.data.target
        if self.args.target is None or not names:
            return self.args.target
        return names[0] if len(names) == 1 else list(names)

    def _source(self):
        facts = {"name": self.data.name, "fingerprint": self.data.fingerprint, "samples": self._sizes()}
        return {**facts, "issues": len(self.data.issues)}

    def _sizes(self):
        return {name: len(part) for name, part in self.data.parts().items()}


def for_training(minutes, gone):
    """The minutes of a command that are left for training: it has loaded, and has to measure and save.

    The end takes about twice as long as the beginning did on the same machine, but at least a twentieth of
    all; at least half of the time is trained.

    Args:
        minutes: wall time that was asked for.
        gone: minutes since the command began.

    Example:
        >>> for_training(1.0, 0.1), for_training(10.0, 0.1), for_training(1.0, 0.5)
        (0.7, 9.4, 0.5)
    """
    return max(0.5 * minutes, minutes - gone - max(2 * gone, 0.05 * minutes))


def _csv(issues):
    import pandas as pd

    from kit.evaluation.report import as_csv

    return as_csv(pd.DataFrame([dataclasses.asdict(issue) for issue in issues]))
