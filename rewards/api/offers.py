"""Effects of offers in the published vocabulary, and back: what a code will give, before any cart.

What the published words cannot say is in `vesile.effects`, which always says all of it.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.shared.api.fields import Amount, Metadata, Text, WholeNumber
from config.shared.errors import BadInput
from rewards.arithmetic import SHIPPING_PRODUCT_ID
from rewards.models import EffectKind
from rewards.services.promotion_checks import problems_of_effects
from rewards.services.promotions import EffectDraft

from .discounts import published_effect, published_free_shipping

TYPES: Final = ["PERCENT", "AMOUNT", "FIXED", "UNIT"]
SPREADS: Final = {
    "APPLY_TO_ITEMS": "each_line",
    "APPLY_TO_ITEMS_BY_QUANTITY": "each_unit",
    "APPLY_TO_ITEMS_PROPORTIONALLY": "by_amount",
    "APPLY_TO_ITEMS_PROPORTIONALLY_BY_QUANTITY": "by_quantity",
}
ADDING: Final = ["ADD_MISSING_ITEMS", "ADD_NEW_ITEMS"]
EFFECTS: Final = ["APPLY_TO_ORDER", *SPREADS, *ADDING, "ADD_MANY_ITEMS"]
_NEEDED: Final = {"PERCENT": "percent_off", "AMOUNT": "amount_off", "FIXED": "fixed_amount"}
_FORMULAS: Final = [
    *("amount_off_formula", "percent_off_formula", "fixed_amount_formula", "unit_off_formula"),
    "aggregated_amount_limit",
]


@extend_schema_field(OpenApiTypes.NUMBER)
class Percent(serializers.Field):
    """A percentage as a JSON number, exact to two decimals; of ours also as text."""

    default_error_messages = {"invalid": _("Give a number above 0 and up to 100.")}

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, bool) or not isinstance(data, int | float | str) or len(str(data)) > 12:
            self.fail("invalid")
        try:
            percent = Decimal(str(data))
        except ArithmeticError:
            self.fail("invalid")
        if not percent.is_finite() or not 0 < percent <= 100:
            self.fail("invalid")
        return percent


class NamedFields(serializers.Serializer):
    """A product or variant by our id or the shop's."""

    id = Text()
    source_id = Text()


class UnitFields(serializers.Serializer):
    """Units of one product that are free."""

    effect = serializers.ChoiceField(ADDING, required=False, allow_null=True)
    unit_off = WholeNumber(min_value=1, max_value=1_000_000, required=False, allow_null=True)
    unit_type = Text(help_text="Product or variant, by our id or the shop's.")
    product = NamedFields(required=False, allow_null=True)
    sku = NamedFields(required=False, allow_null=True)


class EffectFields(serializers.Serializer):
    """Ours: one effect as docs/discounts.md describes it."""

    kind = serializers.ChoiceField(EffectKind.values)
    percent = Percent(required=False, allow_null=True)
    amount = Amount(required=False, allow_null=True)
    cap_amount = Amount(required=False, allow_null=True)
    details = Metadata()
    other_amounts = Metadata(help_text='{"EUR": {"amount": 2000}}, minor units.')

    def draft(self, given: dict[str, Any]) -> EffectDraft:
        filled = {name: value for name, value in given.items() if value is not None}
        return EffectDraft(**filled)


class OwnDiscountFields(serializers.Serializer):
    # With many=True, allow_null would be for each of them as well.
    effects = serializers.ListField(child=EffectFields(), required=False, allow_null=True)


