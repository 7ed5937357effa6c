"""As many requests as a web server takes, over kept connections, each with one on its way.

One thread waits for all connections at once and looks at nothing of an answer but where it ends
while the clock runs, so that the client costs little of the processor that it shares with the
server. Connections are opened until every process of the server holds as many of them: the kernel
deals them out by chance, and one process with all of them would measure half a server.
"""

import os
import selectors
import socket
import time
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

_HOST = "127.0.0.1"
_TRIES = 40  # for each connection
_PATIENCE = 120.0  # seconds that an answer may take
_GREETING = f"GET /v1/nothing HTTP/1.1\r\nHost: {_HOST}\r\n\r\n".encode()


class Unbalanced(Exception):
    """The kernel kept giving all connections to the same process."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer; `seconds` from sending the request to the last byte."""

    status: int
    body: bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Slice:
    """The answers that came within the time, and those that came after it, in their order."""

    answers: list[Answered]
    late: list[Answered]
    seconds: float

    @property
    def rate(self) -> float:
        return len(self.answers) / self.seconds

    def percentile(self, share: float) -> float:
        times = sorted(answer.seconds for answer in self.answers)
        return times[min(len(times) - 1, int(share * len(times)))]


@dataclass(slots=True)
class _Connection:
    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)
    sent_at: float = 0.0

    def send(self, request: bytes) -> None:
        self.received.clear()
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> Answered | None:
        """The answer once it is whole."""
        part = self.socket.recv(1 << 16)
        if not part:
            raise ConnectionError("the server closed a connection that should be kept")
        self.received += part
        return _whole(self.received, self.sent_at)


def _whole(received: bytearray, sent_at: float) -> Answered | None:
    """The answer in these bytes; gunicorn sends a length or chunks."""
    head, end, body = bytes(received).partition(b"\r\n\r\n")
    if not end:
        return None
    lines = head.lower().split(b"\r\n")
    length = next((line[15:] for line in lines if line.startswith(b"content-length:")), None)
    if length is None:
        if not body.endswith(b"0\r\n\r\n"):
            return None
        body = _unchunked(body)
    elif len(body) < int(length):
        return None
    return Answered(int(head[9:12]), body, time.perf_counter() - sent_at)


def _unchunked(body: bytes) -> bytes:
    parts = []
    while body:
        size, _end, rest = body.partition(b"\r\n")
        parts.append(rest[: int(size, 16)])
        body = rest[int(size, 16) + 2 :]
    return b"".join(parts)


class Load:
    """Kept connections to the port, spread evenly over the processes that listen there."""

    def __init__(self, port: int, processes: Collection[int], connections: int) -> None:
        self._selector = selectors.DefaultSelector()
        for connection in _spread(port, processes, connections):
            self._selector.register(connection.socket, selectors.EVENT_READ, connection)

    def run(self, requests: Iterator[bytes], seconds: float) -> Slice:
        """Send requests for that long or until there are no more, then wait for the answers that
        are missing.
        """
        answers: list[Answered] = []
        late: list[Answered] = []
        keys = list(self._selector.get_map().values())
        end = time.perf_counter() + seconds
        waiting = sum(_sent(key.data, requests) for key in keys)
        while waiting:
            ready = self._selector.select(_PATIENCE)
            if not ready:
                raise TimeoutError("the server does not answer")
            for key, _events in ready:
                answered = key.data.receive()
                if answered is None:
                    continue
                in_time = time.perf_counter() < end
                (answers if in_time else late).append(answered)
                waiting -= not (in_time and _sent(key.data, requests))
        return Slice(answers, late, seconds)

    def close(self) -> None:
        for key in list(self._selector.get_map().values()):
            key.data.socket.close()
        self._selector.close()


def _sent(connection: _Connection, requests: Iterator[bytes]) -> bool:
    """Send the next request, if there is one."""
    request = next(requests, None)
    if request is not None:
        connection.send(request)
    return request is not None


def _spread(port: int, processes: Collection[int], connections: int) -> list[_Connection]:
    share = connections // len(processes)
    held: Counter[int] = Counter()
    kept, superfluous = [], []
    for _try in range(_TRIES * connections):
        connection = _opened(port)
        process = _holder(connection, port, processes)
        if held[process] < share:
            held[process] += 1
            kept.append(connection)
        else:
            superfluous.append(connection)
        if len(kept) == share * len(processes):
            break
    for connection in superfluous:
        connection.socket.close()
    if len(kept) < share * len(processes):
        raise Unbalanced
    return kept


def _opened(port: int) -> _Connection:
    """A connection that a process of the server took: it has answered on it."""
    made = _Connection(socket.create_connection((_HOST, port), timeout=_PATIENCE))
    made.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.send(_GREETING)
    while made.receive() is None:
        continue
    return made


def _holder(connection: _Connection, port: int, processes: Collection[int]) -> int:
    """Which process has the other end, as the kernel's tables say."""
    ours = connection.socket.getsockname()[1]
    with open("/proc/net/tcp", encoding="ascii") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    ends = (f":{port:04X}", f":{ours:04X}")
    inode = next(row[9] for row in rows if row[1].endswith(ends[0]) and row[2].endswith(ends[1]))
    for process in processes:
        for descriptor in os.scandir(f"/proc/{process}/fd"):
            try:
                if os.readlink(descriptor.path) == f"socket:[{inode}]":
                    return process
            except FileNotFoundError:
                continue  # closed meanwhile
    raise Unbalanced
