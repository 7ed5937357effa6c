"""Sales advisers: the colleagues in the shop whom messages name."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from config.shared import actors
from config.shared.errors import BadInput
from config.shared.screens import BulkList, RecordAdmin
from config.shared.templatetags.vesile import label, number
from customers.models import Adviser, Customer
from customers.services.advisers import save_adviser
from customers.values import UnusableValue


class AdviserList(BulkList):
    """Adds to the rows of a page how many customers they look after."""

    def add(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        counted = Customer.objects.filter(adviser__in=rows).order_by().values_list("adviser")
        counts = dict(counted.annotate(Count("pk")))
        for row in rows:
            row.customers = counts.get(row.pk, 0)


@admin.register(Adviser)
class AdviserAdmin(RecordAdmin):
    empty_text = gettext_lazy(
        "Define those who look after customers; the shop then names them by their id."
    )
    list_display = ("name", "source_id", "email", "looks_after", "state")
    search_fields = ("name", "source_id")
    fieldsets = (
        (
            None,
            {
                "fields": ("source_id", "name", "email", "phone", "is_active"),
                "description": gettext_lazy(
                    "Whoever has left is not deleted: untick “works here”, and the customers can "
                    "be given to somebody else."
                ),
            },
        ),
    )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[BulkList]:
        return AdviserList

    def write(
        self, request: HttpRequest, form: Any, formsets: Sequence[Any], change: bool
    ) -> Adviser:
        typed = form.cleaned_data
        try:
            return save_adviser(
                adviser=form.instance if change else None,
                source_id=typed["source_id"],
                name=typed["name"],
                email=typed["email"],
                phone=typed["phone"],
                is_active=typed["is_active"],
                country=request.project.country,  # type: ignore[attr-defined]
                actor=actors.staff(request),
            )
        except UnusableValue as error:
            raise BadInput(error.translated(), details=error.translated_remedy()) from None

    @display(description=gettext_lazy("Customers"))
    def looks_after(self, adviser: Any) -> str:
        return number(adviser.customers)

    @display(description=gettext_lazy("State"))
    def state(self, adviser: Adviser) -> str:
        return label(_("works here"), "good") if adviser.is_active else label(_("has left"))
