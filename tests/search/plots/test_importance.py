import pytest

from kit.search import plots

pytestmark = pytest.mark.usefixtures("few_trees")


def test_bars_are_the_shares_with_the_largest_above(state):
    board = state("forty")
    axes = plots.drawn("importance", board).axes[0]
    shares = [bar.get_width() for bar in axes.patches]
    assert shares == pytest.approx((100 * board.importance["importance"]).tolist()[::-1])
    names = [text.get_text().split("\n")[0] for text in axes.get_yticklabels()]
    assert names[-1] == "learning_rate"


def test_the_title_names_the_most_important_one_and_its_share(state):
    found = state("large").importance
    title = plots.drawn("importance", state("large")).get_suptitle()
    assert title.startswith(f"h0 explains {100 * found['importance'][0]:.0f} %")


def test_with_few_trials_the_figure_says_that_they_are_too_few(state):
    assert "Too few trials: 2" in plots.drawn("importance", state("two")).get_suptitle()
