"""A server of five models, asked in process: what it says, and what it refuses."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from kit.serving.limits import Limits

ROW = {"age": 3.5, "town": "Rome", "new": True, "day": "2024-02-29"}
TOKEN = "0123456789abcdef"


@pytest.fixture(scope="module")
def picture():
    """The bytes of a PNG of 20 x 24 gray pixels."""
    content = io.BytesIO()
    Image.fromarray(np.arange(480, dtype="uint8").reshape(20, 24)).save(content, "PNG")
    return content.getvalue()


def predict(client, name, *instances):
    answer = client.post(f"/v1/models/{name}:predict", json={"instances": list(instances)})
    assert answer.status_code == 200, answer.text
    return answer.json()["predictions"]


def test_rows_get_what_the_predictor_says_of_them(client, predictors):
    other = {**ROW, "age": None, "town": None}
    said = [decision.to_json() for decision in predictors["houses"]([ROW, other])]
    found = predict(client, "houses", ROW, other)
    assert [each["value"] for each in found] == pytest.approx([each["value"] for each in said], rel=1e-5)
    for one, other in zip(found, said, strict=True):
        assert one["interval"] == pytest.approx(other["interval"], rel=1e-5)


def test_a_file_says_the_same_as_an_upload_as_base64_and_as_pixels(client, picture):
    address, files = "/v1/models/insects:predict", {"file": ("a.png", picture, "image/png")}
    sent = client.post(address, content=picture, headers={"content-type": "image/png"}).json()
    in_json = {"b64": base64.b64encode(picture).decode()}
    resized = Image.open(io.BytesIO(picture)).resize((12, 12), Image.Resampling.BILINEAR)
    assert sent["model"] == "insects"
    assert set(sent["predictions"][0]["probabilities"]) == {"ant", "bee", "cow"}
    assert client.post(address, files=files).json() == sent
    for each in predict(client, "insects", in_json, np.asarray(resized).tolist()):
        assert each["probability"] == pytest.approx(sent["predictions"][0]["probability"], abs=1e-5)


def test_several_files_of_one_form_are_answered_in_order(client, picture):
    dark = io.BytesIO()
    Image.new("L", (9, 9)).save(dark, "PNG")
    files = [("a", ("a.png", picture)), ("b", ("b.png", dark.getvalue())), ("a", ("c.png", picture))]
    first, second, third = client.post("/v1/models/insects:predict", files=files).json()["predictions"]
    assert first == third != second


def test_masks_are_as_large_as_the_image_and_boxes_in_its_pixels(client, picture, predictors):
    (mask,) = predict(client, "cells", {"b64": base64.b64encode(picture).decode()})
    assert mask["mask"]["size"] == [20, 24]
    assert sum(length for _, length in mask["mask"]["runs"]) == 480
    (boxes,) = predict(client, "boxes", {"b64": base64.b64encode(picture).decode()})
    assert len(boxes["labels"]) == len(boxes["scores"]) == len(boxes["boxes_xyxy"]) > 0
    assert np.max(boxes["boxes_xyxy"], axis=0)[2:] == pytest.approx([24, 20], abs=4)


def test_texts_come_alone_or_by_their_column(client):
    alone, by_column = predict(client, "letters", "yes no", {"letter": "yes no"})
    assert alone == by_column
    assert set(alone["probabilities"]) == {"good", "bad"}


def test_a_category_that_training_did_not_have_is_unknown_and_said_so(client):
    body = {"instances": [{**ROW, "town": "Paris"}, ROW]}
    answer = client.post("/v1/models/houses:predict", json=body).json()
    assert answer["notes"] == ["column 'town': 'Paris' not there in training, so unknown"]


def test_every_malformed_request_is_refused_by_a_4xx_that_says_why(client, corpus):
    wrong = {}
    for what, (method, path, headers, body) in corpus.requests():
        answer = client.request(method, path, headers=headers, content=body)
        try:
            (said,) = answer.json().items()
        except ValueError:
            said = (None, answer.text[:100])
        is_told = said[0] == "error" and 10 < len(said[1]) < 2_100
        if not (400 <= answer.status_code < 500 and is_told):
            wrong[what] = (answer.status_code, str(said)[:200])
        leaks = [word for word in ("Traceback", "/kit/", ".py", "site-packages") if word in answer.text]
        assert not leaks, (what, answer.text)
    assert not wrong


def test_a_fault_of_the_server_tells_nothing_of_itself(client, models, monkeypatch, caplog):
    def fails(*_):
        raise ZeroDivisionError("/home/secret")

    monkeypatch.setattr(models.get("letters"), "asked", fails)
    answer = client.post("/v1/models/letters:predict", json={"instances": ["yes"]})
    assert (answer.status_code, answer.json()) == (500, {"error": "The server failed; its log says why."})
    assert "/home/secret" in caplog.text


def test_models_are_described_for_programs_and_for_the_page(client):
    houses = client.get("/v1/models/houses").json()
    assert houses in client.get("/v1/models").json()["models"]
    assert houses["task"] == "Regression" and houses["names"] == ["price"]
    kinds = {column["name"]: column["kind"] for column in houses["input"]["columns"]}
    assert kinds == {"age": "numeric", "town": "category", "new": "boolean", "day": "date"}


def test_the_open_inference_protocol_gives_the_same_as_tensors(client, predictors):
    facts = client.get("/v2/models/houses").json()
    assert {each["name"]: each["datatype"] for each in facts["inputs"]} == {
        "age": "FP64",
        "town": "BYTES",
        "new": "BOOL",
        "day": "BYTES",
    }
    assert {each["name"]: each["shape"] for each in facts["outputs"]} == {"value": [-1], "interval": [-1, 2]}
    inputs = [
        {"name": each["name"], "shape": [2, 1], "datatype": each["datatype"], "data": [ROW[each["name"]]] * 2}
        for each in facts["inputs"]
    ]
    answer = client.post("/v2/models/houses/infer", json={"id": "7", "inputs": inputs}).json()
    assert (answer["id"], answer["model_name"]) == ("7", "houses")
    value, interval = answer["outputs"]
    assert value["data"] == pytest.approx([predictors["houses"](ROW).value] * 2, rel=1e-5)
    assert interval["shape"] == [2, 2] and len(interval["data"]) == 4


@pytest.mark.parametrize("name", ["insects", "cells", "boxes"])
def test_images_are_tensors_of_pixels_or_of_files_and_one_output_may_be_asked_for(client, name, picture):
    (image,) = client.get(f"/v2/models/{name}").json()["inputs"]
    outputs = [each["name"] for each in client.get(f"/v2/models/{name}").json()["outputs"]]
    shape = [2, *(size if size > 0 else 8 for size in image["shape"][1:])]
    pixels = {"name": "image", "shape": shape, "datatype": "UINT8", "data": [9] * int(np.prod(shape))}
    files = [base64.b64encode(picture).decode()] * 2
    for tensor in (pixels, {"name": "image", "shape": [2], "datatype": "BYTES", "data": files}):
        body = {"inputs": [tensor], "outputs": [{"name": outputs[0]}]}
        answer = client.post(f"/v2/models/{name}/infer", json=body)
        (output,) = answer.json()["outputs"]
        assert output["name"] == outputs[0] and output["shape"][0] == 2
        assert len(output["data"]) == np.prod(output["shape"])


def test_the_protocol_says_what_lives_and_what_is_ready(client):
    assert client.get("/v2").json()["name"] == "kit"
    for path in ("/v2/health/live", "/v2/health/ready", "/v2/models/cells/ready", "/healthz", "/readyz"):
        assert client.get(path).status_code == 200
    assert client.get("/v2/models/cells/versions/1").json()["name"] == "cells"


def test_a_server_that_takes_leave_is_not_ready_and_ends_its_connections(client):
    client.app.service.stopping = True
    answer = client.get("/readyz")
    assert (answer.status_code, answer.headers["connection"]) == (503, "close")
    assert client.get("/v2/health/ready").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_the_openapi_document_names_columns_types_and_decisions(client):
    document = client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    operation = document["paths"]["/v1/models/houses:predict"]["post"]
    instances = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]["instances"]
    row = instances["items"]
    assert row["required"] == ["age", "town", "new", "day"] and row["additionalProperties"] is False
    assert row["properties"]["age"]["type"] == ["number", "null"]
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(answer["properties"]["predictions"]["items"]["properties"]) == {"value", "interval"}
    example = operation["requestBody"]["content"]["application/json"]["example"]
    assert client.post("/v1/models/houses:predict", json=example).status_code == 200
    files = document["paths"]["/v1/models/insects:predict"]["post"]["requestBody"]["content"]
    assert {"multipart/form-data", "image/*"} < set(files)


def test_requests_and_batches_are_counted_but_names_of_strangers_are_not(client):
    client.get("/v1/models")
    client.get("/secret-word")
    text = client.get("/metrics").text
    assert 'kit_requests_total{endpoint="models",status="200"} 1.0' in text
    assert 'kit_requests_total{endpoint="none",status="404"} 1.0' in text
    assert 'kit_waiting{model="houses"} 0.0' in text
    assert "secret-word" not in text


def test_with_a_token_only_the_page_and_the_probes_are_open(client_of):
    client = client_of(token=TOKEN, hosts=None)
    for path in ("/", "/page.css", "/page.js", "/healthz", "/readyz", "/v2/health/live"):
        assert client.get(path).status_code == 200
    for path in ("/v1/models", "/v2", "/metrics", "/openapi.json", "/nothing"):
        for given in (None, "Bearer x", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \u00e9"):
            headers = {} if given is None else {"authorization": given.encode("utf-8")}
            answer = client.get(path, headers=headers)
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert client.get("/v1/models", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8000", 200), ("localhost", 200), ("[::1]:80", 200), ("evil.example", 400), ("", 400)],
)
def test_on_loopback_the_server_answers_to_its_own_names_only(client, host, status):
    assert client.get("/v1/models", headers={"host": host}).status_code == status


def test_a_page_of_the_server_itself_may_ask_it_and_may_load_nothing_else(client):
    body, headers = {"instances": ["yes"]}, {"host": "localhost:80", "origin": "http://localhost:80"}
    assert client.post("/v1/models/letters:predict", json=body, headers=headers).status_code == 200
    page = client.get("/")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "access-control-allow-origin" not in page.headers
    assert "http" not in page.text.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(
    ("limits", "body", "status"),
    [
        (Limits(body=30), {"instances": ["yes", "no", "yes"]}, 413),
        (Limits(bodies=30), {"instances": ["yes", "no", "yes"]}, 503),
        (Limits(requests=0), {"instances": ["yes"]}, 503),
    ],
)
def test_beyond_a_limit_a_request_is_refused_and_probes_are_answered(client_of, limits, body, status):
    client = client_of(limits)
    for _ in range(3):  # what was refused is let go of
        answer = client.post("/v1/models/letters:predict", json=body)
        assert (answer.status_code, list(answer.json())) == (status, ["error"])
        assert status != 503 or int(answer.headers["retry-after"]) >= 1
    assert client.get("/healthz").status_code == 200


def test_an_address_that_is_none_names_the_document_and_an_unknown_model_its_nearest(client):
    assert "/openapi.json" in client.get("/v1/nothing").json()["error"]
    assert "Did you mean 'insects'" in client.get("/v1/models/insect").json()["error"]


def test_a_body_of_another_shape_than_the_others_in_a_batch_is_predicted_by_itself(models):
    model = models.get("cells")
    small, large = (np.zeros((size, size, 3), "uint8") for size in (16, 24))
    futures = [model.submit(model.asked([each.tolist()])) for each in (small, large)]
    assert [future.result()[0].mask.shape for future in futures] == [(16, 16), (24, 24)]
