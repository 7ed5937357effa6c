"""The audit log cannot be changed, and what is sealed proves it."""

import pytest
from django.db import IntegrityError, connection, transaction

from config.shared import audit
from config.shared.actors import SYSTEM
from config.shared.models import AuditEntry, AuditSeal, Brand

pytestmark = pytest.mark.django_db


def write(count: int = 1) -> None:
    brand = Brand.objects.get()
    for _ in range(count):
        audit.record(actor=SYSTEM, action="brand.changed", of=brand, fields=["name"])


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE shared_auditentry SET action = 'nothing.happened'",
        "DELETE FROM shared_auditentry",
        "UPDATE shared_auditentry SET seal_id = NULL",
    ],
)
def test_the_database_refuses_changes(sql: str) -> None:
    write()
    audit.seal()
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        connection.cursor().execute(sql)


def test_sealing_takes_every_row_once() -> None:
    write(3)
    assert audit.seal() == 3
    assert audit.seal() == 0
    write(2)
    assert audit.seal() == 2
    assert list(AuditSeal.objects.order_by("id").values_list("row_count", flat=True)) == [3, 2]
    assert audit.first_broken_seal() is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE shared_auditentry SET actor_id = '7' WHERE id = %s",
        "DELETE FROM shared_auditentry WHERE id = %s",
    ],
)
def test_somebody_with_all_rights_leaves_a_broken_seal(tampering: str) -> None:
    write(2)
    audit.seal()
    write(2)
    audit.seal()
    first = AuditEntry.objects.earliest("id")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE shared_auditentry DISABLE TRIGGER shared_audit_stays")
        cursor.execute(tampering, [first.pk])
        cursor.execute("ALTER TABLE shared_auditentry ENABLE TRIGGER shared_audit_stays")
    assert audit.first_broken_seal() == AuditSeal.objects.order_by("id").first()


def test_rows_hold_names_of_fields_only() -> None:
    write()
    entry = AuditEntry.objects.get()
    assert (entry.object_kind, entry.fields) == ("shared.brand", ["name"])
