"""What the calculator says: what becomes of each offer, and what each line of the cart costs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from rewards.arithmetic import CartState
from rewards.effect_words import effect_in_words
from rewards.evaluation import Outcome
from rewards.refusals import advice_for, in_words, refusal_in_words
from rewards.rules import Refusal
from rewards.trying import TriedOffer, tried_code


@dataclass(frozen=True, slots=True)
class LineTold:
    """One line of the answer; amounts in minor units."""

    name: str
    quantity: int
    added: int
    amount: int
    discount: int
    left: int


@dataclass(frozen=True, slots=True)
class OfferTold:
    """What became of one offer: its place in the order of work (from 1), or why it has none."""

    name: str
    place: int = 0
    discount: int = 0
    effects: Sequence[str] = ()
    changes_nothing: bool = False
    refusal: dict[str, str] = field(default_factory=dict)
    left_out: str = ""


def told(outcome: Outcome, offers: Sequence[TriedOffer]) -> dict[str, Any]:
    """The outcome for the template; `offers` in the order in which they were tried."""
    found = [_offer(outcome, one, tried_code(place)) for place, one in enumerate(offers)]
    found.sort(key=lambda one: (not one.place, one.place))
    after = outcome.after
    lines = _lines(outcome, after)
    total = sum(line.amount for line in lines)
    return {
        "offers": found,
        "works": any(one.place for one in found),
        "lines": lines,
        "total": total,
        "discount": after.discount_amount,
        "left": total - after.discount_amount,
    }


def in_full(refusal: Refusal) -> dict[str, str]:
    """A refusal as people read it: the rule, what was seen and needed, what to do."""
    return {
        "message": refusal_in_words(refusal.rule),
        "seen": in_words(refusal.seen),
        "needed": in_words(refusal.needed),
        "advice": advice_for(refusal.rule),
        "text": refusal.text,
    }


def _offer(outcome: Outcome, offer: TriedOffer, code: str) -> OfferTold:
    name = offer.promotion.name or _("This offer")
    for place, placed in enumerate(outcome.placed, start=1):
        if placed.redeemable.id == code:
            return OfferTold(
                name,
                place=place,
                discount=placed.applied.total_discount_amount,
                effects=[effect_in_words(one, offer.promotion.currency) for one in offer.effects],
                changes_nothing=not placed.applied.has_effect,
            )
    for one in outcome.inapplicable:
        if one.redeemable.id == code:
            return OfferTold(name, refusal=in_full(one.refusal))
    reason = next(one.reason for one in outcome.skipped if one.redeemable.id == code)
    return OfferTold(name, left_out=refusal_in_words(reason))


def _lines(outcome: Outcome, after: CartState) -> list[LineTold]:
    added = [0] * len(after.cart.lines)
    for placed in outcome.placed:
        for index, units in enumerate(placed.applied.added_per_line):
            added[index] += units
    return [
        LineTold(
            name=_("Shipping") if index in after.cart.shipping_indexes else _name(line),
            quantity=line.quantity,
            added=added[index],
            amount=line.amount,
            discount=after.line_discounts[index],
            left=after.remaining(index),
        )
        for index, line in enumerate(after.cart.lines)
    ]


def _name(line: Any) -> str:
    return line.source_id or line.product_id or line.sku_id
