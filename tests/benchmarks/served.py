"""A web server as `docs/running.md` starts it: gunicorn, two processes of four threads each."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from django.conf import settings

from tests.benchmarks.load import Load

PROCESSES: Final = 2
THREADS: Final = 4
CONNECTIONS: Final = 16
_STARTS_WITHIN: Final = 60.0  # seconds
_PROJECT: Final = Path(__file__).resolve().parents[2]


class Served:
    """The server of one side, with the connections to it.

    Every process listens on a socket of its own, so that the kernel deals connections out, and
    connections are kept while the other side has its turn. What it logs goes to a file.
    """

    def __init__(self, application: str, environment: Mapping[str, str]) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = tempfile.NamedTemporaryFile(prefix="bench-", suffix=".log")  # noqa: SIM115
        self._server = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", application, "--no-control-socket"),
                *("--workers", str(PROCESSES), "--threads", str(THREADS)),
                *("--reuse-port", "--keep-alive", "600", "--log-level", "warning"),
                *("--bind", f"127.0.0.1:{self.port}"),
            ],
            cwd=_PROJECT,
            env={**environment, "PYTHONPATH": str(_PROJECT)},
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        try:
            self.load = Load(self.port, self._processes(), CONNECTIONS)
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.load.close()
        self.stop()

    def stop(self) -> None:
        if self._server.poll() is None:
            os.killpg(self._server.pid, signal.SIGTERM)
            self._server.wait(timeout=30)
        self.log.close()

    def said(self) -> str:
        """The end of its log, for whoever looks for what went wrong."""
        return Path(self.log.name).read_text(errors="replace")[-4000:]

    def _processes(self) -> list[int]:
        """The process ids of the workers, once both of them listen."""
        until = time.monotonic() + _STARTS_WITHIN
        while time.monotonic() < until and self._server.poll() is None:
            found = _children(self._server.pid)
            if len(found) == PROCESSES and _listening(self.port) >= PROCESSES:
                return found
            time.sleep(0.1)
        raise AssertionError(f"the server did not start: {self.said()}")


def _children(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            stat = (folder / "stat").read_text()
        except OSError:
            continue  # it has ended
        # The name of the program stands in brackets and may hold blanks.
        if int(stat.rpartition(")")[2].split()[1]) == parent:
            found.append(int(folder.name))
    return found


def _listening(port: int) -> int:
    """How many sockets listen on the port."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows)


def for_production(**more: str) -> dict[str, str]:
    """The environment of a web server in production, on the benchmark's database and Redis.

    One JSON line is logged for each request. Without TLS, which a proxy in front would end.
    """
    environment = {name: value for name, value in os.environ.items() if name != "VESILE_LOCAL"}
    environment |= {
        "DEBUG": "0",
        "LOG_LEVEL": "INFO",
        "LOG_FORMAT": "json",
        "VESILE_PUBLIC_URL": "http://127.0.0.1",
        "VESILE_ERASURE_LIST": str(settings.ERASURE_LIST),
    }
    return environment | more
