"""What a shop may say about a person, in the published words."""

import re
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.shared import clock
from config.shared.api.fields import Metadata, Text
from config.shared.errors import BadInput
from config.shared.text import normalise_email
from config.shared.zones import is_country
from customers.asked import AskedCustomer
from customers.birthdates import check_birth_date

_BIRTH_DATE: Final = re.compile(r"(?:(\d{4})-|--)(\d{2})-(\d{2})", re.ASCII)
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
_PHONE: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_WRITTEN_BETWEEN_DIGITS: Final = str.maketrans("", "", " -./()\u00a0\u2011")


class Email(Text):
    def to_internal_value(self, data: Any) -> str:
        address = normalise_email(super().to_internal_value(data))
        try:
            validate_email(address)
        except ValidationError:
            raise serializers.ValidationError(_("Write it as ann@example.com.")) from None
        return address


class Phone(Text):
    """A number in E.164, however it is grouped."""

    def to_internal_value(self, data: Any) -> str:
        number = super().to_internal_value(data).translate(_WRITTEN_BETWEEN_DIGITS)
        if not _PHONE.fullmatch(number):
            raise serializers.ValidationError(
                _("Write it with + and the code of the country, as in +905321234567.")
            )
        return number


class Country(Text):
    def to_internal_value(self, data: Any) -> str:
        code = super().to_internal_value(data).upper()
        if not is_country(code):
            raise serializers.ValidationError(_("Use a code of ISO 3166 such as TR or GB."))
        return code


class Language(Text):
    def to_internal_value(self, data: Any) -> str:
        tag = super().to_internal_value(data).replace("_", "-")
        tag = tag[:3].lower() + tag[3:]
        if not _LANGUAGE.fullmatch(tag):
            raise serializers.ValidationError(_("Use a language tag such as tr or en-GB."))
        return tag


class BirthDate(Text):
    """YYYY-MM-DD, or --MM-DD where the year is not known; gives year, month and day."""

    def to_internal_value(self, data: Any) -> Any:
        matched = _BIRTH_DATE.fullmatch(super().to_internal_value(data))
        if matched is None:
            raise serializers.ValidationError(
                _("Write it as 1990-05-31, or as --05-31 without the year.")
            )
        year, month, day = (int(part) if part else None for part in matched.groups())
        try:
            check_birth_date(month=month or 0, day=day or 0, year=year, today=clock.now().date())
        except BadInput as error:
            raise serializers.ValidationError(str(error)) from None
        return year, month, day


class AddressSerializer(serializers.Serializer):
    """Where the customer lives; `state` is the region."""

    city = Text()
    state = Text(max_length=80)
    line_1 = Text(max_length=200)
    line_2 = Text(max_length=200)
    country = Country(help_text="ISO 3166, two letters.")
    postal_code = Text(max_length=20)


class CustomerFields(serializers.Serializer):
    """A customer: `source_id` is the shop's own id, `id` ours; one of them is needed.

    What is absent stays as it is; null or an empty text removes it.
    """

    id = Text(max_length=30, help_text="Ours; then source_id is not looked at.")
    source_id = Text()
    name = Text(max_length=240, help_text="The last word becomes the last name.")
    first_name = Text(help_text="Ours; says it exactly.")
    last_name = Text(help_text="Ours; says it exactly.")
    email = Email(max_length=254)
    phone = Phone(max_length=40, help_text="E.164.")
    birthdate = BirthDate(help_text="YYYY-MM-DD, or --MM-DD without the year.")
    birthday = BirthDate(help_text="The older name of birthdate.")
    language = Language(max_length=12, help_text="Ours: a language tag.")
    zone = Text(max_length=64, help_text="Ours: an IANA time zone; an unusable one is flagged.")
    description = Text(max_length=500)
    address = AddressSerializer(required=False, allow_null=True)
    metadata = Metadata()


_SAME_NAME: Final = ("first_name", "last_name", "email", "phone", "language", "zone", "description")
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
        profile=_profile(given),
    )


def _profile(given: dict[str, Any]) -> dict[str, Any]:
    profile: dict[str, Any] = {}
    if "name" in given:
        profile["first_name"], profile["last_name"] = _parts(given["name"] or "")
    profile |= {name: given[name] or "" for name in _SAME_NAME if name in given}
    for name in ("birthday", "birthdate"):
        if name in given:
            year, month, day = given[name] or (None, None, None)
            profile |= {"birth_year": year, "birth_month": month, "birth_day": day}
    if "address" in given:
        address = given["address"]
        told = _ADDRESS if address is None else [name for name in _ADDRESS if name in address]
        profile |= {_ADDRESS[name]: (address or {}).get(name) or "" for name in told}
    if given.get("metadata") is not None:
        profile["metadata"] = given["metadata"]
    return profile


def _parts(name: str) -> tuple[str, str]:
    """First and last name; a single one, or one too long for either, is the first."""
    first, _blank, last = " ".join(name.split()).rpartition(" ")
    return (first, last) if first else (last, "")
