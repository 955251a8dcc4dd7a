import dataclasses

import numpy as np
import pytest


@pytest.mark.parametrize("shape", [(3, 6, 8, 1), (3, 6, 8, 3), (3, 6, 8, 4), (3, 6, 8, 2), (1, 80, 70, 3)])
def test_pictures_of_any_number_of_channels_are_shown_with_truth_and_decision(make, report, shape):
    found = dataclasses.replace(report(*make("binary")), examples=np.full(shape, 0.5))
    axes = [panel for panel in found.figure("worst").axes if panel.images]
    first = found.worst.iloc[0]
    assert len(axes) == shape[0]
    assert (
        axes[0].get_title(loc="left").startswith(f"true: {first['truth']}\nsaid: {first['decision']}\nloss ")
    )


def test_a_table_has_rows_and_not_pictures(make, report):
    assert "worst" not in report(*make("binary")).figures()
