"""The shop that is open while servers are killed; says in JSON how to call it.

Its data stays from round to round, so that every round's books include those before it.
"""

import json
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.core.management import call_command

ORIGIN = "https://shop.example.com"
HEADERS = {
    "secret": ("X-App-Id", "X-App-Token"),
    "publishable": ("X-Client-Application-Id", "X-Client-Token"),
    "management": ("X-Management-Id", "X-Management-Token"),
}


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
    shop = {"headers": make_key(), "hot": "HOT", "unlimited": "UNLIMITED", "keys": unlimited_keys()}
    print(json.dumps(shop))


def unlimited_keys() -> dict[str, dict[str, str]]:
    """The headers of a key of each kind that may ask as often as it likes."""
    from config.shared import keys
    from config.shared.actors import SYSTEM
    from config.shared.limits import LIMITS
    from config.shared.models import ApiKey

    told = {}
    for kind, (app, token) in HEADERS.items():
        pages = {"origins": [ORIGIN], "may_redeem": True} if kind == "publishable" else {}
        made = keys.create_api_key(name=f"fuzz {kind}", kind=kind, actor=SYSTEM, **pages)
        ApiKey.objects.filter(pk=made.key.pk).update(**dict.fromkeys(LIMITS, 0))
        told[kind] = {app: made.key.app_id, token: made.token}
    told["publishable"]["Origin"] = ORIGIN
    return told


if __name__ == "__main__":
    main()
