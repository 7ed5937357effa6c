"""Waking the workers after a commit. Rows are the truth: a wake-up that is lost costs only time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger("vesile.dispatch")


_silent: ContextVar[bool] = ContextVar("vesile_dispatch_silent", default=False)


@contextmanager
def silently() -> Iterator[None]:
    """In the block nobody is woken: for whoever does the workers' work itself, step by step."""
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


def after_commit(task: str, *args: Any) -> None:
    """Once the running transaction has committed, ask a worker to run `task` (a task's full name).

    Never fails the caller: with the broker away, the periodic sweep of that task does the work.
    """
    transaction.on_commit(partial(_wake, task, args), robust=True)


def _wake(task: str, args: tuple[Any, ...]) -> None:
    if _silent.get():
        return
    try:
        current_app.send_task(task, args, ignore_result=True, retry=False)
    except OperationalError as error:
        log.warning("broker_away", task=task, error=type(error).__name__)
