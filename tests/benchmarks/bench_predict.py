"""How much faster does a loaded artifact decide on one raw sample than `model.predict` on the encoded one?

    python -m tests.benchmarks.bench_predict --repeats 10

kit's side reads the sample (a dict; an image file), encodes it, runs the network and decides; the
plain side only runs the network, on the sample as kit encoded it. A repeat is ten calls of each.
Where ONNX Runtime and what writes its files are installed, its rows follow; those of encoded samples
compare the network alone, also with the compiled call that kit makes of Keras' network.
"""

import tempfile
from pathlib import Path

import numpy as np

from kit.artifact import twin
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
    """Rows: the time of one call on each side, for each runtime and for a sample and a batch."""
    import kit

    by_keras = kit.load(artifact, runtime="keras")
    encoded, model = by_keras.input.encode([sample]), by_keras.model
    predict = per_call(model.predict, encoded, verbose=0)
    rows = [compared(f"{name}; by Keras", per_call(by_keras, sample), predict, repeats)]
    if not twin.is_there(artifact):
        return rows
    by_twin = kit.load(artifact, runtime="onnx")
    rows += [compared(f"{name}; by ONNX Runtime", per_call(by_twin, sample), predict, repeats)]
    for count in (1, 64, 256):
        x = many(encoded, count)
        sides = per_call(by_twin.forward, x), per_call(by_keras.forward, x)
        rows += [compared(f"  {count} encoded; plain is the compiled call", *sides, repeats)]
        plain = per_call(model.predict, x, batch_size=count, verbose=0)
        rows += [compared(f"  {count} encoded; plain is model.predict", sides[0], plain, repeats)]
    return rows


def per_call(function, *arguments, **keywords):
    """A side: function -> seconds of one of `CALLS` calls."""
    return lambda: timing.timed(lambda: [function(*arguments, **keywords) for _ in range(CALLS)]) / CALLS


def compared(name, kit_side, plain_side, repeats):
    """A row, after a warm-up: tracing is not what is asked."""
    timing.turns(1, kit_side, plain_side)
    return timing.row(name, *timing.turns(repeats, kit_side, plain_side))


def many(encoded, count):
    """The encoded sample, `count` times."""
    if isinstance(encoded, dict):
        return {name: np.repeat(array, count, axis=0) for name, array in encoded.items()}
    return np.repeat(encoded, count, axis=0)


if __name__ == "__main__":
    import keras

    asked = timing.arguments(__doc__, repeats=10).parse_args()
    keras.utils.set_random_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        made = {
            "mlp, one row as a dict": table(Path(folder)),
            "cnn, one PNG file of 28 x 28": image(Path(folder)),
        }
        timing.show([row for name, pair in made.items() for row in bench(name, *pair, asked.repeats)])
