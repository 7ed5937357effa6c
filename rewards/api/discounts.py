"""What a code gives, as far as one published effect can say it."""

from decimal import Decimal
from typing import Any

from rewards.arithmetic import SHIPPING_PRODUCT_ID
from rewards.models import EffectKind, Redemption

_AMOUNTS_OF_ITEMS = {
    "each_line": "APPLY_TO_ITEMS",
    "each_unit": "APPLY_TO_ITEMS_BY_QUANTITY",
    "by_amount": "APPLY_TO_ITEMS_PROPORTIONALLY",
    "by_quantity": "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY",
}
# In this order, so that what is answered and what is read back from jsonb are the same text.
_EFFECT = ("kind", "percent", "amount", "cap_amount", "details", "discount_amount", "units")


def discount(redemption: Redemption) -> dict[str, Any]:
    """The published discount object, with all of it in `vesile`.

    One effect is published as itself where the vocabulary has it. Anything else, and several
    effects, are published as the one amount that they take off together.
    """
    goods = [e for e in redemption.effects if e["kind"] != EffectKind.FREE_SHIPPING]
    if not goods:
        published = published_free_shipping()
    else:
        one = published_effect(goods[0]) if len(goods) == 1 else None
        published = one or _amount(sum(effect["discount_amount"] for effect in goods))
    return published | {"is_dynamic": False, "vesile": _vesile(redemption)}


def published_effect(effect: dict[str, Any]) -> dict[str, Any] | None:
    """One effect on goods in the published words, None where they cannot say it."""
    details = effect.get("details") or {}
    to = "APPLY_TO_ITEMS" if "target" in details or details.get("pick") else "APPLY_TO_ORDER"
    match effect["kind"]:
        case EffectKind.PERCENT:
            return {
                "type": "PERCENT",
                "percent_off": _number(effect["percent"]),
                "amount_limit": effect["cap_amount"],
                "effect": to,
            }
        case EffectKind.FIXED_PRICE:
            return {"type": "FIXED", "fixed_amount": effect["amount"], "effect": to}
        case EffectKind.UNIT:
            return _unit(effect, details)
        case EffectKind.AMOUNT if to == "APPLY_TO_ORDER":
            return _amount(effect["amount"])
        case EffectKind.AMOUNT:
            spread = _AMOUNTS_OF_ITEMS[details.get("spread") or "each_line"]
            return {"type": "AMOUNT", "amount_off": effect["amount"], "effect": spread}
    return None


def _amount(amount: int) -> dict[str, Any]:
    return {"type": "AMOUNT", "amount_off": amount, "effect": "APPLY_TO_ORDER"}


def _unit(effect: dict[str, Any], details: dict[str, Any]) -> dict[str, Any]:
    gift = details.get("gift") or {}
    code = gift.get("sku") or gift.get("product") or ""
    adding = details.get("adding") or "ADD_MISSING_ITEMS"
    named = {"id": code, "source_id": code}
    return {
        "type": "UNIT",
        "unit_off": details.get("units") or 1,
        "unit_type": code,
        "effect": adding if adding != "NONE" else "ADD_MISSING_ITEMS",
        **({"sku": named} if gift.get("sku") else {"product": named}),
    }


def published_free_shipping() -> dict[str, Any]:
    return {
        "type": "UNIT",
        "unit_off": 1,
        "unit_type": SHIPPING_PRODUCT_ID,
        "effect": "ADD_MISSING_ITEMS",
        "product": {"id": SHIPPING_PRODUCT_ID, "source_id": SHIPPING_PRODUCT_ID},
    }


def _number(percent: str) -> int | float:
    """A percentage as JSON: 15, 12.5."""
    exact = Decimal(percent)
    return int(exact) if exact == int(exact) else float(exact)


def _vesile(redemption: Redemption) -> dict[str, Any]:
    return {
        "currency": redemption.currency,
        "effects": [
            {name: effect[name] for name in _EFFECT if effect.get(name)}
            | {"discount_amount": effect["discount_amount"]}
            for effect in redemption.effects
        ],
        "order_discount_amount": redemption.discount_amount - redemption.shipping_discount_amount,
        "shipping_discount_amount": redemption.shipping_discount_amount,
        "lines": [
            {"index": index, "discount_amount": line["discount_amount"]}
            for index, line in enumerate(redemption.lines)
        ],
    }
