"""Which format holds the default network of which task, and what is lost on the way?

    python -m tests.benchmarks.bench_exports [--only detection ...]

Every task is trained for a few epochs with what the builders choose by themselves, saved, and exported to
every format whose packages are installed, on the inputs of its test part: at most 256, of which formats in 8
bits take one half to measure values on. A row holds the samples that were compared, the largest difference as
a share of the largest output, the share of equal decisions and kappa, or the error as a share of the spread
where decisions are numbers, the milliseconds of one sample in Keras and in the runtime (and, of a file in 8
bits, those of the file in float32), and the bytes of the file; or why the format refuses.
"""

import argparse
import os
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

EPOCHS = 3
HEAD = ("task, input", "format", "samples", "difference", "equal decisions", "kappa", "error")
HEAD += ("ms Keras", "ms runtime", "size")
WORDS = ["sun", "rain", "wind", "snow", "cloud", "storm", "frost", "heat"]


def datasets():
    """Name -> a function that loads data of a task."""
    import numpy as np

    import kit

    rng = np.random.default_rng(0)
    steps = np.arange(60)

    def series():
        waves = [np.sin(steps[: 40 + number % 20] / (2 + number % 2)) for number in range(120)]
        return kit.load_data((waves, ["slow", "fast"] * 60))

    def texts():
        import pandas as pd

        kinds = [number % 2 for number in range(200)]
        said = [" ".join(rng.choice(WORDS[4 * kind : 4 * kind + 4], 5)) for kind in kinds]
        frame = pd.DataFrame({"said": said, "kind": np.array(["warm", "cold"])[kinds]})
        return kit.load_data(frame, target="kind", input=kit.Texts("said"))

    def forecasting():
        days = np.arange(500)
        return kit.load_data(np.sin(days / 9) + rng.normal(0, 0.1, 500), kit.Forecasting(horizon=7))

    def multilabel():
        pictures = rng.integers(0, 256, (120, 16, 16, 1)).astype("uint8")
        return kit.load_data((pictures, rng.integers(0, 2, (120, 3))))

    def drawn(task):
        return lambda: kit.load_data("shapes", task=task)

    return {
        "classification, images": lambda: kit.load_data("digits"),
        "classification, table": lambda: kit.load_data("wine"),
        "classification, series": series,
        "classification, texts": texts,
        "multilabel, images": multilabel,
        "regression, table": lambda: kit.load_data("diabetes"),
        "forecasting, series": forecasting,
        "segmentation, images": drawn("segmentation"),
        "denoising, images": drawn(kit.Denoising(noise=25)),
        "detection, images": drawn("detection"),
    }


def row(name, data, format, artifact, folder):
    """The cells of one task and one format."""
    import kit

    try:
        facts = kit.export(artifact, format, out=folder, samples=data.test.inputs)
    except kit.KitError as error:
        return name, format, "refused: " + str(error).split("\n")[0]
    shown = {name: "" if facts[name] is None else f"{facts[name]:.3g}" for name in ("kappa", "error")}
    agreement = "" if facts["agreement"] is None else f"{100 * facts['agreement']:.4g} %"
    keras, runtime = facts["milliseconds"].values()
    exact = f" ({facts['exact']['milliseconds']:.2f})" if "exact" in facts else ""
    return (
        name,
        format,
        str(facts["samples"]),
        f"{facts['difference']:.1e}",
        agreement,
        shown["kappa"],
        shown["error"],
        f"{keras:.2f}",
        f"{runtime:.2f}{exact}",
        f"{facts['bytes'] / 1000:.0f} kB",
    )


def main():
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", nargs="+", default=[""], metavar="TASK", help="rows that begin so")
    parser.add_argument("--formats", nargs="+", metavar="FORMAT", help="these formats alone")
    asked = parser.parse_args()
    import kit
    from kit.artifact import formats

    print(*HEAD, sep=" | ")
    for name, load in datasets().items():
        if not name.startswith(tuple(asked.only)):
            continue
        data = load()
        model = kit.build(data.task, data.input)
        kit.fit(model, data, epochs=EPOCHS, verbose=0)
        with tempfile.TemporaryDirectory() as folder:
            artifact = kit.save(model, Path(folder) / "model", onnx=False)
            for format in asked.formats or formats.names():
                if not formats.missing(formats.get(format)):
                    print(*row(name, data, format, artifact, Path(folder) / format), sep=" | ", flush=True)


if __name__ == "__main__":
    main()
