"""Requests that nobody should send: each must be refused by a 4xx and a body {"error": text}.

Shared by the tests and by tests/benchmarks/bench_serving.py. The models they are for: "insects", gray
images of 12 x 12 pixels, and "houses", rows of age (number), town (Rome or Oslo), new (boolean), day (date).
"""

import base64
import gzip
import io
import json
import struct
import zlib

from PIL import Image

JSON = {"content-type": "application/json"}
IMAGES, ROWS = "/v1/models/insects:predict", "/v1/models/houses:predict"
INFER_IMAGES, INFER_ROWS = "/v2/models/insects/infer", "/v2/models/houses/infer"
ROW = {"age": 3.5, "town": "Rome", "new": True, "day": "2024-02-29"}


def png(size=(12, 12), value=100, mode="L"):
    """The bytes of a picture of one value."""
    content = io.BytesIO()
    Image.new(mode, size, value).save(content, "PNG")
    return content.getvalue()


def bomb(side=18_000):
    """A PNG of side x side black pixels of one bit: a few kilobytes that become hundreds of megabytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(side * (side // 8 + 1)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def b64(content):
    """Bytes as JSON holds them."""
    return {"b64": base64.b64encode(content).decode()}


def form(*parts, boundary="kit", end=b"--\r\n"):
    """(body, content type) of a form of (headers, content)."""
    line = b"--" + boundary.encode()
    body = b"".join(line + b"\r\n" + head + b"\r\n\r\n" + data + b"\r\n" for head, data in parts)
    return body + line + end, f"multipart/form-data; boundary={boundary}"


FILE = b'Content-Disposition: form-data; name="file"; filename="a.png"'


def _texts():
    deep = 250_000
    yield "an empty body", b""
    yield "blanks", b"  \n "
    yield "no JSON", b"hello"
    yield "JSON that is cut short", b'{"instances": [1, 2'
    yield "JSON with something behind it", b'{"instances": []} x'
    yield "250,000 lists inside each other", b"[" * deep + b"]" * deep
    yield "250,000 lists that do not end", b'{"instances":' + b"[" * deep
    yield "objects inside each other", b'{"instances":' * 20_000
    yield "quotes that do not end", b'"' + b'\\"' * 200_000
    yield "NaN", b'{"instances": [NaN]}'
    yield "Infinity", b'{"instances": [[Infinity]]}'
    yield "-Infinity", b'{"instances": [-Infinity]}'
    yield "a number beyond the largest", b'{"instances": [1e999]}'
    yield "a number of 5,000 digits", b'{"instances": [' + b"9" * 5_000 + b"]}"
    yield "a name that stands twice", b'{"instances": [], "instances": []}'
    yield "bytes that are no UTF-8", b'{"instances": ["\xff\xfe"]}'
    yield "UTF-16", '{"instances": []}'.encode("utf-16")
    yield "a byte order mark", b"\xef\xbb\xbf" + b'{"instances": []}'
    yield "three million numbers", b'{"instances": [' + b"0," * 3_000_000 + b"0]}"
    for text in (b"null", b"3", b'"text"', b"[]", b"{}", b"true"):
        yield f"{text.decode()} for an object", text


def _values():
    yield "no instances", {"rows": []}
    yield "a field that is none", {"instances": [], "parameters": {}}
    for wrong in (None, 3, "x", {}, True):
        yield f"{wrong!r} for instances", {"instances": wrong}
    yield "no instance", {"instances": []}
    for wrong in (None, 3, "x", True, {}, {"b64": 3}, {"b64": None}, {"b65": "x"}, [[[[[[1]]]]]], [["x"]]):
        yield f"{wrong!r} for an instance", {"instances": [wrong]}
    yield "too many instances", {"instances": [[0]] * 1_001}
    yield "a lone surrogate", {"instances": ["\ud800"]}


def _images():
    flat = [[0] * 12] * 12
    yield "lists of different lengths", [[1, 2], [3]]
    yield "an empty list", []
    yield "empty rows", [[], []]
    yield "three channels", [[[1, 2, 3]] * 12] * 12
    yield "negative pixels", [[-1] * 12] * 12
    yield "pixels of 256", [[256] * 12] * 12
    yield "pixels of 1e300", [[1e300] * 12] * 12
    yield "pixels of 10 to the power of 30", [[10**30] * 12] * 12
    yield "missing pixels", [[None] * 12] * 12
    yield "pixels of 0 to 1", [[0.5] * 12] * 12
    yield "a text among pixels", [[*flat[0][:11], "x"]] * 12
    yield "an object among pixels", [[*flat[0][:11], {}]] * 12
    yield "what is no base64", {"b64": "%%%"}
    yield "base64 of non-ASCII", {"b64": "\u00e9\u00e9"}
    yield "an empty file as base64", b64(b"")
    yield "a file and a field that is none", {**b64(png()), "url": "http://127.0.0.1/"}
    for what, content in _files():
        yield f"{what} as base64", b64(content)


def _files():
    whole = png((64, 64))
    yield "a text", b"hello"
    yield "a PNG that is cut short", whole[: len(whole) // 2]
    yield "the first bytes of a PNG", whole[:20]
    yield "a PNG with wrong bytes", whole[:40] + b"\0" * 20 + whole[60:]
    yield "a bomb", bomb()
    yield "an SVG", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"
    yield "a ZIP", b"PK\x03\x04" + bytes(100)
    yield "the head of a JPEG", b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(50)
    yield "a TIFF that points to nowhere", b"II*\0\xff\xff\xff\x7f" + bytes(50)
    yield "a GIF without a picture", b"GIF89a\x10\0\x10\0\0\0\0;"
    yield "a PPM of huge sides", b"P6 99999 99999 255\n"
    yield "an EPS", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"


def _rows():
    yield "no columns", {}
    yield "a list", [3.5, "Rome", True, "2024-02-29"]
    yield "a missing column", {name: value for name, value in ROW.items() if name != "town"}
    yield "an unknown column", {**ROW, "colour": "red"}
    yield "a column that is misspelt", {**{n: v for n, v in ROW.items() if n != "age"}, "agee": 3}
    for name, wrong in (
        *(("age", each) for each in ("old", "3.5", [1], {"a": 1}, 1e300, -1e300, 10**400)),
        *(("town", each) for each in ([1], {"a": []}, 7, True)),
        *(("new", each) for each in ("yes", 2, 0.5, [True])),
        *(("day", each) for each in ("soon", "2024-13-01", "2024-02-30", 5, [1], "0001-01-01T00:00+14:00")),
    ):
        yield f"{str(wrong)[:20]!r} for {name}", {**ROW, name: wrong}


def _forms():
    yield "a form without boundary", (b"x", "multipart/form-data")
    yield "an empty form", (b"", "multipart/form-data; boundary=kit")
    yield "a form without parts", form()
    yield "a form that is cut short", form((FILE, png()), end=b"")
    yield "a form with another boundary", (form((FILE, png()))[0], "multipart/form-data; boundary=other")
    yield "a field that is no file", form((b'Content-Disposition: form-data; name="x"', b"1"))
    yield "a part without headers", form((b"", png()))
    yield "a part with headers of 100 kB", form((FILE + b"\r\nX-A: " + b"x" * 100_000, png()))
    yield "1,100 files", form(*[(FILE, b"x")] * 1_100)
    yield "a file that is no picture", form((FILE, b"hello"))
    yield "a bomb in a form", form((FILE, bomb()))
    yield "boundaries only", (b"\r\n--kit" * 500_000, "multipart/form-data; boundary=kit")
    yield "line ends only", (b"\r\n" * 1_000_000, "multipart/form-data; boundary=kit")
    yield "a boundary of 10 kB", (b"--" + b"x" * 10_000, f"multipart/form-data; boundary={'x' * 10_000}")


def _tensors():
    good = {"name": "image", "shape": [1, 12, 12, 1], "datatype": "UINT8", "data": [0] * 144}
    yield "no inputs", {}
    for wrong in (None, 3, {}, [], [3], [None], [{}], [good, good]):
        yield f"{str(wrong)[:20]} for inputs", {"inputs": wrong}
    for name, wrong in (
        *(("name", each) for each in (None, 3, "pixels", [], "x" * 10_000)),
        *(("shape", each) for each in (None, [], [-1], [1.5], ["a"], [2**40], [1, 144])),
        *(("shape", each) for each in ([144, True], [2, 12, 12, 1])),
        *(("datatype", each) for each in (None, "FLOAT", 3, [], "BYTES")),
        *(("data", each) for each in (None, "x", {}, [0], ["a"] * 144, [[0] * 143])),
        *(("data", [each] * 144) for each in (None, 1e300, -1, 0.5)),
        ("url", "file:///etc/passwd"),
    ):
        yield f"{str(wrong)[:20]} for {name}", {"inputs": [{**good, name: wrong}]}
    for name, wrong in (("id", 3), ("outputs", 3), ("outputs", [3]), ("outputs", {"name": "label"})):
        yield f"{wrong} for {name}", {"inputs": [good], name: wrong}
    yield "an output that is none", {"inputs": [good], "outputs": [{"name": "nothing"}]}
    yield "a field that is none", {"inputs": [good], "model": "other"}


def _addresses():
    good = json.dumps({"instances": [ROW]}).encode()
    for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS"):
        yield f"{method} for a prediction", (method, ROWS, JSON, b"")
    for path in ("/healthz", "/v1/models", "/", "/metrics", "/v2", "/v2/health/live", "/openapi.json"):
        yield f"POST to {path}", ("POST", path, JSON, b"{}")
    for path in (
        "/nothing",
        "/v1",
        "/v1/models/",
        "/v1/models/nobody:predict",
        "/v1/models/..%2f..%2fetc:predict",
        "/v1/models/%00:predict",
        "/v1/models/\u2215etc\u2215passwd:predict",
        f"/v1/models/{'x' * 10_000}:predict",
        "/v1/models/houses:predict/",
        "/v1/models/houses:explain",
        "/v1/models/houses:predict:predict",
        "/v2/models/nobody/infer",
        "/v2/models/houses/versions/2/infer",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/page.py",
    ):
        yield path[:40], ("POST", path, JSON, good)
    for coding in ("gzip", "deflate", "br", "gzip, identity"):
        headers = {**JSON, "content-encoding": coding}
        yield f"a body coded as {coding}", ("POST", ROWS, headers, gzip.compress(good))
    old = "application/x-www-form-urlencoded"
    for kind in ("text/plain", old, "application/xml", "nonsense", "a" * 5_000):
        yield f"Content-Type {kind[:40]}", ("POST", ROWS, {"content-type": kind}, good)
    yield "an image for a table", ("POST", ROWS, {"content-type": "image/png"}, png())
    yield "a form for a table", ("POST", ROWS, {"content-type": form((FILE, b"x"))[1]}, form((FILE, b"x"))[0])
    yield "an empty image", ("POST", IMAGES, {"content-type": "image/png"}, b"")
    yield "a body of 11 MB", ("POST", IMAGES, {"content-type": "image/png"}, bytes(11_000_000))
    yield "another host", ("GET", "/v1/models", {"host": "evil.example"}, b"")
    yield "a page of another server", ("POST", ROWS, {**JSON, "origin": "http://evil.example"}, good)
    yield "a page without a server", ("POST", ROWS, {**JSON, "origin": "null"}, good)
    binary = {**JSON, "inference-header-content-length": "10"}
    yield "binary tensors", ("POST", INFER_ROWS, binary, b"{}")


def requests():
    """(what, (method, path, headers, body)) of every one."""
    for path in (IMAGES, ROWS, INFER_IMAGES):
        for what, content in _texts():
            yield f"{path}: {what}", ("POST", path, JSON, content)
    for what, value in _values():
        for path in (IMAGES, ROWS):
            yield f"{path}: {what}", ("POST", path, JSON, json.dumps(value).encode())
    for what, instance in _images():
        yield f"images: {what}", ("POST", IMAGES, JSON, json.dumps({"instances": [instance]}).encode())
    for what, content in _files():
        yield f"a file: {what}", ("POST", IMAGES, {"content-type": "image/png"}, content)
    for what, row in _rows():
        yield f"a row: {what}", ("POST", ROWS, JSON, json.dumps({"instances": [ROW, row]}).encode())
    for what, (content, kind) in _forms():
        yield f"a form: {what}", ("POST", IMAGES, {"content-type": kind}, content)
    for what, value in _tensors():
        yield f"tensors: {what}", ("POST", INFER_IMAGES, JSON, json.dumps(value).encode())
    yield from _addresses()
