"""A process that builds kept memberships and is killed with SIGKILL in the midst of it.

`python -m tests.races.killed_build BLOCKS`: so many blocks are committed; the next one is written,
and not committed, when the process dies. Without BLOCKS it builds to the end.
"""

import os
import signal
import sys
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django


def main() -> None:
    django.setup()
    from segments.services import building

    if len(sys.argv) > 1:
        _die_in_block(building, int(sys.argv[1]) + 1)
    building.build()


def _die_in_block(building: Any, last: int) -> None:
    write, done = building._build, []

    def written(*args: Any) -> None:
        write(*args)
        done.append(args)
        if len(done) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    building._build = written


if __name__ == "__main__":
    main()
