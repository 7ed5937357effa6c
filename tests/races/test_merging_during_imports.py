"""Two customers become one, or two again, while a file about both is imported.

Nobody is made twice, nothing that the file says is lost, and the import goes on.
"""

from threading import Thread

import pytest
from django.db import connection

from config.shared.actors import SYSTEM
from config.shared.models import Project
from customers.models import (
    ConsentState,
    Customer,
    Identity,
    ImportRun,
    Merge,
    Order,
    PurchaseProfile,
)
from customers.services import (
    file_customers_finding,
    file_import_work,
    file_imports,
    order_file,
    order_merging,
)
from customers.services.customers import identify
from customers.services.locking import lock_customers
from customers.services.merging import merge, undo
from tests.customers.filing import COLLEAGUE, checked, decide, reasons, upload

from .harness import ROUNDS, at_once

pytestmark = pytest.mark.django_db(transaction=True)

PAIRS = 16
RETAIL = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
PLAIN = "order number,customer id,email,order date,sku,quantity,unit price\n"


@pytest.fixture(autouse=True)
def project():
    Project.objects.update_or_create(
        pk=1,
        defaults={"currency": "GBP", "country": "GB", "zone": "Europe/London", "language": "en"},
    )


def pair(number=0):
    """Two records of one person: the shop's number here, the e-mail address there."""
    first = identify(source_id=str(100 + number), actor=SYSTEM, first_name="Ann").customer
    second = identify(
        source_id=str(500 + number), actor=SYSTEM, email=f"ann{number}@x.test"
    ).customer
    return first, second


def people(count):
    """A file about both records of each pair, who are told apart by nothing but what they had."""
    rows = ["Customer ID,Email,City,newsletter"]
    rows += [f"{100 + n},,Cork,\n,ann{n}@x.test,Galway,no" for n in range(count)]
    return decide(upload("\n".join(rows) + "\n"), consent={"channel": "email"})


def orders(count):
    """Each record of a pair bought once."""
    rows = [
        f"{n},10A,RED MUG,1,2011-01-01 10:00:00,2.50,{n},EIRE"
        for number in (100, 500)
        for n in range(number, number + count)
    ]
    return decide(upload(RETAIL + "\n".join(rows) + "\n", contents="orders"))


def plain_orders(count):
    """The same in a file of no known system; the second record is known by its address only."""
    rows = []
    for n in range(count):
        rows.append(f"A{n},{100 + n},,2024-05-01 10:00,10A,1,2.50")
        rows.append(f"B{n},,ann{n}@x.test,2024-05-01 10:00,10A,1,2.50")
    return decide(upload(PLAIN + "\n".join(rows) + "\n", contents="orders"))


def ready(run):
    run = checked(run)
    assert reasons_of_check(run) == {}
    file_imports.start(run=run, actor=COLLEAGUE)
    return run


def reasons_of_check(run):
    return {code: entry["count"] for code, entry in run.report["rejected"].items()}


def finished(run):
    run = ImportRun.objects.get(pk=run.pk)
    assert (run.state, run.problem, reasons(run)) == ("finished", "", {})
    return run


def at_the_same_time(run, work):
    """Import in small batches while `work(number)` is done for every pair, one after the other."""

    def one(number):
        if number == 0:
            file_import_work.work(batch_size=4)
        else:
            for each in range(PAIRS):
                work(each)

    at_once(one, clients=2)
    return finished(run)


# --- storms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("round_", range(ROUNDS))
@pytest.mark.parametrize("file", [people, orders, plain_orders])
def test_everybody_is_one_after_merges_during_an_import(file, round_):
    pairs = [pair(number) for number in range(PAIRS)]
    run = ready(file(PAIRS))

    at_the_same_time(run, lambda n: merge(kept=pairs[n][0], absorbed=pairs[n][1], actor=SYSTEM))

    assert Customer.objects.count() == PAIRS
    assert Identity.objects.count() == 2 * PAIRS
    everything_arrived(file, customers=PAIRS)


@pytest.mark.parametrize("round_", range(ROUNDS))
@pytest.mark.parametrize("file", [people, orders])
def test_everybody_is_two_again_after_merges_are_undone_during_an_import(file, round_):
    merges = [
        merge(kept=kept, absorbed=absorbed, actor=SYSTEM)
        for kept, absorbed in (pair(number) for number in range(PAIRS))
    ]
    run = ready(file(PAIRS))

    at_the_same_time(run, lambda n: undo(merge=merges[n], actor=SYSTEM))

    assert Customer.objects.count() == 2 * PAIRS
    assert Identity.objects.count() == 2 * PAIRS
    assert not Merge.objects.filter(undone_at=None).exists()
    if file is orders:
        everything_arrived(file, customers=2 * PAIRS)


