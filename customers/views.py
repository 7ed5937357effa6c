"""The page of one customer."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from config.shared import clock
from customers import overview
from customers.models import Customer
from customers.panels import Asking, actions_for, notices_for, panels_for
from customers.purchases import purchases_of

LONGEST_ID = 18  # digits of a bigint


def customer_page(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Who this is, what we may do, and one tab of what happened (`?tab=`, `?before=`)."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    customer = _found(object_id)
    if customer is None:
        messages.warning(request, _("There is no such customer (any more)."))
        return HttpResponseRedirect(reverse("admin:customers_customer_changelist"))
    at = clock.now()
    panels = panels_for(request.user)
    wanted = request.GET.get("tab")
    chosen = next((one for one in panels if one.key == wanted), panels[0] if panels else None)
    asking = Asking(
        customer=customer,
        user=request.user,
        project=request.project,  # type: ignore[attr-defined]
        params=request.GET,
        at=at,
    )
    return admin.page(
        request,
        "vesile/customer/page.html",
        title=str(customer),
        object=customer,
        customer=customer,
        trade=purchases_of([customer.pk])[customer.pk],
        permissions=overview.permissions_of(customer, at=at),
        birthday=overview.birthday_in_words(customer),
        identities=overview.identities_of(customer),
        actions=actions_for(request.user, customer),
        notices=notices_for(request.user, customer, at),
        panels=panels,
        chosen=chosen,
        **(chosen.contents(asking) if chosen else {}),
    )


def _found(object_id: str) -> Customer | None:
    if not object_id.isdigit() or len(object_id) > LONGEST_ID:
        return None
    return Customer.objects.prefetch_related("identities").filter(pk=object_id).first()
