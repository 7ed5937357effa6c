"""What a customer likes, as the shop may show it to them, and what they say to it."""

from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared import actors, clock, idempotency
from config.shared.api.schema import ERRORS, IDEMPOTENCY, ErrorSerializer
from config.shared.api.storefront import Storefront, rendered
from config.shared.idempotency import Answer
from customers.interest_rules import Sign
from customers.interests import Interests, KnownInterest, interests_of
from customers.models import Customer, DataCategory, InterestKind, InterestOrigin
from customers.services.interests import LONGEST_NAME, AskedInterest, declare_interests

from .finding import find_customer

MOST_TOLD: Final = 100


class InterestTold(serializers.Serializer):
    """What the customer says about one category or brand."""

    kind = serializers.ChoiceField(InterestKind.choices)
    topic = serializers.CharField(
        max_length=LONGEST_NAME, help_text="The name of the category or brand, however cased."
    )
    likes = serializers.BooleanField(
        allow_null=True,
        help_text="false silences the topic; null forgets what was said, so it is derived again.",
    )


class InterestsTold(serializers.Serializer):
    """Topics that are not named stay as they are."""

    interests = serializers.ListField(child=InterestTold(), max_length=MOST_TOLD)

    def asked(self, data: Any) -> list[AskedInterest]:
        given = self.run_validation(data)
        return [
            AskedInterest(one["kind"], one["topic"], one["likes"]) for one in given["interests"]
        ]


class EvidenceOut(serializers.Serializer):
    sign = serializers.ChoiceField([sign.value for sign in Sign])
    times = serializers.IntegerField()
    last_at = serializers.DateTimeField()


class InterestOut(serializers.Serializer):
    """What decides about one topic: what was told, else what was bought, else viewed, searched."""

    object = serializers.ChoiceField(["interest"])
    kind = serializers.ChoiceField(InterestKind.values)
    topic = serializers.CharField()
    origin = serializers.ChoiceField(InterestOrigin.values)
    likes = serializers.BooleanField()
    strength = serializers.FloatField(help_text="From 0 to 1, as of now; what was told is 1 or 0.")
    evidence = EvidenceOut(many=True)
    data_categories = serializers.ListField(child=serializers.ChoiceField(DataCategory.values))


class InterestsOut(serializers.Serializer):
    """All of them; `not_allowed` are kinds of data that we may not look at for this customer."""

    object = serializers.ChoiceField(["list"])
    data_ref = serializers.ChoiceField(["interests"])
    interests = InterestOut(many=True)
    total = serializers.IntegerField()
    not_allowed = serializers.ListField(child=serializers.ChoiceField(DataCategory.values))


def wire(found: Interests) -> dict[str, Any]:
    return {
        "object": "list",
        "data_ref": "interests",
        "interests": [_interest(one) for one in found.known],
        "total": len(found.known),
        "not_allowed": [category.value for category in found.hidden],
    }


def _interest(one: KnownInterest) -> dict[str, Any]:
    return {
        "object": "interest",
        "kind": one.kind.value,
        "topic": one.topic,
        "origin": one.origin.value,
        "likes": one.is_liked,
        "strength": round(one.level, 4),
        "evidence": [
            {"sign": evidence.sign.value, "times": evidence.times, "last_at": evidence.last}
            for evidence in one.evidence
        ],
        "data_categories": [category.value for category in one.categories],
    }


def _shown(customer: Customer) -> dict[str, Any]:
    return wire(interests_of(customer, at=clock.now()))


_ANSWERS: dict[int | str, Any] = {200: InterestsOut, **ERRORS, 404: ErrorSerializer}


class CustomerInterests(Storefront):
    """Shown to the customer and corrected by them, on a page of the shop."""

    scopes = {"GET": "customers:read", "PUT": "customers:write"}

    @extend_schema(
        operation_id="get_customer_interests",
        summary="What a customer likes, and how it is known",
        description=(
            "Derived from purchases, views and searches within what the customer allows. The "
            "likes come first, the strongest of them first."
        ),
        responses=_ANSWERS,
        tags=["Customers"],
    )
    def get(self, request: Request, customer_id: str) -> Response:
        return Response(_shown(find_customer(customer_id)))

    @extend_schema(
        operation_id="update_customer_interests",
        summary="Keep what a customer says about topics",
        description=(
            "What is said wins over what is derived and does not fade. All or nothing; said again "
            "it changes nothing. A category marked sensitive is refused with `sensitive_topic`."
        ),
        request=InterestsTold,
        parameters=IDEMPOTENCY,
        responses={**_ANSWERS, 409: ErrorSerializer},
        examples=[
            OpenApiExample(
                "Example",
                request_only=True,
                value={
                    "interests": [
                        {"kind": "category", "topic": "Tea", "likes": True},
                        {"kind": "brand", "topic": "Acme", "likes": False},
                        {"kind": "category", "topic": "Garden", "likes": None},
                    ]
                },
            )
        ],
        tags=["Customers"],
    )
    def put(self, request: Request, customer_id: str) -> HttpResponse:
        asked = InterestsTold().asked(request.data)

        def work(_store: idempotency.Store) -> Answer:
            customer = find_customer(customer_id)
            declare_interests(
                customer=customer, asked=asked, actor=actors.api_key(self.key.pk), at=clock.now()
            )
            return Answer.of(200, _shown(customer))

        return rendered(idempotency.exactly_once(request=request, work=work))
