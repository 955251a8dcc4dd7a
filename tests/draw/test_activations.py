import numpy as np
import pytest
from scipy import special

from kit import draw
from kit.errors import KitError


def test_values_and_slopes_are_those_of_the_formulas():
    picture = draw.activation_curves(["sigmoid", "leaky_relu(0.2)"])
    x, sigmoid = picture.axes[0].lines[2].get_data()
    np.testing.assert_allclose(sigmoid, special.expit(x), atol=1e-6)
    np.testing.assert_allclose(
        picture.axes[0].lines[3].get_ydata(), special.expit(x) * special.expit(-x), atol=1e-6
    )
    np.testing.assert_allclose(picture.axes[1].lines[3].get_ydata(), np.where(x > 0, 1, 0.2), atol=1e-6)
    assert [panel.texts[0].get_text() for panel in picture.axes] == [
        "slope 0.02 to 0.25",
        "slope 0.20 to 1.00",
    ]
    draw.png(picture)


def test_own_functions_fill_rows_and_leave_no_empty_panel():
    picture = draw.activation_curves({f"times {n}": lambda x, n=n: n * x for n in range(5)}, columns=3)
    assert [panel.get_title(loc="left") for panel in picture.axes] == [f"times {n}" for n in range(5)]
    assert picture.axes[4].texts[0].get_text() == "slope 4.00"


def test_an_unknown_activation_is_an_error_that_names_the_nearest():
    with pytest.raises(KitError, match="Did you mean 'sigmoid'"):
        draw.activation_curves(["sigmoyd"])
