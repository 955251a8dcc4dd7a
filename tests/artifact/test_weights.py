"""Weights: what is stored is plain, finite and as much as is declared."""

import io
import warnings

import h5py
import keras
import numpy as np
import pytest

from kit.artifact import weights
from kit.blocks.members import Members
from kit.errors import ArtifactError


def hdf5(fill):
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        fill(file)
    return stream.getvalue()


def put(name, value, **keywords):
    return hdf5(lambda file: file.create_dataset(name, data=value, **keywords))


def test_the_numbers_of_all_groups_are_counted():
    def fill(file):
        file["layers/dense/vars/0"] = np.zeros((3, 4), "float32")
        file["layers/dense/vars/1"] = np.zeros(4, "float32")
        file.create_group("layers/dropout/vars")

    assert weights.stored(hdf5(fill), "w.h5") == 16


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_number_that_is_not_finite_is_named(value):
    content = put("layers/dense/vars/0", np.array([1.0, value, 2.0], "float32"))
    with pytest.raises(
        ArtifactError, match="'layers/dense/vars/0' hold 1 numbers that are not finite"
    ) as caught:
        weights.stored(content, "model.keras")
    assert (caught.value.code, caught.value.member) == ("nan", "model.keras")


def linked(kind):
    return hdf5(lambda file: file.__setitem__("layers", kind))


@pytest.mark.parametrize(
    "content",
    [
        linked(h5py.ExternalLink("/etc/passwd", "/x")),
        linked(h5py.SoftLink("/elsewhere")),
        put("x", np.zeros(1000, "float32"), chunks=(10,), compression="gzip"),
        put("x", np.bytes_(b"text")),
        hdf5(lambda file: file.create_dataset("x", (2**40,), "float32")),
        hdf5(lambda file: file.create_dataset("x", (8,), "float32", external=[("/etc/hostname", 0, 32)])),
        hdf5(lambda file: file.create_virtual_dataset("x", h5py.VirtualLayout((8,), "float32"))),
        b"not HDF5",
        b"",
    ],
    ids=[
        "external link",
        "soft link",
        "compressed",
        "text",
        "declared only",
        "other file",
        "virtual",
        "junk",
        "empty",
    ],
)
def test_what_is_not_plainly_stored_is_refused(content):
    with pytest.raises(ArtifactError) as caught:
        weights.stored(content, "model.keras")
    assert caught.value.code == "weights"


def test_a_file_cut_anywhere_is_refused_or_reads_the_same():
    content = put("layers/dense/vars/0", np.arange(100, dtype="float32"))
    for length in range(0, len(content), 37):
        with pytest.raises(ArtifactError):
            weights.stored(content[:length], "model.keras")


L = keras.layers


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (L.Dense(3), (None, 4)),
        (L.Dense(3, use_bias=False), (None, 5, 4)),
        (L.EinsumDense("bf,fd->bfd", (4, 3), bias_axes="fd"), (None, 4)),
        (L.EinsumDense("btf,tfd->bfd", (4, 3)), (None, 5, 4)),
        (L.EinsumDense("bmf,mfu->bmu", (2, 3), bias_axes="u"), (None, 2, 4)),
        (Members(3), (None, 4)),
        (L.Conv1D(6, 3), (None, 9, 4)),
        (L.Conv2D(6, (3, 2), groups=2), (None, 9, 9, 4)),
        (L.Conv2DTranspose(6, 3), (None, 9, 9, 4)),
        (L.DepthwiseConv2D(3, depth_multiplier=2), (None, 9, 9, 4)),
        (L.DepthwiseConv1D(3), (None, 9, 4)),
        (L.SeparableConv1D(5, 3), (None, 9, 4)),
        (L.SeparableConv2D(5, 3, depth_multiplier=2), (None, 9, 9, 4)),
        (L.Embedding(7, 3), (None, 2)),
        (L.PReLU(), (None, 5, 4)),
        (L.PReLU(shared_axes=[1, 2]), (None, 9, 9, 4)),
        (L.BatchNormalization(), (None, 9, 9, 4)),
        (L.BatchNormalization(scale=False), (None, 4)),
        (L.BatchNormalization(scale=False, center=False), (None, 4)),
        (L.LayerNormalization(), (None, 9, 4)),
        (L.LayerNormalization(axis=[1, 2], center=False), (None, 9, 4)),
        (L.GroupNormalization(2), (None, 9, 4)),
        (L.GRU(3), (None, 9, 4)),
        (L.GRU(3, reset_after=False), (None, 9, 4)),
        (L.GRU(3, use_bias=False), (None, 9, 4)),
        (L.LSTM(3), (None, 9, 4)),
        (L.Dropout(0.5), (None, 4)),
        (L.Rescaling([1.0] * 4), (None, 4)),
    ],
    ids=lambda value: value.name if isinstance(value, keras.Layer) else "",
)
def test_declared_is_what_keras_makes(layer, shape):
    layer.build(shape)
    made = layer.count_params()
    part = {"class_name": type(layer).__name__, "config": layer.get_config()}
    part["build_config"] = layer.get_build_config()
    assert weights.declared(part) == made


@pytest.mark.parametrize("options", [{}, {"value_dim": 5}, {"use_bias": False}], ids=str)
def test_attention_declares_what_keras_makes(options):
    layer = L.MultiHeadAttention(2, 3, **options)
    layer(np.zeros((1, 9, 4), "float32"), np.zeros((1, 9, 4), "float32"))
    part = {"class_name": "MultiHeadAttention", "config": layer.get_config()}
    part["build_config"] = layer.get_build_config()
    assert weights.declared(part) == layer.count_params()


def test_attention_to_steps_of_another_width_is_refused():
    layer = L.MultiHeadAttention(2, 3)
    layer(np.zeros((1, 9, 4), "float32"), np.zeros((1, 9, 7), "float32"))
    part = {"class_name": "MultiHeadAttention", "config": layer.get_config()}
    with pytest.raises(ValueError, match="another width"):
        weights.declared({**part, "build_config": layer.get_build_config()})


@pytest.mark.parametrize(
    "config",
    [
        {"units": -1},
        {"units": "a"},
        {"units": 1e9},
        {"units": True},
        {"units": None},
        {},
        {"units": 1, "lora_rank": 9},
    ],
    ids=str,
)
def test_a_layer_that_is_not_described_as_keras_does_is_a_fault(config):
    part = {"class_name": "Dense", "config": config, "build_config": {"input_shape": [None, 4]}}
    with pytest.raises((ValueError, TypeError, LookupError)):
        weights.declared(part)


def test_every_layer_on_the_list_that_has_weights_is_counted():
    from kit.artifact import allowed

    needed = {"Embedding": (7, 3), "Dense": (3,), "EinsumDense": ("bf,fd->bd", 3), "GroupNormalization": (2,)}
    needed |= {name: (3,) if "Depth" in name else (6, 3) for name in allowed.LAYERS if "Conv" in name}
    shapes = [(None, 8, 8, 4), (None, 8, 4), (None, 4)]
    for name in sorted(allowed.LAYERS - {"InputLayer"}):
        arguments = needed.get(name, ())
        for shape in shapes:
            try:
                with warnings.catch_warnings(action="ignore"):
                    layer = getattr(L, name)(*arguments)
                    layer.build(shape)
            except (TypeError, ValueError, IndexError, NotImplementedError):
                continue
            assert not layer.weights or name in weights._COUNTS, name
