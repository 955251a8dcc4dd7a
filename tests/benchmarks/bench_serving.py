"""How does a server behave that is asked badly, too much, or both?

    python -m tests.benchmarks.bench_serving --rounds 20 --seconds 10

Starts `kit serve` on loopback with two small models and asks it: every request of tests/serving/corpus.py in
`--rounds` rounds, from several connections; what schemathesis makes of its OpenAPI document, where that is
installed; ten times the load that it can bear. Meanwhile another process asks /healthz. Rows: what was
sent, the answers by status, those of 500 and above that are no 503, the growth of memory from the first third
of the load to the last (medians), and how long /healthz took. One thread asks one model in `requests/s`.
"""

import argparse
import collections
import contextlib
import http.client
import json
import multiprocessing
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tests.serving import corpus

BODY = json.dumps({"instances": [corpus.ROW]}).encode()


def main():
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="times that the corpus is sent")
    parser.add_argument("--seconds", type=float, default=10, help="of each load")
    parser.add_argument("--examples", type=int, default=100, help="of schemathesis, for each address")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, served(saved(Path(folder))) as (process, port):
        loop(lambda: ask(port, "POST", corpus.ROWS, corpus.JSON, BODY), 1)  # warm-up
        print(f"one connection: {rate(port, asked.seconds / 2):.0f} requests/s of one row")
        corpus_rounds(port, 4)  # the heap grows to the largest requests at a time
        report("corpus", process, port, lambda: corpus_rounds(port, asked.rounds))
        if asked.examples and shutil.which("schemathesis"):
            report("schemathesis", process, port, lambda: schemathesis(port, asked.examples))
        alone = report("load of 1 client", process, port, lambda: overload(port, asked.seconds, 1))
        report("load of 160 clients", process, port, lambda: overload(port, asked.seconds, 160))
        began = time.monotonic()
        while ask(port, "POST", corpus.ROWS, corpus.JSON, BODY)[0] != 200:
            time.sleep(0.01)
        print(f"first 200 after it: {time.monotonic() - began:.2f} s; {alone[200]} answers by 1 client")


def saved(folder):
    """Artifacts called as the corpus calls its models."""
    import kit
    from kit.inputs.columns import Boolean, Category, Date, Numeric

    columns = (Numeric("age", 40.0, 10.0), Category("town", ("Oslo", "Rome")), Boolean("new"), Date("day"))
    three, number = kit.Classification(("ant", "bee", "cow")), kit.Regression(("price",), loss="quantile")
    insects = kit.build_classifier(three, (12, 12, 1), backbone="cnn", width=4)
    houses = kit.build_regressor(number, kit.Table(columns), width=8)
    return [kit.save(insects, folder / "insects"), kit.save(houses, folder / "houses")]


