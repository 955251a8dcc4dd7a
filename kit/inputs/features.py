"""The layers of a table: standardised numbers, indicators of missing ones, coded categories.

Only Keras' own layers and operations, so that every export carries them.

Source: Holzmüller et al. 2024, Better by Default (arXiv:2407.04491), for the robust scale
with the smooth clip x / sqrt(1 + (x / 3)^2) and for one-hot codes up to 9 levels.
"""

import numpy as np

_LARGE = 1e6  # its square is far from float32's largest


def layers(standards, categories):
    """(dict of named Keras inputs, one tensor (batch, features) of them all).

    Args:
        standards: (center, spread, missing) of each number.
        categories: the columns of kind `Category`.
    """
    import keras

    inputs, features = {}, []
    if standards:
        inputs["numeric"] = keras.Input((len(standards),), dtype="float32", name="numeric")
        features += _numbers(inputs["numeric"], standards)
    if categories:
        inputs["categorical"] = keras.Input((len(categories),), dtype="int32", name="categorical")
        features += [_codes(inputs["categorical"], i, column) for i, column in enumerate(categories)]
    if len(features) == 1:
        return inputs, features[0]
    return inputs, keras.layers.Concatenate(name="features", dtype="float32")(features)


def edges(standards, raw):
    """Edges of bins in the users' units -> (F, T + 1) array in the units of the features.

    Args:
        standards: (center, spread, missing) of each number.
        raw: a rising list of edges for each number.
    """
    most = max(2, *map(len, raw)) if raw else 2  # a constant column: one bin without width
    table = np.zeros((len(raw), most))
    for row, ((center, spread, _), values) in enumerate(zip(standards, raw, strict=True)):
        scaled = (np.array(values) - center) / spread
        clipped = scaled / np.sqrt(1 + (scaled / 3) ** 2)
        table[row] = np.pad(clipped, (0, most - len(clipped)), mode="edge")
    return table


def _numbers(numeric, standards):
    """Standardised and softly clipped numbers, and indicators where training had missing ones."""
    import keras
    from keras import ops

    centers, spreads, missing = zip(*standards, strict=True)
    offsets = [-center / spread for center, spread in zip(centers, spreads, strict=True)]
    scales = [1 / spread for spread in spreads]
    scaled = keras.layers.Rescaling(scales, offsets, dtype="float32", name="standardize")(numeric)
    absent = ops.isnan(scaled)
    present = ops.clip(ops.where(absent, 0.0, scaled), -_LARGE, _LARGE)
    clipped = present / ops.sqrt(1.0 + ops.square(present / 3.0))
    if not any(missing):
        return [clipped]
    indicated = [i for i, is_missing in enumerate(missing) if is_missing]
    return [clipped, ops.take(ops.cast(absent, "float32"), indicated, axis=1)]


def _codes(categorical, i, column):
    """One column of levels as 0/1 features or, where there are many, as an embedding."""
    import keras
    from keras import ops

    codes, count = categorical[:, i], len(column.levels) + 1
    if column.embedded:
        return keras.layers.Embedding(count, column.embedded, dtype="float32", name=f"embedding_{i}")(codes)
    one_hot = ops.one_hot(codes, count, dtype="float32")
    return one_hot if column.missing else one_hot[:, 1:]  # unknown only: all zeros
