"""`python -m config.servers`: run a command with servers around it, or destroy their data."""

import argparse
import os
import sys
from collections.abc import Mapping
from typing import NoReturn
from urllib.parse import urlsplit

from config.servers import command, session
from config.servers.errors import Interrupted, Refusal
from config.servers.folder import Folder, data_folder, new_keys
from config.servers.signals import Signals
from config.servers.throwaway import throwaway_folder

SCHEMES = {"DATABASE_URL": ("postgres", "postgresql"), "REDIS_URL": ("redis", "rediss")}
LOCAL = {"VESILE_PUBLIC_URL": "http://127.0.0.1:8000", "VESILE_LOCAL": "1"}
KEYS = ("SECRET_KEY", "VESILE_FINGERPRINT_KEY")


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Refusal(f"{message[:1].upper()}{message[1:]}; see `python -m config.servers --help`.")


def main(arguments: list[str]) -> int:
    signals = Signals()
    signals.install()
    try:
        options = _parser().parse_args(arguments)
        if options.action == "destroy":
            session.destroy(Folder(data_folder(), signals))
            return 0
        return run(options, signals)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return refusal.exit_code
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        print(f"The servers cannot be used: {error.strerror or error}{where}.", file=sys.stderr)
        return 2
    except Interrupted as interrupted:
        return 128 + interrupted.signum


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m config.servers", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True, parser_class=_Parser)
    runner = actions.add_parser(
        "run", help="run COMMAND with DATABASE_URL and REDIS_URL, starting servers where not set"
    )
    runner.add_argument("--throwaway", action="store_true", help="empty servers, gone afterwards")
    runner.add_argument("--verbose", action="store_true", help="say on stderr what is started")
    runner.add_argument(
        "--stop-after",
        type=int,
        default=30,
        metavar="SECONDS",
        help="how long the command may take to end on SIGTERM before it is killed (30)",
    )
    runner.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND [ARG...]")
    actions.add_parser("destroy", help="delete the data folder and all databases in it")
    return parser


def run(options: argparse.Namespace, signals: Signals) -> int:
    """Run the command; returns its exit code."""
    argv = options.command[1:] if options.command[:1] == ["--"] else options.command
    command.check_command(argv)
    needs = missing_urls(os.environ)
    added = {name: value for name, value in LOCAL.items() if not os.environ.get(name)}
    lacks_keys = any(not os.environ.get(name) for name in KEYS)

    def execute(extra: Mapping[str, str], descriptors: list[int]) -> int:
        return command.run(
            argv,
            environment={**os.environ, **added, **extra},
            descriptors=descriptors,
            stop_after=options.stop_after,
            signals=signals,
        )

    def keys(kept: Mapping[str, str]) -> dict[str, str]:
        return {name: kept[name] for name in KEYS if not os.environ.get(name)}

    if not needs:
        return execute(keys(_keys(options.throwaway, signals)) if lacks_keys else {}, [])
    if options.throwaway:
        with (
            throwaway_folder(signals) as folder,
            session.use(folder, needs=needs, throwaway=True) as servers,
        ):
            _tell(options, folder, servers)
            return execute({**keys(servers.keys), **servers.urls}, servers.descriptors)
    with session.use(folder := Folder(data_folder(), signals), needs=needs) as servers:
        _tell(options, folder, servers)
        return execute({**keys(servers.keys), **servers.urls}, servers.descriptors)


def missing_urls(environment: Mapping[str, str]) -> set[str]:
    """The names of the URLs for which a server must be started; refuses one of another kind."""
    for name, schemes in SCHEMES.items():
        scheme = urlsplit(environment.get(name, "")).scheme
        if environment.get(name) and scheme not in schemes:
            # The value may hold a password and is not repeated.
            raise Refusal(
                f"{name} does not start with {schemes[0]}://; correct it, or unset it to have a "
                "server started."
            )
    return {name for name in SCHEMES if not environment.get(name)}


def _keys(throwaway: bool, signals: Signals) -> dict[str, str]:
    if throwaway:
        return new_keys()
    folder = Folder(data_folder(), signals)
    folder.create()
    with folder.starting():
        return folder.keys()


def _tell(options: argparse.Namespace, folder: Folder, servers: session.Use) -> None:
    if options.verbose:
        for name, url in sorted(servers.urls.items()):
            parts = urlsplit(url)
            where = f"{parts.hostname}:{parts.port}"
            print(f"{name} is a server at {where}, data in {folder.path}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
