import io

import matplotlib
from matplotlib._pylab_helpers import Gcf
from PIL import Image

from kit import draw


def test_a_figure_leaves_no_trace_in_global_state():
    before = dict(matplotlib.rcParams)
    with draw.style():
        figure, axes = draw.figure("a title", columns=2, rows=2)
    draw.png(figure)
    assert dict(matplotlib.rcParams) == before and Gcf.figs == {} and len(axes) == 4


def test_the_users_own_style_does_not_change_the_picture():
    def picture():
        with draw.style():
            figure, axes = draw.figure("a title")
            axes.plot([0, 1])
        return draw.png(figure)

    plain = picture()
    with matplotlib.rc_context({"axes.facecolor": "black", "lines.linewidth": 9, "savefig.dpi": 20}):
        assert picture() == plain


def test_a_picture_is_a_png_of_the_size_asked_for():
    with draw.style():
        figure, _ = draw.figure("one line", width=5.0, height=3.0)
    with Image.open(io.BytesIO(draw.png(figure))) as picture:
        assert picture.size == (550, 352)  # 110 dots an inch; 0.2 inches for the title
