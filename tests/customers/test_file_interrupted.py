"""A killed, paused or cancelled import: the next sweep goes on, and the tables are as in one go."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from config.shared import clock
from config.shared.actors import SYSTEM
from config.shared.models import Project, StoredFile
from customers.models import ImportRun, ImportTouch
from customers.services import file_customers, file_import_work, file_imports
from tests.customers.filing import COLLEAGUE, checked, decide, imported, rejected, upload
from tests.factories import NOON

ROOT = Path(__file__).resolve().parents[2]

ROWS = 240
_KILLED_PROCESS = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
from customers.services import file_import_work
file_import_work.work(batch_size=10)
"""


def people(count: int = ROWS) -> str:
    """Some rows are wrong, some are repeated, some say no, so that every part has work."""
    lines = ["Customer ID,Email,First Name,City,Phone,newsletter"]
    for number in range(count):
        who = number - 7 if number % 11 == 10 else number
        phone = "12" if number % 13 == 12 else f"+90532{1000000 + number}"
        wants = ("yes", "no", "")[number % 3]
        lines.append(f"{who},p{who}@x.test,Ann {number},City {number % 5},{phone},{wants}")
    return "\n".join(lines) + "\n"


def picture() -> str:
    """A checksum of everything an import writes, without ids and moments given out in passing."""
    statements = (
        "SELECT c.email, c.first_name, c.city, c.phone, c.search, i.source, i.external_id"
        " FROM customers_customer c JOIN customers_identity i ON i.customer_id = c.id"
        " ORDER BY i.source, i.external_id",
        "SELECT i.external_id, e.channel, e.action, e.source FROM customers_consentevent e"
        " JOIN customers_identity i ON i.id = e.identity_id ORDER BY 1, 2, 3",
        "SELECT c.email, s.channel, s.allowed FROM customers_consentstate s"
        " JOIN customers_customer c ON c.id = s.customer_id ORDER BY 1, 2",
        "SELECT c.email, f.data::text FROM shared_fact f"
        " JOIN customers_customer c ON c.id = f.subject_id"
        " WHERE f.kind = 'customer.changed' ORDER BY 1, 2",
    )
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            digest.update(repr(cursor.fetchall()).encode())
    return digest.hexdigest()


_TABLES = (
    "customers_customer, customers_importrun, customers_consentevent, shared_storedfile,"
    " shared_fact, shared_auditentry"
)


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {_TABLES} CASCADE")


def started(text: str) -> ImportRun:
    run = checked(decide(upload(text), consent={}))
    return file_imports.start(run=run, actor=COLLEAGUE)


@pytest.fixture
def in_one_go(transactional_db):
    """What an uninterrupted import of `people()` leaves; the tables are empty again."""
    Project.objects.get_or_create(pk=1)
    run = imported(decide(upload(people()), consent={}), batch_size=10)
    left = picture(), run.counts, rejected(run)
    _empty()
    yield left
    _empty()


def test_kill_9_in_mid_import_and_the_next_sweep_ends_with_the_same_tables(in_one_go) -> None:
    run = started(people())
    worker = subprocess.Popen(
        [sys.executable, "-c", _KILLED_PROCESS, settings.DATABASES["default"]["NAME"]],
        cwd=ROOT,
        env={**os.environ, "VESILE_DB_POOL": "0"},
    )
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and worker.poll() is None:
        run.refresh_from_db()
        if run.lines_done > 30:
            break
        time.sleep(0.01)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    run.refresh_from_db()
    assert run.state == "running"
    assert 0 < run.lines_done <= ROWS
    # The killed worker's server process may need a moment to notice and let go of its locks.
    while run.state == "running" and time.monotonic() < deadline:
        file_import_work.work(batch_size=10)
        run.refresh_from_db()
    assert run.state == "finished"
    assert (picture(), run.counts, rejected(run)) == in_one_go


class Killed(Exception):
    """Stands for whatever ends a worker."""


