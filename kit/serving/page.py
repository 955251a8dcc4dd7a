"""The page at /: three files of this package, and nothing from any network."""

import importlib.resources

from starlette.responses import Response
from starlette.routing import Route

_FILES = {
    "/": ("index.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
}


def _route(address, name, media_type):
    content = importlib.resources.files("kit.serving").joinpath("static", name).read_bytes()

    async def page(request):
        return Response(content, media_type=media_type)

    return Route(address, page)


ROUTES = [_route(address, *file) for address, file in _FILES.items()]
