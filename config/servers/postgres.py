"""A PostgreSQL cluster in a folder: created, started, adopted and stopped."""

import contextlib
import locale
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.servers import process
from config.servers.errors import Refusal
from config.servers.folder import sync_folder
from config.servers.privilege import Account
from config.servers.programs import PostgresPrograms
from config.servers.signals import Signals

USER = DATABASE = "vesile"
START_PATIENCE = 300.0  # a crash recovery after a power cut may take minutes
PORT_ATTEMPTS = 5
BACKENDS_PATIENCE = 30.0  # seconds for what a killed server began to end

SETTINGS = {
    "listen_addresses": process.LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # Errors of statements quote the values of rows; they belong to the caller, not to a log.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "jit": "off",
}
# A throwaway cluster is deleted after use, so nothing in it has to survive a power cut.
THROWAWAY_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
}


@dataclass(frozen=True, kw_only=True)
class Postmaster:
    """What a running PostgreSQL says about itself in postmaster.pid."""

    pid: int
    port: int
    is_ready: bool


@dataclass(frozen=True, kw_only=True)
class Postgres:
    """The cluster in `home/postgres`, run by `account`."""

    home: Path
    account: Account
    log: Path
    throwaway: bool
    signals: Signals

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    def url(self, *, port: int, password: str) -> str:
        return f"postgresql://{USER}:{password}@{process.LOOPBACK}:{port}/{DATABASE}"

    def exists(self) -> bool:
        return self.data.exists()

    def check_version(self, programs: PostgresPrograms) -> None:
        """Refuse a cluster that these programs cannot open."""
        try:
            version = (self.data / "PG_VERSION").read_text().strip()
        except OSError as error:
            raise Refusal(
                f"The folder {self.data} holds no PostgreSQL cluster that can be read; "
                "remove it or set VESILE_DATA_DIR to another folder."
            ) from error
        if version != str(programs.major):
            raise Refusal(
                f"The data folder {self.data} was created by PostgreSQL {version}, but version "
                f"{programs.major} is installed; set PG_BIN to the programs of version {version}, "
                "set VESILE_DATA_DIR to another folder, or remove the data with "
                "`python -m config.servers destroy`."
            )

    def create(
        self, programs: PostgresPrograms, password: str, before_use: Callable[[], None]
    ) -> None:
        """Create the cluster and its database, completely or not at all.

        It is made under another name; `before_use` (which records the password) runs just before it
        gets its real one.
        """
        self.remove_drafts()
        draft = self.home / f"postgres.new-{secrets.token_hex(4)}"
        try:
            draft.mkdir(mode=0o700)
            self.account.own(draft)
            secret = draft / "password"
            with open(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(password)
            self.account.own(secret)
            cluster = draft / "cluster"
            self._initdb(programs, cluster, secret)
            self._run(
                [programs.path("postgres"), "--single", "-D", str(cluster)]
                + (["-c", "fsync=off"] if self.throwaway else [])
                + ["postgres"],
                f"CREATE DATABASE {DATABASE}\n",
            )
            before_use()
            cluster.rename(self.data)
            sync_folder(self.home)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _initdb(self, programs: PostgresPrograms, cluster: Path, secret: Path) -> None:
        argv = [
            *(programs.path("initdb"), "-D", str(cluster), "-U", USER, "-E", "UTF8"),
            *("-A", "scram-sha-256", f"--pwfile={secret}", "--no-instructions"),
            *("--locale=C", f"--lc-ctype={_character_type()}"),
        ]
        if programs.major >= 17:
            # Unicode case mapping without ICU and without depending on the C library.
            argv += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self.throwaway:
            argv.append("--no-sync")
        self._run(argv)

    def _run(self, argv: list[str], stdin: str = "") -> None:
        done = subprocess.run(
            argv,
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd=self.home,
            env=process.server_environment(self.home),
            start_new_session=True,
            preexec_fn=process.die_with_parent(signal.SIGKILL),
            **self.account.as_popen_arguments(),
        )
        # The single-user server ends well even where its statement failed.
        failed = [line for line in done.stderr.splitlines() if "ERROR:" in line or "FATAL:" in line]
        if done.returncode != 0 or failed:
            lines = failed or (done.stderr or done.stdout).strip().splitlines()
            detail = lines[0] if failed else lines[-1] if lines else f"exit code {done.returncode}"
            raise Refusal(
                f"PostgreSQL could not create its data folder in {self.home}: "
                f"{detail.strip().rstrip('.')}."
            )

    def remove_drafts(self) -> None:
        """Clear away what a launcher that was killed during `create` left."""
        for draft in self.home.glob("postgres.new-*"):
            shutil.rmtree(draft)

    def running(self) -> Postmaster | None:
        """The live server of this very cluster, if there is one.

        A recycled pid, or the pid file in a copy of another project's data folder, does not count.
        """
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            pid = int(lines[0])
        except (OSError, ValueError, IndexError):
            return None
        if not process.is_alive(pid) or str(self.data) not in process.arguments_of(pid):
            return None
        return Postmaster(
            pid=pid,
            port=int(lines[3]) if len(lines) > 3 and lines[3].isdigit() else 0,
            is_ready=len(lines) > 7 and lines[7].strip() == "ready",
        )

    def ensure_running(self, programs: PostgresPrograms, last_port: int | None) -> int:
        """Adopt the running server or start one; returns its port."""
        for _ in process.ticks(START_PATIENCE):
            server = self.running()
            if server is None:
                break
            if server.is_ready:
                if _answers(server.port):
                    return server.port
                self.stop()
                break
            self.signals.check()
        return self._start(programs, last_port)

    def _start(self, programs: PostgresPrograms, last_port: int | None) -> int:
        settings = SETTINGS | (THROWAWAY_SETTINGS if self.throwaway else {})
        attempts, patient_until = PORT_ATTEMPTS, time.monotonic() + BACKENDS_PATIENCE
        while attempts:
            port = process.free_port(last_port)
            last_port = None
            self._disown_stale_pid()
            argv = [programs.path("postgres"), "-D", str(self.data), "-p", str(port)]
            for name, value in settings.items():
                argv += ["-c", f"{name}={value}"]
            before = self.log.stat().st_size if self.log.exists() else 0
            server = process.start_server(
                argv,
                home=self.home,
                account=self.account,
                log=self.log,
                dies_with_launcher=signal.SIGQUIT if self.throwaway else None,
            )
            if self._wait_until_ready(server):
                return port
            with self.log.open("rb") as log:
                log.seek(before)
                said = log.read()
            if b"pre-existing shared memory block" in said and time.monotonic() < patient_until:
                # A server was killed, and what it had begun for its clients is still ending.
                last_port = port
                time.sleep(0.5)
                continue
            if b"could not bind" not in said:
                break
            attempts -= 1
        raise Refusal(
            f"PostgreSQL did not start: {process.last_line(self.log)} (its log is {self.log})."
        )

    def _wait_until_ready(self, server: "subprocess.Popen[bytes]") -> bool:
        for _ in process.ticks(START_PATIENCE):
            if server.poll() is not None:
                return False
            found = self.running()
            if found is not None and found.pid == server.pid and found.is_ready:
                return True
            if self.signals.pending is not None:
                process.stop(server.pid, [(signal.SIGINT, 30), (signal.SIGQUIT, 10)])
            self.signals.check()
        process.stop(server.pid, [(signal.SIGQUIT, 10), (signal.SIGKILL, 10)])
        return False

    def _disown_stale_pid(self) -> None:
        """Let PostgreSQL see that the pid in a stale postmaster.pid is not another server.

        Deleting the file would also delete the key of the shared memory by which PostgreSQL notices
        that backends of a killed server still run, so only the pid is replaced, with that of the
        server's parent, which PostgreSQL knows cannot be a server.
        """
        path = self.data / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError):
            lines = path.read_text().splitlines(keepends=True)
            if not lines:
                path.unlink()  # a power cut left it empty
                return
            lines[0] = f"{os.getpid()}\n"
            with path.open("r+") as file:
                file.write("".join(lines))
                file.truncate()

    def stop(self) -> None:
        """Shut the server down, if it runs: cleanly, or at once where its data will be deleted."""
        server = self.running()
        if server is None:
            return
        steps: list[tuple[int, float]] = [(signal.SIGQUIT, 10), (signal.SIGKILL, 10)]
        process.stop(server.pid, steps if self.throwaway else [(signal.SIGINT, 60), *steps])


def _character_type() -> str:
    """C.UTF-8 under the name this system knows, or C where it has none."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "C.utf8"):
            with contextlib.suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


def _answers(port: int) -> bool:
    """Whether the server on `port` still answers, by the one letter that an SSL request gets."""
    request = (8).to_bytes(4, "big") + (80877103).to_bytes(4, "big")
    try:
        with socket.create_connection((process.LOOPBACK, port), timeout=10) as connection:
            connection.sendall(request)
            return connection.recv(1) in (b"N", b"S")
    except OSError:
        return False