def everything_arrived(file, *, customers):
    if file is people:
        assert set(Customer.objects.values_list("city", flat=True)) <= {"Cork", "Galway"}
        assert ConsentState.objects.filter(channel="email", allowed=False).count() == PAIRS
        return
    assert Order.objects.count() == 2 * PAIRS
    counted = PurchaseProfile.objects.values_list("orders_count", flat=True)
    assert list(counted) == [2 * PAIRS // customers] * customers


# --- one at a time: the merge comes between finding and locking -----------------------------------


def meanwhile(monkeypatch, module, work):
    """Do `work` on another connection after the first batch was found and before it is locked."""
    left = [work]

    def elsewhere():
        try:
            left.pop()()
        finally:
            connection.close()

    def late(customer_ids):
        if left:
            other = Thread(target=elsewhere)
            other.start()
            other.join()
        lock_customers(customer_ids)

    monkeypatch.setattr(module, "lock_customers", late)


def imported_while(monkeypatch, work, *, module=file_customers_finding, file=people):
    run = ready(file(1))
    meanwhile(monkeypatch, module, work)
    file_import_work.work()
    return run


def test_a_row_is_about_the_one_who_is_left(monkeypatch):
    first, second = pair()

    run = imported_while(monkeypatch, lambda: merge(kept=first, absorbed=second, actor=SYSTEM))

    assert finished(run).counts["counts"] == {"changed": 1, "repeated": 1, "withdrawals": 1}
    assert Customer.objects.get().email == "ann0@x.test"


def test_a_row_is_about_the_one_who_is_there_again(monkeypatch):
    first, second = pair()
    row = merge(kept=first, absorbed=second, actor=SYSTEM)

    imported_while(monkeypatch, lambda: undo(merge=row, actor=SYSTEM))

    assert set(Customer.objects.values_list("email", "city")) == {
        ("", "Cork"),
        ("ann0@x.test", "Galway"),
    }


def test_without_looking_again_after_the_lock_the_same_person_is_made_twice(monkeypatch):
    """The broken variant: whoever was found before the lock is taken for all there are."""
    first, second = pair()
    monkeypatch.setattr(file_customers_finding, "_check_still_known", lambda *found: None)

    imported_while(
        monkeypatch,
        lambda: merge(kept=first, absorbed=second, actor=SYSTEM),
        file=lambda _count: decide(upload("Email,City\nann0@x.test,Galway\n")),
    )

    assert Customer.objects.filter(email="ann0@x.test").count() == 2


def test_an_order_goes_to_the_one_who_is_left(monkeypatch):
    first, second = pair()

    run = imported_while(
        monkeypatch,
        lambda: merge(kept=first, absorbed=second, actor=SYSTEM),
        module=order_merging,
        file=orders,
    )

    finished(run)
    assert Customer.objects.get().purchases.orders_count == 2


def test_an_order_known_by_its_address_goes_to_the_one_who_is_left(monkeypatch):
    """Whom a file knows by an address is found by us, and may be gone before the lock."""
    first, second = pair()
    receive, left = order_file.receive_orders, [merge]

    def elsewhere():
        try:
            left.pop()(kept=first, absorbed=second, actor=SYSTEM)
        finally:
            connection.close()

    def late(**asked):
        if left:
            other = Thread(target=elsewhere)
            other.start()
            other.join()
        return receive(**asked)

    monkeypatch.setattr(order_file, "receive_orders", late)
    run = ready(plain_orders(1))
    file_import_work.work()

    finished(run)
    assert not left
    assert Customer.objects.get().purchases.orders_count == 2


def test_without_asking_again_the_order_would_look_for_who_is_gone(monkeypatch):
    first, second = pair()

    def stale(cursor, scope, external_ids):
        cursor.execute(order_merging._KNOWN_CUSTOMERS, {**scope, "external_ids": external_ids})
        stored = {name: (pk, country, since) for name, pk, country, since in cursor.fetchall()}
        order_merging.lock_customers({pk for pk, _country, _since in stored.values()})
        return stored

    monkeypatch.setattr(order_merging, "_lock_known", stale)

    with pytest.raises(Customer.DoesNotExist):
        imported_while(
            monkeypatch,
            lambda: merge(kept=first, absorbed=second, actor=SYSTEM),
            module=order_merging,
            file=orders,
        )