class DiscountFields(UnitFields):
    """The published discount; what it cannot say is in `vesile.effects`."""

    type = serializers.ChoiceField(TYPES, required=False, allow_null=True)
    effect = serializers.ChoiceField(EFFECTS, required=False, allow_null=True)
    percent_off = Percent(required=False, allow_null=True)
    amount_limit = Amount(required=False, allow_null=True, help_text="At most this, with PERCENT.")
    amount_off = Amount(required=False, allow_null=True)
    fixed_amount = Amount(required=False, allow_null=True)
    units = serializers.ListField(
        child=UnitFields(), max_length=10, required=False, allow_null=True
    )
    vesile = OwnDiscountFields(required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        refused = [name for name in _FORMULAS if isinstance(data, dict) and data.get(name)]
        if refused:
            raise serializers.ValidationError({refused[0]: _("This cannot be used here.")})
        read: dict[str, Any] = super().to_internal_value(data)
        return read


def drafts_of_discount(given: dict[str, Any]) -> list[EffectDraft]:
    """The effects of a validated DiscountFields; raises BadInput.

    Where `vesile.effects` is there it rules, and the published fields must say the same: a client
    that changes one of them and sends the rest back would be misunderstood otherwise.
    """
    own = (given.get("vesile") or {}).get("effects")
    if own:
        drafts = [EffectFields().draft(effect) for effect in own]
        if not problems_of_effects(drafts):  # else who makes the offer says what is wrong
            _check_same(given, drafts)
        return drafts
    kind = given.get("type")
    needed = _NEEDED.get(kind or "")
    if kind is None or (needed and given.get(needed) is None):
        name = needed or "type"
        raise BadInput(_("discount.%(name)s: this is missing.") % {"name": name})
    if kind == "UNIT":
        return _units(given)
    return [_of_order_or_items(kind, given)]


def _of_order_or_items(kind: str, given: dict[str, Any]) -> EffectDraft:
    effect = given.get("effect") or "APPLY_TO_ORDER"
    details: dict[str, Any] = {}
    if effect in SPREADS and (kind == "AMOUNT" or effect == "APPLY_TO_ITEMS"):
        details = {"target": {}}
        if effect != "APPLY_TO_ITEMS":
            details["spread"] = SPREADS[effect]
    elif effect != "APPLY_TO_ORDER":
        raise BadInput(
            _("discount.effect: %(effect)s does not go with %(kind)s.")
            % {"effect": effect, "kind": kind}
        )
    match kind:
        case "PERCENT":
            return EffectDraft(
                EffectKind.PERCENT,
                percent=given["percent_off"],
                cap_amount=given.get("amount_limit"),
                details=details,
            )
        case "AMOUNT":
            return EffectDraft(EffectKind.AMOUNT, amount=given["amount_off"], details=details)
    return EffectDraft(EffectKind.FIXED_PRICE, amount=given["fixed_amount"], details=details)


def _units(given: dict[str, Any]) -> list[EffectDraft]:
    if given.get("effect") == "ADD_MANY_ITEMS":
        return [_unit(unit) for unit in given.get("units") or [{}]]
    return [_unit(given)]


def _unit(given: dict[str, Any]) -> EffectDraft:
    product, sku = (_code(given.get(name)) for name in ("product", "sku"))
    product = product or given.get("unit_type") or ""
    if not product:
        raise BadInput(_("discount.unit_type: this is missing."))
    if product == SHIPPING_PRODUCT_ID:
        return EffectDraft(EffectKind.FREE_SHIPPING)
    gift = {"product": product} | ({"sku": sku} if sku else {})
    details = {"gift": gift, "units": given.get("unit_off") or 1}
    effect = given.get("effect")
    if effect not in (None, "ADD_MISSING_ITEMS"):
        if effect not in ADDING:
            raise BadInput(
                _("discount.effect: %(effect)s does not go with %(kind)s.")
                % {"effect": effect, "kind": "UNIT"}
            )
        details["adding"] = effect
    return EffectDraft(EffectKind.UNIT, details=details)


def _code(named: dict[str, Any] | None) -> str:
    return (named or {}).get("id") or (named or {}).get("source_id") or ""


def _check_same(given: dict[str, Any], drafts: Sequence[EffectDraft]) -> None:
    said = published(drafts)
    for name in ("type", "effect", *_NEEDED.values(), "amount_limit"):
        value = given.get(name)
        if value is not None and name in said and not _is_same(value, said[name]):
            raise BadInput(
                _("discount.%(name)s says something else than discount.vesile.effects.")
                % {"name": name},
                details=_("Send only the one that you mean."),
            )


def _is_same(given: str | int | Decimal, said: Any) -> bool:
    if isinstance(given, str):
        return bool(given == said)
    return said is not None and Decimal(str(said)) == given


def published(drafts: Sequence[EffectDraft]) -> dict[str, Any]:
    """What the published words can say of these effects; as `discounts.discount` before any cart.

    Several effects on goods, and kinds that the words do not have, are an AMOUNT that is dynamic.
    """
    goods = [draft for draft in drafts if draft.kind != EffectKind.FREE_SHIPPING]
    if not goods:
        return published_free_shipping() | {"is_dynamic": False}
    said = published_effect(_as_dict(goods[0])) if len(goods) == 1 else None
    if said is None:
        return {"type": "AMOUNT", "effect": "APPLY_TO_ORDER", "is_dynamic": True}
    return said | {"is_dynamic": False}


def offer_discount(drafts: Sequence[EffectDraft], *, currency: str) -> dict[str, Any]:
    """The published discount of an offer, with all of it in `vesile`."""
    effects = [
        {name: value for name, value in _as_dict(draft).items() if value} for draft in drafts
    ]
    return published(drafts) | {"vesile": {"currency": currency, "effects": effects}}


def _as_dict(draft: EffectDraft) -> dict[str, Any]:
    percent = draft.percent
    return {
        "kind": str(draft.kind),
        "percent": None if percent is None else f"{percent.normalize():f}",
        "amount": draft.amount,
        "cap_amount": draft.cap_amount,
        "details": dict(draft.details),
        "other_amounts": dict(draft.other_amounts),
    }
