"""Offers, codes, carts and brand rules as no single test would think of them, from a seed."""

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from config.shared.errors import BadInput
from config.shared.models.project import default_brand_id
from customers.models import Product
from rewards.arithmetic import Adding, PickOf, Spread, Which
from rewards.asked import AskedCustomer, AskedItem, AskedOrder, Attempt
from rewards.errors import PromotionInvalid
from rewards.models import EffectKind, Promotion, StackingRules, Voucher
from rewards.services.promotion_changes import change_promotion
from rewards.services.promotions import EffectDraft
from rewards.services.voucher_changes import change_limit

from .makers import AT, SYSTEM, make_generic, make_identity, make_promotion

GOODS = {"mug": ("kitchen", 900), "pot": ("kitchen", 2999), "seed": ("garden", 35)}
PEOPLE = ("ann", "bea")
CODES = tuple(f"CODE-{number}" for number in range(6))
USES = (None, 1, 4, 20)  # of a code
LIMITS = {
    "redemption_limit": (2, 5, 9),
    "limit_per_customer": (1, 3),
    "budget_amount": (500, 20_000, 10**9),
    "budget_period_amount": (2_000, 10**9),
}
PERIODS = {"budget_period": "month", "limit_per_customer_period": 4, "customer_period": "week"}


@dataclass(frozen=True)
class RandomShop:
    """A shop with two customers and six codes, each of an offer with anything in it."""

    random: Random

    def open(self) -> None:
        for name, (category, price) in GOODS.items():
            Product.objects.create(
                source_id=name, price=price, categories=[category], created_at=AT
            )
        for person in PEOPLE:
            make_identity(person)
        StackingRules.objects.create(
            brand_id=default_brand_id(), rules=self._rules(), updated_at=AT
        )
        for code in CODES:
            make_generic(self._offer(code), code=code, limit=self.random.choice(USES))

    def _rules(self) -> dict:
        return {
            "redeemables_application_mode": self.random.choice(["ALL", "PARTIAL"]),
            "redeemables_products_application_mode": self.random.choice(["STACK", "ONCE"]),
            "redeemables_no_effect_rule": self.random.choice(["REDEEM_ANYWAY", "SKIP"]),
        }

    def _offer(self, name: str) -> Promotion:
        while True:
            effects = [self._effect() for _number in range(self.random.randint(1, 3))]
            try:
                return make_promotion(
                    *effects,
                    name=name,
                    holder_only=False,
                    minimum_amount=self.random.choice([None, None, 1_500]),
                    exclusive=self.random.random() < 0.1,
                    priority=self.random.randint(0, 2),
                    **self._limits(),
                    **PERIODS,
                )
            except PromotionInvalid:
                continue  # such as free shipping twice

    def _limits(self) -> dict:
        return {name: self.random.choice([None, None, *some]) for name, some in LIMITS.items()}

    def change_a_limit(self) -> None:
        """As a marketer does in the middle: sets, lowers, raises or lifts limits."""
        code = self.random.choice(list(Voucher.objects.order_by("pk")))
        with suppress(BadInput):  # a limit below what was redeemed
            change_limit(voucher=code, limit=self.random.choice(USES), actor=SYSTEM, at=AT)
        offer = self.random.choice(list(Promotion.objects.order_by("pk")))
        change_promotion(promotion=offer, fields=self._limits(), actor=SYSTEM, at=AT)

    # --- effects ----------------------------------------------------------------------------------
    def _effect(self) -> EffectDraft:
        random = self.random
        percent = Decimal(random.randint(1, 10_000)) / 100
        amount = random.choice([1, 333, 1_000, 100_000])
        cap = random.choice([None, None, 700])
        match random.choice(list(EffectKind)):
            case EffectKind.PERCENT:
                return EffectDraft("percent", percent, cap_amount=cap, details=self._aim())
            case EffectKind.AMOUNT:
                details = self._aim() | {"spread": random.choice(list(Spread)).value}
                abroad = random.choice([{}, {"EUR": {"amount": 77}}])
                return EffectDraft("amount", amount=amount, details=details, other_amounts=abroad)
            case EffectKind.FIXED_PRICE:
                return EffectDraft("fixed_price", amount=amount, details=self._aim())
            case EffectKind.UNIT:
                details = self._gift() | {"units": random.randint(1, 3)}
                return EffectDraft("unit", details=details)
            case EffectKind.BUY_GET:
                got = self._gift() if random.random() < 0.4 else {"get": self._selector()}
                details = got | {
                    "buy": self._selector(),
                    "buy_quantity": random.randint(1, 3),
                    "get_quantity": random.randint(1, 2),
                    "repeats": random.choice([None, 2]),
                }
                some = None if "gift" in got else percent
                return EffectDraft("buy_get", some, cap_amount=cap, details=details)
            case EffectKind.BUNDLE:
                parts = [
                    {"items": self._selector(), "quantity": random.randint(1, 2)}
                    for _part in range(random.randint(1, 2))
                ]
                details = {"parts": parts, "limit": random.randint(1, 3)}
                if random.random() < 0.5:
                    return EffectDraft("bundle", percent, details=details | {"by": "percent"})
                by = random.choice(["price", "amount"])
                return EffectDraft("bundle", amount=amount, details=details | {"by": by})
        return EffectDraft("free_shipping")

    def _aim(self) -> dict:
        random, aim = self.random, {"base": self.random.choice(["discounted", "initial"])}
        if random.random() < 0.3:
            return aim | {"include_shipping": random.random() < 0.5}
        aim["target"] = self._selector()
        if random.random() < 0.4:
            aim["pick"] = {
                "which": random.choice(list(Which)).value,
                "of": random.choice(list(PickOf)).value,
                "count": random.randint(1, 3),
            }
        return aim

    def _selector(self) -> dict:
        return self.random.choice(
            [{}, {"categories": ["kitchen"]}, {"products": ["mug", "seed"]}, {"products": ["pot"]}]
        )

    def _gift(self) -> dict:
        return {
            "gift": {"product": self.random.choice(list(GOODS))},
            "adding": self.random.choice(list(Adding)).value,
        }

    # --- what customers want ----------------------------------------------------------------------
    def attempt(self, number: int) -> Attempt:
        random = self.random
        return Attempt(
            codes=tuple(random.sample(CODES, random.choice([1, 1, 2, 3]))),
            order=self._order(number),
            customer=AskedCustomer(source_id=random.choice(PEOPLE)),
        )

    def _order(self, number: int) -> AskedOrder:
        random = self.random
        told = {"source_id": f"o{number}", "currency": random.choice(["GBP"] * 6 + ["EUR"])}
        if random.random() < 0.1:
            return AskedOrder(amount=random.randint(0, 20_000), **told)
        items = [self._item(place) for place in range(random.randint(1, 6))]
        if random.random() < 0.5:
            items.append(AskedItem(price=490, source_id="ship", product_id="prod_5h1pp1ng"))
        return AskedOrder(items=tuple(items), **told)

    def _item(self, place: int) -> AskedItem:
        """Mostly goods of the catalog, some of them on two lines; now and then at odd prices."""
        random = self.random
        quantity = random.choice([1, 1, 2, 3, 7])
        name = random.choice([*GOODS, f"unknown-{place}"])
        price = random.choice([GOODS.get(name, ("", 1_999))[1], random.randint(0, 5_000)])
        if random.random() < 0.2:
            return AskedItem(quantity, amount=random.randint(0, 9_999), source_id=name)
        return AskedItem(quantity, price=price, product_id=name)


def code_counts() -> dict[str, int]:
    return dict(Voucher.objects.exclude(redeemed_count=0).values_list("code", "redeemed_count"))
