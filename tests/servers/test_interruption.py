"""Signals reach the command, nothing is left behind, and a killed launcher hinders nobody."""

import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading

import pytest

from tests.servers.launcher import LAUNCH, PATIENCE, REDIS_ONLY, URLS, Launcher, wait_for

OBEY = """
import os, signal, time
def leave(signum, frame): os.write(1, f"leaving on {signum}\\n".encode()); os._exit(3)
signal.signal(signal.SIGINT, leave); signal.signal(signal.SIGTERM, leave)
os.write(1, b"ready\\n")
time.sleep(600)
"""
IN_A_TERMINAL = """
import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
"""
DEFY = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True)\n"
DEFY += "while True: time.sleep(600)"


@pytest.mark.parametrize("code", [0, 1, 7])
def test_the_exit_code_is_the_commands(launcher: Launcher, code: int) -> None:
    assert launcher.call("run", "--", "sh", "-c", f"exit {code}", **URLS).returncode == code


def test_a_command_ended_by_a_signal_counts_as_128_and_the_signal(launcher: Launcher) -> None:
    done = launcher.call("run", "--", "sh", "-c", "kill -9 $$", **URLS)
    assert done.returncode == 128 + signal.SIGKILL


def test_stop_signals_end_command_and_servers(launcher: Launcher) -> None:
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        running = launcher.start()
        assert len(launcher.servers()) > 2
        assert running.end(signum) in (1, 128 + signum)
        assert launcher.servers() == []
        assert not (launcher.home / "postgres" / "postmaster.pid").exists()


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_the_command_decides_how_it_ends(launcher: Launcher, signum: int) -> None:
    running = launcher.start(then=OBEY, **REDIS_ONLY)
    assert running.process.stdout is not None
    assert running.process.stdout.readline() == "ready\n"
    assert running.end(signum) == 3
    assert running.process.stdout.readline() == f"leaving on {signum}\n"


def test_a_command_that_ignores_sigterm_is_killed_in_the_end(launcher: Launcher) -> None:
    running = launcher.start("--stop-after", "1", then=DEFY, **REDIS_ONLY)
    assert running.process.stdout is not None
    assert running.process.stdout.readline() == "1\n"
    assert running.end() == 128 + signal.SIGKILL
    assert launcher.servers() == []


def test_a_signal_during_the_start_leaves_nothing(launcher: Launcher) -> None:
    command = [*LAUNCH, "run", "--", "sleep", "600"]
    starting = subprocess.Popen(command, env=launcher.environment())
    wait_for(lambda: (launcher.data / "keys.json").exists())
    starting.terminate()
    assert starting.wait(PATIENCE) == 128 + signal.SIGTERM
    if (launcher.data / "state.json").exists():
        assert launcher.servers() == []
    assert launcher.seen_by_command()["DATABASE_URL"]


def test_after_sigkill_the_command_ends_too_and_the_next_launcher_adopts(
    launcher: Launcher,
) -> None:
    killed = launcher.start()
    killed.end(signal.SIGKILL)
    assert launcher.servers()
    seen = launcher.seen_by_command()
    assert seen["DATABASE_URL"] == killed.seen["DATABASE_URL"]
    assert seen["REDIS_URL"] == killed.seen["REDIS_URL"]
    # The adopting launcher was alone, unless the killed one's command took longer to end.
    wait_for(lambda: not launcher.servers() or launcher.seen_by_command())
    wait_for(lambda: not launcher.servers())


def test_after_everything_was_killed_the_next_launcher_starts_anew(launcher: Launcher) -> None:
    killed = launcher.start()
    killed.end(signal.SIGKILL)
    for pid in launcher.servers():
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not launcher.servers())
    assert (launcher.home / "postgres" / "postmaster.pid").exists()
    assert launcher.seen_by_command()["DATABASE_URL"]
    assert launcher.servers() == []


