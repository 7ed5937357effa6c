"""How long the first evaluation of a process takes: `python -m tests.benchmarks.first_evaluation`.

The argument is the id of the key that asks. Says the seconds and what each code gives, as JSON. The
database is open by then: reading the key opened it.
"""

import json
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django


def main() -> None:
    django.setup()
    from config.shared.models import ApiKey
    from tests.benchmarks.evaluation import evaluated

    api_key = ApiKey.objects.get(pk=int(sys.argv[1]))
    started = time.perf_counter()
    gave = evaluated(api_key)
    print(json.dumps([time.perf_counter() - started, gave]))


if __name__ == "__main__":
    main()
