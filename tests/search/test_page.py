"""The page is whole, holds everything, and lets nothing of the data become markup."""

import html.parser
import re

import pytest

VOID = {"meta", "img", "br"}


class Checked(html.parser.HTMLParser):
    """Fails on a tag that is closed without having been opened; keeps tags, attributes and cells."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        self.open += [tag] if tag not in VOID else []

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page(written):
    return lambda name: (written(name) / "report.html").read_text("utf-8")


def cells(page, column):
    """Texts of a column of the table of trials, without markup."""
    table = page[page.index("<table class='trials'>") :]
    heads = re.findall(r"<th scope='col'><button>(.*?)</button>", table)
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr.*?</tr>", table)[1:]]
    return [row[heads.index(column)] for row in rows if len(row) == len(heads)]


@pytest.mark.parametrize("name", ["forty", "dirty", "all failed", "nothing"])
def test_the_page_is_whole_and_asks_nothing_of_the_network(page, name):
    text = page(name)
    checked = Checked(text)
    assert checked.tags.count("script") == 1
    links = [value for key, value in checked.attributes if key in ("src", "href")]
    assert all(link.startswith("data:image/png;base64,") for link in links)
    assert not re.search(r"https?://|@import|url\(|fetch\(", text)


def test_nothing_of_the_data_becomes_markup(page):
    text = page("dirty")
    assert "<script>alert" not in text and "<script>data" not in text and "<img src=x" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text and "x" * 1000 not in text
    handlers = [key for key, _ in Checked(text).attributes if key.startswith("on")]
    assert handlers == []


def test_the_table_has_every_trial_with_status_and_reason(page, state):
    text = page("forty")
    frame = state("forty").frame
    assert cells(text, "trial") == frame["trial"].tolist()
    assert cells(text, "status") == frame["status"].tolist()
    assert cells(text, "reason") == frame["reason"].tolist()
    assert cells(text, "batch_size") == [str(value) for value in frame["batch_size"]]


def test_the_pareto_front_is_marked_in_the_table(page, state):
    frame = state("forty").frame
    wanted = [
        score == score
        and not any((frame["score"] > score) & (frame["parameters"] <= cost))
        and not any((frame["score"] >= score) & (frame["parameters"] < cost))
        for score, cost in zip(frame["score"], frame["parameters"], strict=True)
    ]
    assert [cell == "yes" for cell in cells(page("forty"), "Pareto front")] == wanted


def test_the_winner_is_shown_as_code_and_in_the_list_of_hyperparameters(page, state):
    text, best = page("forty"), state("forty").best
    assert "<pre>model = kit.build(data.task, data.input, width=8)</pre>" in text
    assert f"<td>{best['optimizer']}</td>" in text and "not active" in text or best["momentum"] > 0


def test_why_trials_have_no_score_is_told_once_a_reason(page):
    assert re.search(
        r"failed</td><td>The loss is not finite\.</td><td[^>]*>2</td><td>0003, 0005", page("forty")
    )


def test_of_many_trials_the_first_hundred_are_shown(state):
    from kit.search import page as pages

    text = pages.page(state("large"), {}, "")
    assert len(cells(text, list(state("large").names)[0])) == 100
    assert "the first 100 of 300, all in leaderboard.csv" in text and "<pre>" not in text


def test_cells_sort_by_their_number_and_not_by_their_text(page, state):
    values = [
        float(each)
        for each in re.findall(r"data-value='([^']*)'>0\.\d+</td><td class='number'", page("forty"))
    ]
    assert set(state("forty").scored["score"]) <= set(values)
