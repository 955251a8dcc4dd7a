"""kit serve: what it says before it serves."""

import contextlib

import pytest

serving = pytest.importorskip("kit.serving")


@pytest.fixture
def installed():
    for package in ("starlette", "uvicorn", "python_multipart", "prometheus_client"):
        pytest.importorskip(package)


@pytest.fixture
def at_once(installed, monkeypatch):
    """The server ends as soon as it would begin."""
    monkeypatch.setattr("kit.serving.server.Server.run", lambda server, sockets: None)


def test_without_the_extra_it_says_what_to_install(call, monkeypatch):
    monkeypatch.setattr(serving, "_NEEDED", ("no_such_package",))
    done = call("serve", "saved_models/any")
    assert (done.status, done.out) == (2, "")
    assert "pip install 'keras-kit[serve]'" in done.err


def test_it_prints_its_address_and_tells_of_the_page(call, of_rows, at_once):
    done = call("serve", of_rows, "--port", "0")
    assert done.status == 0 and done.out.startswith("http://127.0.0.1:")
    assert "regression of pay" in done.err and "A page to try it" in done.err


def test_json_is_one_object_with_the_address(call, of_rows, of_images, at_once):
    found = call("serve", of_rows, of_images, "--port", "0", "--json").json
    assert found["address"].startswith("http://127.0.0.1:") and found["token"] is False
    assert [model["name"] for model in found["models"]] == ["pay", "animals"]


def test_a_taken_port_is_named(call, installed):
    from kit.serving import server

    with contextlib.closing(server.bound("127.0.0.1", 0)) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        done = call("serve", "any", "--port", port)
    assert done.status == 2 and f"Port {port} of 127.0.0.1 is taken" in done.err and "--port" in done.err


def test_an_artifact_that_is_not_there_ends_with_status_3(call, installed):
    assert call("serve", "nowhere", "--port", "0").status == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--port", "70000"], "65535"),
        (["--port", "http"], "no whole number"),
        (["--host", "0.0.0.0"], "token is needed"),
        (["--token", "short"], "at least 16"),
        (["--host", "192.0.2.1", "--token", "0123456789abcdef"], "no address of this machine"),
    ],
)
def test_a_wrong_option_is_told_before_anything_is_loaded(call, installed, words, told):
    done = call("serve", "nowhere", *words)
    assert (done.status, done.out) == (2, "") and told in done.err
