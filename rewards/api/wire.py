"""Our objects in the published vocabulary. Everything comes from redemptions, stored or not: what
is answered at once, replayed, listed and shown later is the same.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from config.shared.api.handler import body_of
from config.shared.errors import NotFound, Refused, VesileError
from rewards.arithmetic import SHIPPING_PRODUCT_ID
from rewards.asked import AskedSession
from rewards.drafts import Drafted
from rewards.drafts import Refused as RefusedCode
from rewards.models import (
    EffectKind,
    Redemption,
    RedemptionResult,
    Return,
    Rollback,
    Voucher,
)
from rewards.refusals import advice_for, refusal_in_words
from rewards.rules import Rule
from rewards.stacking import Skipped

from .discounts import discount


def order(redemption: Redemption) -> dict[str, Any]:
    """The order with its totals: total = amount - total discount; that = order + items discount.

    An effect on items, free shipping too, is a discount of its items; a discount of the order is no
    discount of its items, its exact part of each is in `discount.vesile.lines`. `applied_*` are
    what this redemption took, the others what all up to it took.
    """
    lines = redemption.lines
    before = sum(line["discount_before"] for line in lines)
    total = before + redemption.discount_amount
    items = sum(line["of_item"] for line in lines)
    amount = redemption.order_amount + before
    added = sum(line["added_amount"] for line in lines)
    return {
        "object": "order",
        "source_id": redemption.order_source_id or None,
        "customer_id": _customer_id(redemption),
        "amount": amount,
        "initial_amount": amount - added,
        "discount_amount": total - items,
        "items_discount_amount": items,
        "total_discount_amount": total,
        "total_amount": redemption.total_amount,
        "applied_discount_amount": redemption.discount_amount - items,
        "items_applied_discount_amount": items,
        "total_applied_discount_amount": redemption.discount_amount,
        "items": [_item(line) for line in lines],
        "currency": redemption.currency,
    }


def _item(line: dict[str, Any]) -> dict[str, Any]:
    off = line["of_item"]
    names = {name: line[name] for name in ("product_id", "sku_id", "source_id") if line[name]}
    if line["price"] is not None:
        names["price"] = line["price"]
    units = {"discount_quantity": line["units"]} if line["units"] else {}
    return {
        "object": "order_item",
        **names,
        "quantity": line["quantity"],
        "initial_quantity": line["quantity"] - line["added"],
        **units,
        "amount": line["amount"],
        "initial_amount": line["amount"] - line["added_amount"],
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


def voucher(code: Voucher, *, redemption: Redemption | None = None) -> dict[str, Any]:
    """A voucher; with what it gave in a redemption that was accepted."""
    promotion = code.promotion
    gave = redemption is not None and redemption.result == RedemptionResult.SUCCESS
    return {
        "object": "voucher",
        "id": code.public_id,
        "code": code.code,
        "type": "DISCOUNT_VOUCHER",
        "campaign": promotion.name,
        "campaign_id": promotion.public_id,
        "discount": discount(redemption) if redemption is not None and gave else None,
        "start_date": code.starts_at or promotion.starts_at,
        "expiration_date": code.expires_at,
        "active": code.active,
        "is_referral_code": False,
        "holder_id": code.holder.customer.public_id if code.holder else None,
        "metadata": code.metadata,
        "created_at": code.created_at,
        "redemption": {"object": "list", "quantity": code.redemption_limit},
    }


def redemption(made: Redemption, *, parts: Sequence[Redemption] = ()) -> dict[str, Any]:
    """A redemption, accepted or refused; with `parts` the parent of a stack."""
    accepted = made.result == RedemptionResult.SUCCESS
    status = "SUCCEEDED" if accepted else "FAILED"
    code = made.voucher
    body = {
        "object": "redemption",
        "id": made.public_id,
        "date": made.created_at,
        "customer_id": _customer_id(made),
        "metadata": made.metadata,
        "result": made.result,
        "status": "ROLLED_BACK" if made.rolled_back_at else status,
        "order": order(made) if accepted else None,
        "channel": {
            "channel_type": "API",
            "channel_id": made.api_key.app_id if made.api_key else None,
        },
        "customer": _customer(made),
        "related_object_type": "voucher" if code else "redemption",
        "related_object_id": code.public_id if code else None,
        "voucher": voucher(code, redemption=made) if code else None,
    }
    if made.parent is not None:
        body["redemption"] = made.parent.public_id
    if parts:
        body["related_redemptions"] = {"redemptions": [{"id": part.public_id} for part in parts]}
    if not accepted:
        body |= {
            "failure_code": made.failure_key,
            "failure_message": refusal_in_words(made.failure_rule),
            "vesile": _why(made),
        }
    return body


def _why(refused: Redemption) -> dict[str, str]:
    return {
        "rule": refused.failure_rule,
        "seen": refused.failure_seen,
        "needed": refused.failure_needed,
    }


def redeemed(made: Drafted) -> dict[str, Any]:
    """The answer to a redemption that was accepted."""
    whole = made.whole
    assert whole is not None  # noqa: S101 -- the caller looked
    body: dict[str, Any] = {"redemptions": [redemption(part) for part in made.parts]}
    if made.parent is not None:
        body["parent_redemption"] = redemption(made.parent, parts=made.parts)
    return body | {
        "order": order(whole),
        "inapplicable_redeemables": [inapplicable(one) for one in made.refused],
        "skipped_redeemables": [skipped(one) for one in made.skipped],
    }


def error_of(refused: RefusedCode) -> dict[str, Any]:
    """The published error of a code that a rule refused; `resource_id` is what the shop sent.

    `error.message` are the marketer's own words, where there are any.
    """
    refusal = refused.refusal
    kind: type[VesileError] = NotFound if refusal.rule == Rule.VOUCHER_KNOWN else Refused
    error = kind(
        refusal_in_words(refusal.rule),
        key=refusal.key,
        details=advice_for(refusal.rule),
        resource_id=refused.code,
        resource_type="voucher",
    )
    own = {"error": {"message": refusal.text}} if refusal.text else {}
    why = {"rule": refusal.rule, "seen": refusal.seen, "needed": refusal.needed}
    return body_of(error) | own | {"vesile": why}


def refused(made: Drafted) -> dict[str, Any]:
    """The answer to a redemption of which nothing was accepted: the first refusal, with the stored
    attempt, and all others beside it.
    """
    first = made.refused[0]
    body = error_of(first)
    if first.redemption is not None:
        body["vesile"] = body["vesile"] | {"redemption_id": first.redemption.public_id}
    if len(made.refused) > 1 or made.skipped:
        body["inapplicable_redeemables"] = [inapplicable(one) for one in made.refused]
        body["skipped_redeemables"] = [skipped(one) for one in made.skipped]
    return body


def validated(made: Drafted, *, session: AskedSession | None) -> dict[str, Any]:
    """The answer to a validation: what applies with what it gives, what not and why."""
    applying = [_applicable(part, code) for part, code in zip(made.parts, made.codes, strict=True)]
    refusals = [inapplicable(one) for one in made.refused]
    skips = [skipped(one) for one in made.skipped]
    body: dict[str, Any] = {
        "valid": made.whole is not None,
        "redeemables": applying if made.whole is not None else [*refusals, *skips],
        "inapplicable_redeemables": refusals,
        "skipped_redeemables": skips,
        "stacking_rules": made.stacking.as_published(),
    }
    if made.whole is not None:
        body["order"] = order(made.whole)
        if session is not None:
            body["session"] = {
                "type": "LOCK",
                "key": session.key,
                "ttl": session.lasts // timedelta(milliseconds=1),
                "ttl_unit": "MILLISECONDS",
            }
    return body


def _applicable(part: Redemption, code: str) -> dict[str, Any]:
    shipping = [index for index, line in enumerate(part.lines) if line["shipping"]]
    free = any(effect["kind"] == EffectKind.FREE_SHIPPING for effect in part.effects)
    to = [
        {
            "object": "product",
            "id": SHIPPING_PRODUCT_ID,
            "source_id": SHIPPING_PRODUCT_ID,
            "effect": "APPLY_TO_EVERY",
            "order_item_indices": shipping,
        }
    ]
    category = part.promotion.stacking_category if part.promotion else ""
    return {
        "status": "APPLICABLE",
        "object": "voucher",
        "id": code,
        "order": order(part),
        "applicable_to": _list(to if free else []),
        "inapplicable_to": _list([]),
        "result": {"discount": discount(part)},
        "metadata": part.voucher.metadata if part.voucher else {},
        "categories": [{"name": category}] if category else [],
    }


def inapplicable(refused: RefusedCode) -> dict[str, Any]:
    """A code that a rule refuses, in the answer to a validation."""
    error = error_of(refused)
    return {
        "status": "INAPPLICABLE",
        "object": "voucher",
        "id": refused.code,
        "result": {
            "error": error,
            "details": {"key": error["key"], "message": error["message"]},
        },
    }


def skipped(left_out: Skipped) -> dict[str, Any]:
    """A code that was left out because of the others."""
    reason = left_out.reason.value
    return {
        "status": "SKIPPED",
        "object": "voucher",
        "id": left_out.redeemable.id,
        "result": {"details": {"key": reason, "message": refusal_in_words(reason)}},
    }


def _list(data: list[dict[str, Any]]) -> dict[str, Any]:
    return {"object": "list", "data_ref": "data", "data": data, "total": len(data)}


def rollback(made: Rollback) -> dict[str, Any]:
    """A rollback; amounts of a rollback are negative."""
    of = made.redemption
    body = {
        "object": "redemption_rollback",
        "id": made.public_id,
        "date": made.created_at,
        "customer_id": _customer_id(of),
        "tracking_id": made.tracking_id or None,
        "metadata": made.metadata,
        "amount": -of.discount_amount,
        "redemption": of.public_id,
        "reason": made.reason or None,
        "result": "SUCCESS",
        "status": "SUCCEEDED",
        "order": order(of) | {"status": "CANCELED"},
        "channel": {
            "channel_type": "API",
            "channel_id": made.api_key.app_id if made.api_key else None,
        },
        "customer": _customer(of),
        "related_object_type": "voucher" if of.voucher else "redemption",
        "related_object_id": of.voucher.public_id if of.voucher else None,
    }
    if of.voucher is not None:
        body["voucher"] = voucher(of.voucher)
    return body


def rollbacks(made: Rollback) -> dict[str, Any]:
    """The rollback of a stack: one for each code, and that of their parent; of a single redemption
    that one alone.
    """
    shown = ("api_key", "redemption__identity__customer", "redemption__voucher__promotion")
    holders = "redemption__voucher__holder__customer"
    parts = list(made.children.select_related(*shown, holders).order_by("pk"))
    body = {
        "rollbacks": [rollback(part) for part in parts or [made]],
        "order": order(made.redemption) | {"status": "CANCELED"},
    }
    return body | ({"parent_rollback": rollback(made)} if parts else {})


def returned(made: Return) -> dict[str, Any]:
    """A return: the discount given back, line by line."""
    of = made.redemption
    return {
        "object": "redemption_return",
        "id": made.public_id,
        "source_id": made.source_id or None,
        "redemption": of.public_id,
        "date": made.created_at,
        "currency": of.currency,
        "amount": made.amount,
        "items": [
            {
                "redemption": line.redemption.public_id,
                "index": line.position,
                "quantity": line.quantity,
                "discount_amount": line.amount,
            }
            for line in made.lines.select_related("redemption")
        ],
    }


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
