"""What rules may ask about codes and redemptions."""

from collections.abc import Mapping, Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.models import DataCategory
from rewards.models import Promotion
from rewards.rules import WORDS, Rule
from segments.rules import dated, expressions, passing
from segments.rules.binding import Binder
from segments.rules.fact_fields import About
from segments.rules.fields import GROUPS, Coming, Detail, Predicate, register
from segments.rules.search import Search, among
from segments.rules.sums import Facts
from segments.rules.tree import Condition

_PROMOTIONS_MEANT: Final = """{column} IN (
SELECT id FROM rewards_promotion WHERE public_id = ANY ({wanted}::text[]))"""

_USABLE: Final = """v.active AND NOT v.test AND (v.expires_at IS NULL OR v.expires_at > {at})
AND p.active AND (p.expires_at IS NULL OR p.expires_at > {at})
AND (v.redemption_limit IS NULL OR {uses} < v.redemption_limit)"""
# Of several codes used together each has a row of its own, and the whole one that names none.
_COUNTS: Final = """NOT r.test AND (r.rolled_back_at IS NULL OR r.rolled_back_at > {at})
AND num_nonnulls(r.voucher_id, r.promotion_id) > 0"""
_USES_THEN: Final = f"""(SELECT count(*) FROM rewards_redemption r
WHERE r.voucher_id = v.id AND r.result = 'SUCCESS' AND r.created_at <= {{at}} AND {_COUNTS})"""


def promotions() -> Mapping[str, str]:
    """Offers that were not deleted, by their public id."""
    kept = Promotion.objects.kept().counting().order_by("name")
    return dict(kept.values_list("public_id", "name"))


def _named(public_ids: Sequence[str]) -> dict[str, str]:
    known = Promotion.objects.kept().counting().filter(public_id__in=public_ids)
    return dict(known.values_list("public_id", "name"))


_SEARCH: Final = Search(lambda text: among(promotions(), text), _named)


def refusals() -> Mapping[str, str | Promise]:
    """What can refuse a code, in words."""
    return {rule.value: WORDS[rule].message for rule in Rule}


def _of_promotions(column: str) -> Predicate:
    """“One of” and “none of” some offers; an attempt with an unknown code is of none."""

    def predicate(condition: Condition, binder: Binder) -> str:
        found = _PROMOTIONS_MEANT.format(column=column, wanted=binder.value(condition.value))
        return f"NOT coalesce({found}, FALSE)" if condition.cmp == "not_in" else f"({found})"

    return predicate


def _promotion(column: str) -> Detail:
    return Detail(
        "redemption.promotion",
        _("offer"),
        "members",
        _of_promotions(column),
        choices=promotions,
        search=_SEARCH,
    )


_RULE: Final = Detail(
    "redemption.rule",
    _("reason of the refusal"),
    "choice",
    expressions.choice("r.failure_rule"),
    choices=refusals,
)


def _narrowed(details: Mapping[str, Detail], condition: Condition, binder: Binder) -> list[str]:
    return [details[one.field].predicate(one, binder) for one in condition.where]


def _redemptions(result: str, details: Mapping[str, Detail]) -> Facts:
    """Attempts with that result; money of one currency where the condition names one."""

    def parts(condition: Condition, binder: Binder) -> list[str]:
        found = [
            f"r.result = '{result}'",
            _COUNTS.format(at=binder.now()) if result == "SUCCESS" else "NOT r.test",
            *_narrowed(details, condition, binder),
        ]
        if condition.currency:
            found.append(f"r.currency = {binder.value(condition.currency)}")
        return found

    return Facts(
        "rewards_redemption r JOIN customers_identity i ON i.id = r.identity_id",
        "i.customer_id",
        "r.created_at",
        parts,
    )


_OF_PROMOTION: Final = {"redemption.promotion": _promotion("r.promotion_id")}
_OF_REFUSAL: Final = {**_OF_PROMOTION, _RULE.id: _RULE}
_ACCEPTED: Final = _redemptions("SUCCESS", _OF_PROMOTION)
_REFUSED: Final = _redemptions("FAILURE", _OF_REFUSAL)


def _usable(condition: Condition, binder: Binder) -> list[str]:
    """Codes that could be used at the moment; of the past, the uses are counted."""
    at = binder.now()
    uses = _USES_THEN.format(at=at) if binder.is_past else "v.redeemed_count"
    return [_USABLE.format(at=at, uses=uses), *_narrowed(_OF_CODE, condition, binder)]


def _of_the_offers(condition: Condition, binder: Binder) -> list[str]:
    wanted = binder.value(condition.value)
    return [
        "r.result = 'SUCCESS'",
        _COUNTS.format(at=binder.now()),
        _PROMOTIONS_MEANT.format(column="r.promotion_id", wanted=wanted),
    ]


_REDEEMED: Final = Facts(_ACCEPTED.tables, _ACCEPTED.owner, _ACCEPTED.moment, _of_the_offers)

_OF_CODE: Final = {"redemption.promotion": _promotion("v.promotion_id")}
_ENDS: Final = ("v.expires_at", "p.expires_at")
_CODES: Final = Facts(
    "rewards_voucher v JOIN rewards_promotion p ON p.id = v.promotion_id"
    " JOIN customers_identity i ON i.id = v.holder_id",
    "i.customer_id",
    "v.created_at",
    _usable,
)


def _about(facts: Facts, details: Mapping[str, Detail], coming: Coming) -> About:
    return About(facts, DataCategory.ENGAGEMENT, details, coming)


def _code_ends(_condition: Condition, binder: Binder) -> str:
    """The earliest end of a code of the customer's, its own or that of its offer."""
    now = binder.now()
    ends = ", ".join(f"CASE WHEN {end} > {now} THEN {end} END" for end in _ENDS)
    later = " OR ".join(f"{end} > {now}" for end in _ENDS)
    return binder.each(
        "code_ends", f"min(LEAST({ends}))", f"FROM {_CODES.tables} WHERE ({later})", _CODES.owner
    )


def _expiry_moves(condition: Condition, binder: Binder) -> str | None:
    first = f"(SELECT min(v.expires_at) {_CODES.of(condition, binder)})"
    return passing.soonest(
        dated.total_of(_CODES.dated)(condition, binder),
        passing.of_moment(first, condition, binder),
    )


def declare() -> None:
    """Called once, when the app is ready."""
    GROUPS["redemption"] = _("Codes and redemptions")
    used = _ACCEPTED.coming("coming_redemption")
    codes = _about(_CODES, _OF_CODE, _code_ends)
    accepted, refused = (
        _about(_ACCEPTED, _OF_PROMOTION, used),
        _about(_REFUSED, _OF_REFUSAL, used),
    )
    for field in (
        codes.count("redemption.unused_codes", _("codes that can still be used")),
        codes.moment(
            "redemption.code_expires",
            _("first expiry of a code that can still be used"),
            "min(v.expires_at)",
            _expiry_moves,
        ),
        _about(_REDEEMED, {}, used).members(
            "redemption.promotion", _("redeemed a code of the offer"), promotions, _SEARCH
        ),
        accepted.count("redemption.count", _("codes redeemed")),
        accepted.total("redemption.discount", _("discounts by codes"), "r.discount_amount"),
        accepted.last("redemption.last", _("last redemption")),
        refused.count("redemption.refused", _("codes refused")),
    ):
        register(field)
