"""An order with a voucher as pretix places it, for `tests.benchmarks.peers`.

Run by a Python that has pretix and none of ours: `DATABASE_URL` is an empty database. For each
number on a line of its input it places that many orders of three positions with the same voucher of
15 %, and says in JSON how many seconds it took and what the last one costs.
"""

import json
import logging
import os
import sys
import tempfile
import time
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

_database = urlsplit(os.environ["DATABASE_URL"])
_folder = tempfile.TemporaryDirectory(prefix="bench-pretix-")
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "pretix.settings",
    "PRETIX_DATABASE_BACKEND": "postgresql",
    "PRETIX_DATABASE_NAME": _database.path.lstrip("/"),
    "PRETIX_DATABASE_USER": _database.username or "",
    "PRETIX_DATABASE_PASSWORD": _database.password or "",
    "PRETIX_DATABASE_HOST": _database.hostname or "",
    "PRETIX_DATABASE_PORT": str(_database.port or ""),
    "PRETIX_DJANGO_SECRET": "nothing is signed with it, but it is long enough to be taken for one",
    "PRETIX_PRETIX_DATADIR": _folder.name,
}

import django  # noqa: E402
from django.conf import settings  # noqa: E402


class _WithoutMigrations:
    """Tables as the models are now: there is nothing to migrate in an empty database."""

    def __contains__(self, _app):
        return True

    def __getitem__(self, _app):
        return None


settings.MIGRATION_MODULES = _WithoutMigrations()
django.setup()

from django.core.management import call_command  # noqa: E402
from django.utils.timezone import now  # noqa: E402
from django_scopes import scope  # noqa: E402
from pretix.api.webhooks import notify_webhooks  # noqa: E402
from pretix.base.models import Event, Organizer  # noqa: E402
from pretix.base.services.cart import CartManager  # noqa: E402
from pretix.base.services.notifications import notify  # noqa: E402
from pretix.base.services.orders import _perform_order  # noqa: E402

_PAYMENT = "manual"


def _sell(organizer):
    """Three products, and a voucher of 15 % that may be used without end."""
    event = Event.objects.create(
        organizer=organizer,
        name="Event",
        slug="event",
        currency="GBP",
        date_from=now() + timedelta(days=365),
        live=True,
    )
    event.settings.set(f"payment_{_PAYMENT}__enabled", True)
    quota = event.quotas.create(name="Enough", size=None)
    items = []
    for line in range(3):
        item = event.items.create(name=f"Product {line}", default_price=Decimal(50))
        quota.items.add(item)
        items.append(item)
    event.vouchers.create(
        code="FIFTEEN", max_usages=1_000_000_000, price_mode="percent", value=Decimal(15)
    )
    return event, items


def _place(event, items, number):
    channel = event.organizer.sales_channels.get(identifier="web")
    cart = CartManager(event=event, cart_id=f"cart-{number}", sales_channel=channel)
    cart.add_new_items(
        [{"item": item.pk, "variation": None, "count": 1, "voucher": "FIFTEEN"} for item in items]
    )
    cart.commit()
    positions = list(event.cartposition_set.filter(cart_id=f"cart-{number}"))
    total = sum(position.price for position in positions)
    paid = {
        "id": f"payment-{number}",
        "provider": _PAYMENT,
        "max_value": None,
        "min_value": None,
        "multi_use_supported": False,
        "info_data": {},
    }
    placed = _perform_order(
        event, [paid], [position.pk for position in positions], None, "en", None, shown_total=total
    )
    return event.orders.get(pk=placed["order_id"])


def _left_to_workers(*_args, **_kwargs):
    """What a worker would do afterwards is not part of the order."""


def main():
    logging.disable(logging.WARNING)
    notify.apply_async = notify_webhooks.apply_async = _left_to_workers
    call_command("migrate", verbosity=0, run_syncdb=True)
    organizer = Organizer.objects.create(name="Organizer", slug="organizer")
    number = 0
    with scope(organizer=organizer):
        event, items = _sell(organizer)
        print(json.dumps({"ready": True}), flush=True)
        for asked in sys.stdin:
            started = time.perf_counter()
            for _number in range(int(asked)):
                number += 1
                order = _place(event, items, number)
            seconds = time.perf_counter() - started
            costs = int(order.total * 100)
            print(json.dumps({"seconds": seconds, "costs": costs}), flush=True)


if __name__ == "__main__":
    main()
