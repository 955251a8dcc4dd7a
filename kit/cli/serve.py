"""Serve saved models over HTTP, with a page to try them on."""

import os

from kit.cli import output
from kit.cli.arguments import number


def add_to(commands):
    """Adds this command to the parser."""
    command = commands.add_parser("serve", help=__doc__, description=__doc__)
    command.add_argument("artifacts", metavar="ARTIFACT", nargs="+", help="folders under saved_models/")
    command.add_argument("--host", default="127.0.0.1", help="where to listen (default: this machine only)")
    command.add_argument(
        "--port", type=number(int, least=0), default=8000, help="default 8000; 0 takes one that is free"
    )
    command.add_argument(
        "--token", default=os.environ.get("KIT_TOKEN"), help="what clients must send; default: KIT_TOKEN"
    )
    return command


def run(args):
    """Serves until the process is told to stop."""
    from kit import serving
    from kit.errors import KitError

    if args.port > 65535:
        raise KitError(f"--port {args.port}: ports go up to 65535.")
    where = {"host": args.host, "port": args.port, "token": args.token}
    with output.words_on_stderr():
        address, server = serving.prepared(args.artifacts, **where)
    facts = [model.facts for model in server.service.models]
    if args.json:
        brief = [{name: each[name] for name in ("name", "task", "runtime")} for each in facts]
        output.emit({"address": address, "token": args.token is not None, "models": brief})
    else:
        print(address, flush=True)
    for each in facts:
        output.say(f"{each['name']}: {each['describe']['task']}, by {each['runtime']}")
    output.say(f"A page to try it: {address}/   What programs ask: {address}/openapi.json   Stop: Ctrl-C")
    with output.words_on_stderr():
        serving.serve(server)
    return 0
