"""Run the benchmarks: `make bench`, or `make bench ARGS=tick` for one of them."""

import os
import sys
from importlib import import_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("LOG_LEVEL", "WARNING")

import django
from django.core.management import call_command

import config.celery  # noqa: F401  # the product wakes its workers through this broker

NAMES = (
    *("tick", "orders", "events", "customer_import", "customer_page", "membership"),
    *("segments", "live_count", "codes", "redemption", "evaluation", "peers"),
)


def main() -> int:
    wanted = sys.argv[1:] or list(NAMES)
    if unknown := set(wanted) - set(NAMES):
        print(f"there is no benchmark {sorted(unknown)[0]}; choose from {', '.join(NAMES)}")
        return 2
    django.setup()
    call_command("migrate", verbosity=0)
    from tests.benchmarks.pairs import HEAD
    from tests.benchmarks.surroundings import describe

    print(describe(), HEAD, sep="\n\n", flush=True)
    verdicts = []
    for name in wanted:
        for result in import_module(f"tests.benchmarks.{name}").run():
            print(result.row(), flush=True)
            verdicts.append(result.verdict)
    return 0 if set(verdicts) <= {"reached", "measured"} else 1


if __name__ == "__main__":
    sys.exit(main())
