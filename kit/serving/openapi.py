"""The OpenAPI document, made from what each model takes and says."""

from starlette.routing import Route

from kit import __version__
from kit.serving import answers, v2
from kit.serving.probes import said

_ERROR = {
    "type": "object",
    "properties": {"error": {"type": "string"}},
    "required": ["error"],
}
_REFUSED = {"default": {"description": "Refused.", "content": {"application/json": {"schema": _ERROR}}}}
_FILE = {"type": "string", "format": "binary"}
_FORM = {"type": "object", "properties": {"file": _FILE}, "required": ["file"], "additionalProperties": False}


async def openapi(request):
    """The document."""
    return said(document(request.scope["service"].models))


def document(models):
    """OpenAPI 3.1 of a server of these models, as JSON.

    Args:
        models: a `kit.serving.models.Models`.
    """
    paths = {}
    for model in models:
        one, other = f"/v1/models/{model.name}", f"/v2/models/{model.name}"
        paths[one] = _get(f"What {model.name} takes and says")
        paths[f"{one}:predict"] = {"post": _predict(model)}
        paths[other] = _get(f"The tensors of {model.name}")
        paths[f"{other}/ready"] = _get(f"Whether {model.name} is ready")
        paths[f"{other}/infer"] = {"post": _infer(model)}
    paths |= {address: _get(summary) for address, summary in _ALWAYS.items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": ", ".join(model.name for model in models), "version": __version__},
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{}, {"token": []}],
    }


def _predict(model):
    instances = {"type": "array", "items": model.kind.schema(), "minItems": 1}
    content = {"application/json": {"schema": _object({"instances": instances})}}
    content["application/json"]["example"] = {"instances": [model.kind.example()]}
    if model.kind.takes_files:
        content |= {"multipart/form-data": {"schema": _FORM}, "image/*": {"schema": _FILE}}
    predictions = {"type": "array", "items": answers.schema(model.example)}
    answer = {"type": "object", "properties": {"model": {"type": "string"}, "predictions": predictions}}
    return _operation(model.predictor.task.describe(), content, answer)


def _infer(model):
    tensors = [_tensor(each) for each in model.kind.tensors()]
    exact = {"minItems": len(tensors), "maxItems": len(tensors)}
    inputs = {"type": "array", "prefixItems": tensors, "items": {"oneOf": tensors}, **exact}
    content = {"application/json": {"schema": {**_object({"inputs": inputs}), "additionalProperties": True}}}
    facts = v2.facts(model)["outputs"]
    outputs = {"type": "array", "description": ", ".join(each["name"] for each in facts)}
    answer = {"type": "object", "properties": {"model_name": {"type": "string"}, "outputs": outputs}}
    return _operation("The same by the Open Inference Protocol", content, answer)


def _tensor(facts):
    name, datatype, shape = facts["name"], facts["datatype"], facts["shape"]
    sizes = {"type": "array", "items": {"type": "integer", "minimum": 0}, "description": str(shape)}
    fixed = {"name": {"const": name}, "datatype": {"const": datatype}}
    return _object({**fixed, "shape": sizes, "data": {"type": "array"}})


def _object(properties):
    closed = {"required": list(properties), "additionalProperties": False}
    return {"type": "object", "properties": properties, **closed}


def _operation(summary, content, answer):
    done = {"200": {"description": "Done.", "content": {"application/json": {"schema": answer}}}}
    body = {"required": True, "content": content}
    return {"summary": summary, "requestBody": body, "responses": {**done, **_REFUSED}}


def _get(summary):
    done = {"200": {"description": "Done."}}
    return {"get": {"summary": summary, "responses": {**done, **_REFUSED}}}


_ALWAYS = {
    "/v1/models": "All models",
    "/v2": "What the server is",
    "/v2/health/live": "Whether the process answers",
    "/v2/health/ready": "Whether requests are taken",
    "/healthz": "Whether the process answers",
    "/readyz": "Whether requests are taken",
    "/metrics": "Counters, as Prometheus reads them",
}
ROUTES = [Route("/openapi.json", openapi)]
