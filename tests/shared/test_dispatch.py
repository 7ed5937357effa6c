"""Waking workers: after the commit, never failing the caller, only tasks that exist."""

import re
from pathlib import Path

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError

from config.celery import app
from config.shared import dispatch

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple]]:
    found: list[tuple[str, tuple]] = []
    monkeypatch.setattr(app, "send_task", lambda name, args, **_options: found.append((name, args)))
    return found


@pytest.mark.django_db(transaction=True)
def test_a_wake_up_leaves_after_the_commit_and_not_before(sent: list) -> None:
    with transaction.atomic():
        dispatch.after_commit("shared.heartbeat", 7)
        assert sent == []
    assert sent == [("shared.heartbeat", (7,))]


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_wakes_nobody(sent: list) -> None:
    with transaction.atomic():
        dispatch.after_commit("shared.heartbeat")
        transaction.set_rollback(True)
    assert sent == []


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_away_fails_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: object, **_options: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(app, "send_task", away)
    with transaction.atomic():
        dispatch.after_commit("shared.heartbeat")


def test_every_name_that_is_woken_or_ticked_is_a_task() -> None:
    app.loader.import_default_modules()
    woken = {
        name
        for path in ROOT.glob("*/**/*.py")
        if not {".venv", "tests"} & set(path.parts)
        for name in re.findall(r'after_commit\(\s*"([a-z_.]+)"', path.read_text())
    }
    ticked = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert ticked
    assert (woken | ticked) - set(app.tasks) == set()
