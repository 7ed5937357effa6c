"""A Redis-protocol server that keeps nothing: the broker only wakes, the rows are the truth."""

import contextlib
import os
import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from config.servers import process
from config.servers.errors import Refusal
from config.servers.privilege import Account
from config.servers.signals import Signals

START_PATIENCE = 30.0
PORT_ATTEMPTS = 5


@dataclass(frozen=True, kw_only=True)
class Redis:
    """The server whose working folder is `home/redis`, run by `account`."""

    home: Path
    account: Account
    log: Path
    throwaway: bool
    signals: Signals

    @property
    def data(self) -> Path:
        return self.home / "redis"

    def url(self, *, port: int, password: str) -> str:
        return f"redis://:{password}@{process.LOOPBACK}:{port}/0"

    def is_running(self, *, port: int, password: str) -> bool:
        """Whether the server on `port` takes our password and works in our folder."""
        try:
            with _Connection(port, password) as server:
                return server.call("CONFIG", "GET", "dir") == [b"dir", os.fsencode(self.data)]
        except OSError:
            return False

    def start(self, program: Path, *, port: int, password: str) -> bool:
        """Start on `port`; False where the port was taken in the meantime."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.account.own(self.data)
        folder = os.fsencode(self.data).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        # By way of stdin, so that the password is neither in a file nor in the process list.
        configuration = (
            f"bind {process.LOOPBACK}\nport {port}\nprotected-mode yes\nrequirepass {password}\n"
            'save ""\nappendonly no\ndaemonize no\nlogfile ""\n'
        ).encode() + (b'dir "' + folder + b'"\n')
        server = process.start_server(
            [str(program), "-"],
            home=self.home,
            account=self.account,
            log=self.log,
            stdin=configuration,
            dies_with_launcher=signal.SIGTERM if self.throwaway else None,
        )
        for _ in process.ticks(START_PATIENCE):
            if server.poll() is not None:
                return self._explain_end(server)
            if self.is_running(port=port, password=password):
                return True
            if self.signals.pending is not None:
                process.stop(server.pid, [(signal.SIGTERM, 5), (signal.SIGKILL, 5)])
            self.signals.check()
        process.stop(server.pid, [(signal.SIGKILL, 5)])
        raise Refusal(f"The Redis server did not answer; its log is {self.log}.")

    def _explain_end(self, server: "subprocess.Popen[bytes]") -> bool:
        reason = process.last_line(self.log)
        if "listen" in reason.lower() or "bind" in reason.lower():
            return False
        raise Refusal(f"The Redis server did not start: {reason} (its log is {self.log}).")

    def stop(self, *, port: int, password: str) -> None:
        """Shut the server down, if it runs, and wait until its process is gone."""
        with contextlib.suppress(OSError), _Connection(port, password) as server:
            if server.call("CONFIG", "GET", "dir") != [b"dir", os.fsencode(self.data)]:
                return
            pid = server.process_id()
            process.stop(pid, [(signal.SIGTERM, 10), (signal.SIGKILL, 10)])


class _Connection:
    """Just enough of the Redis protocol to log in and ask a server who it is."""

    def __init__(self, port: int, password: str) -> None:
        self._socket = socket.create_connection((process.LOOPBACK, port), timeout=5)
        self._replies: BinaryIO = self._socket.makefile("rb")
        try:
            self.call("AUTH", password)
        except OSError:
            self.close()
            raise

    def __enter__(self) -> "_Connection":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        self._replies.close()
        self._socket.close()

    def call(self, *words: str) -> bytes | list[bytes]:
        """Send one command; an error reply or a cut connection raises `ConnectionError`."""
        parts = [os.fsencode(word) for word in words]
        request = b"*%d\r\n" % len(parts)
        self._socket.sendall(request + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts))
        reply = self._reply()
        if isinstance(reply, int):
            return [self._text() for _ in range(reply)]
        return reply

    def process_id(self) -> int:
        information = self.call("INFO", "server")
        lines = information.splitlines() if isinstance(information, bytes) else []
        fields = dict(line.split(b":", 1) for line in lines if b":" in line)
        return int(fields[b"process_id"])

    def _text(self) -> bytes:
        reply = self._reply()
        if isinstance(reply, int):
            raise ConnectionError("nested reply")
        return reply

    def _reply(self) -> bytes | int:
        """A string reply, or the length of a list reply."""
        line = self._replies.readline()
        kind, rest = line[:1], line[1:].strip()
        if kind == b"+":
            return rest
        if kind == b"*":
            return int(rest)
        if kind == b"$":
            return self._replies.read(int(rest) + 2)[:-2]
        raise ConnectionError("the server refused or closed the connection")
