"""The servers one command needs: started or shared, and stopped by whoever leaves last."""

import contextlib
import os
import secrets
import shutil
import sys
from collections.abc import Iterator

from config.servers import process, programs
from config.servers.errors import Refusal
from config.servers.folder import Folder
from config.servers.home import choose_home, is_foreign, make_moved_home, moved_home, recorded_home
from config.servers.postgres import Postgres
from config.servers.redis import Redis

LARGEST_LOG = 5_000_000


class Session:
    """PostgreSQL and Redis of one data folder, as one launcher sees them."""

    def __init__(self, folder: Folder, *, throwaway: bool = False) -> None:
        self.folder = folder
        self.throwaway = throwaway
        self.state = folder.read("state.json")
        self.account, self.home = choose_home(folder.path, self.state)
        self.postgres = Postgres(
            home=self.home,
            account=self.account,
            log=folder.path / "postgres.log",
            throwaway=throwaway,
            signals=folder.signals,
        )
        self.redis = Redis(
            home=self.home,
            account=self.account,
            log=folder.path / "redis.log",
            throwaway=throwaway,
            signals=folder.signals,
        )

    def start_postgres(self) -> str:
        """Make sure PostgreSQL runs; returns its URL."""
        found = programs.find_postgres()
        self._prepare_home()
        password = self.state.get("postgres_password")
        if self.postgres.exists() and password is None:
            self._discard_unowned_cluster()
        if self.postgres.exists():
            self.postgres.check_version(found)
            self._own_cluster()
        usable = programs.reachable_postgres(found, account=self.account, home=self.home)
        if not self.postgres.exists():
            if password is not None:
                print(f"The databases in {self.home} are gone; starting anew.", file=sys.stderr)
            password = secrets.token_hex(24)
            self.postgres.create(usable, password, lambda: self._record(postgres_password=password))
        port = self.postgres.ensure_running(usable, self.state.get("postgres_port"))
        if port != self.state.get("postgres_port"):
            self._record(postgres_port=port)
        return self.postgres.url(port=port, password=str(password))

    def start_redis(self) -> str:
        """Make sure the Redis server runs; returns its URL."""
        port, password = self.state.get("redis_port"), self.state.get("redis_password")
        if port and password and self.redis.is_running(port=port, password=password):
            return self.redis.url(port=port, password=password)
        program = programs.find_redis()
        self._prepare_home()
        usable = programs.reachable_redis(program, account=self.account, home=self.home)
        password = password or secrets.token_hex(24)
        for _ in range(5):
            port = process.free_port(port)
            # Recorded first: a launcher killed right after the start leaves a server that the next
            # one finds.
            self._record(redis_port=port, redis_password=password)
            if self.redis.start(usable, port=port, password=password):
                return self.redis.url(port=port, password=password)
            port = None
        raise Refusal("The Redis server found no free port on the loopback interface.")

    def stop(self) -> None:
        """Stop both servers, whoever started them."""
        self.postgres.stop()
        if self.state.get("redis_port"):
            self.redis.stop(port=self.state["redis_port"], password=self.state["redis_password"])

    def refresh(self) -> None:
        """Read again what another launcher may have recorded."""
        self.state = self.folder.read("state.json")

    def destroy(self) -> None:
        """Stop both servers and delete their data and their secrets."""
        self.stop()
        names = ["postgres", "redis", "programs"]
        for folder in [*(self.home / name for name in names), *self.home.glob("postgres.new-*")]:
            if folder.exists():
                shutil.rmtree(folder)
        if self.home != self.folder.path and self.home.exists():
            shutil.rmtree(self.home)
        self.folder.forget()

    def _record(self, **facts: object) -> None:
        home = "." if self.home == self.folder.path else str(self.home)
        self.state = {**self.state, **facts, "home": home}
        self.folder.write("state.json", self.state)

    def _prepare_home(self) -> None:
        for log in (self.postgres.log, self.redis.log):
            if log.exists() and log.stat().st_size > LARGEST_LOG:
                log.write_bytes(b"")
        if self.home != self.folder.path:
            make_moved_home(self.home, folder=self.folder.path, account=self.account)

    def _discard_unowned_cluster(self) -> None:
        """Treat a cluster whose password is gone.

        A moved one is what a deleted data folder left behind, and deleting that folder meant its
        data; one inside the data folder is kept for a person to decide.
        """
        if self.home == self.folder.path:
            raise Refusal(
                f"The password of the databases in {self.home} is lost (state.json); restore that "
                "file or remove the data with `python -m config.servers destroy`."
            )
        self.postgres.stop()
        shutil.rmtree(self.postgres.data)

    def _own_cluster(self) -> None:
        """Repair the ownership that copying or `chown -R` as root has taken from the cluster."""
        if not self.account.is_self and self.postgres.data.stat().st_uid != self.account.uid:
            self.account.own_all(self.postgres.data)


class Use:
    """The servers while a command uses them; `descriptors` keep them in use until closed."""

    def __init__(self, urls: dict[str, str], keys: dict[str, str], descriptors: list[int]) -> None:
        self.urls = urls
        self.keys = keys
        self.descriptors = descriptors


@contextlib.contextmanager
def use(folder: Folder, *, needs: set[str], throwaway: bool = False) -> Iterator[Use]:
    """Servers for the names in `needs` (DATABASE_URL, REDIS_URL), stopped when nobody uses them."""
    folder.create()
    with folder.starting():
        keys = folder.keys()
        users = folder.join()
        try:
            session = Session(folder, throwaway=throwaway)
            urls = _start(session, needs)
        except BaseException:
            os.close(users)
            if folder.is_unused():
                _stop_quietly(folder, throwaway)
            raise
    try:
        yield Use(urls, keys, [users])
    finally:
        with folder.starting(leaving=True):
            os.close(users)
            if folder.is_unused():
                session.refresh()
                session.stop()


def _start(session: Session, needs: set[str]) -> dict[str, str]:
    urls = {}
    try:
        if "DATABASE_URL" in needs:
            urls["DATABASE_URL"] = session.start_postgres()
        if "REDIS_URL" in needs:
            urls["REDIS_URL"] = session.start_redis()
    except OSError as error:
        raise Refusal(
            f"The servers cannot be started in {session.home} ({error.strerror or error}); make it "
            "usable or set VESILE_DATA_DIR to another folder."
        ) from error
    session.folder.signals.check()
    return urls


def _stop_quietly(folder: Folder, throwaway: bool) -> None:
    """Stop what a failed start left; the failure itself is what the person must see."""
    with contextlib.suppress(Refusal, OSError):
        Session(folder, throwaway=throwaway).stop()


def destroy(folder: Folder) -> None:
    """Delete the data of a folder, wherever its databases are, unless a command uses them."""
    if not folder.path.exists() and not moved_home(folder.path).exists():
        return
    folder.create()
    with folder.starting():
        if not folder.is_unused():
            raise Refusal(
                f"The data folder {folder.path} is in use; stop the commands that use it first."
            )
        if is_foreign(folder.path, recorded_home(folder.path, folder.read("state.json"))):
            # The databases belong to the folder this one was copied from.
            folder.forget()
        else:
            Session(folder).destroy()
