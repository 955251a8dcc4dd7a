"""Bodies are read as JSON and forms read them; what is too deep, too much or no number is not read at all."""

import json

import pytest

from kit.serving import bodies, tensors
from kit.serving.limits import Limits
from kit.serving.refusals import Refused

LIMITS = Limits(depth=4, numbers=10, instances=3)


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1e-5, "b": -3, "c": '"]}[\\"', "d": 1234567890123456789012.5, "e": None, "f": True},
        [[[[1, 2]]]],
        "[[[[[[[[",
        {"\u00e9\n": "\u2215\\"},
        123456789012345678,
    ],
)
def test_json_is_read_as_json_reads_it(value):
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert bodies.as_json(text.encode(), LIMITS) == value


@pytest.mark.parametrize(
    ("content", "status", "told"),
    [
        (b"[[[[[]]]]]", 400, "5 levels deep; at most 4"),
        (b"[[[[[", 400, "5 levels"),
        (b'{"a": {"b": {"c": {"d": {}}}}}', 400, "5 levels"),
        (b"[0,0,0,0,0,0,0,0,0,0,0,0]", 413, "about 12 values; at most 10"),
        (b"[NaN]", 400, "NaN is no number"),
        (b"[-1e400]", 400, "beyond the largest"),
        (b"9" * 400, 400, "beyond the largest"),
        (b'{"a": 1, "a": 2}', 400, "twice"),
        (b'"\xff"', 400, "not UTF-8"),
        (b'"\\', 400, "not JSON"),
    ],
)
def test_what_is_refused_is_told_before_it_is_read(content, status, told):
    with pytest.raises(Refused, match=told) as refused:
        bodies.as_json(content, LIMITS)
    assert refused.value.status == status


def test_brackets_in_texts_are_none_also_where_a_text_does_not_end():
    deep = b'"' + b"[" * 100 + b'"'
    assert bodies.as_json(deep, LIMITS) == "[" * 100
    with pytest.raises(Refused, match="not JSON"):
        bodies.as_json(deep[:-1], LIMITS)


def form(*names, content=b"x"):
    head = b'Content-Disposition: form-data; name="f"'
    parts = [head + (b'; filename="' + name + b'"' if name else b"") for name in names]
    return b"".join(b"--B\r\n" + part + b"\r\n\r\n" + content + b"\r\n" for part in parts) + b"--B--\r\n"


def test_files_of_a_form_come_in_order_byte_for_byte():
    content = bytes(range(256)) + b"\r\n--\r\n--BB"
    kind = 'multipart/form-data; boundary="B"'
    with pytest.raises(Refused, match="cut short"):
        bodies.as_files(form(b"a", content=content)[:-6], kind, LIMITS)
    assert bodies.as_files(form(b"a", b"b"), kind, LIMITS) == [b"x", b"x"]
    assert bodies.as_files(form(b"a", content=bytes(range(256))), kind, LIMITS) == [bytes(range(256))]


@pytest.mark.parametrize(
    ("body", "status"), [(form(), 422), (form(b""), 422), (form(b"a", b"b", b"c", b"d", b"e"), 413)]
)
def test_forms_without_files_or_with_too_many_are_refused(body, status):
    with pytest.raises(Refused) as refused:
        bodies.as_files(body, "multipart/form-data; boundary=B", LIMITS)
    assert refused.value.status == status


def test_tensors_are_flat_however_they_are_written():
    nested = {"name": "x", "shape": [2, 2], "datatype": "INT8", "data": [[1, 2], [3, 4]]}
    flat, wanted = {**nested, "data": [1, 2, 3, 4]}, {"x": ("INT8", [2, 2], [1, 2, 3, 4])}
    assert tensors.read([nested], ["x"]) == tensors.read([flat], ["x"]) == wanted
