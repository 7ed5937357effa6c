from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminURLInputWidget,
)

from config.shared import actors, data_kinds
from config.shared.installation import BRAND_FIELDS, PROJECT_FIELDS, save_brand, save_project
from config.shared.localtime import zone_names
from config.shared.models import Brand, Project
from config.shared.screens import RecordAdmin, RecordForm
from config.shared.templatetags.vesile import EMPTY, label, locale, number
from config.shared.text import fold
from config.shared.zones import is_country


class ProjectForm(RecordForm):
    class Meta:
        model = Project
        fields = PROJECT_FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "zone" not in self.fields:
            return
        zones = [(zone, zone.replace("_", " ")) for zone in sorted(zone_names())]
        names = locale().territories
        countries = sorted(
            ((code, name) for code, name in names.items() if len(code) == 2 and is_country(code)),
            key=lambda pair: fold(pair[1]),
        )
        languages = [("en", _("English")), ("tr", _("Turkish"))]
        kinds = data_kinds.known()
        self.fields["gated_categories"] = forms.MultipleChoiceField(
            label=capfirst(str(Project._meta.get_field("gated_categories").verbose_name)),
            help_text=Project._meta.get_field("gated_categories").help_text,
            choices=[(kind.key, _in_words(kind)) for kind in kinds],
            required=False,
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
        )
        for field, choices in (("zone", zones), ("country", countries), ("language", languages)):
            self.fields[field].widget = UnfoldAdminSelectWidget(choices=choices)

    def clean_currency(self) -> str:
        return str(self.cleaned_data["currency"]).strip().upper()


def _in_words(kind: data_kinds.Kind) -> str:
    return ngettext(
        "%(name)s (%(number)s customer allows it)",
        "%(name)s (%(number)s customers allow it)",
        kind.allowed_by,
    ) % {"name": capfirst(str(kind.label)), "number": number(kind.allowed_by)}


@admin.register(Project)
class ProjectAdmin(RecordAdmin):
    form = ProjectForm
    fieldsets = (
        (
            None,
            {
                "fields": PROJECT_FIELDS,
                "description": gettext_lazy(
                    "What holds where a customer, an offer or an order says nothing of its own. "
                    "Screens show times in this zone."
                ),
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one project, so its list leads to it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:shared_project_change", args=[1]))

    def write(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Project:
        return save_project(project=form.instance, actor=actors.staff(request))


class BrandForm(RecordForm):
    website = forms.URLField(
        label=gettext_lazy("Website"),
        required=False,
        assume_scheme="https",
        widget=UnfoldAdminURLInputWidget,
    )

    class Meta:
        model = Brand
        fields = BRAND_FIELDS
        widgets = {"colour": forms.TextInput(attrs={"type": "color", "class": "v-color"})}


@admin.register(Brand)
class BrandAdmin(RecordAdmin):
    form = BrandForm
    list_display = ("name", "default", "sender", "swatch")
    fieldsets = ((None, {"fields": BRAND_FIELDS}),)

    def write(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Brand:
        return save_brand(brand=form.instance, actor=actors.staff(request))

    @display(description=gettext_lazy("Default"))
    def default(self, brand: Brand) -> str:
        return label(_("default brand"), "info") if brand.is_default else EMPTY

    @display(description=gettext_lazy("Sender"))
    def sender(self, brand: Brand) -> str:
        if not brand.sender_email:
            return brand.sender_name or EMPTY
        return f"{brand.sender_name} <{brand.sender_email}>".strip()

    @display(description=gettext_lazy("Colour"))
    def swatch(self, brand: Brand) -> str:
        return format_html(
            '<span class="v-swatch" style="background:{}"></span> <span class="v-code">{}</span>',
            brand.colour,
            brand.colour,
        )
