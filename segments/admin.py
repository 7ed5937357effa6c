"""Segments in the admin: the rule as JSON, with what it says in words and whom it finds."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from config.shared import actors, clock
from config.shared.screens import BulkList, RecordAdmin, RecordForm
from config.shared.templatetags.vesile import EMPTY, moment, number
from config.shared.usages import usages_of, usages_of_many
from segments.errors import RuleError
from segments.models import Segment
from segments.rules.fields import Field, all_fields
from segments.rules.parser import parse
from segments.selectors import count, examples, in_words
from segments.services.segments import delete_segment, save_segment

EXAMPLE = {
    "op": "and",
    "rules": [{"field": "profile.country", "cmp": "is", "value": "TR"}],
}


# A value of each type as it stands in a rule, to copy and change.
VALUES = {
    "choice": '"TR"',
    "text": '"izmir"',
    "count": "3",
    "number": "3",
    "money": "10000",
    "date": '"2026-03-17"',
    "datetime": '"2026-03-17"',
    "boolean": "true",
    "set": '"dog"',
    "members": '"85123A"',
}
# Comparisons whose value looks the same whatever the type.
VALUES_OF_CMP = {
    "in_last": '{"last": 90, "unit": "day"}',
    "in_next": '{"next": 7, "unit": "day"}',
    "more_than_ago": '{"last": 90, "unit": "day"}',
    "anniversary": "[0, 7]",
}
PAIRS = {
    "money": "[10000, 20000]",
    "date": '["2026-03-01", "2026-03-31"]',
    "datetime": '["2026-03-01", "2026-03-31"]',
}


class RuleField(forms.CharField):
    """A rule as JSON; cleaned it is the tree as written, known to be usable."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            tree = json.loads(text)
        except json.JSONDecodeError as error:
            raise forms.ValidationError(
                _("This is not JSON: line %(line)d, column %(column)d.")
                % {"line": error.lineno, "column": error.colno}
            ) from error
        try:
            parse(tree)
        except RuleError as error:
            raise forms.ValidationError(str(error)) from error
        return tree


class SegmentForm(RecordForm):
    description = forms.CharField(
        label=gettext_lazy("Description"),
        required=False,
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
    )
    rules = RuleField(
        label=gettext_lazy("Who is in it"),
        widget=forms.Textarea(
            attrs={
                "class": "v-editor",
                "rows": 14,
                "spellcheck": "false",
                "hx-post": "../check/",
                "hx-trigger": "load, keyup changed delay:400ms",
                "hx-target": "#rule-check",
                "hx-swap": "innerHTML",
            }
        ),
        help_text=gettext_lazy("The rule as JSON; below stands what it says and what it may say."),
    )

    class Meta:
        model = Segment
        fields = ("name", "description", "rules")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "rules" in self.fields:
            rules = self.instance.rules if self.instance.pk else EXAMPLE
            self.initial["rules"] = json.dumps(rules, ensure_ascii=False, indent=2)
            if self.instance.pk:
                self.fields["rules"].widget.attrs["hx-post"] = "../../check/"


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
        try:
            rules = RuleField().clean(request.POST.get("rules", ""))
        except forms.ValidationError as error:
            return TemplateResponse(
                request, "vesile/segment/check.html", {"problem": " ".join(error.messages)}
            )
        may_look = request.user.has_perm("customers.view_customer")
        return TemplateResponse(
            request, "vesile/segment/check.html", described(rules, with_examples=may_look)
        )

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


def _example(field: Field) -> str:
    """A value as it stands in a rule, one that exists where there are choices."""
    choices = field.choices() if field.choices else {}
    for wanted in ("TR", "tr", next(iter(choices), "")):
        if wanted in choices:
            return json.dumps(wanted, ensure_ascii=False)
    return VALUES.get(field.type, '"…"')


def comparisons(field: Field, currency: str) -> Iterator[tuple[str, str | Promise]]:
    """Each comparison of a field as it is written in a rule, and what it means."""
    value = _example(field)
    for name, operator in field.operators.items():
        parts = [f'"field": "{field.id}"', f'"cmp": "{name}"']
        if name in ("in", "not_in"):
            parts.append(f'"value": [{value}]')
        elif name in VALUES_OF_CMP:
            parts.append(f'"value": {VALUES_OF_CMP[name]}')
        elif name == "between":
            parts.append(f'"value": {PAIRS.get(field.type, "[3, 5]")}')
        elif operator.takes_value:
            parts.append(f'"value": {value}')
        if field.type == "money" and operator.takes_value:
            parts.append(f'"currency": "{currency}"')
        yield "{" + ", ".join(parts) + "}", operator.label


def described(rules: Any, *, with_examples: bool) -> dict[str, Any]:
    """A usable rule in words, how many it finds and, for who may look, twenty of them."""
    at = clock.now()
    return {
        "sentence": in_words(rules),
        "count": count(rules, at=at),
        "examples": list(examples(rules, at=at)) if with_examples else [],
    }
