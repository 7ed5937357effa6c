from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from config.shared.screens import BulkList, ReadOnlyAdmin
from config.shared.templatetags.vesile import EMPTY, language_name, moment
from config.shared.usages import sources_of
from messaging.gate import REASONS, reason_in_words
from messaging.labels import delivery_state
from messaging.models import Delivery, DeliveryState


class StateFilter(admin.SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(value, str(words)) for value, words in DeliveryState.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() else queryset


class ReasonFilter(admin.SimpleListFilter):
    title = gettext_lazy("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, reason_in_words(key)) for key in REASONS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(reason=self.value()) if self.value() else queryset


class DeliveryList(BulkList):
    def add(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        sources = sources_of((row.source_kind, row.source_id) for row in rows)
        for row in rows:
            row.sources = sources


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    empty_text = gettext_lazy("Messages appear here once a live campaign has an occasion.")
    list_display = ("when", "who", "message", "cause", "state_in_words", "why")
    list_filter = (StateFilter, ReasonFilter)
    list_select_related = ("identity__customer", "template", "template_version", "outbox_message")
    readonly_fields = (
        "message_id",
        "who",
        "channel_name",
        "message",
        "version",
        "cause",
        "occurrence_key",
        "state_in_words",
        "why",
        "not_before_at",
        "when",
        "finished",
        "outbox",
    )
    fields = readonly_fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BulkList]:
        return DeliveryList

    @display(description=gettext_lazy("Message id"))
    def message_id(self, delivery: Delivery) -> str:
        return delivery.public_id

    @display(description=gettext_lazy("Made"))
    def when(self, delivery: Delivery) -> str:
        return moment(delivery.created_at)

    @display(description=gettext_lazy("Customer"))
    def who(self, delivery: Delivery) -> str:
        customer = delivery.identity.customer
        url = reverse("admin:customers_customer_change", args=[customer.pk])
        return format_html('<a class="v-link" href="{}">{}</a>', url, str(customer))

    @display(description=gettext_lazy("Channel"))
    def channel_name(self, delivery: Delivery) -> str:
        return delivery.get_channel_display()

    @display(description=gettext_lazy("Message"))
    def message(self, delivery: Delivery) -> str:
        return delivery.template.name

    @display(description=gettext_lazy("Version"))
    def version(self, delivery: Delivery) -> str:
        version = delivery.template_version
        return f"{version.number} ({language_name(version.language)})" if version else EMPTY

    @display(description=gettext_lazy("Cause"))
    def cause(self, delivery: Delivery) -> str:
        key = delivery.source_kind, delivery.source_id
        # On a list the causes of all rows were read at once.
        sources = getattr(delivery, "sources", None)
        source = (sources_of([key]) if sources is None else sources).get(key)
        if source is None:
            return EMPTY
        return format_html('<a class="v-link" href="{}">{}</a>', source.url, source.name)

    @display(description=gettext_lazy("State"))
    def state_in_words(self, delivery: Delivery) -> str:
        return delivery_state(delivery)

    @display(description=gettext_lazy("Why"))
    def why(self, delivery: Delivery) -> str:
        return reason_in_words(delivery.reason) if delivery.reason else EMPTY

    @display(description=gettext_lazy("Not before"))
    def not_before_at(self, delivery: Delivery) -> str:
        return moment(delivery.not_before)

    @display(description=gettext_lazy("Finished"))
    def finished(self, delivery: Delivery) -> str:
        return moment(delivery.finished_at)

    @display(description=gettext_lazy("As the customer saw it"))
    def outbox(self, delivery: Delivery) -> str:
        kept = getattr(delivery, "outbox_message", None)
        if kept is None:
            return _("Nothing was written to the local outbox.")
        url = reverse("admin:messaging_outboxmessage_change", args=[kept.pk])
        return format_html('<a class="v-link" href="{}">{}</a>', url, _("Open the message"))
