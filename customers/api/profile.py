"""What a shop may say about a person, in the published words."""

from typing import Any, Final

from rest_framework import serializers

from config.shared import clock
from config.shared.api.fields import Metadata, Text
from customers import values
from customers.asked import AskedCustomer
from customers.models.customer import DEFAULT_SOURCE
from customers.services.addresses import MOST_ADDRESSES
from customers.values import UnusableValue


class Value(Text):
    """A text that `customers.values` reads."""

    def read(self, written: str) -> Any:
        raise NotImplementedError

    def to_internal_value(self, data: Any) -> Any:
        try:
            return self.read(super().to_internal_value(data))
        except UnusableValue as error:
            raise serializers.ValidationError(error.in_words()) from None


class Email(Value):
    def read(self, written: str) -> str:
        return values.email(written)


class Phone(Value):
    """Given in E.164; one without its country's code is left to the service, which knows where."""

    def read(self, written: str) -> str:
        return values.phone(written) if written.lstrip().startswith(("+", "00")) else written


class Country(Value):
    def read(self, written: str) -> str:
        return values.country(written)


class Language(Value):
    def read(self, written: str) -> str:
        return values.language(written)


class BirthDate(Value):
    """YYYY-MM-DD, or --MM-DD where the year is not known; gives year, month and day."""

    def read(self, written: str) -> Any:
        return values.birth_date(written, today=clock.now().date())


class FullName(Value):
    """Gives first and last name."""

    def read(self, written: str) -> tuple[str, str]:
        return values.split_name(written)


class Kind(Value):
    def read(self, written: str) -> str:
        return values.kind_of(written)


class Source(Value):
    def read(self, written: str) -> str:
        return values.source(written)


class Degrees(serializers.FloatField):
    """A JSON number, or null."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, allow_null=True, **options)

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return super().to_internal_value(data)


class AddressSerializer(serializers.Serializer):
    """Where the customer lives; `state` is the region."""

    city = Text()
    state = Text(max_length=80)
    line_1 = Text(max_length=200)
    line_2 = Text(max_length=200)
    country = Country(help_text="ISO 3166, two letters, or a name of the country.")
    postal_code = Text(max_length=20)
    latitude = Degrees(
        help_text="Ours: degrees, with longitude. An address that changes without them loses them."
    )
    longitude = Degrees(help_text="Ours: degrees, with latitude.")


class FurtherAddressSerializer(serializers.Serializer):
    """A further address, known by its label; one of which only the label is sent is removed."""

    label = serializers.CharField(  # type: ignore[assignment]
        max_length=40, help_text="Its name, such as home, billing or parents."
    )
    recipient = Text(max_length=160)
    line_1 = Text(max_length=200)
    line_2 = Text(max_length=200)
    postal_code = Text(max_length=20)
    city = Text()
    state = Text(max_length=80)
    country = Country(help_text="ISO 3166, two letters, or a name of the country.")
    phone = Phone(max_length=40)


class CustomerFields(serializers.Serializer):
    """A customer: `source_id` is the shop's own id, `id` ours; one of them is needed.

    What is absent stays as it is; null or an empty text removes it.
    """

    id = Text(max_length=30, help_text="Ours; then source_id is not looked at.")
    source_id = Text()
    source = Source(  # type: ignore[assignment]
        max_length=40,
        help_text="Ours: whose id source_id is where it is not the shop's, such as device or till.",
    )
    name = FullName(max_length=240, help_text="The last word becomes the last name.")
    first_name = Text(help_text="Ours; says it exactly.")
    last_name = Text(help_text="Ours; says it exactly.")
    kind = Kind(help_text="Ours: consumer or business.")
    company = Text(max_length=160, help_text="Ours.")
    gender = Text(max_length=40, help_text="Ours: in the customer's own words.")
    email = Email(max_length=254)
    phone = Phone(
        max_length=40,
        help_text="E.164; without + it belongs to the customer's country, else to the project's.",
    )
    birthdate = BirthDate(help_text="YYYY-MM-DD, or --MM-DD without the year.")
    birthday = BirthDate(help_text="The older name of birthdate.")
    language = Language(max_length=40, help_text="Ours: a language tag.")
    zone = Text(max_length=64, help_text="Ours: an IANA time zone; an unusable one is flagged.")
    description = Text(max_length=500)
    adviser = Text(help_text="Ours: the shop's id of the sales adviser, who must be defined.")
    address = AddressSerializer(required=False, allow_null=True)
    addresses = serializers.ListField(
        child=FurtherAddressSerializer(),
        required=False,
        allow_null=True,
        max_length=MOST_ADDRESSES,
        help_text="Ours: each replaces the one with its label, the others stay; null removes all.",
    )
    metadata = Metadata(
        help_text="Values of the shop's own; a key defined as a custom attribute is checked."
    )


_SAME_NAME: Final = (
    "first_name",
    "last_name",
    "kind",
    "company",
    "gender",
    "email",
    "phone",
    "language",
    "zone",
    "description",
    "adviser",
)
_ADDRESS: Final = {
    "city": "city",
    "state": "region",
    "line_1": "address_line_1",
    "line_2": "address_line_2",
    "country": "country",
    "postal_code": "postal_code",
}


def asked_customer(given: dict[str, Any]) -> AskedCustomer:
    """The customer of validated input."""
    return AskedCustomer(
        source_id=given.get("source_id") or "",
        public_id=given.get("id") or "",
        source=given.get("source") or DEFAULT_SOURCE,
        profile=_profile(given),
    )


def _profile(given: dict[str, Any]) -> dict[str, Any]:
    profile: dict[str, Any] = {}
    if "name" in given:
        profile["first_name"], profile["last_name"] = given["name"] or ("", "")
    profile |= {name: given[name] or "" for name in _SAME_NAME if name in given}
    for name in ("birthday", "birthdate"):
        if name in given:
            year, month, day = given[name] or (None, None, None)
            profile |= {"birth_year": year, "birth_month": month, "birth_day": day}
    if "address" in given:
        address = given["address"]
        told = _ADDRESS if address is None else [name for name in _ADDRESS if name in address]
        profile |= {_ADDRESS[name]: (address or {}).get(name) or "" for name in told}
        profile |= {
            name: (address or {}).get(name)
            for name in ("latitude", "longitude")
            if address is None or name in address
        }
    if "addresses" in given:
        profile["addresses"] = given["addresses"] and [
            {{"state": "region"}.get(name, name): value or "" for name, value in address.items()}
            for address in given["addresses"]
        ]
    if given.get("metadata") is not None:
        profile["metadata"] = given["metadata"]
    return profile
