"""The server: an address, HTTP as uvicorn speaks it, and an end that loses no request."""

import asyncio
import contextlib
import errno
import ipaddress
import logging
import signal
import socket
import threading
import warnings

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from kit.errors import KitError
from kit.serving import app, memory, models, refusals
from kit.serving.limits import HEADER_SECONDS, HEADERS, IDLE, Limits
from kit.serving.measures import Measures
from kit.serving.service import Service

_FAREWELL = 0.5  # seconds in which connections that were just made bring their requests
_LEAVE = 1.0  # seconds in which who sent what is no HTTP may read why
_BACKLOG = 1024  # connections that wait to be accepted
_SHORTEST = 16  # letters of a token


def bound(host, port):
    """A socket at this address that does not listen yet.

    Args:
        host: name or number of this machine.
        port: 0 to 65535; 0 takes one that is free.

    Raises:
        KitError: if the port is taken or may not be used, or the host is not of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise KitError(_no_address(host, error)) from None
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
    except OSError as error:
        found.close()
        raise KitError(_why_not_bound(error, host, port)) from None
    return found


def checked_token(token, host):
    """The token, if it is good and given where it is needed.

    Raises:
        KitError: if it is too short, has letters that no header holds, or is missing where others than
            this machine could ask.
    """
    if token is None:
        if is_loopback(host):
            return None
        raise KitError(
            f"--host {host} is seen by other machines, so a token is needed. Make one:\n"
            '  python3 -c "import secrets; print(secrets.token_urlsafe(32))"\n'
            "and give it with --token, or in the environment as KIT_TOKEN."
        )
    if len(token) < _SHORTEST or not token.isascii() or not token.isprintable() or " " in token:
        raise KitError(f"A token has at least {_SHORTEST} letters and digits of ASCII, without spaces.")
    return token


def is_loopback(host):
    """Whether only this machine can ask at this address.

    Example:
        >>> is_loopback("localhost"), is_loopback("127.0.0.1"), is_loopback("0.0.0.0")
        (True, True, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Server(uvicorn.Server):
    """A uvicorn server that takes leave of its clients.

    Args:
        service: a `Service`.
        socket: from `bound`.
        token, hosts: as `kit.serving.app.make_app` takes them.
    """

    def __init__(self, service, socket, token=None, hosts=app.LOOPBACK):
        self.service, self._socket = service, socket
        super().__init__(
            uvicorn.Config(
                app.make_app(service, token=token, hosts=hosts),
                http=Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_keep_alive=IDLE,
                timeout_graceful_shutdown=int(service.limits.seconds) + 1,
                h11_max_incomplete_event_size=HEADERS,
            )
        )

    def run_until_stopped(self):
        """Serves until SIGTERM, SIGINT or `should_exit`, and answers all that was asked until then."""
        try:
            self.run(sockets=[self._socket])
        finally:
            self._socket.close()
            self.service.close()

    async def shutdown(self, sockets=None):
        """Says that it is not ready any more, and goes on for a moment before it closes its doors."""
        self.service.stopping = True
        await asyncio.sleep(_FAREWELL)
        loop = asyncio.get_running_loop()
        for connection in self._last():
            await loop.connect_accepted_socket(self._protocol, sock=connection)
        await super().shutdown(sockets)

    def _last(self):
        """Closes the doors; -> the connections that stood before them, which the system would reset."""
        found = []
        with contextlib.suppress(OSError):  # none is left
            while True:
                found.append(self._socket.accept()[0])
        for server in self.servers:
            server.close()
        return found

    def _protocol(self):
        return Protocol(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)


class Protocol(H11Protocol):
    """HTTP/1.1, with a deadline for headers and with errors as JSON."""

    _deadline, _is_refused, _is_leaving = None, False, False

    def connection_made(self, transport):
        super().connection_made(transport)
        self._watch()

    def connection_lost(self, exc):
        self._unwatch()
        super().connection_lost(exc)

    def data_received(self, data):
        if self._is_refused:  # let it come: who still writes does not read the answer
            return
        super().data_received(data)
        if self._is_refused:
            return
        if self.cycle is not None and not self.cycle.response_complete:
            self._unwatch()
        elif self._deadline is None:
            self._watch()

    def shutdown(self):
        """Closes the connection; one that was just made may bring its request first, and is answered."""
        if self.transport.is_closing():
            return
        if self.cycle is None and not self._is_leaving:
            self._is_leaving = True
            self.loop.call_later(_FAREWELL, self.shutdown)
        else:
            super().shutdown()

    def send_400_response(self, msg):
        """The answer to what is no HTTP."""
        body = refusals.content(msg)
        headers = [("content-type", "application/json"), ("content-length", str(len(body)))]
        headers = [(name.encode(), value.encode()) for name, value in (*headers, ("connection", "close"))]
        with contextlib.suppress(h11.LocalProtocolError):  # an answer is under way
            start = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
            self.transport.write(self.conn.send(start))
            self.transport.write(self.conn.send(h11.Data(data=body)))
            self.transport.write(self.conn.send(h11.EndOfMessage()))
        self._is_refused = True
        self.transport.write_eof()
        self._unwatch()
        self._deadline = self.loop.call_later(_LEAVE, self.transport.close)

    def _watch(self):
        self._deadline = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _unwatch(self):
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def prepared(paths, *, host="127.0.0.1", port=8000, token=None, limits=None):
    """(address, `Server`) for saved models; nothing is served yet.

    Args:
        paths: folders that `kit.save` wrote; each is served under its name.
        host, port: where; port 0 takes one that is free.
        token: text that requests must carry; needed where other machines could ask.
        limits: a `kit.serving.limits.Limits`.

    Raises:
        ArtifactError: if a model is not there, damaged or not to be trusted.
        KitError: if the address cannot be used, or the token is missing or bad.
    """
    token, limits, measures = checked_token(token, host), limits or Limits(), Measures()
    for name in ("python_multipart", "uvicorn"):  # they write a line for each bad request of anybody
        logging.getLogger(name).setLevel(logging.ERROR)
    at = bound(host, port)  # before the models are loaded, which takes longer
    try:
        service = Service(models.opened(paths, limits, measures.batches), limits, measures)
    except BaseException:
        at.close()
        raise
    at.listen(_BACKLOG)  # who is told the address can ask at once
    shown = f"[{host}]" if ":" in host else host
    hosts = (*app.LOOPBACK, shown.lower()) if is_loopback(host) else None
    return f"http://{shown}:{at.getsockname()[1]}", Server(service, at, token, hosts)


@contextlib.contextmanager
def running(paths, **where):
    """Serves saved models from a thread of this process while a block runs.

    Args:
        paths: folders that `kit.save` wrote.
        where: as `prepared` takes it; port 0, one that is free, if nothing else is said.

    Yields:
        The address, such as "http://127.0.0.1:41234".

    Example:
        >>> import urllib.request
        >>> model = kit.build_classifier(kit.Classification(("no", "yes")), (2,), width=4)
        >>> with running([kit.save(model, folder / "answers")]) as address:
        ...     urllib.request.urlopen(address + "/healthz").read()
        b'{"status": "ok"}'
    """
    address, server = prepared(paths, **{"port": 0, **where})
    thread = threading.Thread(target=server.run_until_stopped, name="kit server")
    thread.start()
    try:
        yield address
    finally:
        server.should_exit = True
        thread.join()


def serve(server):
    """Serves until the process is told to stop; SIGTERM is an end like any other."""
    memory.give_large_blocks_back()
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)  # uvicorn repeats the signal when it is done
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of images that strangers send
            server.run_until_stopped()
    finally:
        signal.signal(signal.SIGTERM, before)


def _why_not_bound(error, host, port):
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < 65535 else 8000
        return f"Port {port} of {host} is taken. Choose another one: --port {other}"
    if error.errno == errno.EACCES:
        return f"Port {port} may not be used by you. Choose one from 1024: --port 8000"
    return _no_address(host, error.strerror)


def _no_address(host, reason):
    return f"--host {host}: no address of this machine ({reason}). Try --host 127.0.0.1."
