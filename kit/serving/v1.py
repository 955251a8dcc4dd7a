"""kit's own endpoints: rows and images in, decisions out."""

from starlette.routing import Route

from kit.serving import answers, bodies
from kit.serving.addresses import MODEL
from kit.serving.probes import said
from kit.serving.refusals import Refused


async def models(request):
    """All models."""
    return said({"models": [model.facts for model in request.scope["service"].models]})


async def model(request):
    """One model: what it takes and what it says."""
    return said(request.scope["service"].models.get(request.path_params["name"]).facts)


async def predict(request):
    """Decisions on rows, texts, arrays or images: JSON {"instances": [...]}, a form with files, or a file."""
    service = request.scope["service"]
    chosen = service.models.get(request.path_params["name"])
    content_type = request.headers.get("content-type", "")
    kind = bodies.kind(content_type)
    body = await request.body()
    is_light = chosen.is_light(body)
    asked = await service.apart(is_light, _READ[kind], chosen, body, content_type)
    decisions = await service.decisions(chosen, asked)
    return await service.apart(is_light, _answer, chosen, asked, decisions)


def _of_json(chosen, body, content_type):
    found = bodies.as_json(body, chosen.limits)
    if not isinstance(found, dict) or set(found) != {"instances"}:
        raise Refused(400, 'Expected an object with "instances" and nothing else.')
    if not isinstance(found["instances"], list):
        raise Refused(400, '"instances" is a list of inputs.')
    return chosen.asked(found["instances"])


def _of_form(chosen, body, content_type):
    return chosen.asked_by_files(bodies.as_files(body, content_type, chosen.limits))


def _of_image(chosen, body, content_type):
    if not body:
        raise Refused(400, "The body is empty; expected a file.")
    return chosen.asked_by_files([body])


_READ = {"json": _of_json, "form": _of_form, "image": _of_image}


def _answer(chosen, asked, decisions):
    white = getattr(chosen.predictor.task, "white", 255.0)
    found = {"model": chosen.name, "predictions": [answers.as_json(each, white) for each in decisions]}
    notes = chosen.notes(asked)
    return said({**found, **({"notes": notes} if notes else {})})


ROUTES = [
    Route("/v1/models", models),
    Route(f"/v1/models/{MODEL}", model),
    Route(f"/v1/models/{MODEL}:predict", predict, methods=["POST"]),
]
