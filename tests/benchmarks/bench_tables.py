"""Which scores do tables give: kit's backbones, gradient boosted trees, and a linear model?

    python -m tests.benchmarks.bench_tables DATA/abalone.csv:-1 DATA/titanic.csv:survived:alive diabetes

A set is a built-in name of `kit.load_data`, or a file, its target column and columns to ignore, with
colons between them. Each seed splits it anew into 70 % training, 15 % validation and 15 % test part. All
sides learn from the training part and the columns that kit keeps. kit's networks take the epoch that is
best on the validation part; scikit-learn's sides have no use for it, so `--more` gives it to them for
training. Sides:

- a name in `kit.backbones.names()`: `kit.build` and `kit.fit`, with defaults alone
- trees: HistGradientBoosting with its defaults, categories as such
- linear: ridge or logistic regression with its defaults behind one-hot codes, medians and scaling

Scores are those of the test part, by scikit-learn: R2 and RMSE, or accuracy and negative log likelihood,
each the mean over the seeds (and the median); the spread is the standard deviation over the seeds. The
time is that of the processor in training, the median over the seeds.
"""

import time

import numpy as np

from tests.benchmarks import timing

FIT = ("epochs", "batch_size", "minutes", "patience", "schedule", "class_weight")  # settings of kit.fit


def loaded(source, seed):
    """The data of a set, split by the seed."""
    import pandas as pd

    import kit

    path, *columns = source.split(":")
    if not columns:
        return kit.load_data(path, seed=seed)
    target, ignored = columns[0], columns[1:]
    if target.lstrip("-").isdigit():
        frame = pd.read_csv(path, header=None)
        frame.columns = [f"column_{each}" for each in frame.columns]
        target = frame.columns[int(target)]
    else:
        frame = pd.read_csv(path)
    is_number = frame[target].dtype.kind in "if" and frame[target].nunique() > 2
    task = "regression" if is_number else "classification"
    return kit.load_data(frame.drop(columns=ignored), task, target, seed=seed)


def with_kit(data, backbone, seed, settings):
    """Trains a network; -> (what it says of the test part, seconds of the processor)."""
    import keras

    import kit
    from kit.artifact.runtime import compiled

    keras.utils.set_random_seed(seed)
    settings = dict(settings)
    fit = {name: settings.pop(name) for name in FIT if name in settings}
    model = kit.build(data.task, data.input, backbone=backbone, **settings)
    began = time.process_time()
    kit.fit(model, data, seed=seed, verbose=0, **fit)
    seconds = time.process_time() - began
    x, _ = data.test.arrays()
    return compiled(model)(x), seconds


def with_scikit_learn(data, name, seed, more):
    """The same of an estimator of scikit-learn."""
    parts = [data.train, *([data.validation] if more else [])]
    x, y = _frame(data, parts), np.concatenate([_targets(part) for part in parts])
    model = (_trees if name == "trees" else _linear)(data, seed)
    began = time.process_time()
    model.fit(x, y)
    seconds = time.process_time() - began
    rows = _frame(data, [data.test])
    if data.task.is_classification:
        said = np.zeros((len(rows), len(data.task.classes)))
        said[:, model.classes_.astype(int)] = model.predict_proba(rows)
        return said, seconds
    return model.predict(rows), seconds


def _frame(data, parts):
    """The columns that kit keeps, categories as pandas has them."""
    import pandas as pd

    frames = [part.inputs if hasattr(part.inputs, "columns") else pd.DataFrame(part.inputs) for part in parts]
    frame = pd.concat(frames, ignore_index=True)
    if not hasattr(data.train.inputs, "columns"):
        return frame.astype("float64")
    kept = {column.name: _column(column, frame[column.name]) for column in data.input.columns}
    return pd.DataFrame(kept)


def _column(column, values):
    import pandas as pd

    if column.categorical:
        return pd.Categorical(values, categories=list(column.levels))
    return pd.to_numeric(values).astype("float64")


def _targets(part):
    labels = part.labels
    if not part.task.is_classification:
        return np.asarray(labels, "float64").ravel()
    number = {label: index for index, label in enumerate(part.task.classes)}
    return np.array([number[label] for label in np.asarray(labels).tolist()])


def _trees(data, seed):
    from sklearn import ensemble

    kind = "Classifier" if data.task.is_classification else "Regressor"
    maker = getattr(ensemble, f"HistGradientBoosting{kind}")
    return maker(categorical_features="from_dtype", random_state=seed)


def _linear(data, seed):
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    codes = OneHotEncoder(handle_unknown="ignore")
    columns = make_column_transformer(
        (codes, make_column_selector(dtype_include="category")),
        (numbers, make_column_selector(dtype_include="number")),
    )
    last = LogisticRegression(max_iter=5000) if data.task.is_classification else Ridge()
    return make_pipeline(columns, last)


def scores(data, said):
    """(R2, RMSE) or (accuracy, negative log likelihood) on the test part."""
    from sklearn import metrics

    true = _targets(data.test)
    if not data.task.is_classification:
        said = np.ravel(said)
        return metrics.r2_score(true, said), metrics.root_mean_squared_error(true, said)
    said = np.asarray(said, "float64")
    said = np.hstack([1 - said, said]) if said.shape[1] == 1 else said
    said = said / said.sum(axis=1, keepdims=True)
    labels = range(len(data.task.classes))
    return metrics.accuracy_score(true, said.argmax(1)), metrics.log_loss(true, said, labels=labels)


def rows(source, sides, args, settings):
    """One row for each side of a set."""
    found = {side: [] for side in sides}
    for seed in range(args.seeds):
        data = loaded(source, seed)
        for side in sides:
            if side in ("trees", "linear"):
                said, seconds = with_scikit_learn(data, side, seed, args.more)
            else:
                said, seconds = with_kit(data, side, seed, settings)
            found[side].append((*scores(data, said), seconds))
            print(source.split("/")[-1], seed, side, *(f"{each:.4f}" for each in found[side][-1]), flush=True)
    names = ("accuracy", "nll") if data.task.is_classification else ("R2", "RMSE")
    for side in sides:
        first, second, seconds = zip(*found[side], strict=True)
        told = [
            f"{np.mean(each):.4f} ({np.median(each):.4f}) +- {np.std(each):.4f}" for each in (first, second)
        ]
        yield (
            source.split("/")[-1].split(":")[0],
            side,
            " / ".join(names),
            *told,
            f"{np.median(seconds):.1f} s",
        )


def main():
    """Runs what the command line asks for."""
    from kit.cli.arguments import setting

    parser = timing.arguments(__doc__, repeats=1)
    parser.add_argument("sets", nargs="+", metavar="SET", help="a built-in name, or FILE:TARGET[:IGNORED...]")
    parser.add_argument("--seeds", type=int, default=5, help="splits and initial weights (default: 5)")
    parser.add_argument("--sides", nargs="+", default=["tabm", "realmlp", "mlp", "trees", "linear"])
    parser.add_argument(
        "--more", action="store_true", help="scikit-learn's sides get the validation part, too"
    )
    parser.add_argument(
        "--set", nargs="+", type=setting, default=[], metavar="NAME=VALUE", help="of kit's sides"
    )
    args = parser.parse_args()
    table = [row for source in args.sets for row in rows(source, args.sides, args, args.set)]
    timing.show(table, head=("", "side", "scores", "first", "second", "processor"))


if __name__ == "__main__":
    main()
