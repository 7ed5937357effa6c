from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from config.shared.screens import ReadOnlyAdmin
from config.shared.templatetags.vesile import moment
from messaging.models import OutboxMessage
from messaging.views import framed


@admin.register(OutboxMessage)
class OutboxAdmin(ReadOnlyAdmin):
    empty_text = gettext_lazy("Messages appear here as customers would see them.")
    list_display = ("subject", "who", "to_address", "message", "written")
    list_display_links = ("subject",)
    search_fields = ("to_address",)
    search_help_text = gettext_lazy("The whole e-mail address")
    list_select_related = ("delivery__identity__customer", "delivery__template")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        wanted = search_term.strip()
        return (queryset.filter(to_address__iexact=wanted) if wanted else queryset), False

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<int:pk>/html/",
                self.admin_site.admin_view(self.html_view),
                name="messaging_outboxmessage_html",
            ),
            *super().get_urls(),
        ]

    def html_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The HTML of the message for the frame on its page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        message = OutboxMessage.objects.filter(pk=pk).first()
        if message is None:
            raise Http404
        return framed(message.html)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        message = self.get_object(request, object_id)
        if message is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        part = request.GET.get("part", "html")
        return self.page(
            request,
            "vesile/outbox/page.html",
            title=message.subject,
            object=message,
            message=message,
            customer=message.delivery.identity.customer,
            part=part if part in {"html", "text", "headers"} else "html",
        )

    @display(description=gettext_lazy("Customer"))
    def who(self, message: OutboxMessage) -> str:
        customer = message.delivery.identity.customer
        url = reverse("admin:customers_customer_change", args=[customer.pk])
        return format_html('<a class="v-link" href="{}">{}</a>', url, str(customer))

    @display(description=gettext_lazy("Template"))
    def message(self, message: OutboxMessage) -> str:
        return message.delivery.template.name

    @display(description=gettext_lazy("Written"))
    def written(self, message: OutboxMessage) -> str:
        return moment(message.created_at)
