"""The order in which customers are locked, the same for every writer."""

from collections.abc import Iterable

from django.db import connection


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
