"""What people fill in about keys."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from config.shared.keys import SCOPES
from config.shared.limits import LIMITS, USUAL
from config.shared.models import ApiKey
from config.shared.screens import RecordForm
from config.shared.templatetags.vesile import number

AREAS: dict[str | Promise, tuple[str, ...]] = {
    _("Codes and offers"): (
        *("validations", "redemptions", "returns"),
        *("campaigns", "vouchers", "publications"),
    ),
    _("Customers"): ("customers", "consents", "segments", "lists"),
    _("Trade"): ("orders", "products", "events"),
}
OVERLAPS = [
    ("0", _("at once")),
    ("1", _("after an hour")),
    ("24", _("after a day")),
    ("168", _("after a week")),
    ("720", _("after 30 days")),
]


def grouped_scopes() -> list[tuple[str | Promise, Sequence[tuple[str, str | Promise]]]]:
    """The scopes by what they are about; those of no area come last."""
    left = dict(SCOPES)
    groups: list[tuple[str | Promise, Sequence[tuple[str, str | Promise]]]] = []
    for area, subjects in AREAS.items():
        inside = [key for key in left if key.partition(":")[0] in subjects]
        groups.append((area, [(key, left.pop(key)) for key in inside]))
    if left:
        groups.append((_("Others"), [*left.items()]))
    return groups


class KeyForm(RecordForm):
    """What may change while programs use the key."""

    origins = forms.CharField(
        label=_("Origins"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_(
            "For a publishable key: the pages it may be used on, such as "
            "https://shop.example.com, one per line."
        ),
    )
    addresses = forms.CharField(
        label=_("Allowed addresses"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_(
            "Addresses or networks from which alone the key works, such as 203.0.113.0/24, one per "
            "line. Empty: from everywhere."
        ),
    )

    class Meta:
        model = ApiKey
        fields = ("name", "origins", "may_redeem", "addresses", "expires_at", *LIMITS)
        help_texts = {
            "may_redeem": _(
                "For a publishable key: visitors' browsers may redeem, not only check codes. "
                "Better let the shop's server redeem when the order is paid."
            ),
            "expires_at": _("From this moment on the key is refused. Empty: never."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("origins", "addresses"):
            self.initial[name] = "\n".join(getattr(self.instance, name))
        for name in LIMITS:
            if name in self.fields:
                usual = USUAL[self.instance.kind][name]
                self.fields[name].widget = UnfoldAdminIntegerFieldWidget(attrs={"min": 0})
                self.fields[name].help_text = (
                    _("Empty: %(usual)s. 0: no limit.") % {"usual": number(usual)}
                    if usual
                    else _("Empty or 0: no limit.")
                )

    def clean_origins(self) -> list[str]:
        return self.cleaned_data["origins"].split()

    def clean_addresses(self) -> list[str]:
        return self.cleaned_data["addresses"].split()


class NewKeyForm(KeyForm):
    """A key that is made: also what stays as it is for ever."""

    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        required=False,
        choices=grouped_scopes,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("For a restricted key: what it may do."),
    )

    class Meta(KeyForm.Meta):
        fields = (
            *("name", "kind", "test", "scopes", "origins", "may_redeem", "addresses"),
            "expires_at",
        )
        help_texts = KeyForm.Meta.help_texts | {
            "kind": _(
                "Secret: for the shop's server, may do everything; never put it into a page or an "
                "app. Publishable: may stand in the shop's pages, checks codes and reports events. "
                "Restricted: for a partner or tool, does only what you tick. Management: makes and "
                "ends other keys."
            ),
            "test": _(
                "Everything works, but its redemptions take nothing and never count. This cannot "
                "be changed later."
            ),
        }


class RotationForm(forms.Form):
    """When the token until now ends."""

    hours = forms.ChoiceField(
        label=_("The old token ends"),
        choices=OVERLAPS,
        initial="24",
        widget=UnfoldAdminSelectWidget,
        help_text=_("Choose longer than it takes to give the new token to every program."),
    )

    @property
    def overlap(self) -> timedelta:
        return timedelta(hours=int(self.cleaned_data["hours"]))
