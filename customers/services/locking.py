"""The order in which customers are locked, the same for every writer."""

from collections.abc import Iterable

from django.db import connection

from customers.models import Identity


def lock_customers(customer_ids: Iterable[int]) -> None:
    """Lock these customers' rows until the end of the transaction, in ascending order.

    Order writes, consent writes and the send gate take this lock first; NO KEY UPDATE, so that rows
    that merely refer to a customer can still be inserted meanwhile.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM customers_customer WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [sorted(set(customer_ids))],
        )


def lock_customers_of(identity_ids: Iterable[int]) -> set[int]:
    """Lock the customers behind these identities and return them.

    Asks again after the lock: a merge may have given an identity to another customer meanwhile.
    """
    wanted = set(identity_ids)
    locked: set[int] = set()
    while True:
        rows = Identity.objects.filter(pk__in=wanted)
        customers = set(rows.order_by().values_list("customer_id", flat=True).distinct())
        if customers <= locked:
            return customers
        locked |= customers
        lock_customers(locked)
