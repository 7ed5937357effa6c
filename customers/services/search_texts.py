"""The text that search looks through, made anew from what customers and their ids are now."""

from collections.abc import Callable
from typing import Final

from django.db import transaction
from django.db.models import Max

from customers.models import Customer, Identity

from .locking import lock_customers

_AT_ONCE: Final = 2_000  # customers

Progress = Callable[[int, int], None]
"""Told the highest primary key that is done, and the highest there is."""


def rebuild(*, after: int = 0, progress: Progress | None = None) -> int:
    """Write the texts that differ; returns how many, of the customers with a key above `after`.

    Each batch is a transaction with its customers locked. Killed, it can be started again, from
    the beginning or from the key that `progress` was told last.
    """
    highest = Customer.objects.aggregate(last=Max("pk"))["last"] or 0
    written = 0
    while after < highest:
        with transaction.atomic():
            following = Customer.objects.filter(pk__gt=after).order_by("pk")
            customer_ids = list(following.values_list("pk", flat=True)[:_AT_ONCE])
            if not customer_ids:
                break
            lock_customers(customer_ids)
            written += _rewrite(customer_ids)
        after = customer_ids[-1]
        if progress:
            progress(after, highest)
    return written


def _rewrite(customer_ids: list[int]) -> int:
    external_ids: dict[int, list[str]] = {pk: [] for pk in customer_ids}
    identities = Identity.objects.filter(customer__in=customer_ids).order_by("pk")
    for customer_id, external_id in identities.values_list("customer_id", "external_id"):
        external_ids[customer_id].append(external_id)
    different = []
    for customer in Customer.objects.filter(pk__in=customer_ids):
        text = customer.search_text(external_ids[customer.pk])
        if customer.search != text:
            customer.search = text
            different.append(customer)
    Customer.objects.bulk_update(different, ["search"], batch_size=500)
    return len(different)
