"""U-Nets: widths, further doublings, and what is refused."""

import keras
import pytest

from kit.backbones.taps import Taps
from kit.decoders.measures import base, mirrored
from kit.decoders.unet import unet
from kit.errors import KitError, MatchError


def maps(count=3):
    return [keras.Input((32 // 2**level, 32 // 2**level, 4 * 2**level)) for level in range(count)]


@pytest.mark.parametrize(("width", "last"), [(None, 4), (2, 2), ((9, 5), 5)], ids=str)
def test_the_last_step_is_as_wide_as_said(width, last):
    assert unet(maps(), width=width).shape == (None, 32, 32, last)


def test_each_number_too_many_doubles_the_size_once_more():
    assert unet(maps(), width=(8, 8, 4, 2)).shape == (None, 128, 128, 2)


def test_one_number_is_doubled_for_each_coarser_step_up_to_a_bound():
    assert mirrored(maps(6), 64) == (512, 512, 256, 128, 64)


def test_too_few_numbers_or_maps_are_refused():
    with pytest.raises(KitError, match="each of 2 steps up. Received: \\(8,\\)"):
        unet(maps(), width=(8,))
    with pytest.raises(MatchError, match="at least 2 sizes"):
        unet(maps(1))
    with pytest.raises(KitError, match="way up 'bicubic'"):
        unet(maps(), up="bicubic")


@pytest.mark.parametrize(
    ("strides", "first"),
    [((1, 2), 0), ((1, 2, 4), 0), ((1, 2, 4, 8), 1), ((1, 2, 4, 8, 16), 2), ((4, 8, 16), 0)],
)
def test_coarse_decoders_end_at_stride_four_but_look_at_three_maps_where_there_are(strides, first):
    assert base(Taps(strides, strides)) == first
