"""What codes give among a thousand live offers, against the same among ten.

One order with ten codes of ten offers, which all apply. Those ten are all that is live on the one
side; on the other 990 more are, so that one in a hundred matches. Each offer has rules about
customer, order and goods. Warm is one call after the other; cold the first call of a process of
its own. Before times are compared both sides must give the same, and a change of an offer must be
seen by the next call.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.utils import timezone

from config.shared import clock, keys
from config.shared.actors import SYSTEM
from config.shared.models import ApiKey, Brand
from rewards.asked import AskedCustomer, AskedItem, AskedOrder, Attempt
from rewards.assessing import preview
from rewards.drafts import draft
from rewards.models import EffectKind, Promotion, StackingRules
from rewards.services.promotions import EffectDraft, create_promotion, save_promotion
from rewards.services.vouchers import create_generic_code
from tests.benchmarks import till
from tests.benchmarks.pairs import Figure, Result, in_turns, measure
from tests.benchmarks.surroundings import settle

MATCHING: Final = 10
LIVE: Final = 1_000
GOAL: Final = 2.0
CALLS: Final = int(os.environ.get("BENCH_CALLS", "100"))  # of a warm turn
_TOGETHER: Final = {
    "applicable_redeemables_limit": MATCHING,
    "applicable_redeemables_per_category_limit": MATCHING,
}
_RULES: Final = {
    "op": "and",
    "rules": [
        {"kind": "order_amount", "cmp": "gte", "value": 1_000, "currency": "GBP"},
        {"kind": "items", "items": {"categories": ["garden"]}},
        {"kind": "new_customer", "is": True},
    ],
}


def code_of(number: int) -> str:
    return f"LIVE-{number:04}"


def attempt() -> Attempt:
    """Ten codes on an order of three known products."""
    items = tuple(
        AskedItem(quantity=2, price=2_500 + line, source_id=f"till-product-{line}")
        for line in range(3)
    )
    return Attempt(
        codes=tuple(code_of(number) for number in range(MATCHING)),
        order=AskedOrder(items=items, currency="GBP", source_id="evaluated"),
        customer=AskedCustomer(source_id="till-1"),
    )


def evaluated(api_key: ApiKey) -> list[int]:
    """What each code takes off now."""
    drafted = draft(preview(attempt=attempt(), api_key=api_key, at=clock.now()))
    return [part.discount_amount for part in drafted.parts]


def run() -> Iterator[Result]:
    api_key = _set_up()
    few, many = partial(_live, MATCHING), partial(_live, LIVE)
    gave = []
    for live in (few, many):
        live()
        gave.append(evaluated(api_key))
        _change_is_seen(api_key)
    if gave[0] != gave[1] or len(gave[0]) != MATCHING or not all(gave[0]):
        raise AssertionError(f"the same codes give {gave[0]} and {gave[1]}")

    def warm() -> None:
        for _call in range(CALLS):
            evaluated(api_key)

    yield measure(
        f"{MATCHING} codes among {LIVE:,} live offers against {MATCHING}, warm",
        goal=GOAL,
        floor=warm,
        product=warm,
        reset=few,
        reset_product=many,
    )
    yield from in_turns(
        [Figure(f"{MATCHING} codes among {LIVE:,} live offers against {MATCHING}, cold", GOAL)],
        floor=partial(_cold, api_key, gave[0]),
        product=partial(_cold, api_key, gave[0]),
        reset=few,
        reset_product=many,
    )
    StackingRules.objects.all().delete()
    till.empty()


def _set_up() -> ApiKey:
    till.empty()
    till.make_customers()
    till.make_products()
    StackingRules.objects.all().delete()
    StackingRules.objects.create(
        brand=Brand.objects.get(is_default=True), rules=_TOGETHER, updated_at=timezone.now()
    )
    for number in range(LIVE):
        offer = create_promotion(
            name=f"Live {number}",
            currency="GBP",
            effects=_effects(1 + number % MATCHING),
            rules=_RULES,
            holder_only=False,
            redemption_limit=1_000_000,
            actor=SYSTEM,
            at=clock.now(),
        )
        create_generic_code(
            promotion=offer,
            code=code_of(number),
            redemption_limit=1_000_000,
            actor=SYSTEM,
            at=clock.now(),
        )
    return keys.create_api_key(name="bench", kind="secret", actor=SYSTEM).key


def _effects(percent: int) -> list[EffectDraft]:
    details: dict[str, Any] = {"target": {"categories": ["garden"]}}
    return [EffectDraft(EffectKind.PERCENT, percent=Decimal(percent), details=details)]


def _live(number: int) -> None:
    """Switch on this many offers, the ten of the codes among them, and no others."""
    pks = Promotion.objects.order_by("pk").values_list("pk", flat=True)[:number]
    Promotion.objects.exclude(pk__in=list(pks)).update(active=False)
    Promotion.objects.filter(pk__in=list(pks)).update(active=True)
    settle("rewards_promotion", "rewards_voucher")


def _change_is_seen(api_key: ApiKey) -> None:
    """The next call after a change gives what was changed."""
    promotion = Promotion.objects.order_by("pk")[0]
    before = evaluated(api_key)[0]
    for percent, expected in ((2, 2 * before), (1, before)):
        save_promotion(promotion=promotion, effects=_effects(percent), actor=SYSTEM, at=clock.now())
        if abs(evaluated(api_key)[0] - expected) > 3:  # three lines, each rounded by itself
            raise AssertionError("a change was not seen by the next call")


def _cold(api_key: ApiKey, expected: Sequence[int]) -> tuple[float]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.first_evaluation", str(api_key.pk)],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, gave = json.loads(done.stdout.splitlines()[-1])
    if gave != list(expected):
        raise AssertionError(f"the same codes give {gave} and {expected}")
    return (seconds,)
