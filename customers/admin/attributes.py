"""Custom attributes: what the shop tells of customers beyond the profile, defined by marketers."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldBooleanWidget

from config.shared import actors, clock
from config.shared.screens import BulkList, RecordAdmin, RecordForm
from config.shared.templatetags.vesile import EMPTY, label, number
from config.shared.usages import usages_of, usages_of_many
from customers import attribute_figures
from customers.models import Attribute
from customers.services.attributes import ValuesWouldNotFit, save_attribute


class AttributeForm(RecordForm):
    choices = forms.CharField(
        label=gettext_lazy("Allowed values"),
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        help_text=gettext_lazy("For “several of a list”: one value per line; empty allows any."),
    )
    is_retired = forms.BooleanField(
        label=gettext_lazy("Retired"),
        required=False,
        widget=UnfoldBooleanWidget(),
        help_text=gettext_lazy("Values are kept, but nobody checks, shows or uses them any more."),
    )
    accepts_misfits = forms.BooleanField(
        label=gettext_lazy("Change it although stored values do not fit"),
        required=False,
        widget=UnfoldBooleanWidget(),
    )

    class Meta:
        model = Attribute
        fields = (
            "key",
            "name",
            "type",
            "choices",
            "currency",
            "data_category",
            "is_sensitive",
            "purpose",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "choices" in self.fields:
            self.initial["choices"] = "\n".join(self.instance.choices or [])
            self.initial["is_retired"] = self.instance.retired_at is not None
        if not isinstance(self.refusal, ValuesWouldNotFit) and "accepts_misfits" in self.fields:
            self.fields["accepts_misfits"].widget = forms.HiddenInput()

    def clean_choices(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["choices"].splitlines() if line.strip()]

    def _post_clean(self) -> None:
        """The service checks: the constraint would only say that it is violated."""


class AttributeList(BulkList):
    """Adds figures from one sample and usages to the rows of a page."""

    def add(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        seen = attribute_figures.figures()
        usages = usages_of_many(Attribute, [row.pk for row in rows])
        for row in rows:
            row.having = seen.having(row.key)
            row.misfits = seen.misfits(row.definition)
            row.is_estimate = seen.is_estimate
            row.usages = usages[row.pk]


@admin.register(Attribute)
class AttributeAdmin(RecordAdmin):
    form = AttributeForm
    empty_text = gettext_lazy(
        "Values that the shop sends in metadata can be used in rules once they are defined here."
    )
    list_display = ("attribute", "type", "kind", "filled", "unfit", "used_in", "state")
    search_fields = ("name", "key")
    list_before_template = "vesile/customer/undefined_keys.html"
    change_form_after_template = "vesile/customer/attribute_beside.html"
    fieldsets = (
        (None, {"fields": ("key", "name", "type", "choices", "currency")}),
        (
            gettext_lazy("Use"),
            {
                "fields": ("purpose", "data_category", "is_sensitive"),
                "description": gettext_lazy(
                    "Every attribute says what it is needed for. What is sensitive can be kept "
                    "and shown, but no rule, template or recommendation may use it, whoever asks."
                ),
            },
        ),
        (None, {"fields": ("is_retired", "accepts_misfits")}),
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BulkList]:
        return AttributeList

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("key",) if obj else ()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        offered = []
        if self.has_add_permission(request):
            seen = attribute_figures.figures()
            offered = seen.undefined(attribute_figures.defined_keys())
        return super().changelist_view(request, {"offered": offered, **(extra_context or {})})

    def write(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Attribute:
        typed = form.cleaned_data
        return save_attribute(
            attribute=form.instance if change else None,
            key=typed.get("key", ""),
            name=typed["name"],
            type=typed["type"],
            choices=typed["choices"],
            currency=typed["currency"],
            data_category=typed["data_category"],
            is_sensitive=typed["is_sensitive"],
            purpose=typed["purpose"],
            is_retired=typed["is_retired"],
            accepts_misfits=typed["accepts_misfits"],
            actor=actors.staff(request),
            at=clock.now(),
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        attribute = kwargs.get("obj")
        if attribute and attribute.pk:
            stored = Attribute.objects.get(pk=attribute.pk)
            seen = attribute_figures.figures()
            context.update(
                stored=stored,
                having=seen.having(stored.key),
                misfits=seen.misfits(stored.definition),
                is_estimate=seen.is_estimate,
                usages=usages_of(stored),
            )
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description=gettext_lazy("Attribute"), ordering="name")
    def attribute(self, row: Attribute) -> str:
        return format_html(
            '{}<br><span class="v-sub v-code">{}</span><br><span class="v-sub">{}</span>',
            row.name,
            row.key,
            row.purpose,
        )

    @display(description=gettext_lazy("Kind of data"))
    def kind(self, row: Attribute) -> str:
        words = row.get_data_category_display()
        if row.is_sensitive:
            return format_html("{} {}", words, label(_("sensitive"), "bad"))
        return str(words)

    @display(description=gettext_lazy("Customers"))
    def filled(self, row: Any) -> str:
        about = "≈ " if row.is_estimate else ""
        return format_html('<span class="v-num">{}{}</span>', about, number(row.having))

    @display(description=gettext_lazy("Do not fit"))
    def unfit(self, row: Any) -> str:
        return label(number(row.misfits), "bad") if row.misfits else EMPTY

    @display(description=gettext_lazy("Used in"))
    def used_in(self, row: Any) -> str:
        if row.usages:
            return ", ".join(usage.name for usage in row.usages)
        return label(_("not used by anything: is it needed?"), "wait")

    @display(description=gettext_lazy("State"))
    def state(self, row: Attribute) -> str:
        return label(_("retired")) if row.retired_at else label(_("in use"), "good")