@contextlib.contextmanager
def served(paths):
    """(process, port) of `kit serve`; at the end says how it ended."""
    words = [sys.executable, "-m", "kit", "serve", *map(str, paths), "--port", "0", "--json"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        said = json.loads(process.stdout.readline())
        print(", ".join(f"{model['name']} by {model['runtime']}" for model in said["models"]))
        yield process, int(said["address"].rpartition(":")[2])
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        print(f"SIGTERM: exit status {process.wait(60)} after {time.monotonic() - began:.1f} s")
    finally:
        process.kill()


def report(name, process, port, load):
    """Runs a load and prints its row; -> Counter of statuses."""
    parts = multiprocessing.get_context("spawn")
    begun, stop, answer = parts.Event(), parts.Event(), parts.Queue()
    watch = parts.Process(target=healthz, args=(port, begun, stop, answer))
    watch.start()
    begun.wait()
    began = time.monotonic()
    with sampled(lambda: memory(process)) as sizes:
        found = load()
    seconds = time.monotonic() - began
    stop.set()
    times = answer.get()
    watch.join()
    untold = found.pop("untold", 0)
    bad = sum(count for status, count in found.items() if status >= 500 and status != 503)
    first, last = (
        statistics.median(part) for part in (sizes[: len(sizes) // 3 + 1], sizes[-len(sizes) // 3 :])
    )
    slow = 1000 * statistics.quantiles(times, n=100)[98] if len(times) > 1 else float("nan")
    print(
        f"{name}: {sum(found.values())} requests in {seconds:.0f} s; {dict(sorted(found.items()))}; "
        f"5xx but 503: {bad}; bodies that are no error: {untold}; "
        f"memory {first:.0f} MB {100 * (last / first - 1):+.1f} %; "
        f"/healthz median {1000 * statistics.median(times):.0f} ms, 99 % {slow:.0f} ms, "
        f"longest {1000 * max(times):.0f} ms of {len(times)}",
        flush=True,
    )
    return found


@contextlib.contextmanager
def sampled(function, every=0.1):
    """A list that holds what a function says ten times a second, while the block runs."""
    found, stop = [function()], threading.Event()

    def sample():
        while not stop.wait(every):
            found.append(function())

    thread = threading.Thread(target=sample)
    thread.start()
    yield found
    stop.set()
    thread.join()


def memory(process):
    """Resident megabytes of a process."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def healthz(port, begun, stop, result):
    """Asks /healthz ten times a second; in the end `result` holds how long it took each time."""
    begun.set()
    times = []
    while not stop.is_set() or not times:
        began = time.monotonic()
        status, _ = ask(port, "GET", "/healthz", {}, b"")
        times.append(time.monotonic() - began if status == 200 else 60.0)
        stop.wait(0.1)
    result.put(times)


def ask(port, method, path, headers, body):
    """(status, body) of one request on a connection of its own; status 0 if the connection was cut."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path.encode("utf-8").decode("latin-1"), body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def corpus_rounds(port, rounds, threads=4):
    """The corpus, dealt to threads."""
    every, found = list(corpus.requests()) * rounds, collections.Counter()

    def some(start):
        for _, (method, path, headers, body) in every[start::threads]:
            status, content = ask(port, method, path.replace("\u2215", "%E2%88%95"), headers, body)
            found[status] += 1
            found["untold"] += not (content.startswith(b'{"error": "') or status == 0)

    together([threading.Thread(target=some, args=(start,)) for start in range(threads)])
    return found


def overload(port, seconds, clients):
    """Clients that ask again at once, for so long."""
    found = collections.Counter()

    def one():
        def request():
            status, _ = ask(port, "POST", corpus.ROWS, corpus.JSON, BODY)
            found[status] += 1

        loop(request, seconds)

    together([threading.Thread(target=one) for _ in range(clients)])
    return found


def rate(port, seconds):
    """Requests a second of one connection that stays open."""
    connection, count = http.client.HTTPConnection("127.0.0.1", port), 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        connection.request("POST", corpus.ROWS, BODY, corpus.JSON)
        connection.getresponse().read()
        count += 1
    connection.close()
    return count / seconds


def schemathesis(port, examples):
    """What schemathesis finds; its requests are counted by the server."""
    before = counted(port)
    words = ["run", f"http://127.0.0.1:{port}/openapi.json", "--checks", "not_a_server_error"]
    words += ["--max-examples", str(examples), "--phases", "examples,coverage,fuzzing", "--no-color"]
    bare = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(["schemathesis", *words], capture_output=True, text=True, env=bare)
    lines = [line for line in done.stdout.splitlines() if "not_a_server_error" in line or "No issues" in line]
    print("schemathesis says:", *(lines or done.stdout.splitlines()[-5:] or [done.stderr[-300:]]), sep="\n  ")
    after = counted(port)
    return collections.Counter({status: after[status] - before[status] for status in after})


def counted(port):
    """Answers by status so far but those of /healthz, as /metrics says."""
    found = collections.Counter()
    for line in ask(port, "GET", "/metrics", {}, b"")[1].decode().splitlines():
        if line.startswith("kit_requests_total") and '"healthz"' not in line and '"metrics"' not in line:
            found[int(line.split('status="')[1][:3].rstrip('"'))] += int(float(line.split()[-1]))
    return found


def loop(function, seconds):
    """Calls a function again and again."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        function()


def together(threads):
    """Runs threads to their end."""
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
