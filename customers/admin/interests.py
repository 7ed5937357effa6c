"""What a customer told a colleague about their taste."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from config.shared import actors, clock
from config.shared.errors import BadInput, VesileError
from customers.models import Customer
from customers.services.interests import AskedInterest, declare_interests

from .pages import customer_page_at

_SAID = {"yes": True, "no": False, "forget": None}


@customer_page_at("interests")
def correct_interest(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Keep or forget what the customer said about one topic, and go back to the tab."""
    if not request.user.has_perm("customers.change_customer"):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    customer = Customer.objects.filter(pk=pk).first()
    if customer is None:
        messages.warning(request, _("There is no such customer (any more)."))
        return HttpResponseRedirect(reverse("admin:customers_customer_changelist"))
    said = request.POST.get("likes", "")
    topic = request.POST.get("topic", "").replace("\x00", "")
    try:
        if said not in _SAID:
            raise BadInput(_("Say whether the customer likes it."))
        told = AskedInterest(request.POST.get("kind", ""), topic, _SAID[said])
        changed = declare_interests(
            customer=customer, asked=[told], actor=actors.staff(request), at=clock.now()
        )
    except VesileError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _outcome(said, topic) if changed else _("That was known already.")
        )
    url = reverse("admin:customers_customer_change", args=[pk])
    return HttpResponseRedirect(f"{url}?tab=interests")


def _outcome(said: str, topic: str) -> str:
    words = {
        "yes": _("Written down: likes “%(topic)s”."),
        "no": _("Written down: does not like “%(topic)s”."),
        "forget": _("Forgotten. “%(topic)s” is derived again from what is allowed."),
    }
    return words[said] % {"topic": topic}
