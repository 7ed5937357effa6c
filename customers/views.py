"""The page of one customer."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from config.shared import clock
from customers import head, overview
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
    at, project = clock.now(), request.project  # type: ignore[attr-defined]
    panels = panels_for(request.user)
    wanted = request.GET.get("tab")
    chosen = next((one for one in panels if one.key == wanted), panels[0] if panels else None)
    consents = overview.consents_of(customer, gated=project.gated_categories, at=at)
    asking = Asking(
        customer=customer,
        user=request.user,
        project=project,
        params=request.GET,
        visible=consents.visible,
        at=at,
    )
    return admin.page(
        request,
        "vesile/customer/page.html",
        title=str(customer),
        object=customer,
        customer=customer,
        consents=consents,
        actions=actions_for(request.user, customer),
        notices=notices_for(request.user, customer, at),
        panels=panels,
        chosen=chosen,
        **_head(asking),
        **(chosen.contents(asking) if chosen else {}),
    )


def _head(asking: Asking) -> dict[str, Any]:
    """What is known of the customer; taste and trade only for those whose work it is."""
    customer, user = asking.customer, asking.user
    known: dict[str, Any] = {
        "birthday": overview.birthday_in_words(customer),
        "identities": overview.identities_of(customer),
        "addresses": customer.addresses.all(),
        "attributes": head.attributes_of(
            customer,
            visible=asking.visible,
            may_see_sensitive=user.has_perm("customers.view_sensitive_attribute"),
        ),
        "shows_taste": user.has_perm("customers.view_purchaseprofile"),
    }
    if user.has_perm("customers.view_order"):
        months = head.months_of(
            [identity.pk for identity in customer.identities.all()],
            at=asking.at,
            zone=asking.project.zone,
        )
        trade = purchases_of([customer.pk])[customer.pk]
        known |= {
            "trade": trade,
            "price_band": head.PRICE_BANDS.get(trade.price_band or 0, ""),
            "interval": head.interval_in_words(trade.usual_interval_days),
            "months": months,
            "chart": head.chart_of(months) if months else None,
        }
    return known


def _found(object_id: str) -> Customer | None:
    if not object_id.isdigit() or len(object_id) > LONGEST_ID:
        return None
    return (
        Customer.objects.select_related("adviser")
        .prefetch_related("identities", "addresses")
        .filter(pk=object_id)
        .first()
    )
