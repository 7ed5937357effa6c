"""Segments in the admin: the rule as JSON, with what it says in words and whom it finds."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.decorators import display

from config.shared import actors, clock
from config.shared.screens import BulkList, RecordAdmin
from config.shared.templatetags.vesile import EMPTY, moment, number
from config.shared.usages import usages_of, usages_of_many
from segments.errors import RuleError
from segments.models import Segment
from segments.rules.fields import all_fields
from segments.selectors import count, in_words
from segments.services.segments import delete_segment, save_segment

from .check import checked, described
from .forms import SegmentForm
from .spelled import comparisons


class SegmentList(BulkList):
    def add(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        usages = usages_of_many(Segment, [row.pk for row in rows])
        for row in rows:
            row.usages = usages[row.pk]


@admin.register(Segment)
class SegmentAdmin(RecordAdmin):
    empty_text = gettext_lazy(
        "A segment describes some of your customers, such as those who ordered three times."
    )
    form = SegmentForm
    list_display = ("segment", "size", "used_in", "changed")
    search_fields = ("name",)
    fieldsets = ((None, {"fields": ("name", "description", "rules")}),)
    change_form_after_template = "vesile/segment/beside.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BulkList]:
        return SegmentList

    def get_urls(self) -> list[URLPattern]:
        check = self.admin_site.admin_view(require_POST(self.check_view))
        return [path("check/", check, name="segments_segment_check"), *super().get_urls()]

    def write(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Segment:
        typed = form.cleaned_data
        return save_segment(
            segment=form.instance if change else None,
            name=typed["name"],
            description=typed["description"],
            rules=typed["rules"],
            actor=actors.staff(request),
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and usages_of(obj):
            return False
        return request.user.has_perm("segments.delete_segment")

    def delete_model(self, request: HttpRequest, obj: Segment) -> None:
        delete_segment(segment=obj, actor=actors.staff(request))

    def check_view(self, request: HttpRequest) -> HttpResponse:
        """What the rule typed so far says, or what is wrong with it; asked while typing."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return checked(request)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        segment = kwargs.get("obj")
        currency = request.project.currency  # type: ignore[attr-defined]
        context["rule_fields"] = [
            (field, list(comparisons(field, currency))) for field in all_fields()
        ]
        if segment and segment.pk:
            stored = Segment.objects.get(pk=segment.pk)
            may_look = request.user.has_perm("customers.view_customer")
            context.update(
                usages=usages_of(stored),
                **described(stored.rules, with_examples=may_look),
            )
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description=gettext_lazy("Segment"), ordering="name")
    def segment(self, segment: Segment) -> str:
        try:
            words = in_words(segment.rules)
        except RuleError as error:
            words = str(error)
        return format_html('{}<br><span class="v-sub">{}</span>', segment.name, words)

    @display(description=gettext_lazy("Customers now"))
    def size(self, segment: Segment) -> str:
        try:
            return number(count(segment.rules, at=clock.now()))
        except RuleError:
            return EMPTY

    @display(description=gettext_lazy("Used in"))
    def used_in(self, segment: Any) -> str:
        return ", ".join(usage.name for usage in segment.usages) or EMPTY

    @display(description=gettext_lazy("Changed"))
    def changed(self, segment: Segment) -> str:
        return moment(segment.updated_at)
