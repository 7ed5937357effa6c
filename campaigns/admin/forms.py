"""The form of a draft, and the dialogs that launch, pause, resume and stop."""

from datetime import datetime, time
from typing import Any, cast

from django import forms
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from campaigns.calendar.holidays import (
    UnknownHolidayPlaceError,
    available_holidays,
    has_holidays,
)
from campaigns.models import Campaign, CampaignState, OccasionKind
from campaigns.overview import reach
from config.shared import clock
from config.shared.screens import ConfirmForm, RecordForm
from config.shared.templatetags.vesile import locale
from config.shared.text import fold
from messaging.models import Template
from rewards.models import Promotion
from segments.errors import RuleError

FIELDS = (
    "name",
    "segment",
    "promotion",
    "template",
    "occasion",
    "holiday_country",
    "holiday_key",
    "only_in_country",
    "leap_policy",
    "offset_days",
    "send_time",
    "max_lateness",
)


def holidays_in(country: str) -> list[tuple[str, str]]:
    """The holidays that can be chosen for a country: key and name in the active language."""
    year = clock.now().year
    language = get_language() or "en"
    try:
        listed = [*available_holidays(country, year), *available_holidays(country, year + 1)]
    except UnknownHolidayPlaceError:
        return []
    return list({one.key: one.name(language) for one in listed}.items())


def countries_with_holidays() -> list[tuple[str, str]]:
    names = locale().territories
    known = [(code, name) for code, name in names.items() if len(code) == 2 and has_holidays(code)]
    return sorted(known, key=lambda pair: fold(pair[1]))


class CampaignForm(RecordForm):
    """`seen` carries the version that was read, so that two people cannot overwrite each other."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    holiday_country = forms.ChoiceField(
        label=gettext_lazy("Country of the holiday"),
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    holiday_key = forms.ChoiceField(
        label=gettext_lazy("Holiday"), required=False, widget=UnfoldAdminSelectWidget
    )
    # The browser's own clock: the theme's would compare with the zone of the server.
    send_time = forms.TimeField(
        label=gettext_lazy("Local hour"),
        initial=time(9),
        help_text=gettext_lazy("On each customer's own clock."),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "time"}),
    )

    class Meta:
        model = Campaign
        fields = FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "holiday_country" not in self.fields:
            return
        nothing = [("", _("Choose…"))]
        country = cast(forms.ChoiceField, self.fields["holiday_country"])
        holiday = cast(forms.ChoiceField, self.fields["holiday_key"])
        country.choices = nothing + countries_with_holidays()
        country.widget.attrs.update(
            {
                "hx-get": "../../holidays/" if self.instance.pk else "../holidays/",
                "hx-target": "#id_holiday_key",
                "hx-trigger": "change",
            }
        )
        holiday.choices = nothing + holidays_in(self._country())
        # What comes with the program asks for something else than a campaign does.
        message = cast(forms.ModelChoiceField, self.fields["template"])
        message.queryset = Template.objects.filter(builtin="")
        # Codes of a program's test would be refused by every till.
        offer = cast(forms.ModelChoiceField, self.fields["promotion"])
        offer.queryset = Promotion.objects.counting()
        if self.instance.pk:
            self.initial["seen"] = self.instance.updated_at.isoformat()

    def _country(self) -> str:
        if self.is_bound:
            return str(self.data.get("holiday_country", ""))[:2]
        return str(self.initial.get("holiday_country") or self.instance.holiday_country)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        # What the occasion does not use was only hidden, so it may still carry old values.
        if cleaned.get("occasion") == OccasionKind.BIRTHDAY:
            cleaned["holiday_country"] = cleaned["holiday_key"] = ""
        return cleaned

    def seen_at(self) -> datetime | None:
        try:
            return parse_datetime(self.cleaned_data.get("seen", ""))
        except ValueError:
            return None


class ReachForm(ConfirmForm):
    """Says how many customers the next seven days concern before anything happens."""

    form_before_template = "vesile/campaign/reach.html"

    def get_before_template_context(
        self, request: HttpRequest, object_id: Any = None
    ) -> dict[str, Any]:
        campaign = Campaign.objects.select_related("segment").filter(pk=object_id).first()
        if campaign is None:
            return {}
        try:
            return {"reach": reach(campaign, at=clock.now()), "campaign": campaign}
        except RuleError as error:
            return {"campaign": campaign, "problem": str(error)}


# Which dialogs make sense in which state.
MOVES = {
    CampaignState.DRAFT: ("launch",),
    CampaignState.LIVE: ("pause", "stop"),
    CampaignState.PAUSED: ("resume", "stop"),
    CampaignState.STOPPED: (),
}
