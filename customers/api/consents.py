"""The consents of one customer, and whether asking for them is allowed now."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from config.shared import clock
from config.shared.api.schema import ERRORS, ErrorSerializer
from customers.asking import REASONS, Standing, standings_of
from customers.models import Channel, ConsentBasis, Customer, DataCategory


class TextOut(serializers.Serializer):
    """The words the person agreed to."""

    sha256 = serializers.CharField()
    locale = serializers.CharField(allow_blank=True)
    body = serializers.CharField()


class StandingOut(serializers.Serializer):
    """One channel or use of data as it is now.

    `allowed` decides; `may_ask` says whether asking is allowed now, `reason` why not, `not_before`
    when the reason ends by itself.
    """

    object = serializers.ChoiceField(["consent_state"])
    purpose = serializers.CharField()
    channel = serializers.ChoiceField(Channel.values, allow_null=True)
    data_category = serializers.ChoiceField(DataCategory.values, allow_null=True)
    allowed = serializers.BooleanField()
    basis = serializers.ChoiceField(ConsentBasis.values, allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    valid_until = serializers.DateTimeField(allow_null=True)
    source = serializers.CharField(allow_null=True)  # type: ignore[assignment]
    text = TextOut(allow_null=True)
    may_ask = serializers.BooleanField()
    reason = serializers.ChoiceField(REASONS, allow_null=True)
    not_before = serializers.DateTimeField(allow_null=True)


class StandingsOut(serializers.Serializer):
    object = serializers.ChoiceField(["list"])
    data_ref = serializers.ChoiceField(["consents"])
    customer_id = serializers.CharField()
    consents = StandingOut(many=True)


list_consents = extend_schema(
    operation_id="list_customer_consents",
    summary="List what a customer allows, and whether to ask",
    description=(
        "Every channel and use of data for marketing, and what else was ever said. Do not ask for "
        "a consent where may_ask is false: it is given, was refused within 180 days, waits for its "
        "confirmation, or the person is restricted, suppressed or under the age of consent."
    ),
    responses={200: StandingsOut, **ERRORS, 404: ErrorSerializer},
    tags=["Consents"],
)


def answer(customer: Customer) -> Response:
    standings = standings_of(customer, at=clock.now())
    return Response(
        {
            "object": "list",
            "data_ref": "consents",
            "customer_id": customer.public_id,
            "consents": [_wire(one) for one in standings],
        }
    )


def _wire(one: Standing) -> dict[str, Any]:
    state = one.state
    text = state.event.text if state else None
    return {
        "object": "consent_state",
        "purpose": one.subject.purpose,
        "channel": one.subject.channel or None,
        "data_category": one.subject.data_category or None,
        "allowed": one.allowed,
        "basis": (state.basis or None) if state else None,
        "since": state.since if state else None,
        "valid_until": state.valid_until if state else None,
        "source": state.event.source if state else None,
        "text": {"sha256": text.sha256, "locale": text.locale, "body": text.body} if text else None,
        "may_ask": one.may_ask,
        "reason": one.reason or None,
        "not_before": one.not_before,
    }
