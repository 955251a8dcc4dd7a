import keras
import numpy as np

from kit import draw


def network(*sizes):
    """3 x 3 kernels of positive weights with these strides; every pixel that can count does."""
    positive = keras.initializers.RandomUniform(0.1, 1.0, seed=0)
    layers = [
        keras.layers.Conv2D(2, 3, strides=stride, kernel_initializer=positive, name=f"layer_{place}")
        for place, stride in enumerate(sizes)
    ]
    return keras.Sequential([keras.Input((17, 17, 1)), *layers]), [layer.name for layer in layers]


def test_the_measured_field_is_that_of_the_formula(rng):
    model, names = network(1, 2, 1)
    figure = draw.receptive_fields(model, names, rng.uniform(size=(17, 17, 1)))
    by_formula, field, step = [], 1, 1
    for stride in (1, 2, 1):
        field, step = field + 2 * step, step * stride
        by_formula.append(f"{field} x {field}")
    assert (
        [axes.get_title("left").split(": ")[1] for axes in figure.axes]
        == by_formula
        == ["3 x 3", "5 x 5", "9 x 9"]
    )


def test_the_frame_lies_around_the_pixels_that_count(rng):
    model, names = network(1)
    (axes,) = draw.receptive_fields(model, names, rng.uniform(size=(17, 17, 1))).axes
    influence, (frame,) = np.asarray(axes.images[-1].get_array()), axes.patches
    left, top = int(frame.get_x() + 0.5), int(frame.get_y() + 0.5)
    inside = influence[top : top + 3, left : left + 3]
    assert (inside > 0).all() and np.isclose(inside.sum(), influence.sum())


def test_a_unit_that_nothing_changes_has_no_field():
    layer = keras.layers.Conv2D(1, 3, kernel_initializer="zeros", name="dead")
    model = keras.Sequential([keras.Input((9, 9, 1)), layer])
    (axes,) = draw.receptive_fields(model, ["dead"], np.ones((9, 9, 1))).axes
    assert axes.get_title("left") == "dead: none" and not axes.patches
