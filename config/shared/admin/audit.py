from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from config.shared.audit import first_broken_seal
from config.shared.models import AuditEntry, AuditSeal
from config.shared.screens import BulkList, ConfirmForm, LeadsNowhere, ReadOnlyAdmin, done
from config.shared.screens.history import in_words
from config.shared.screens.subjects import subjects
from config.shared.templatetags.vesile import EMPTY, label, moment


class ActorFilter(admin.SimpleListFilter):
    title = gettext_lazy("by")
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("staff", _("colleagues")),
            ("api_key", _("programs with a key")),
            ("system", _("the system")),
            ("customer", _("customers")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(actor_kind=self.value()) if self.value() else queryset


class AuditList(LeadsNowhere, BulkList):
    def add(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        about = subjects(rows, request)
        for row, change in zip(rows, in_words(rows), strict=True):
            row.change, row.subject = change, about[row.pk]


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    empty_text = gettext_lazy("Every change made by people and programs is written here.")
    list_display = ("when", "who", "what", "about", "fields_changed", "sealed")
    list_filter = (ActorFilter,)
    list_before_template = "vesile/shared/seals.html"
    actions_list = ("check_seals",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BulkList]:
        return AuditList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        seals = {
            "last_seal": AuditSeal.objects.order_by("-pk").first(),
            "unsealed": AuditEntry.objects.filter(seal=None).count(),
        }
        return super().changelist_view(request, {**seals, **(extra_context or {})})

    def has_check_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("shared.view_auditentry")

    @action(
        description=gettext_lazy("Check the seals…"),
        icon="verified",
        permissions=["check"],
        url_path="check-seals",
        dialog={
            "title": gettext_lazy("Check the whole log?"),
            "description": gettext_lazy(
                "Each seal is computed again from its rows and compared. On a long log this takes "
                "a while; nothing is changed."
            ),
            "form_class": ConfirmForm,
            "form_submit_text": gettext_lazy("Check"),
        },
    )
    def check_seals(self, request: HttpRequest, form: Any) -> HttpResponse:
        url = reverse("admin:shared_auditentry_changelist")
        broken = first_broken_seal()
        if broken is None:
            return done(request, url, _("Every seal fits its rows: nothing was changed later."))
        messages.error(
            request,
            _("Seal no. %(id)s does not fit its rows: the log was changed after it.")
            % {"id": broken.pk},
        )
        return HttpResponse(headers={"HX-Redirect": url})

    @display(description=gettext_lazy("When"))
    def when(self, entry: Any) -> str:
        return moment(entry.at)

    @display(description=gettext_lazy("Who"))
    def who(self, entry: Any) -> str:
        return format_html('<span class="v-nowrap">{}</span>', entry.change.actor)

    @display(description=gettext_lazy("What"))
    def what(self, entry: Any) -> str:
        return format_html('<span class="v-nowrap">{}</span>', entry.change.action)

    @display(description=gettext_lazy("About"))
    def about(self, entry: Any) -> str:
        subject = entry.subject
        words = format_html('<span class="v-nowrap">{}</span>', subject.text)
        if subject.url:
            words = format_html('<a class="v-link" href="{}">{}</a>', subject.url, words)
        if subject.name:
            words = format_html('{}<br><span class="v-sub">{}</span>', words, subject.name)
        return words

    @display(description=gettext_lazy("Fields"))
    def fields_changed(self, entry: Any) -> str:
        return format_html('<span class="v-quiet">{}</span>', entry.change.fields or EMPTY)

    @display(description=gettext_lazy("Seal"))
    def sealed(self, entry: Any) -> str:
        return label(_("sealed"), "good") if entry.seal_id else label(_("not yet"), "wait")
