"""Processes seen from outside: started, recognised and stopped."""

import contextlib
import ctypes
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from config.servers.privilege import Account

LOOPBACK = "127.0.0.1"
_PR_SET_PDEATHSIG = 1


def die_with_parent(signum: int) -> Callable[[], None] | None:
    """A `preexec_fn` that makes the kernel send `signum` once the launcher is gone (Linux only).

    It covers the one case that no handler can: the launcher killed with SIGKILL.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signum)


def server_environment(home: Path) -> dict[str, str]:
    """A clean environment: nothing of the user's PG*, LC_* or TZ reaches a server."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {"PATH": os.defpath, **kept, "HOME": str(home), "LC_ALL": "C", "TZ": "UTC"}


def start_server(
    argv: list[str],
    *,
    home: Path,
    account: Account,
    log: Path,
    stdin: bytes = b"",
    dies_with_launcher: int | None,
) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, so that Ctrl-C in a terminal does not reach it.

    `dies_with_launcher` is the signal it gets when the launcher is killed; servers that other
    launchers may share stay up instead.
    """
    with contextlib.ExitStack() as stack:
        # Opened here, with the launcher's rights: the server's account may not reach the folder.
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        output = stack.enter_context(open(descriptor, "ab"))
        reader, writer = os.pipe()
        with os.fdopen(reader, "rb") as source, os.fdopen(writer, "wb") as sink:
            sink.write(stdin)
            sink.close()
            return subprocess.Popen(
                argv,
                stdin=source,
                stdout=output,
                stderr=output,
                cwd=home,
                env=server_environment(home),
                start_new_session=True,
                preexec_fn=die_with_parent(dies_with_launcher) if dies_with_launcher else None,
                **account.as_popen_arguments(),
            )


def is_alive(pid: int) -> bool:
    """Whether `pid` still runs; a process that only waits to be reaped does not."""
    with contextlib.suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] not in ("Z", "X")


def arguments_of(pid: int) -> list[str]:
    """The command line of a running process, empty where it cannot be read."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
        return [os.fsdecode(part) for part in raw.split(b"\0") if part]
    except OSError:
        pass
    with contextlib.suppress(OSError):
        shown = subprocess.run(
            ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False
        )
        return os.fsdecode(shown.stdout).split()
    return []


def stop(pid: int, steps: list[tuple[int, float]]) -> None:
    """Send each signal in turn, giving the process its seconds to end before the next one."""
    for signum, seconds in steps:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signum)
        for _ in ticks(seconds):
            if not is_alive(pid):
                return


def ticks(seconds: float, pause: float = 0.01) -> Iterator[None]:
    """Yield until `seconds` have passed, sleeping a little more each time, up to 0.1 s."""
    end = time.monotonic() + seconds
    while True:
        yield
        if time.monotonic() >= end:
            return
        time.sleep(pause)
        pause = min(pause * 1.2, 0.1)


def free_port(preferred: int | None = None) -> int:
    """A loopback port nobody listens on: the one of last time where it is still free."""
    for wanted in (preferred or 0, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((LOOPBACK, wanted))
                return int(probe.getsockname()[1])
    raise OSError("no free port on the loopback interface")


def last_line(log: Path) -> str:
    """The last line a server wrote, for the sentence that says why it did not start."""
    with contextlib.suppress(OSError):
        lines = log.read_text(errors="replace").strip().splitlines()
        if lines:
            return lines[-1]
    return "it wrote nothing to its log"
