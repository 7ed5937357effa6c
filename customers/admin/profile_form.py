"""A customer's profile as a colleague types it: what was changed, in the words of the service."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from config.shared import money
from config.shared.localtime import zone_names
from config.shared.templatetags.vesile import locale
from config.shared.text import fold
from config.shared.zones import is_country
from customers import values
from customers.models import Adviser, Attribute, AttributeType, Customer, CustomerKind
from customers.models.customer import ZoneSource
from customers.services.addresses import FIELDS as ADDRESS_FIELDS
from customers.values import UnusableValue

ATTRIBUTE = "attribute_"
_LINES = (
    "first_name",
    "last_name",
    "company",
    "gender",
    "email",
    "phone",
    "language",
    "region",
    "city",
    "address_line_1",
    "address_line_2",
    "postal_code",
    "description",
)
GROUPS = (
    (_("Person"), ("first_name", "last_name", "kind", "company", "gender", "birthdate")),
    (_("How to reach them"), ("email", "phone", "language", "zone", "adviser")),
    (
        _("Address"),
        ("address_line_1", "address_line_2", "postal_code", "city", "region", "country"),
    ),
    (_("Note"), ("description",)),
)


def writes_comma() -> bool:
    """Whether the colleague's language has a comma before decimals, and days before months."""
    return (translation.get_language() or "en").startswith("tr")


def _order() -> str:
    return "dmy" if writes_comma() else "ymd"


def _mark() -> str:
    return "," if writes_comma() else "."


def _countries() -> list[tuple[str, str]]:
    names = locale().territories
    known = [(code, name) for code, name in names.items() if len(code) == 2 and is_country(code)]
    return [("", "–"), *sorted(known, key=lambda pair: fold(pair[1]))]


class ProfileForm(forms.Form):
    """Fields of the profile and one for each attribute; `told` says what was changed."""

    def __init__(self, customer: Customer, *, today: date, **kwargs: Any) -> None:
        self.customer, self.today = customer, today
        self.attributes = {
            ATTRIBUTE + str(one.pk): one for one in Attribute.objects.in_use().order_by("name")
        }
        super().__init__(initial=self._initial(), **kwargs)
        for name in _LINES:
            column: Any = Customer._meta.get_field(name)
            self.fields[name] = forms.CharField(
                label=column.verbose_name,
                max_length=column.max_length,
                required=False,
                widget=UnfoldAdminTextInputWidget(),
                help_text=column.help_text,
            )
        self.fields["phone"].help_text = _("With + and the country's code, or as at home.")
        self.fields["language"].help_text = _("A language tag such as tr or en-GB.")
        self.fields["birthdate"] = forms.CharField(
            label=_("birth date"),
            required=False,
            widget=UnfoldAdminTextInputWidget(),
            help_text=_("1990-05-31, or --05-31 without the year."),
        )
        self.fields["kind"] = self._select(_("kind"), CustomerKind.choices)
        self.fields["country"] = self._select(_("country"), _countries())
        zones = [(zone, zone.replace("_", " ")) for zone in sorted(zone_names())]
        self.fields["zone"] = self._select(_("time zone"), [("", _("as the address says")), *zones])
        advisers = Adviser.objects.filter(Q(is_active=True) | Q(customer=customer)).distinct()
        named = [(one.source_id, one.name) for one in advisers.order_by("name")]
        self.fields["adviser"] = self._select(_("sales adviser"), [("", "–"), *named])
        for name, attribute in self.attributes.items():
            self.fields[name] = _attribute_field(attribute)
        for field in self.fields.values():
            # What was shown travels along: what a colleague changed meanwhile is not undone.
            field.show_hidden_initial = True

    @staticmethod
    def _select(label: Any, choices: Any) -> forms.ChoiceField:
        return forms.ChoiceField(
            label=label, choices=choices, required=False, widget=UnfoldAdminSelectWidget()
        )

    def _initial(self) -> dict[str, Any]:
        customer = self.customer
        initial: dict[str, Any] = {name: getattr(customer, name) for name in _LINES}
        initial |= {"kind": customer.kind, "country": customer.country}
        initial["zone"] = customer.zone if customer.zone_source == ZoneSource.EXPLICIT else ""
        initial["adviser"] = customer.adviser.source_id if customer.adviser else ""
        if customer.birth_day:
            year = f"{customer.birth_year:04d}-" if customer.birth_year else "--"
            initial["birthdate"] = f"{year}{customer.birth_month:02d}-{customer.birth_day:02d}"
        for name, attribute in self.attributes.items():
            stored = customer.metadata.get(attribute.key)
            initial[name] = _as_typed(stored, attribute)
        return initial

    def clean(self) -> dict[str, Any]:
        """Values that `customers.values` refuses are shown at their fields, all at once."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in self.changed_data:
            if name not in cleaned:
                continue
            try:
                cleaned[name] = self._read(name, cleaned[name])
            except UnusableValue as error:
                self.add_error(name, error.in_words())
        return cleaned

    def _read(self, name: str, written: Any) -> Any:
        match name:
            case "email":
                return values.email(written)
            case "language":
                return values.language(written)
            case "birthdate":
                return values.birth_date(written, today=self.today, order=_order())
        if name in self.attributes:
            told = list(written) if isinstance(written, list | tuple) else written
            definition = self.attributes[name].definition
            return values.attribute(told, definition, decimal_mark=_mark(), order=_order())
        return written

    @property
    def told(self) -> dict[str, Any]:
        """What was changed, as `update_customer` takes it; the rest may have changed since."""
        fields: dict[str, Any] = {}
        metadata: dict[str, Any] = {}
        for name in self.changed_data:
            value = self.cleaned_data[name]
            if name in self.attributes:
                metadata[self.attributes[name].key] = value
            elif name == "birthdate":
                year, month, day = value or (None, None, None)
                fields |= {"birth_year": year, "birth_month": month, "birth_day": day}
            else:
                fields[name] = value
        return {**fields, "metadata": metadata} if metadata else fields

    @property
    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields as they are shown, under their headings."""
        groups = [(title, [self[name] for name in names]) for title, names in GROUPS]
        if self.attributes:
            groups.append((_("Custom attributes"), [self[name] for name in self.attributes]))
        return groups

    def refuse(self, field: str, words: str) -> None:
        """Show what the service refused, at its field where there is one."""
        if field.startswith("metadata."):
            key = field.removeprefix("metadata.")
            known = [name for name, one in self.attributes.items() if one.key == key]
            field = known[0] if known else field
        self.add_error(field if field in self.fields else None, words)


