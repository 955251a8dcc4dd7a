"""The Open Inference Protocol, version 2, as clients of KServe, Triton and MLServer speak it.

Tensors are what users have: a column of a table, pixels or files of images, texts; and what the decision
says. Source: https://github.com/kserve/open-inference-protocol
"""

from starlette.routing import Route

from kit import __version__
from kit.serving import answers, bodies, tensors
from kit.serving.addresses import MODEL
from kit.serving.probes import said
from kit.serving.refusals import Refused

_ASKED = {"id", "inputs", "outputs", "parameters"}


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
    is_light = chosen.is_light(body)
    found, asked = await service.apart(is_light, _read, chosen, body)
    decisions = await service.decisions(chosen, asked)
    return await service.apart(is_light, _answer, chosen, found, decisions)


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
    if not isinstance(found, dict) or not set(found) <= _ASKED:
        raise Refused(400, f"Expected an object of {', '.join(sorted(_ASKED))}, and nothing else.")
    if not isinstance(found.get("id", ""), str):
        raise Refused(400, '"id" is a text.')
    _named(chosen, found)
    wanted = [each["name"] for each in chosen.kind.tensors()]
    return found, chosen.asked_by_tensors(tensors.read(found.get("inputs"), wanted))


def _named(chosen, found):
    """Names of the outputs that are asked for.

    Raises:
        Refused: 400 if there is no such output.
    """
    known = list(answers.tensors([chosen.example]))
    wanted = found.get("outputs", [])
    are_objects = isinstance(wanted, list) and all(isinstance(each, dict) for each in wanted)
    names = [each.get("name") for each in wanted] if are_objects else [None]
    if not all(name in known for name in names):
        raise Refused(400, f'"outputs" is a list of objects whose name is one of {", ".join(known)}.')
    return names or known


def _answer(chosen, found, decisions):
    names = _named(chosen, found)
    outputs = [
        {"name": name, "datatype": datatype, "shape": list(array.shape), "data": array.ravel().tolist()}
        for name, (datatype, array) in answers.tensors(decisions).items()
        if name in names
    ]
    asked = {"id": found["id"]} if "id" in found else {}
    return said({"model_name": chosen.name, "model_version": "1", **asked, "outputs": outputs})


def _free(model, shape):
    """A shape with -1 where it depends on the request: the samples, boxes of an image, sides of a map."""
    if model.example.boxes_xyxy is not None:
        return [-1, -1, *shape[2:]]
    return [-1, -1, -1, *shape[3:]] if model.predictor.task.is_dense and len(shape) > 2 else [-1, *shape[1:]]


_ONE = f"/v2/models/{MODEL}"
_VERSION = f"{_ONE}/versions/{{version}}"
ROUTES = [
    Route("/v2", server),
    Route("/v2/health/live", live),
    Route("/v2/health/ready", ready),
    *(Route(one, metadata) for one in (_ONE, _VERSION)),
    *(Route(f"{one}/ready", model_ready) for one in (_ONE, _VERSION)),
    *(Route(f"{one}/infer", infer, methods=["POST"]) for one in (_ONE, _VERSION)),
]