def test_what_a_killed_server_began_is_waited_for(launcher: Launcher) -> None:
    """A child that outlives PostgreSQL holds its shared memory: it cannot start anew yet."""
    killed = launcher.start()
    port = int(json.loads((launcher.data / "state.json").read_text())["postgres_port"])
    before = set(launcher.servers())
    with socket.create_connection(("127.0.0.1", port)) as asking:
        asking.sendall(struct.pack("!ii", 8, 196608))  # half of how a client begins
        wait_for(lambda: set(launcher.servers()) - before)
        [child] = set(launcher.servers()) - before
        os.kill(child, signal.SIGSTOP)
        killed.end(signal.SIGKILL)
        for pid in launcher.servers():
            if pid != child:
                os.kill(pid, signal.SIGKILL)
        wait_for(lambda: launcher.servers() == [child])
        ending = threading.Timer(3, os.kill, (child, signal.SIGKILL))
        ending.start()
        assert launcher.seen_by_command()["DATABASE_URL"]
        ending.join()


def test_a_stale_pid_file_is_no_obstacle(launcher: Launcher) -> None:
    launcher.seen_by_command()
    data = launcher.home / "postgres"
    owner = data.stat()
    recycled = subprocess.Popen(
        ["sleep", "600"],
        **({"user": owner.st_uid, "group": owner.st_gid} if os.geteuid() == 0 else {}),
    )
    alive = f"{recycled.pid}\n{data}\n1700000000\n5432\n\n127.0.0.1\n  1   1\nready   \n"
    try:
        for content in (alive, "", "what\n"):
            (data / "postmaster.pid").write_text(content)
            os.chown(data / "postmaster.pid", owner.st_uid, owner.st_gid)
            assert launcher.seen_by_command()["DATABASE_URL"]
            assert recycled.poll() is None
    finally:
        recycled.kill()
        recycled.wait()


def test_a_state_file_cut_short_loses_no_data_silently(open_launcher: Launcher) -> None:
    open_launcher.seen_by_command()
    state = open_launcher.data / "state.json"
    kept = state.read_text()
    state.write_text(kept[:10])
    refused = open_launcher.call("run", "--", "true")
    assert refused.returncode == 2
    assert "password" in refused.stderr
    assert (open_launcher.data / "postgres" / "PG_VERSION").exists()
    state.write_text(kept)
    assert open_launcher.seen_by_command()["DATABASE_URL"]


def test_leftovers_of_a_killed_initdb_are_cleared_away(launcher: Launcher) -> None:
    launcher.seen_by_command()
    home = launcher.home
    shutil.rmtree(home / "postgres")
    (home / "postgres.new-dead" / "cluster").mkdir(parents=True)
    assert "starting anew" in launcher.call("run", "--", "true").stderr
    assert not list(home.glob("postgres.new-*"))


def test_ctrl_c_in_a_terminal_reaches_the_command_once(launcher: Launcher) -> None:
    """The command is in the foreground of the terminal, the launcher is not."""
    script = (
        "import signal, sys, time\n"
        "got = []\n"
        "signal.signal(signal.SIGINT, lambda *_: got.append(1))\n"
        "print('ready', flush=True)\n"
        "time.sleep(1.5) if not got else None\n"
        "time.sleep(0.5)\n"
        "print('interrupts', len(got), flush=True)\n"
    )
    argv = [*LAUNCH, "run", "--", sys.executable, "-c", script]
    typist = subprocess.Popen(
        [sys.executable, "-c", IN_A_TERMINAL, *argv],
        env=launcher.environment(**REDIS_ONLY),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert typist.stdin is not None
    assert typist.stdout is not None
    assert b"ready" in typist.stdout.readline()
    typist.stdin.write(b"\x03")
    typist.stdin.flush()
    assert b"interrupts 1" in typist.stdout.read()
    typist.stdin.close()
    typist.stdout.close()
    assert typist.wait(PATIENCE) == 0
    assert launcher.servers() == []
