"""Stop signals sent to the launcher: remembered until there is a command to forward them to."""

import signal
from collections.abc import Callable
from types import FrameType

from config.servers.errors import Interrupted

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


class Signals:
    """Receives stop signals for the whole life of the launcher.

    Nothing is raised from a handler: a server must never be started and then forgotten because an
    exception arrived in between. Long waits call `check()` instead.
    """

    def __init__(self) -> None:
        self.pending: int | None = None
        self._receiver: Callable[[int], None] | None = None

    def install(self) -> None:
        for signum in STOP_SIGNALS:
            # nohup works by leaving SIGHUP ignored.
            if signum == signal.SIGHUP and signal.getsignal(signum) == signal.SIG_IGN:
                continue
            signal.signal(signum, self._receive)

    def _receive(self, signum: int, frame: FrameType | None) -> None:
        if self._receiver is None:
            self.pending = signum
        else:
            self._receiver(signum)

    def forward_to(self, receiver: Callable[[int], None]) -> None:
        """Hand every signal to `receiver`, starting with one that already arrived."""
        self._receiver = receiver
        if self.pending is not None:
            receiver(self.pending)

    def hold(self) -> None:
        """Stop forwarding: from here on only the servers are left to stop."""
        self._receiver = None

    def check(self) -> None:
        """Raise `Interrupted` when a stop signal has arrived."""
        if self.pending is not None:
            raise Interrupted(self.pending)
