"""Customers from a file, from the upload to the rows."""

import pytest

from config.shared.actors import SYSTEM
from customers.models import Customer, ImportRun
from customers.services import file_import_work, file_imports

pytestmark = pytest.mark.django_db

PLAIN = """\
Email,First Name,Last Name,Phone,Country,City,Birthday
ann@example.com,Ann,Berg,+905321234567,Turkey,Izmir,1990-05-31
bob@example.com,Bob,,0532 123 45 68,TR,Ankara,
carl@example.com,Carl,Duman,12,TR,Ankara,1850-01-01
"""


def upload(text, name="people.csv"):
    body = text if isinstance(text, bytes) else text.encode()
    return file_imports.receive_upload(name=name, parts=[body], contents="customers", actor=SYSTEM)


def check(run):
    file_imports.check(run=run)
    file_import_work.work()
    return ImportRun.objects.get(pk=run.pk)


def imported(run):
    file_imports.start(run=check(run), actor=SYSTEM)
    file_import_work.work()
    return ImportRun.objects.get(pk=run.pk)


def test_a_plain_file_goes_from_upload_to_rows() -> None:
    run = imported(upload(PLAIN))
    assert run.state == "finished", run.problem
    assert run.counts["counts"] == {"created": 2}
    ann = Customer.objects.get(email="ann@example.com")
    assert (ann.first_name, ann.phone, ann.country, ann.birth_year) == (
        "Ann",
        "+905321234567",
        "TR",
        1990,
    )
