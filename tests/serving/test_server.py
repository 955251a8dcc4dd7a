"""The server on loopback: HTTP that is none, clients that are slow, and an end that loses no request."""

import contextlib
import http.client
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from kit.errors import KitError
from kit.serving import server
from kit.serving.limits import Limits
from kit.serving.models import Models
from kit.serving.service import Service

ROOT = Path(__file__).parents[2]
LONGEST = 120  # seconds after which a process is taken to hang


@contextlib.contextmanager
def served(models, limits=None, **options):
    """The port of a server in a thread."""
    socket = server.bound("127.0.0.1", 0)
    socket.listen()
    running = server.Server(Service(models, limits), socket, **options)
    running.service.close = lambda: None  # the models are used again
    thread = threading.Thread(target=running.run_until_stopped)
    port = socket.getsockname()[1]
    thread.start()
    try:
        yield port
    finally:
        running.should_exit = True
        thread.join(LONGEST)


@pytest.fixture(scope="module")
def few(models):
    return Models([models.get("letters")])


def raw(port, content):
    """What a server answers to bytes, to the end of the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=LONGEST) as connection:
        connection.sendall(content)
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    head, _, body = b"".join(parts).partition(b"\r\n\r\n")
    return head.decode().splitlines(), body


PLACE = b"POST /v1/models/letters:predict HTTP/1.1\r\nHost: localhost\r\n"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"hello\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 40_000 + b"\r\n\r\n", 431),
        (PLACE + b"Content-Length: -1\r\n\r\n", 400),
        (PLACE + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400),
        (PLACE + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n\r\n", 400),
    ],
)
def test_what_is_no_http_is_answered_in_json_too(few, content, status):
    with served(few) as port:
        (first, *_), body = raw(port, content)
    assert first.split()[1] == str(status) or (status, first.split()[1]) == (431, "400")  # in several pieces
    assert list(json.loads(body)) == ["error"]


def test_a_body_that_does_not_come_is_a_408_and_one_without_length_is_counted(few):
    with served(few, Limits(reading=0.2, body=1000)) as port:
        (first, *head), body = raw(port, PLACE + b"Content-Length: 10\r\n\r\n{")
        assert first.split()[1] == "408" and "connection: close" in head
        assert "0.2 s" in json.loads(body)["error"]
        chunked = b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n" + b"x" * 1024
        (first, *_), body = raw(port, PLACE + chunked + b"\r\n0\r\n\r\n")
        assert first.split()[1] == "413" and "1000 bytes" in json.loads(body)["error"]


def test_a_connection_that_asks_nothing_is_closed(few, monkeypatch):
    monkeypatch.setattr(server, "HEADER_SECONDS", 0.1)
    with served(few) as port:
        assert raw(port, b"")[1] == b""
        assert raw(port, b"GET /healthz HTTP/1.1\r\nX-Slow: ")[1] == b""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_taken_port_is_named_with_what_to_do(host):
    with contextlib.closing(server.bound("127.0.0.1", 0)) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(KitError, match=f"Port {port} of {host} is taken. .*--port {port + 1}"):
            server.bound(host, port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "x" * 300])
def test_a_host_that_is_not_of_this_machine_is_named(host):
    with pytest.raises(KitError, match="--host .*no address of this machine"):
        server.bound(host, 0)


def test_a_token_is_needed_where_others_can_ask_and_must_be_good():
    assert server.checked_token(None, "127.0.0.1") is None
    assert server.checked_token("0123456789abcdef", "0.0.0.0") == "0123456789abcdef"
    with pytest.raises(KitError, match="token is needed"):
        server.checked_token(None, "0.0.0.0")
    for bad in ("", "short", "with spaces in it 1234", "\u00e9" * 20, "tab\t4567890123456"):
        with pytest.raises(KitError, match="at least 16"):
            server.checked_token(bad, "127.0.0.1")


class Client(threading.Thread):
    """Asks again and again, on a connection each, until the doors are closed; remembers what came of it."""

    def __init__(self, port, barrier):
        super().__init__()
        self.port, self.barrier, self.answered, self.lost = port, barrier, 0, []

    def run(self):
        body = json.dumps({"instances": [{"x0": 1.0, "x1": 2.0}] * 20})
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
            try:
                connection.connect()
            except OSError:
                return  # the server takes no more
            try:
                connection.request("POST", "/v1/models/answers:predict", body)
                answer = connection.getresponse()
                found = json.loads(answer.read())
                assert answer.status == 200 and len(found["predictions"]) == 20
                self.answered += 1
            except Exception as error:
                self.lost.append(repr(error))
                return
            finally:
                connection.close()
            if self.answered == 1:
                self.barrier.wait(LONGEST)


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """An artifact; with a twin where it can be made."""
    import keras

    import kit

    needed = ("onnx", "onnxruntime", "tf2onnx", "tensorflow")
    can = keras.backend.backend() == "tensorflow" and all(map(importlib.util.find_spec, needed))
    model = kit.build_classifier(kit.Classification(("no", "yes")), (2,), width=4)
    return kit.save(model, tmp_path_factory.mktemp("served") / "answers", onnx=can)


def test_kit_serve_answers_without_keras_and_loses_nothing_when_it_is_stopped(answers):
    words = [sys.executable, "-m", "kit", "serve", str(answers), "--port", "0", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        said = json.loads(process.stdout.readline())
        port = int(said["address"].rpartition(":")[2])
        if (answers / "model.onnx").is_file() and Path("/proc/self/maps").exists():
            assert said["models"][0]["runtime"].startswith("onnxruntime")
            loaded = Path(f"/proc/{process.pid}/maps").read_text()
            assert "onnxruntime" in loaded and "tensorflow" not in loaded and "h5py" not in loaded
        barrier = threading.Barrier(9)
        clients = [Client(port, barrier) for _ in range(8)]
        for client in clients:
            client.start()
        barrier.wait(LONGEST)  # each has had an answer and asks again
        process.send_signal(signal.SIGTERM)
        for client in clients:
            client.join(LONGEST)
        out, err = process.communicate(timeout=LONGEST)
    finally:
        process.kill()
    assert [client.lost for client in clients] == [[]] * 8
    assert process.returncode == 0, err
    assert out == "" and "Traceback" not in err


def test_running_serves_from_a_thread_while_a_block_runs(answers):
    with server.running([answers]) as address, urllib.request.urlopen(f"{address}/v1/models") as answer:
        assert json.load(answer)["models"][0]["name"] == "answers"
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{address}/healthz")


def test_two_models_of_one_name_or_a_name_that_is_no_address_are_refused_before_they_load(tmp_path):
    (tmp_path / "a" / "same").mkdir(parents=True)
    for paths, words in (
        ([tmp_path / "same", tmp_path / "a" / "same"], "Two models are called 'same'"),
        ([tmp_path / "a b"], "Model 'a b': names of served models"),
    ):
        with pytest.raises(KitError, match=words):
            server.prepared(paths, port=0)
