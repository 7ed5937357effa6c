"""What the list of redemptions can be narrowed by."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared import clock
from config.shared.localtime import MIDNIGHT, to_instant
from rewards.models import RedemptionResult, RefusalAlarm, Voucher
from rewards.periods import Period, bounds, first_day
from rewards.refusals import refusal_in_words
from rewards.selectors import attempts_of_alarm, rules_that_refused

OUTCOMES = {
    RedemptionResult.SUCCESS.value: Q(result=RedemptionResult.SUCCESS, rolled_back_at=None),
    RedemptionResult.FAILURE.value: Q(result=RedemptionResult.FAILURE),
    "rolled_back": Q(rolled_back_at__isnull=False),
    "stack": Q(parent__isnull=False) | Q(voucher=None, result=RedemptionResult.SUCCESS),
    "asked": Q(only_asked=True),
    "test": Q(test=True),
}
SPANS = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
}
MONTHS = 13  # this one and those of a year before it


class ResultFilter(admin.SimpleListFilter):
    title = gettext_lazy("result")
    parameter_name = "result"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            *((value, str(words)) for value, words in RedemptionResult.choices),
            ("rolled_back", _("rolled back")),
            ("stack", _("several codes together")),
            ("asked", _("only asked")),
            ("test", _("test")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = OUTCOMES.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(chosen)


class ReasonFilter(admin.SimpleListFilter):
    """The rules that refused anything so far, in words, the marketer's conditions among them."""

    title = gettext_lazy("refused because")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(
            ((rule, refusal_in_words(rule)) for rule in rules_that_refused()),
            key=lambda pair: pair[1],
        )

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        # Both columns, so that the index of refusals by their rule is used.
        return queryset.filter(failure_rule=self.value(), result=RedemptionResult.FAILURE)


class SpanFilter(admin.SimpleListFilter):
    """The time just past, or a month of the project's calendar, by which books are kept."""

    title = gettext_lazy("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        zone = request.project.zone  # type: ignore[attr-defined]
        return [
            ("hour", _("in the last hour")),
            ("day", _("in the last 24 hours")),
            ("week", _("in the last 7 days")),
            ("month", _("in the last 30 days")),
            *(
                (f"{first:%Y-%m}", date_format(first, "YEAR_MONTH_FORMAT"))
                for first in _months(clock.now(), zone)
            ),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value() or ""
        if span := SPANS.get(chosen):
            return queryset.filter(created_at__gt=clock.now() - span)
        month = _month(chosen, request.project.zone)  # type: ignore[attr-defined]
        if month is None:
            return queryset
        return queryset.filter(created_at__gte=month[0], created_at__lt=month[1])


def _months(at: datetime, zone: str) -> list[date]:
    """The first days of the months that can be chosen, the newest first."""
    months: list[date] = []
    first = first_day(Period.MONTH, at, zone)
    while first and len(months) < MONTHS:
        months.append(first)
        first = (first - timedelta(days=1)).replace(day=1)
    return months


def _month(chosen: str, zone: str) -> tuple[datetime, datetime] | None:
    """The first instant of a month such as 2026-03 and the first after it; None for no month."""
    try:
        first = date.fromisoformat(f"{chosen}-01")
        return bounds(Period.MONTH, to_instant(first, MIDNIGHT, zone), zone)
    except (ValueError, OverflowError):  # the latter at either end of the calendar
        return None


class AlarmFilter(admin.SimpleListFilter):
    """The attempts that an alarm counted; offered only to who comes from one."""

    title = gettext_lazy("alarm")
    parameter_name = "alarm"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        alarm = self._alarm()
        if alarm is None:
            return []
        return [(str(alarm.pk), f"{alarm.promotion.name}: {refusal_in_words(alarm.rule)}")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        alarm = self._alarm()
        return attempts_of_alarm(alarm, queryset) if alarm else queryset

    def _alarm(self) -> RefusalAlarm | None:
        asked = self.used_parameters.get(self.parameter_name) or ""
        if not asked.isdecimal() or len(asked) > 18:
            return None
        return RefusalAlarm.objects.select_related("promotion").filter(pk=asked).first()


class CodeFilter(admin.SimpleListFilter):
    """The attempts with one code; offered only to who comes from its page."""

    title = gettext_lazy("code")
    parameter_name = "voucher"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        code = self._code()
        return [(str(code.pk), code.code)] if code else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        code = self._code()
        return queryset.filter(voucher=code) if code else queryset

    def _code(self) -> Voucher | None:
        asked = self.used_parameters.get(self.parameter_name) or ""
        if not asked.isdecimal() or len(asked) > 18:
            return None
        return Voucher.objects.filter(pk=asked).first()
