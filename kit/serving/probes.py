"""Is the server alive, is it ready, and what does it count?"""

from starlette.responses import Response
from starlette.routing import Route

from kit.serving import answers


def said(value, status=200):
    """A response of JSON."""
    return Response(answers.content(value), status, media_type="application/json")


async def healthz(request):
    """200 while the process answers."""
    return said({"status": "ok"})


async def readyz(request):
    """200 while requests are taken, 503 when the server takes leave."""
    service = request.scope["service"]
    names = [model.name for model in service.models]
    if service.stopping:
        return said({"error": "The server is stopping.", "ready": False}, 503)
    return said({"ready": True, "models": names})


async def metrics(request):
    """The counters, as Prometheus reads them."""
    content, media_type = request.scope["service"].measures.content()
    return Response(content, headers={"content-type": media_type})


ROUTES = [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]
