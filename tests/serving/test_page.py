"""The page: its colours are kit's, and in a browser, where there is one, it shows what the server says."""

import importlib.resources
import io
import json
import re
import shutil
import threading

import numpy as np
import pytest
from PIL import Image

import kit
from kit import draw
from kit.inputs.columns import Category, Numeric
from kit.serving import server
from kit.serving.models import Model, Models
from kit.serving.service import Service
from kit.tasks import segmentation

LONGEST = 120  # seconds
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += [  # so that Chromium does not look for its maker's hosts
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def static(name):
    return importlib.resources.files("kit.serving").joinpath("static", name).read_text("utf-8")


def test_the_page_has_the_colours_and_the_backgrounds_of_kit():
    colors, backgrounds = (
        json.loads(re.search(rf"const {name} = (\[.*?\])", static("page.js")).group(1))
        for name in ("PALETTE", "BACKGROUND")
    )
    assert tuple(colors) == draw.PALETTE
    assert tuple(backgrounds) == segmentation._BACKGROUNDS


def test_the_page_is_small_and_asks_no_other_server():
    files = [static(name) for name in ("index.html", "page.css", "page.js")]
    assert sum(map(len, files)) < 40_000
    for text in files:
        assert set(re.findall(r"https?://[^\s'\"]+", text)) <= {"http://www.w3.org/2000/svg"}


@pytest.fixture(scope="module")
def address(models):
    """Of a server with four of the models, and one of a table with many levels."""
    levels = tuple(f"kind {number:02}" for number in range(40))
    table = kit.Table((Numeric("size", 4.0, 1.0), Category("kind", levels)))
    sorts = kit.Predictor(kit.build_classifier(kit.Classification(("no", "yes")), table, width=4))
    served = [*(models.get(name) for name in ("insects", "houses", "cells", "boxes")), Model("sorts", sorts)]
    socket = server.bound("127.0.0.1", 0)
    socket.listen()
    running = server.Server(Service(Models(served)), socket)
    running.service.close = served[-1].close  # the others are used again
    thread = threading.Thread(target=running.run_until_stopped)
    thread.start()
    yield f"http://127.0.0.1:{socket.getsockname()[1]}"
    running.should_exit = True
    thread.join(LONGEST)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    webdriver = pytest.importorskip("selenium.webdriver")
    chromium, driver = (shutil.which(name) for name in ("chromium", "chromedriver"))
    if not chromium or not driver:
        pytest.skip("no Chromium")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    found = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield found
    found.quit()


@pytest.fixture(params=[1200, 390])
def page(request, browser, address):
    """Function: chooses a model on a page of this width, and waits for what is shown."""
    from selenium.webdriver.support.ui import Select

    size = {"width": request.param, "height": 800, "deviceScaleFactor": 1, "mobile": request.param < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(f"{address}/")

    def chosen(name, wanted):
        until(lambda b: b.find_elements("css selector", "#model option"))
        if browser.find_element("id", "name").text != name:
            Select(browser.find_element("id", "model")).select_by_visible_text(name)
        return until(lambda b: b.find_element("id", "name").text == name and b.find_elements(*wanted))

    until = waiting(browser).until
    yield chosen
    assert browser.execute_script("return document.documentElement.scrollWidth") <= request.param
    assert [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def waiting(browser):
    from selenium.common.exceptions import StaleElementReferenceException
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, LONGEST, ignored_exceptions=[StaleElementReferenceException])


def by(selector):
    return "css selector", selector


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "picture.png"
    content = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 60, 3), "uint8")).save(content, "PNG")
    path.write_bytes(content.getvalue())
    return str(path)


def test_a_table_is_a_form_that_predicts_at_once_and_again_by_the_enter_key(page, browser):
    (verdict,) = page("houses", by(".verdict"))
    before = verdict.text
    assert browser.find_element(*by(".interval")).is_displayed()
    labels = [label.text.splitlines()[0] for label in browser.find_elements(*by(".fields label"))]
    assert labels == ["age", "town", "new", "day"]
    age = browser.find_element(*by(".fields input[type=number]"))
    assert float(age.get_attribute("value")) == 40
    age.clear()
    age.send_keys("95\n")
    waiting(browser).until(lambda b: b.find_element(*by(".verdict")).text != before)
    assert '"age":95' in browser.find_element("id", "command").get_attribute("textContent")


def test_a_column_of_many_levels_is_a_field_with_suggestions(page, browser):
    page("sorts", by(".bars li"))
    (field,) = browser.find_elements(*by("input[list]"))
    assert field.get_attribute("value") == "kind 00"
    assert len(browser.find_elements(*by("datalist option"))) == 40


def test_an_image_gets_bars_a_mask_or_boxes(page, browser, picture):
    page("insects", by("#file"))
    browser.find_element("id", "file").send_keys(picture)
    rows = page("insects", by(".bars li"))
    assert {row.text.splitlines()[0] for row in rows} == {"ant", "bee", "cow"}

    page("cells", by("#file"))
    browser.find_element("id", "file").send_keys(picture)
    (canvas,) = page("cells", by("canvas.layer"))
    assert (canvas.get_attribute("width"), canvas.get_attribute("height")) == ("60", "40")
    assert browser.find_elements(*by(".rows input"))[0].is_selected() is False  # the background

    page("boxes", by("#file"))
    browser.find_element("id", "file").send_keys(picture)
    boxes, rows = page("boxes", by(".box")), browser.find_elements(*by(".rows li"))
    assert len(boxes) == len(rows) > 0
    stage = browser.find_element(*by(".stage")).rect
    assert all(box.rect["x"] >= stage["x"] - 3 for box in boxes)


def test_a_file_that_is_no_image_is_told(page, browser, tmp_path):
    (tmp_path / "no.png").write_bytes(b"no picture")
    page("insects", by("#file"))
    browser.find_element("id", "file").send_keys(str(tmp_path / "no.png"))
    (wrong,) = page("insects", by("[role=alert]"))
    assert "not an image" in wrong.text
    browser.get_log("browser")  # it notes the 422


def test_every_control_has_a_name(page, browser):
    page("houses", by(".verdict"))
    unnamed = browser.execute_script(
        "return [...document.querySelectorAll('input, select, textarea, button')]"
        ".filter(e => !e.closest('[hidden]') && !(e.labels?.length || e.textContent.trim())).length"
    )
    assert unnamed == 0
