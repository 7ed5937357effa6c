from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from config.shared import actors, clock
from config.shared.errors import VesileError
from config.shared.screens import BulkList, RecordAdmin, RecordForm
from config.shared.templatetags.vesile import EMPTY, language_name, moment, number
from config.shared.usages import usages_of, usages_of_many
from customers.models import Customer
from messaging.context import variables
from messaging.models import Template, TemplateVersion
from messaging.selectors import preview
from messaging.services.templates import check, create_template, save_template_version
from messaging.views import framed

LANGUAGES = ("en", "tr", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "ar")
STARTER = """<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text>Hello {{ customer.first_name | default: "there" }},</mj-text>
        <mj-text>{{ offer.benefits }} with the code {{ code.code }}.</mj-text>
        <mj-text>{{ reason }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""


class TemplateForm(RecordForm):
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        widget=UnfoldAdminSelectWidget,
        help_text=gettext_lazy(
            "Customers get the words of their language, else those of the project's."
        ),
    )
    subject = forms.CharField(
        label=gettext_lazy("Subject"), max_length=300, widget=UnfoldAdminTextInputWidget
    )
    body = forms.CharField(
        label=gettext_lazy("Body"),
        strip=False,
        widget=forms.Textarea(attrs={"class": "v-editor", "rows": 20, "spellcheck": "false"}),
        help_text=gettext_lazy("MJML with Liquid in it. Saving makes a new version."),
    )

    opened = ""
    """The language whose words an existing template is opened with, where it has any."""

    class Meta:
        model = Template
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" not in self.fields:
            return
        known = dict.fromkeys([*self._written(), *LANGUAGES])
        language = cast(forms.ChoiceField, self.fields["language"])
        language.choices = [(code, language_name(code)) for code in known]
        newest = self._newest()
        if newest:
            told = {"language": newest.language, "subject": newest.subject, "body": newest.body}
            self.initial.update(told)
        else:
            self.initial.setdefault("body", STARTER)
        if self.instance.pk:
            self.fields["name"].disabled = True
            links = format_html_join(
                ", ",
                '<a class="v-link" href="?language={}">{}</a>',
                [(code, language_name(code)) for code in self._written()],
            )
            language.help_text = format_html(
                "{} {} {}", language.help_text, _("Open the words in:"), links
            )

    def _written(self) -> list[str]:
        if not self.instance.pk:
            return []
        rows = TemplateVersion.objects.filter(template=self.instance).order_by("language")
        return list(rows.values_list("language", flat=True).distinct())

    def _newest(self) -> TemplateVersion | None:
        if not self.instance.pk:
            return None
        rows = TemplateVersion.objects.filter(template=self.instance).order_by("-pk")
        return rows.filter(language=self.opened).first() or rows.first()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if {"subject", "body"} <= cleaned.keys():
            try:
                check(subject=cleaned["subject"].strip(), body=cleaned["body"].strip())
            except VesileError as error:
                for line in str(error).splitlines():
                    self.add_error("body", line)
        return cleaned


class TemplateList(BulkList):
    def add(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        usages = usages_of_many(Template, [row.pk for row in rows])
        for row in rows:
            row.usages = usages[row.pk]


@admin.register(Template)
class TemplateAdmin(RecordAdmin):
    empty_text = gettext_lazy("A template is a message that is filled in for each customer.")
    form = TemplateForm
    list_display = ("name", "languages", "version_count", "newest", "in_use")
    search_fields = ("name",)
    fieldsets = ((None, {"fields": ("name", "language", "subject", "body")}),)
    change_form_after_template = "vesile/template/beside.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return (
            super()
            .get_queryset(request)
            .prefetch_related("versions")
            .annotate(changed=Max("versions__created_at"), written=Count("versions"))
        )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BulkList]:
        return TemplateList

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj and not self.has_change_permission(request, obj):
            return ((None, {"fields": ("name",)}),)  # the preview below shows the words
        return super().get_fieldsets(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What comes with the program keeps its words: it carries a link that must be in it."""
        return not (obj and obj.builtin) and super().has_change_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        name = "messaging_template_preview"
        return [
            path("<int:pk>/preview/", self.admin_site.admin_view(self.preview_view), name=name),
            *super().get_urls(),
        ]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"language": request.project.language}  # type: ignore[attr-defined]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        form.opened = request.GET.get("language") or request.project.language  # type: ignore[attr-defined]
        return form

    def write(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Template:
        actor, at = actors.staff(request), clock.now()
        typed = form.cleaned_data
        template = (
            form.instance if change else create_template(name=typed["name"], actor=actor, at=at)
        )
        save_template_version(
            template=template,
            subject=typed["subject"],
            body=typed["body"],
            language=typed["language"],
            actor=actor,
            at=at,
        )
        return template

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["variables"] = sorted(variables().values(), key=lambda one: one.path)
        template = kwargs.get("obj")
        if template and template.pk:
            customer = _chosen_customer(request)
            context.update(
                template=template,
                versions=template.versions.order_by("-pk")[:20],
                usages=usages_of(template),
                **_previewed(template, customer),
            )
        return super().render_change_form(request, context, *args, **kwargs)

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The HTML of the message as the chosen customer would get it, for the frame."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        template = Template.objects.select_related("brand").filter(pk=pk).first()
        customer = _chosen_customer(request)
        if template is None or customer is None:
            raise Http404
        found = _previewed(template, customer)
        return framed(found["rendered"].html if found.get("rendered") else "")

    @display(description=gettext_lazy("Languages"))
    def languages(self, template: Template) -> str:
        codes = sorted({version.language for version in template.versions.all()})
        return ", ".join(language_name(code) for code in codes) or EMPTY

    @display(description=gettext_lazy("Versions"))
    def version_count(self, template: Any) -> str:
        return number(template.written)

    @display(description=gettext_lazy("Changed"), ordering="changed")
    def newest(self, template: Any) -> str:
        return moment(template.changed or template.created_at)

    @display(description=gettext_lazy("Used in"))
    def in_use(self, template: Any) -> str:
        return ", ".join(usage.name for usage in template.usages) or EMPTY


def _chosen_customer(request: HttpRequest) -> Customer | None:
    """The customer asked for by `?as=`, found by number, name or e-mail; else the newest one."""
    wanted = request.GET.get("as", "").strip()
    rows = Customer.objects.order_by("-pk")
    if wanted.isdigit() and len(wanted) < 18 and (one := rows.filter(pk=wanted).first()):
        return one
    return (rows.matching(wanted) if wanted else rows).first()


def _previewed(template: Template, customer: Customer | None) -> dict[str, Any]:
    """The rendered message, or why there is none."""
    if customer is None:
        problem = _("Nobody matches. Try fewer letters of the name, the e-mail or the number.")
        return {"preview_problem": problem}
    try:
        rendered = preview(template, customer=customer, at=clock.now())
    except VesileError as error:
        return {"preview_customer": customer, "preview_problem": str(error)}
    return {"preview_customer": customer, "rendered": rendered}
