"""Running the command: its signals, its terminal and its exit code."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys

from config.servers import process
from config.servers.errors import Refusal
from config.servers.signals import Signals


def check_command(command: list[str]) -> None:
    """Refuse a command that cannot be run, before anything is started for it."""
    if not command:
        raise Refusal("No command was given; write `python -m config.servers run -- COMMAND`.")
    name = command[0]
    if shutil.which(name) is None:
        if os.path.exists(name) and os.path.dirname(name):
            raise Refusal(f"The command {name} is not executable.", exit_code=126)
        raise Refusal(f"The command {name} was not found.", exit_code=127)


def run(
    command: list[str],
    *,
    environment: dict[str, str],
    descriptors: list[int],
    stop_after: int,
    signals: Signals,
) -> int:
    """Run the command to its end; returns its exit code, 128+n where signal n ended it.

    It gets a process group of its own, in the foreground of the terminal, so that Ctrl-C reaches it
    once and the launcher not at all. It inherits `descriptors`: should the launcher be killed, the
    servers count as used for as long as the command lives.
    """
    try:
        child = subprocess.Popen(
            command,
            env=environment,
            process_group=0,
            pass_fds=descriptors,
            preexec_fn=process.die_with_parent(signal.SIGTERM),
        )
    except OSError as error:
        raise Refusal(
            f"The command {command[0]} cannot be run: {error.strerror}.", exit_code=126
        ) from error

    def forward(signum: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signum)
            os.killpg(child.pid, signal.SIGCONT)
        if signum in (signal.SIGTERM, signal.SIGHUP):
            signal.alarm(stop_after)

    def kill(*_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)

    signal.signal(signal.SIGALRM, kill)
    signals.forward_to(forward)
    terminal = _Terminal()
    try:
        terminal.hand_to(child.pid)
        while True:
            _, status = os.waitpid(child.pid, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                break
            terminal.suspend_with(child.pid)
    finally:
        signals.hold()
        signal.alarm(0)
        terminal.take_back()
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


class _Terminal:
    """The terminal of the launcher, if it has one and is in its foreground."""

    def __init__(self) -> None:
        self._descriptor: int | None = None
        self._handed = False
        with contextlib.suppress(OSError, ValueError):
            descriptor = sys.stdin.fileno() if sys.stdin else -1
            if os.isatty(descriptor):
                os.tcgetpgrp(descriptor)
                self._descriptor = descriptor

    def hand_to(self, group: int) -> None:
        """Make `group` the one that reads the terminal and gets its Ctrl-C."""
        if self._descriptor is None:
            return
        with contextlib.suppress(OSError):
            if os.tcgetpgrp(self._descriptor) == os.getpgrp():
                os.tcsetpgrp(self._descriptor, group)
                self._handed = True
                # It may have tried to read before it was allowed to.
                os.killpg(group, signal.SIGCONT)

    def take_back(self) -> None:
        if self._descriptor is None or not self._handed:
            return
        # From the background this very call would stop the launcher.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        with contextlib.suppress(OSError):
            os.tcsetpgrp(self._descriptor, os.getpgrp())
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self._handed = False

    def suspend_with(self, group: int) -> None:
        """Ctrl-Z stopped the command: stop with it, and on `fg` or `bg` let it go on."""
        if self._descriptor is None:
            return
        self.take_back()
        os.killpg(0, signal.SIGTSTP)
        self.hand_to(group)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGCONT)
