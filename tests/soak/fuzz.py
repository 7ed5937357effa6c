"""Send the API what its description allows and what it does not: `python -m tests.soak.fuzz`.

schemathesis (4.x, not one of our requirements: `pipx install schemathesis`) reads the description
from a web server of production kind and makes requests for each kind of key in turn, until the time
is over. No answer may be a 5xx, and each must be as described. What it finds is printed with the
command that shows it again.
"""

import argparse
import http.client
import re
import shutil
import subprocess
import sys
import time

from tests.servers.launcher import PROJECT, Launcher

from .kills import Web, run, wait_for_the_door

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
FOLDER, DESCRIPTION = PROJECT / ".data" / "soak", "description.json"
FRONTS = {"secret": "/v1/", "publishable": "/client/v1/", "management": "/management/v1/"}
"""What each kind of key may call."""
EXAMPLES = 25  # of every call in one pass


def one_pass(
    tool: str, url: str, headers: dict[str, str], front: str, seed: int
) -> tuple[int, str]:
    """How it ended, and what it said."""
    sent = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    done = subprocess.run(
        [
            *(tool, "run", str(FOLDER / DESCRIPTION), "--url", url, *sent),
            *("--include-path-regex", f"^{front}", "--checks", ",".join(CHECKS)),
            *("--max-examples", str(EXAMPLES), "--seed", str(seed), "--continue-on-failure"),
            *("--request-timeout", "20", "--suppress-health-check", "all", "--no-color"),
            *("--generation-database", ":memory:"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=FOLDER,
    )
    return done.returncode, done.stdout + done.stderr


def description(port: int) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    connection.request("GET", "/v1/schema/?format=json")
    return connection.getresponse().read()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--tool", default=shutil.which("schemathesis"), help="where it is")
    asked = parser.parse_args()
    if not asked.tool:
        print("schemathesis is not installed; name it with --tool", file=sys.stderr)
        return 2
    FOLDER.mkdir(parents=True, exist_ok=True)
    # The servers live as long as their command, and a pass goes on after the time is over.
    running = Launcher(FOLDER / "fuzz").start(then="import time; time.sleep(86_400)")
    shop = run(running.seen, "-m", "tests.soak.shop")
    web = Web(running.seen)
    until, seed, failed = time.monotonic() + asked.minutes * 60, 0, 0
    try:
        wait_for_the_door(web.port)
        url = f"http://127.0.0.1:{web.port}"
        (FOLDER / DESCRIPTION).write_bytes(description(web.port))
        while time.monotonic() < until:
            for kind, front in FRONTS.items():
                code, said = one_pass(asked.tool, url, shop["keys"][kind], front, seed)
                failed += code != 0
                (FOLDER / f"fuzz-{kind}-{seed}.txt").write_text(said)
                made = re.findall(r"[0-9,]+ generated.*", said)
                print(f"pass {seed}, {kind} key: {'failed' if code else 'fine'} {made}", flush=True)
            seed += 1
    finally:
        web.kill()
        running.end()
    print(f"{seed} passes, {failed} failed; what was said is in {FOLDER}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