@pytest.mark.parametrize("where", ["record", "write"])
def test_killed_inside_a_batch_leaves_the_checkpoint_where_it_was(
    in_one_go, monkeypatch, where
) -> None:
    run = started(people())
    module = {
        "record": file_customers.file_consents,
        "write": file_customers.file_customers_writing,
    }[where]
    works, calls = getattr(module, where), []

    def fails_once(*args, **kwargs):
        calls.append(1)
        if len(calls) == 5:
            raise Killed
        return works(*args, **kwargs)

    monkeypatch.setattr(module, where, fails_once)
    with pytest.raises(Killed):
        file_import_work.work(batch_size=10)
    run.refresh_from_db()
    assert (run.state, run.counts["read"]) == ("running", 40)
    file_import_work.work(batch_size=10)
    run.refresh_from_db()
    assert (picture(), run.counts, rejected(run)) == in_one_go


def test_a_pause_is_obeyed_after_the_batch_in_hand_and_resumed(in_one_go, monkeypatch) -> None:
    run = started(people())
    works = file_customers.CustomerWriter.write

    def pausing(self, rows):
        tally = works(self, rows)
        if rows[0].number > 60:
            ImportRun.objects.filter(pk=run.pk).update(wish="pause")
        return tally

    with monkeypatch.context() as patch:
        patch.setattr(file_customers.CustomerWriter, "write", pausing)
        file_import_work.work(batch_size=10)
    run.refresh_from_db()
    assert (run.state, run.wish, run.counts["read"]) == ("paused", "", 70)
    assert file_import_work.work() == 0
    file_imports.resume(run=run)
    file_import_work.work(batch_size=10)
    run.refresh_from_db()
    assert (picture(), run.counts, rejected(run)) == in_one_go


@pytest.mark.django_db
def test_a_cancelled_import_keeps_what_it_wrote_and_forgets_its_upload() -> None:
    run = started(people())
    file_imports.cancel(run=run, actor=SYSTEM)
    run.refresh_from_db()
    assert (run.state, run.file) == ("cancelled", None)
    assert list(StoredFile.objects.all()) == [run.rejects]
    assert not ImportTouch.objects.exists()
    assert file_import_work.work() == 0


@pytest.mark.django_db
def test_a_check_that_was_killed_begins_anew_and_tells_the_same(monkeypatch) -> None:
    run = decide(upload(people()), consent={})
    works, calls = file_customers.CustomerWriter.write, []

    def fails_once(self, rows):
        calls.append(1)
        if len(calls) == 3:
            raise Killed
        return works(self, rows)

    file_imports.check(run=run)
    monkeypatch.setattr(file_customers.CustomerWriter, "write", fails_once)
    with pytest.raises(Killed):
        file_import_work.work(batch_size=10)
    file_import_work.work(batch_size=10)
    run.refresh_from_db()
    assert (run.state, run.report["read"]) == ("checked", ROWS)


@pytest.mark.django_db
def test_several_imports_wait_their_turn_and_all_are_worked_off() -> None:
    runs = [checked(upload(text)) for text in ("email\nfirst@x.test\n", "email\nlast@x.test\n")]
    for run in runs:
        assert file_imports.start(run=run, actor=COLLEAGUE).state == "waiting"
    assert file_import_work.work() == 2
    assert set(ImportRun.objects.values_list("state", flat=True)) == {"finished"}


@pytest.mark.django_db
def test_an_upload_that_nobody_goes_on_with_ends_after_a_week_and_says_so() -> None:
    """Until then nobody can be erased: the file may hold them."""
    Project.objects.update(language="en")
    with clock.use(clock.FrozenClock(NOON)) as frozen:
        left, mapped = upload(people(3)), upload(people(4))
        frozen.advance(timedelta(days=5))
        decide(mapped)
        frozen.advance(timedelta(days=2))
        assert file_import_work.work() == 0
        frozen.advance(timedelta(seconds=1))
        assert file_import_work.work() == 1

    left.refresh_from_db()
    mapped.refresh_from_db()
    assert (left.state, left.file, mapped.state) == ("cancelled", None, "uploaded")
    assert "Nobody went on with this upload for 7 days" in left.problem
    assert StoredFile.objects.count() == 1
