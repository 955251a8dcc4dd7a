"""How much faster does a loaded artifact decide on one raw sample than `model.predict` on the encoded one?

    python -m tests.benchmarks.bench_predict --repeats 10

kit's side reads the sample (a dict; an image file), encodes it, runs the network and decides; the
plain side only runs the network, on the sample as kit encoded it. A repeat is ten calls of each.
"""

import tempfile
from pathlib import Path

import numpy as np

from tests.benchmarks import timing

CALLS = 10  # a repeat


def table(folder):
    """(artifact, raw sample) of a table with eight numbers and two categories."""
    import kit
    from kit.inputs.columns import Category, Numeric

    numbers = tuple(Numeric(f"x{i}", 0.0, 1.0) for i in range(8))
    categories = tuple(Category(name, levels=("a", "b", "c")) for name in ("kind", "town"))
    input, task = kit.Table((*numbers, *categories)), kit.Classification(("no", "yes"))
    sample = {**{f"x{i}": i / 8 for i in range(8)}, "kind": "a", "town": "c"}
    return kit.save(kit.build_classifier(task, input, backbone="mlp"), folder / "table"), sample


def image(folder):
    """(artifact, raw sample) of 28 x 28 gray images, the sample a PNG file."""
    from PIL import Image

    import kit

    picture = np.random.default_rng(0).integers(0, 256, size=(28, 28)).astype("uint8")
    Image.fromarray(picture).save(folder / "sample.png")
    model = kit.build_classifier(kit.Classification(10), (28, 28, 1), backbone="cnn")
    return kit.save(model, folder / "image"), folder / "sample.png"


def bench(name, artifact, sample, repeats):
    """A row: the time of one call on each side."""
    import kit

    predictor = kit.load(artifact)
    encoded, model = predictor.input.encode([sample]), predictor.model

    def per_call(function, *arguments, **keywords):
        return lambda: timing.timed(lambda: [function(*arguments, **keywords) for _ in range(CALLS)]) / CALLS

    sides = per_call(predictor, sample), per_call(model.predict, encoded, verbose=0)
    timing.turns(1, *sides)  # warm-up: tracing is not what is asked
    return timing.row(name, *timing.turns(repeats, *sides))


if __name__ == "__main__":
    import keras

    asked = timing.arguments(__doc__, repeats=10).parse_args()
    keras.utils.set_random_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        made = {
            "mlp, one row as a dict": table(Path(folder)),
            "cnn, one PNG file of 28 x 28": image(Path(folder)),
        }
        timing.show([bench(name, *pair, asked.repeats) for name, pair in made.items()])
