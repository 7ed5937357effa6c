"""Our objects in the published vocabulary. Everything comes from a redemption, stored or not:
what is answered at once, replayed, listed and shown later is the same.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from config.shared.api.handler import body_of
from config.shared.errors import Refused
from rewards.arithmetic import SHIPPING_PRODUCT_ID
from rewards.evaluation import WORDS, Rule, Words
from rewards.models import EffectKind, Redemption, RedemptionResult, Voucher

# What a request may hold together today; required by strict clients in every validation.
STACKING_RULES = {
    "redeemables_limit": 1,
    "applicable_redeemables_limit": 1,
    "applicable_redeemables_per_category_limit": 1,
    "applicable_redeemables_category_limits": {},
    "applicable_exclusive_redeemables_limit": 1,
    "applicable_exclusive_redeemables_per_category_limit": 1,
    "exclusive_categories": [],
    "joint_categories": [],
    "redeemables_application_mode": "ALL",
    "redeemables_sorting_rule": "REQUESTED_ORDER",
    "redeemables_products_application_mode": "STACK",
    "redeemables_no_effect_rule": "REDEEM_ANYWAY",
    "no_effect_skip_categories": [],
    "no_effect_redeem_anyway_categories": [],
}


# In this order, so that what is answered and what is read back from jsonb are the same text.
_EFFECT = ("kind", "percent", "amount", "cap_amount", "discount_amount")


def _number(percent: str) -> int | float:
    """A percentage as JSON: 15, 12.5."""
    exact = Decimal(percent)
    return int(exact) if exact == int(exact) else float(exact)


def discount(redemption: Redemption) -> dict[str, Any]:
    """What the code gives, as far as one published effect can say it; the rest is in `vesile`.

    Several effects on the order are published as the one amount that they take off together.
    """
    on_order = [e for e in redemption.effects if e["kind"] != EffectKind.FREE_SHIPPING]
    if not on_order:
        published = _free_shipping()
    elif len(on_order) == 1 and on_order[0]["kind"] == EffectKind.PERCENT:
        published = {
            "type": "PERCENT",
            "percent_off": _number(on_order[0]["percent"]),
            "amount_limit": on_order[0]["cap_amount"],
            "effect": "APPLY_TO_ORDER",
        }
    else:
        taken = sum(effect["discount_amount"] for effect in on_order)
        said = on_order[0]["amount"] if len(on_order) == 1 else taken
        published = {"type": "AMOUNT", "amount_off": said, "effect": "APPLY_TO_ORDER"}
    return published | {"is_dynamic": False, "vesile": _vesile_discount(redemption)}


def _free_shipping() -> dict[str, Any]:
    return {
        "type": "UNIT",
        "unit_off": 1,
        "unit_type": SHIPPING_PRODUCT_ID,
        "effect": "ADD_MISSING_ITEMS",
        "product": {"id": SHIPPING_PRODUCT_ID, "source_id": SHIPPING_PRODUCT_ID},
    }


def _vesile_discount(redemption: Redemption) -> dict[str, Any]:
    return {
        "currency": redemption.currency,
        "effects": [
            {name: effect[name] for name in _EFFECT if effect[name] is not None}
            for effect in redemption.effects
        ],
        "order_discount_amount": redemption.discount_amount - redemption.shipping_discount_amount,
        "shipping_discount_amount": redemption.shipping_discount_amount,
        "lines": [
            {"index": index, "discount_amount": line["discount_amount"]}
            for index, line in enumerate(redemption.lines)
        ],
    }


def order(redemption: Redemption) -> dict[str, Any]:
    """The order with its totals: total = amount - total discount; that = order + items discount.

    Free shipping is a discount of its item; a discount of the order is no discount of its items,
    its exact part of each is in `discount.vesile.lines`.
    """
    of_items = redemption.shipping_discount_amount
    of_order = redemption.discount_amount - of_items
    return {
        "object": "order",
        "source_id": redemption.order_source_id or None,
        "customer_id": _customer_id(redemption),
        "amount": redemption.order_amount,
        "initial_amount": redemption.order_amount,
        "discount_amount": of_order,
        "items_discount_amount": of_items,
        "total_discount_amount": redemption.discount_amount,
        "total_amount": redemption.total_amount,
        "applied_discount_amount": of_order,
        "items_applied_discount_amount": of_items,
        "total_applied_discount_amount": redemption.discount_amount,
        "items": [_item(line) for line in redemption.lines],
        "currency": redemption.currency,
    }


def _item(line: dict[str, Any]) -> dict[str, Any]:
    off = line["discount_amount"] if line["shipping"] else 0
    names = {name: line[name] for name in ("product_id", "sku_id", "source_id") if line[name]}
    if line["price"] is not None:
        names["price"] = line["price"]
    return {
        "object": "order_item",
        **names,
        "quantity": line["quantity"],
        "amount": line["amount"],
        "discount_amount": off,
        "applied_discount_amount": off,
        "subtotal_amount": line["amount"] - off,
    }


def _customer_id(redemption: Redemption) -> str | None:
    return redemption.identity.customer.public_id if redemption.identity else None


def _customer(redemption: Redemption) -> dict[str, Any] | None:
    if redemption.identity is None:
        return None
    return {
        "object": "customer",
        "id": redemption.identity.customer.public_id,
        "source_id": redemption.identity.external_id,
    }


def _voucher(redemption: Redemption, voucher: Voucher) -> dict[str, Any]:
    promotion = voucher.promotion
    made = redemption.result == RedemptionResult.SUCCESS
    return {
        "object": "voucher",
        "id": voucher.public_id,
        "code": voucher.code,
        "type": "DISCOUNT_VOUCHER",
        "campaign": promotion.name,
        "campaign_id": promotion.public_id,
        "discount": discount(redemption) if made else None,
        "start_date": promotion.starts_at,
        "expiration_date": voucher.expires_at,
        "active": voucher.active,
        "is_referral_code": False,
        "holder_id": voucher.holder.customer.public_id if voucher.holder else None,
        "created_at": voucher.created_at,
        "redemption": {"object": "list", "quantity": voucher.redemption_limit},
    }


def _words(redemption: Redemption) -> Words:
    return WORDS[Rule(redemption.failure_rule)]


def redemption(made: Redemption) -> dict[str, Any]:
    """A redemption, accepted or refused."""
    accepted = made.result == RedemptionResult.SUCCESS
    voucher = made.voucher
    body = {
        "object": "redemption",
        "id": made.public_id,
        "date": made.created_at,
        "customer_id": _customer_id(made),
        "metadata": made.metadata,
        "result": made.result,
        "status": "SUCCEEDED" if accepted else "FAILED",
        "order": order(made) if accepted else None,
        "channel": {
            "channel_type": "API",
            "channel_id": made.api_key.app_id if made.api_key else None,
        },
        "customer": _customer(made),
        "related_object_type": "voucher",
        "related_object_id": voucher.public_id if voucher else None,
        "voucher": _voucher(made, voucher) if voucher else None,
    }
    if not accepted:
        words = _words(made)
        body |= {
            "failure_code": made.failure_key,
            "failure_message": str(words.message),
            "vesile": _why(made),
        }
    return body


def _why(refused: Redemption) -> dict[str, str]:
    return {
        "rule": refused.failure_rule,
        "seen": refused.failure_seen,
        "needed": refused.failure_needed,
    }


def redeemed(made: Redemption) -> dict[str, Any]:
    """The answer to a redemption that was accepted."""
    return {
        "redemptions": [redemption(made)],
        "order": order(made),
        "inapplicable_redeemables": [],
        "skipped_redeemables": [],
    }


def refusal(refused: Redemption, code: str) -> dict[str, Any]:
    """The error of an attempt that a rule refused; `code` is what the shop sent."""
    words = _words(refused)
    error = Refused(
        words.message,
        key=words.key,
        details=words.advice,
        resource_id=code,
        resource_type="voucher",
    )
    return body_of(error) | {"vesile": _why(refused)}


def refused(attempt: Redemption, code: str) -> dict[str, Any]:
    """The answer to a redemption that a rule refused; it names the stored attempt."""
    body = refusal(attempt, code)
    return body | {"vesile": body["vesile"] | {"redemption_id": attempt.public_id}}


def applicable(draft: Redemption, code: str) -> dict[str, Any]:
    """The answer to a validation: the code applies, and gives this."""
    shipping = [index for index, line in enumerate(draft.lines) if line["shipping"]]
    free = any(effect["kind"] == EffectKind.FREE_SHIPPING for effect in draft.effects)
    to = [
        {
            "object": "product",
            "id": SHIPPING_PRODUCT_ID,
            "source_id": SHIPPING_PRODUCT_ID,
            "effect": "APPLY_TO_EVERY",
            "order_item_indices": shipping,
        }
    ]
    total = order(draft)
    redeemable = {
        "status": "APPLICABLE",
        "object": "voucher",
        "id": code,
        "order": total,
        "applicable_to": _list(to if free else []),
        "inapplicable_to": _list([]),
        "result": {"discount": discount(draft)},
        "metadata": {},
        "categories": [],
    }
    return _validation(valid=True, redeemables=[redeemable]) | {"order": total}


def inapplicable(code: str, error: dict[str, Any]) -> dict[str, Any]:
    """The answer to a validation: the code does not apply, and why."""
    redeemable = {
        "status": "INAPPLICABLE",
        "object": "voucher",
        "id": code,
        "result": {
            "error": error,
            "details": {"key": error["key"], "message": error["message"]},
        },
    }
    return _validation(valid=False, redeemables=[redeemable])


def _validation(*, valid: bool, redeemables: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "valid": valid,
        "redeemables": redeemables,
        "inapplicable_redeemables": [] if valid else redeemables,
        "skipped_redeemables": [],
        "stacking_rules": STACKING_RULES,
    }


def _list(data: list[dict[str, Any]]) -> dict[str, Any]:
    return {"object": "list", "data_ref": "data", "data": data, "total": len(data)}


def listed(page: Iterable[Redemption], *, total: int, more: str | None) -> dict[str, Any]:
    """One page of a list; `more` is the id to start the next one after, if there is one."""
    return {
        "object": "list",
        "data_ref": "redemptions",
        "redemptions": [redemption(made) for made in page],
        "total": total,
        "has_more": more is not None,
        "more_starting_after_id": more,
    }
