"""The application: all endpoints behind one guard."""

from starlette.exceptions import HTTPException
from starlette.routing import Router

from kit.serving import openapi, page, probes, v1, v2
from kit.serving.guard import Guard

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def make_app(service, *, token=None, hosts=LOOPBACK):
    """An ASGI application that any server of Python runs.

    Args:
        service: a `kit.serving.service.Service`.
        token: text that requests must carry; None asks for none.
        hosts: names by which the server may be called; None allows any.
    """
    routes = [*page.ROUTES, *probes.ROUTES, *v1.ROUTES, *v2.ROUTES, *openapi.ROUTES]
    return Guard(Router(routes, redirect_slashes=False, default=_nothing), service, token, hosts)


async def _nothing(scope, receive, send):
    raise HTTPException(404)
