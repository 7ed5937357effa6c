"""The description of a customer on the wire: the answer and a worked example."""

from typing import Any, Final

from rest_framework import serializers

from customers.models import CustomerKind


class AddressOut(serializers.Serializer):
    city = serializers.CharField(allow_null=True)
    state = serializers.CharField(allow_null=True)
    line_1 = serializers.CharField(allow_null=True)
    line_2 = serializers.CharField(allow_null=True)
    country = serializers.CharField(allow_null=True)
    postal_code = serializers.CharField(allow_null=True)


class HomeOut(AddressOut):
    """Where the customer lives."""

    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)


class FurtherAddressOut(AddressOut):
    """A further address, by its label."""

    label = serializers.CharField()  # type: ignore[assignment]
    recipient = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)


class CustomerOut(serializers.Serializer):
    """A customer. `birthdate` only with its year; `zone_problem` is an unusable zone."""

    object = serializers.ChoiceField(["customer"])
    id = serializers.CharField()
    source_id = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    first_name = serializers.CharField(allow_null=True)
    last_name = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(CustomerKind.values)
    company = serializers.CharField(allow_null=True)
    gender = serializers.CharField(allow_null=True)
    description = serializers.CharField(allow_null=True)
    email = serializers.CharField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    birthdate = serializers.DateField(allow_null=True)
    birth_month = serializers.IntegerField(allow_null=True)
    birth_day = serializers.IntegerField(allow_null=True)
    language = serializers.CharField(allow_null=True)
    zone = serializers.CharField()
    zone_source = serializers.CharField()
    zone_problem = serializers.CharField(allow_null=True)
    address = HomeOut()
    addresses = FurtherAddressOut(many=True)
    adviser = serializers.CharField(allow_null=True)
    metadata = serializers.DictField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


CUSTOMER_EXAMPLE: Final[dict[str, Any]] = {
    "source_id": "17850",
    "name": "Ayşe Yılmaz",
    "email": "ayse@example.com",
    "phone": "+90 532 123 45 67",
    "birthdate": "1990-05-31",
    "language": "tr",
    "kind": "business",
    "company": "Yılmaz Çiçekçilik",
    "gender": "woman",
    "address": {"city": "İzmir", "country": "TR", "latitude": 38.4382, "longitude": 27.1418},
    "addresses": [
        {
            "label": "shop",
            "recipient": "Yılmaz Çiçekçilik",
            "line_1": "Kıbrıs Şehitleri Cd. 12",
            "postal_code": "35220",
            "city": "İzmir",
            "country": "TR",
            "phone": "+90 232 123 45 67",
        }
    ],
    "metadata": {"dogs": 2},
}
