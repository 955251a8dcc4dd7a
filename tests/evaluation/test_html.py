import dataclasses
import html.parser
import re

import numpy as np
import pandas as pd

import kit
from kit.evaluation import html as page
from kit.plain import plain

VOID = {"meta", "img", "br"}


class Checked(html.parser.HTMLParser):
    """Fails on a tag that is closed without having been opened; counts them."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.links = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href")]
        self.open += [tag] if tag not in VOID else []

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_asks_nothing_of_the_network(some_report, tmp_path):
    text = some_report.save(tmp_path).read_text("utf-8")
    checked = Checked(text)
    assert checked.tags.count("img") == len(some_report.figures()) and "script" not in checked.tags
    assert all(link.startswith("data:image/png;base64,") for link in checked.links)
    assert not re.search(r"https?://|@import|url\(", text)


def test_names_cannot_become_markup(report):
    evil = "<script>alert(1)</script>"
    found = report(kit.Classification((evil, "b&b")), [evil, "b&b"], [[0.2], [0.3]], names=[evil, "'\""])
    found = dataclasses.replace(found, findings=(evil,), examples=pd.DataFrame({evil: [evil, "x"]}))
    text = page.page(found, {}) + found._repr_html_()
    assert "<script>" not in text and "&lt;script&gt;" in text and "b&amp;b" in text


def test_the_page_follows_the_readers_choice_of_light_or_dark(make, report):
    assert "prefers-color-scheme: dark" in page.page(report(*make("numbers")), {})


def test_the_rows_with_the_highest_loss_show_their_inputs(make, report):
    found = report(*make("numbers"))
    found = dataclasses.replace(found, examples=pd.DataFrame({"weight": np.arange(24.0), "loss": "l"}))
    text = page.page(found, {})
    assert "<th class='number'>weight</th>" in text and "<th>loss (input)</th>" in text


def test_a_wide_figure_takes_the_whole_width():
    def picture(width, height):
        return b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big")

    text = page.figures({"training": picture(1000, 400), "roc": picture(700, 500)}, str)
    assert re.findall(r"<figure class='([^']*)'", text) == ["card wide", "card"]


def test_plain_data_has_no_numpy_and_nothing_that_is_not_finite():
    value = {"a": np.float32("inf"), ("b", 1): [np.int64(3), True, None, "\udcff"]}
    assert plain(value) == {"a": None, "('b', 1)": [3, True, None, "?"]}


def test_whole_numbers_that_name_classes_stand_where_text_stands(report):
    found = report(kit.Classification((0, 1, 2)), [0, 1, 2], np.eye(3))
    assert "<th>class</th>" in page.page(found, {})
