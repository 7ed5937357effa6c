"""A shop with one kept segment, and a customer who is not in it; says in JSON how to call it."""

import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.core.management import call_command

RULES = {
    "op": "and",
    "rules": [
        {"field": "orders.count", "cmp": "gte", "value": 1, "within": {"last": 1, "unit": "day"}}
    ],
}


def main() -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    from config.shared.actors import SYSTEM
    from customers.services.customers import identify
    from segments.services import building
    from segments.services.keeping import keep_segment
    from segments.services.segments import save_segment
    from tests.rewards.makers import make_key

    customer = identify(source_id="ann", actor=SYSTEM).customer
    segment = save_segment(name="Bought today", rules=RULES, actor=SYSTEM)
    keep_segment(segment=segment, actor=SYSTEM)
    building.build()
    told = {"headers": make_key(), "segment": segment.pk, "customer": customer.pk}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
