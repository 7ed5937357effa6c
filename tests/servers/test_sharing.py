"""The servers of a data folder are started once, shared, and stopped by whoever leaves last."""

import signal
import stat
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from tests.servers.launcher import LAUNCH, Launcher, processes_below, wait_for

QUERY = """
import os, psycopg, sys
with psycopg.ClientCursor(psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)) as cursor:
    for statement in sys.argv[1:]:
        cursor.execute(statement)
        print(cursor.fetchone()[0] if cursor.description else None)
"""
PING = 'import os, redis; print(redis.Redis.from_url(os.environ["REDIS_URL"]).ping())'


def sql(launcher: Launcher, *statements: str, options: tuple[str, ...] = ()) -> list[str]:
    done = launcher.call("run", *options, "--", sys.executable, "-c", QUERY, *statements)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_both_servers_answer_and_are_gone_afterwards(launcher: Launcher) -> None:
    done = launcher.call("run", "--", sys.executable, "-c", PING)
    assert done.stdout.strip() == "True"
    assert done.stderr == ""
    assert sql(launcher, "select current_database()") == ["vesile"]
    assert launcher.servers() == []


def test_the_cluster_is_what_the_product_expects(launcher: Launcher) -> None:
    names = ("server_encoding", "timezone", "fsync", "listen_addresses", "max_connections")
    shown = sql(launcher, *(f"show {name}" for name in names))
    assert shown == ["UTF8", "UTC", "on", "127.0.0.1", "200"]
    assert sql(launcher, "select current_setting('unix_socket_directories') = ''") == ["True"]
    assert sql(launcher, "select lower('ÇĞÖŞÜ')", "select 'z' < 'ç'") == ["çğöşü", "True"]


def test_data_survives_a_restart(launcher: Launcher) -> None:
    sql(launcher, "create table kept as select 42 as n")
    assert launcher.servers() == []
    assert sql(launcher, "select n from kept") == ["42"]


def test_two_at_once_share_the_servers_and_the_last_one_out_stops_them(launcher: Launcher) -> None:
    first = launcher.start()
    second = launcher.start()
    assert first.seen["DATABASE_URL"] == second.seen["DATABASE_URL"]
    assert first.seen["REDIS_URL"] == second.seen["REDIS_URL"]
    first.end()
    assert launcher.seen_by_command()["DATABASE_URL"] == second.seen["DATABASE_URL"]
    assert launcher.servers()
    second.end()
    assert launcher.servers() == []


def test_many_that_start_at_the_same_moment_do_not_collide(launcher: Launcher) -> None:
    command = [*LAUNCH, "run", "--", sys.executable, "-c", PING]
    many = [
        subprocess.Popen(command, env=launcher.environment(), stdout=subprocess.PIPE, text=True)
        for _ in range(5)
    ]
    assert [process.communicate()[0].strip() for process in many] == ["True"] * 5
    assert launcher.servers() == []


def test_another_data_folder_gets_servers_of_its_own(
    launcher: Launcher, open_launcher: Launcher
) -> None:
    here, there = launcher.start(), open_launcher.start()
    assert here.seen["DATABASE_URL"] != there.seen["DATABASE_URL"]
    here.end()
    assert open_launcher.servers()


def test_a_copied_data_folder_does_not_adopt_the_servers_of_the_original(
    open_launcher: Launcher,
) -> None:
    original = open_launcher.start()
    copy = Launcher(open_launcher.data.parent / "copy")
    subprocess.run(["cp", "-a", str(open_launcher.data), str(copy.data)], check=True)
    try:
        seen = copy.start().seen
        assert seen["DATABASE_URL"] != original.seen["DATABASE_URL"]
        assert seen["REDIS_URL"] != original.seen["REDIS_URL"]
        assert copy.servers()
    finally:
        copy.clean_up()
    assert open_launcher.servers()


def test_secrets_are_private_and_not_in_any_command_line(launcher: Launcher) -> None:
    running = launcher.start()
    for name in ("state.json", "keys.json"):
        assert stat.S_IMODE((launcher.data / name).stat().st_mode) == 0o600
    lines = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True)
    for url in ("DATABASE_URL", "REDIS_URL"):
        password = urlsplit(running.seen[url]).password
        assert password
        assert password not in lines.stdout


def test_both_servers_want_the_password(launcher: Launcher) -> None:
    seen = launcher.start().seen
    wrong = {
        name: seen[name].replace(str(urlsplit(seen[name]).password), "wrong")
        for name in ("DATABASE_URL", "REDIS_URL")
    }
    asked = launcher.call("run", "--", sys.executable, "-c", QUERY, "select 1", **wrong)
    assert "password authentication failed" in asked.stderr
    pinged = launcher.call("run", "--", sys.executable, "-c", PING, **wrong)
    assert "AuthenticationError" in pinged.stderr


def test_a_throwaway_leaves_nothing(launcher: Launcher, open_launcher: Launcher) -> None:
    place = open_launcher.data.parent
    seen = launcher.seen_by_command("--throwaway", TMPDIR=str(place))
    assert seen["DATABASE_URL"]
    assert list(place.iterdir()) == []
    assert processes_below(place) == []
    assert not launcher.data.exists()


def test_a_killed_throwaway_takes_its_servers_along_and_the_next_one_its_folder(
    launcher: Launcher, open_launcher: Launcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = open_launcher.data.parent
    monkeypatch.setenv("TMPDIR", str(place))
    running = launcher.start("--throwaway")
    assert processes_below(place)
    running.end(signal.SIGKILL)
    wait_for(lambda: not processes_below(place))
    assert len(list(place.iterdir())) == 1
    launcher.seen_by_command("--throwaway")
    assert list(place.iterdir()) == []


def test_destroy_removes_everything_but_not_while_in_use(launcher: Launcher) -> None:
    running = launcher.start()
    refused = launcher.call("destroy")
    assert refused.returncode == 2
    assert "in use" in refused.stderr
    home = launcher.home
    assert running.end() == 128 + signal.SIGTERM
    assert launcher.call("destroy").returncode == 0
    assert not launcher.data.exists()
    assert not (home / "postgres").exists()
