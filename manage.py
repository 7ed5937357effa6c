#!/usr/bin/env python
"""Run a management command of Vesile."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.environment import settings_or_exit

    settings_or_exit()
    from django.core.management import execute_from_command_line

    from config.celery import app  # noqa: F401  (shared tasks bind to this app)

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
