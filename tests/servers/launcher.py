"""The launcher as a stranger calls it: in a process of its own, on a data folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
GIVEN = (
    *("DATABASE_URL", "REDIS_URL", "PG_BIN"),
    *("SECRET_KEY", "VESILE_FINGERPRINT_KEY", "VESILE_PUBLIC_URL", "VESILE_LOCAL"),
)
URLS = {"DATABASE_URL": "postgresql://somewhere/vesile", "REDIS_URL": "redis://somewhere/0"}
# What only concerns the command is tried with the quicker of the two servers.
REDIS_ONLY = {"DATABASE_URL": URLS["DATABASE_URL"]}
PRINT = "import json, os; print(json.dumps(dict(os.environ)), flush=True)"
PATIENCE = 60.0
LAUNCH = (sys.executable, "-m", "config.servers")


def wait_for(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def _hear_hangups() -> None:
    """Tests that were themselves started with nohup hand on that hangups are ignored."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Launcher:
    """`python -m config.servers` on one data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.started: list[subprocess.Popen[str]] = []

    def environment(self, **changes: str) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if name not in GIVEN}
        return {**clean, "PYTHONPATH": str(PROJECT), "VESILE_DATA_DIR": str(self.data), **changes}

    def call(self, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*LAUNCH, *arguments],
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def seen_by_command(self, *options: str, **environment: str) -> dict[str, str]:
        """The environment a command finds."""
        done = self.call("run", *options, "--", sys.executable, "-c", PRINT, **environment)
        assert done.returncode == 0, done.stderr
        seen: dict[str, str] = json.loads(done.stdout)
        return seen

    def start(
        self, *options: str, then: str = "import time; time.sleep(600)", **environment: str
    ) -> "Running":
        """Start a launcher whose command has said what it sees, and goes on with `then`."""
        process = subprocess.Popen(
            [*LAUNCH, "run", *options, "--", sys.executable, "-c", f"{PRINT}\n{then}"],
            env=self.environment(**environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=_hear_hangups,
        )
        self.started.append(process)
        assert process.stdout is not None
        return Running(process, json.loads(process.stdout.readline()))

    @property
    def home(self) -> Path:
        """Where the servers' own folders are."""
        recorded = json.loads((self.data / "state.json").read_text())["home"]
        return self.data if recorded == "." else Path(recorded)

    def servers(self) -> list[int]:
        return processes_below(self.home)

    def clean_up(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.terminate()
                process.wait(PATIENCE)
            if process.stdout is not None:
                process.stdout.close()
        done = self.call("destroy")
        assert done.returncode == 0, done.stderr


class Running:
    """A launcher at work, and what its command sees."""

    def __init__(self, process: "subprocess.Popen[str]", seen: dict[str, str]) -> None:
        self.process = process
        self.seen = seen

    def end(self, signum: int = signal.SIGTERM) -> int:
        self.process.send_signal(signum)
        return self.process.wait(PATIENCE)


def processes_below(home: Path) -> list[int]:
    """The processes that work in a folder; both servers do, and PostgreSQL's children."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            place = os.readlink(entry / "cwd") if entry.name.isdigit() else ""
        except OSError:
            continue
        if place == str(home) or place.startswith(f"{home}/"):
            found.append(int(entry.name))
    return found
