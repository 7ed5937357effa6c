#!/usr/bin/env python
"""Run a management command of Vesile."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.environment import settings_or_exit

    settings_or_exit()
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, connection

    import config.celery  # noqa: F401  (shared tasks bind to this app)

    try:
        execute_from_command_line(sys.argv)
    except OperationalError as error:
        if connection.connection is not None:
            raise  # it does answer, so this is about something else
        why = str(error).splitlines()[0]
        print(
            f"vesile: The database in DATABASE_URL does not answer ({why});"
            " start it or correct the address.",
            file=sys.stderr,
        )
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
