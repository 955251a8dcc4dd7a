"""The Open Inference Protocol, version 2, as clients of KServe, Triton and MLServer speak it.

Tensors are what users have: a column of a table, pixels or files of images, texts; and what the decision
says. Source: https://github.com/kserve/open-inference-protocol
"""

import math

from starlette.routing import Route

from kit import __version__
from kit.serving import answers, bodies
from kit.serving.probes import said
from kit.serving.refusals import Refused

_DATATYPES = {"BOOL", "BYTES", "FP16", "FP32", "FP64"}
_DATATYPES |= {f"{sign}INT{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64)}
_ASKED, _INPUT = (
    {"id", "inputs", "outputs", "parameters"},
    {"name", "shape", "datatype", "data", "parameters"},
)


async def server(request):
    """What the server is."""
    return said({"name": "kit", "version": __version__, "extensions": []})


async def live(request):
    """200 while the process answers."""
    return said({"live": True})


async def ready(request):
    """200 while requests are taken, 503 when the server takes leave."""
    if request.scope["service"].stopping:
        return said({"error": "The server is stopping.", "ready": False}, 503)
    return said({"ready": True})


async def metadata(request):
    """The tensors of one model."""
    return said(facts(_model(request)))


async def model_ready(request):
    """200 if the model is there."""
    return said({"name": _model(request).name, "ready": not request.scope["service"].stopping})


async def infer(request):
    """Decisions on tensors, as tensors."""
    service, chosen = request.scope["service"], _model(request)
    if "inference-header-content-length" in request.headers:
        raise Refused(400, "Binary tensors are not taken; send their data as JSON.")
    content_type = request.headers.get("content-type", "")
    if bodies.kind(content_type) != "json":
        raise Refused(415, "Expected JSON.")
    body = await request.body()
    found, asked = await service.apart(_read, chosen, body)
    decisions = await service.decisions(chosen, asked)
    return await service.apart(_answer, chosen, found, decisions)


def facts(model):
    """Name, platform, inputs and outputs of a model, as JSON."""
    return {
        "name": model.name,
        "versions": ["1"],
        "platform": f"kit_{model.predictor.runtime.split()[0]}",
        "inputs": model.kind.tensors(),
        "outputs": [
            {"name": name, "datatype": datatype, "shape": _free(model, array.shape)}
            for name, (datatype, array) in answers.tensors([model.example]).items()
        ],
    }


def _model(request):
    if request.path_params.get("version", "1") != "1":
        raise Refused(404, "The only version is 1.")
    return request.scope["service"].models.get(request.path_params["name"])


def _read(chosen, body):
    found = bodies.as_json(body, chosen.limits)
    if not isinstance(found, dict) or not set(found) <= _ASKED or not isinstance(found.get("inputs"), list):
        raise Refused(
            400, 'Expected an object with "inputs", a list, and maybe "id", "outputs", "parameters".'
        )
    if not isinstance(found.get("id", ""), str):
        raise Refused(400, '"id" is a text.')
    tensors = dict(_tensor(each) for each in found["inputs"])
    wanted = [each["name"] for each in chosen.kind.tensors()]
    if set(tensors) != set(wanted) or len(tensors) < len(found["inputs"]):
        raise Refused(400, f"Expected one tensor for each of {', '.join(map(repr, wanted))[:500]}.")
    _named(chosen, found)
    return found, chosen.asked_by_tensors(tensors)


def _tensor(given):
    """(name, (datatype, shape, flat values)) of one tensor of a request."""
    if not isinstance(given, dict) or not set(given) <= _INPUT or not isinstance(given.get("name"), str):
        raise Refused(400, "A tensor is an object of name, shape, datatype and data.")
    name, shape, datatype, data = (given.get(key) for key in ("name", "shape", "datatype", "data"))
    if datatype not in _DATATYPES if isinstance(datatype, str) else True:
        raise Refused(400, f"Tensor {name[:64]!r}: datatype is one of {', '.join(sorted(_DATATYPES))}.")
    if (
        not isinstance(shape, list)
        or not shape
        or any(type(n) is not int or not 0 <= n < 2**31 for n in shape)
    ):
        raise Refused(400, f"Tensor {name[:64]!r}: shape is a list of whole numbers.")
    if not isinstance(data, list):
        raise Refused(400, f"Tensor {name[:64]!r}: data is a list.")
    values = _flat(data)
    if len(values) != math.prod(shape):
        raise Refused(
            400, f"Tensor {name[:64]!r} has {len(values)} values; its shape says {math.prod(shape)}."
        )
    return name, (datatype, shape, values)


def _flat(data):
    """All values of lists inside lists, in order."""
    if not any(isinstance(each, list) for each in data):
        return data
    return [value for each in data for value in (_flat(each) if isinstance(each, list) else [each])]


def _named(chosen, found):
    """Names of the outputs that are asked for.

    Raises:
        Refused: 400 if there is no such output.
    """
    known = list(answers.tensors([chosen.example]))
    wanted = found.get("outputs") or [{"name": name} for name in known]
    for each in wanted if isinstance(wanted, list) else [wanted]:
        if not isinstance(each, dict) or each.get("name") not in known:
            raise Refused(400, f'"outputs" is a list of objects whose name is one of {", ".join(known)}.')
    return [each["name"] for each in wanted]


def _answer(chosen, found, decisions):
    tensors, names = answers.tensors(decisions), _named(chosen, found)
    outputs = [
        {"name": name, "datatype": datatype, "shape": list(array.shape), "data": array.ravel().tolist()}
        for name, (datatype, array) in tensors.items()
        if name in names
    ]
    asked = {"id": found["id"]} if "id" in found else {}
    return said({"model_name": chosen.name, "model_version": "1", **asked, "outputs": outputs})


def _free(model, shape):
    """A shape with -1 where it depends on the request: the samples, boxes of an image, sides of a map."""
    if model.example.boxes_xyxy is not None:
        return [-1, -1, *shape[2:]]
    return [-1, -1, -1, *shape[3:]] if model.predictor.task.is_dense and len(shape) > 2 else [-1, *shape[1:]]


_ONE = "/v2/models/{name:model}"
_VERSION = _ONE + "/versions/{version}"
ROUTES = [
    Route("/v2", server),
    Route("/v2/health/live", live),
    Route("/v2/health/ready", ready),
    *(Route(one, metadata) for one in (_ONE, _VERSION)),
    *(Route(f"{one}/ready", model_ready) for one in (_ONE, _VERSION)),
    *(Route(f"{one}/infer", infer, methods=["POST"]) for one in (_ONE, _VERSION)),
]