def _attribute_field(attribute: Attribute) -> forms.Field:
    help_text: Any = attribute.purpose
    if attribute.type == AttributeType.BOOLEAN:
        choices = [("", _("not known")), ("yes", _("yes")), ("no", _("no"))]
        return forms.ChoiceField(
            label=attribute.name,
            choices=choices,
            required=False,
            widget=UnfoldAdminSelectWidget(),
            help_text=help_text,
        )
    if attribute.type == AttributeType.SET and attribute.choices:
        return forms.MultipleChoiceField(
            label=attribute.name,
            choices=[(one, one) for one in attribute.choices],
            required=False,
            widget=UnfoldAdminCheckboxSelectMultipleWidget(),
            help_text=help_text,
        )
    label = attribute.name
    if attribute.currency:
        label = f"{label} ({attribute.currency})"
    return forms.CharField(
        label=label, required=False, widget=UnfoldAdminTextInputWidget(), help_text=help_text
    )


def _as_typed(stored: Any, attribute: Attribute) -> Any:
    """A stored value as the field shows it; one that does not fit is shown as it is."""
    if stored is None:
        return ""
    if not values.fits(stored, attribute.definition):
        return str(stored)
    match attribute.type:
        case AttributeType.BOOLEAN:
            return "yes" if stored else "no"
        case AttributeType.SET:
            return stored if attribute.choices else ", ".join(stored)
        case AttributeType.MONEY:
            return str(money.from_minor(stored, attribute.currency)).replace(".", _mark())
        case AttributeType.NUMBER:
            return str(stored).replace(".", _mark())
    return str(stored)


class AddressForm(forms.Form):
    """A further address; with only its label left it is removed."""

    label = forms.CharField(
        label=_("label"), max_length=40, required=False, widget=UnfoldAdminTextInputWidget()
    )
    recipient = forms.CharField(
        label=_("recipient"), max_length=160, required=False, widget=UnfoldAdminTextInputWidget()
    )
    line_1 = forms.CharField(
        label=_("address"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget()
    )
    line_2 = forms.CharField(
        label=_("address, second line"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget(),
    )
    postal_code = forms.CharField(
        label=_("postal code"), max_length=20, required=False, widget=UnfoldAdminTextInputWidget()
    )
    city = forms.CharField(
        label=_("city"), max_length=120, required=False, widget=UnfoldAdminTextInputWidget()
    )
    region = forms.CharField(
        label=_("region"), max_length=80, required=False, widget=UnfoldAdminTextInputWidget()
    )
    phone = forms.CharField(
        label=_("phone"), max_length=40, required=False, widget=UnfoldAdminTextInputWidget()
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"] = forms.ChoiceField(
            label=_("country"),
            choices=_countries(),
            required=False,
            widget=UnfoldAdminSelectWidget(),
        )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if any(cleaned.get(name) for name in ADDRESS_FIELDS) and not cleaned.get("label"):
            self.add_error("label", _("Name it, such as home or billing."))
        return cleaned


AddressForms = forms.formset_factory(AddressForm, extra=1, max_num=20)


def told_addresses(formset: Any) -> list[Mapping[str, Any]]:
    """The changed addresses; a renamed one also loses its former label."""
    told: list[Mapping[str, Any]] = []
    for form in formset:
        if not form.has_changed() or not form.cleaned_data:
            continue
        before = form.initial.get("label", "")
        label = form.cleaned_data.get("label") or before
        if before and before != label:
            told.append({"label": before})
        if label:
            told.append({**form.cleaned_data, "label": label})
    return told
