"""What does one sample cost: plain Keras, kit's Predictor, and the bare runtimes on the same ONNX file?

    python -m tests.benchmarks.bench_runtimes --repeats 10 [--least]

All sides take a NumPy array. kit's side also encodes the raw sample and decides; the others only run the
network on the sample as kit encoded it. The last rows are whole processes: `kit predict ARTIFACT IMAGE`
beside a script that loads the same network in Keras and calls `model.predict`.
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from kit.cli import output
from tests.benchmarks import timing

SIDES = ("model.predict", "model(x)", "Predictor", "ONNX Runtime", "OpenVINO f32")
HEAD = ("network", *SIDES, "predict / kit", "kit / fastest bare", "kit ran")
SCRIPT = """
import sys
import keras, numpy as np
from PIL import Image
model = keras.models.load_model(sys.argv[1])
image = np.asarray(Image.open(sys.argv[2]).convert("L").resize((8, 8)), "float32")[None, ..., None]
print(model.predict(image, verbose=0).argmax())
"""


def networks():
    """Name -> a model that is not trained: its time is that of a trained one."""
    import kit

    classes, cells = kit.Classification(10), kit.Segmentation(("floor", "cell"))
    return {
        "digits CNN, 8 x 8": kit.build_classifier(classes, (8, 8, 1)),
        "U-Net, 64 x 64": kit.build_segmenter(cells, (64, 64, 1), width=8),
        "EfficientNet-B0, 224 x 224": kit.build_classifier(
            classes, (224, 224, 3), backbone="efficientnet_b0"
        ),
    }


def bench(name, model, folder, repeats, middle=statistics.median):
    """One row: the median of each side, which take turns; or what else `middle` takes of its repeats."""
    import kit

    path = kit.save(model, folder / name.split(",")[0].replace(" ", "-"), onnx=True)
    predictor = kit.load(path, runtime="fastest")
    raw = np.random.default_rng(0).integers(0, 256, model.kit.input.shape).astype("uint8")
    x = raw[None].astype("float32")
    functions = {
        "model.predict": lambda: model.predict(x, verbose=0),
        "model(x)": lambda: model(x, training=False),
        "Predictor": lambda: predictor(raw),
        **{each: bare(path / "model.onnx", each, x) for each in SIDES[3:]},
    }
    sides = [per_call(functions[side], 1 if middle is min else calls(functions[side])) for side in SIDES]
    timing.turns(1, *sides)
    medians = list(map(middle, timing.turns(repeats, *sides)))
    cells = (
        name,
        *map(timing.readable, medians),
        f"{medians[0] / medians[2]:.0f}",
        f"{medians[2] / min(medians[3:]):.2f}",
        predictor.runtime,
    )
    output.say("  ".join(cells))
    return cells


def bare(file, side, x):
    """A call of a runtime on its own, with nothing of kit around it."""
    if side == "ONNX Runtime":
        import onnxruntime

        session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        return lambda: session.run(None, {name: x})[0]
    import openvino

    hints = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "LATENCY"}
    network = openvino.Core().compile_model(file, "CPU", hints)
    return lambda: network(x)[0]


def calls(function):
    """Calls of one repeat, 5 or as many as take 20 ms: a fast side then finds its own data in the cache."""
    function()
    return max(5, round(0.02 / timing.timed(function)))


def per_call(function, calls):
    """A side: function -> seconds of one of `calls` calls."""
    return lambda: timing.timed(lambda: [function() for _ in range(calls)]) / calls


def processes(folder, repeats):
    """One row: the whole process of a prediction, in kit and in plain Keras."""
    from PIL import Image

    artifact, picture = Path("saved_models/example"), folder / "sample.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (8, 8)).astype("uint8")).save(picture)
    ours = [sys.executable, "-m", "kit", "predict", artifact, picture]
    theirs = [sys.executable, "-c", SCRIPT, artifact / "model.keras", picture]
    sides = [
        lambda words=words: timing.timed(lambda: subprocess.run(words, check=True, capture_output=True))
        for words in (ours, theirs)
    ]
    timing.turns(1, *sides)
    return timing.row("whole process", *timing.turns(repeats, *sides))


if __name__ == "__main__":
    import keras

    parser = timing.arguments(__doc__, repeats=10)
    parser.add_argument(
        "--least", action="store_true", help="the least time, where others use the machine too"
    )
    asked = parser.parse_args()
    middle = min if asked.least else statistics.median
    keras.utils.set_random_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        made = networks().items()
        timing.show([bench(name, each, Path(folder), asked.repeats, middle) for name, each in made], HEAD)
        timing.show([processes(Path(folder), max(2, asked.repeats // 5))])
