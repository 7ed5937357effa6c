"""The shop that is open while servers are killed; says in JSON how to call it.

Its data stays from round to round, so that every round's books include those before it.
"""

import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.core.management import call_command


def main() -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    from rewards.models import Promotion
    from tests.rewards.makers import amount, make_generic, make_key, make_promotion

    if not Promotion.objects.exists():
        # A hot code, limited in everything; and one that nothing limits.
        limited = make_promotion(
            amount(1000),
            name="Limited",
            holder_only=False,
            redemption_limit=10**6,
            limit_per_customer=10**6,
            budget_amount=10**10,
            budget_period_amount=10**9,
            budget_period="day",
        )
        make_generic(limited, code="HOT", limit=10**6)
        free = make_promotion(amount(500), name="Unlimited", holder_only=False)
        make_generic(free, code="UNLIMITED")
    print(json.dumps({"headers": make_key(), "hot": "HOT", "unlimited": "UNLIMITED"}))


if __name__ == "__main__":
    main()
