"""New, active and lapsed: what this shop means by them, and the form that changes it."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import messages as notices
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared import actors
from config.shared.errors import BadInput
from segments import lifecycle
from segments.lifecycle import Limits, Span
from segments.rules.values import MAX_UNITS, UNITS
from segments.services.lifecycle import set_limits
from segments.uses import segments_asking

CHANGE = "segments.change_lifecyclelimits"


class LimitsForm(forms.Form):
    """Two spans of time."""

    def __init__(self, told: Limits, data: Any = None) -> None:
        super().__init__(data, auto_id="stage_%s")
        labels = {
            "new": gettext_lazy("New, from the first order, for"),
            "lapsed": gettext_lazy("Lapsed, without an order, after"),
        }
        for name, label in labels.items():
            count, unit = getattr(told, name)
            self.fields[f"{name}_count"] = forms.IntegerField(
                label=label,
                initial=count,
                min_value=1,
                max_value=MAX_UNITS["day"],
                widget=forms.NumberInput(attrs={"class": "v-input"}),
            )
            self.fields[f"{name}_unit"] = forms.ChoiceField(
                label=gettext_lazy("Unit"),
                initial=unit,
                choices=[(one, UNITS[one]) for one in lifecycle.UNITS],
                widget=forms.Select(attrs={"class": "v-select"}),
            )

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The number and the unit of each span."""
        return [(self[f"{name}_count"], self[f"{name}_unit"]) for name in ("new", "lapsed")]

    def span(self, name: str) -> Span:
        typed = self.cleaned_data
        return typed[f"{name}_count"], typed[f"{name}_unit"]


def definition(request: HttpRequest, form: LimitsForm | None = None) -> dict[str, Any]:
    """What the page says about the stages; the form only for who may change them."""
    told = lifecycle.limits()
    may_change = request.user.has_perm(CHANGE)
    return {
        "stages": lifecycle.in_words(told),
        "limits_form": (form or LimitsForm(told)) if may_change else None,
        "asking": segments_asking("orders.lifecycle"),
    }


def change(request: HttpRequest) -> tuple[HttpResponse | None, LimitsForm]:
    """Set what was typed: where to go then, or None and the form with what is wrong."""
    form = LimitsForm(lifecycle.limits(), request.POST)
    if not form.is_valid():
        return None, form
    try:
        changed = set_limits(
            told=Limits(form.span("new"), form.span("lapsed")), actor=actors.staff(request)
        )
    except BadInput as error:
        form.add_error(None, str(error))
        return None, form
    if changed:
        notices.success(request, _("The limits were changed. They hold from now on."))
    else:
        notices.info(request, _("These are the limits already."))
    return HttpResponseRedirect(f"{reverse('admin:segments_rfm')}#stages"), form


def patterns(admin: Any, shown: Any) -> Iterator[Any]:
    """The address of the form; `shown` makes the page again where something is wrong."""

    def changed(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        response, form = change(request)
        return response or shown(admin, request, form)

    yield admin.own_path("rfm/limits/", changed, "segments_lifecycle_limits", post=True)
