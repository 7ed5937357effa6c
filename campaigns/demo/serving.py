"""The demo's processes: web server, worker and beat as children that end together."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from types import FrameType
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from config.shared.errors import BadInput, Unavailable

HOST: Final = "127.0.0.1"
_STARTS_WITHIN: Final = 60  # seconds
_STOPS_WITHIN: Final = 15  # seconds
_PR_SET_PDEATHSIG: Final = 1
_QUIET: Final = ("--loglevel", "WARNING")


@dataclass(frozen=True, slots=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]


def check_port(port: int) -> None:
    """Raises BadInput when somebody else listens there already or it cannot be used."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise BadInput(
                _("Port %(port)s cannot be used (%(why)s).")
                % {"port": port, "why": getattr(error, "strerror", None) or error},
                details=_("Stop what uses it, or choose another one with --port (make: PORT=)."),
            ) from None


def serve(*, port: int, ready: Callable[[], None]) -> None:
    """Run the three until SIGINT or SIGTERM; `ready` is called once the web server answers.

    Raises Unavailable, with all of them stopped, when one ends by itself or does not start.
    """
    asked_to_stop = threading.Event()

    def stop(signum: int, frame: FrameType | None) -> None:
        asked_to_stop.set()

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, stop)
    children: list[Child] = []
    try:
        for name, arguments in _programs(port).items():
            children.append(Child(name, _start(arguments)))
        if _wait_until_live(port, children, asked_to_stop):
            ready()
        while not asked_to_stop.wait(0.5):
            _check(children)
    finally:
        _stop(children)


def _programs(port: int) -> dict[str, list[str]]:
    celery = ["-m", "celery", "-A", "config.celery", "--quiet"]
    return {
        "web server": [
            *("-m", "gunicorn", "config.wsgi:application", "--bind", f"{HOST}:{port}"),
            *("--workers", "2", "--worker-class", "gthread", "--threads", "4"),
            *("--no-control-socket", "--log-level", "warning"),
        ],
        "worker": [
            *(*celery, "worker", "--concurrency", "2", "--without-mingle", "--without-gossip"),
            *_QUIET,
        ],
        "beat": [*celery, "beat", *_QUIET],
    }


def _start(arguments: list[str]) -> subprocess.Popen[bytes]:
    """In a session of its own: Ctrl-C reaches only us, and we stop the children in order."""
    quiet = {"LOG_LEVEL": "WARNING", "PYTHONWARNINGS": "ignore:You're running the worker"}
    return subprocess.Popen(  # noqa: S603  (fixed programs of this environment)
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env={**quiet, **os.environ},
        start_new_session=True,
        preexec_fn=_die_with_parent(),
    )


def _die_with_parent() -> Callable[[], None] | None:
    """Let the kernel stop a child whose parent was killed; only Linux can."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait_until_live(port: int, children: list[Child], asked_to_stop: threading.Event) -> bool:
    deadline = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < deadline:
        _check(children)
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/health/live", timeout=2):
                return True
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            if asked_to_stop.wait(0.2):
                return False
    raise Unavailable(
        _("The web server did not answer within %(seconds)s seconds.") % {"seconds": _STARTS_WITHIN}
    )


def _check(children: list[Child]) -> None:
    for child in children:
        code = child.process.poll()
        if code is not None:
            raise Unavailable(
                _("The %(name)s stopped by itself (code %(code)s); its last lines are above.")
                % {"name": child.name, "code": code}
            )


def _stop(children: list[Child]) -> None:
    for child in children:
        if child.process.poll() is None:
            child.process.terminate()
    deadline = time.monotonic() + _STOPS_WITHIN
    for child in children:
        try:
            child.process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
