"""Guard: stands before every endpoint. Who may ask, how much may come, how long it may take."""

import asyncio
import hmac
import logging
import time

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from kit.serving import refusals
from kit.serving.limits import HEADERS
from kit.serving.refusals import Refused

OPEN = ("/", "/page.css", "/page.js", "/healthz", "/readyz", "/v2/health/live", "/v2/health/ready")
PROBES = OPEN[3:]  # answered however much there is to do
_LEAVE, _LEAVE_BYTES = 2.0, 50_000_000  # seconds and bytes that a refused body may still come
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
}
_LOG = logging.getLogger("kit.serving")


class Guard:
    """An ASGI application around another one.

    Args:
        app: the endpoints; a refusal is an exception of theirs.
        service: a `Service`.
        token: text that requests must carry as `Authorization: Bearer TOKEN`; None asks for none.
        hosts: names by which the server may be called; None allows any. Web pages of others
            reach a server on loopback by names of their own.
    """

    def __init__(self, app, service, token=None, hosts=None):
        self.app, self.service, self.hosts = app, service, hosts
        self._token = None if token is None else f"Bearer {token}".encode()

    async def __call__(self, scope, receive, send):
        """Answers one request; every error becomes a body {"error": text}."""
        if scope["type"] != "http":
            return
        began, scope["app"], scope["service"] = time.monotonic(), self, self.service
        incoming, outgoing = _Incoming(self.service, receive, scope), _Outgoing(self.service, send)
        try:
            await self._passed(scope, incoming, outgoing)
        except ClientDisconnect:
            outgoing.status = 499  # as nginx counts those who went away
        except Exception as error:
            await self._refuse(_refusal(error), incoming, outgoing)
        finally:
            endpoint = getattr(scope.get("endpoint"), "__name__", "none")
            self.service.measures.request(endpoint, outgoing.status, time.monotonic() - began)

    async def _passed(self, scope, incoming, outgoing):
        self._check(scope)
        if scope["path"] in PROBES:
            await self.app(scope, incoming, outgoing)
            return
        self.service.open()
        try:
            async with asyncio.timeout(self.service.limits.seconds):
                await self.app(scope, incoming, outgoing)
        finally:
            self.service.done(incoming.held)

    def _check(self, scope):
        """Raises for requests that nobody may make."""
        if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADERS:
            raise Refused(431, f"The headers have more than {HEADERS} bytes.")
        headers = dict(reversed(scope["headers"]))
        if int(headers.get(b"content-length", 0)) > self.service.limits.body:
            raise Refused(413, f"The body has more than {self.service.limits.body} bytes.")
        host, origin = (headers.get(name, b"").decode("latin-1").lower() for name in (b"host", b"origin"))
        if self.hosts is not None and _name(host) not in self.hosts:
            raise Refused(400, f"This server is not called {host[:100]!r}; use {', '.join(self.hosts[:3])}.")
        if origin and origin.partition("//")[2] != host:
            raise Refused(403, "Pages of other servers may not ask this one.")
        if self._token is not None and scope["path"] not in OPEN:
            self._check_token(headers.get(b"authorization", b""))
        if headers.get(b"content-encoding", b"identity").strip().lower() not in (b"", b"identity"):
            raise Refused(415, "Compressed bodies are not taken; send it without Content-Encoding.")

    def _check_token(self, given):
        if not hmac.compare_digest(given, self._token):
            how = "Send the header Authorization: Bearer TOKEN with the token of this server."
            raise Refused(401, how, {"www-authenticate": "Bearer"})

    async def _refuse(self, refused, incoming, outgoing):
        if outgoing.started:
            raise refused  # half an answer is out: the connection is cut
        await incoming.leave()
        headers = {"content-type": "application/json", **refused.headers}
        if not incoming.whole:
            headers["connection"] = "close"
        body = refusals.content(refused.message)
        coded = [(name.encode(), value.encode()) for name, value in headers.items()]
        length = (b"content-length", str(len(body)).encode())
        await outgoing({"type": "http.response.start", "status": refused.status, "headers": [*coded, length]})
        await outgoing({"type": "http.response.body", "body": body})


class _Incoming:
    """A request's body as it comes, counted and timed."""

    def __init__(self, service, receive, scope):
        self._service, self._receive = service, receive
        names = {name for name, _ in scope["headers"]}
        self.whole = not names & {b"content-length", b"transfer-encoding"}
        self._asks = b"expect" in names  # before it sends
        self._until = time.monotonic() + service.limits.reading
        self.held = 0

    async def __call__(self):
        try:
            async with asyncio.timeout(max(0, self._until - time.monotonic()) if not self.whole else None):
                message = await self._receive()
        except TimeoutError:
            raise Refused(408, f"The body did not come within {self._service.limits.reading:g} s.") from None
        count = len(message.get("body", b""))
        self.whole = self.whole or not message.get("more_body", False)
        if self.held + count > self._service.limits.body:
            raise Refused(413, f"The body has more than {self._service.limits.body} bytes.")
        self._service.hold(count)
        self.held += count
        return message

    async def leave(self):
        """Lets a body that is refused come to its end for a moment: clients read answers afterwards."""
        left = _LEAVE_BYTES
        if self.whole or self._asks:
            return
        try:
            async with asyncio.timeout(_LEAVE):
                while not self.whole and left > 0:
                    message = await self._receive()
                    left -= len(message.get("body", b""))
                    self.whole = not message.get("more_body", False)
        except TimeoutError:
            return


class _Outgoing:
    """An answer on its way out."""

    def __init__(self, service, send):
        self._service, self._send = service, send
        self.started, self.status = False, 0

    async def __call__(self, message):
        if message["type"] == "http.response.start":
            self.started, self.status = True, message["status"]
            own = {**_HEADERS, **({"connection": "close"} if self._service.stopping else {})}
            coded = {name.encode(): value.encode() for name, value in own.items()}
            message = {**message, "headers": list({**coded, **dict(message["headers"])}.items())}
        await self._send(message)


def _refusal(error):
    """Any exception of an endpoint as a `Refused`."""
    if isinstance(error, HTTPException):  # of the router
        return Refused(error.status_code, _ROUTER.get(error.status_code, "Refused."), error.headers)
    refused = refusals.of(error)
    if refused.status == 500:
        _LOG.error("a request failed", exc_info=error)
    return refused


def _name(host):
    """The name of a Host header without its port."""
    name, _, port = host.rpartition(":")
    return name if port.isdigit() else host


_ROUTER = {
    404: "There is nothing at this address. See /openapi.json for what there is.",
    405: "This address does not take this method.",
}
