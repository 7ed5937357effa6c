"""Writing down consents and withdrawals on the page of a customer."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http import HttpResponseRedirect as Redirect
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config.shared import actors, clock
from config.shared.errors import VesileError
from customers.consents_panel import subject_of
from customers.errors import UnusableConsent
from customers.models import Customer
from customers.services.staff_consents import record_grant, record_withdrawals

from .pages import customer_page_at


@customer_page_at("withdraw-consent")
def withdraw_consent(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Write down withdrawals, and go back to the tab."""
    customer = _customer(request, pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    chosen = [subject_of(key) for key in request.POST.getlist("subject")]
    try:
        number = record_withdrawals(
            customer=customer,
            subjects=[one for one in chosen if one],
            note=_typed(request, "note"),
            actor=actors.staff(request),
            at=clock.now(),
        )
    except VesileError as error:
        messages.error(request, str(error))
    else:
        words = ngettext(
            "%(number)d withdrawal is recorded.", "%(number)d withdrawals are recorded.", number
        )
        messages.success(request, words % {"number": number})
    return _back(customer)


@customer_page_at("record-consent")
def record_consent(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Write down a consent with its evidence, and go back to the tab."""
    customer = _customer(request, pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        subject = subject_of(request.POST.get("subject", ""))
        if subject is None:
            raise UnusableConsent(details=_("Choose what was allowed."))
        text = request.POST.get("text", "")
        record_grant(
            customer=customer,
            subject=subject,
            text_id=int(text) if text.isdigit() and len(text) < 18 else None,
            source=_typed(request, "source"),
            captured_at=_moment(request),
            note=_typed(request, "note"),
            guardian=_typed(request, "guardian"),
            actor=actors.staff(request),
            at=clock.now(),
        )
    except VesileError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The consent is recorded."))
    return _back(customer)


def _customer(request: HttpRequest, pk: int) -> Customer:
    if not request.user.has_perm("customers.add_consentevent"):
        raise PermissionDenied
    customer = Customer.objects.filter(pk=pk).first()
    if customer is None:
        raise Http404
    return customer


def _typed(request: HttpRequest, name: str) -> str:
    return str(request.POST.get(name, "")).replace("\x00", "").strip()


def _moment(request: HttpRequest) -> datetime:
    """The moment typed, on the clock of the project."""
    try:
        typed = parse_datetime(_typed(request, "captured_at"))
    except ValueError:
        typed = None
    if typed is None:
        raise UnusableConsent(details=_("Say when it was given."))
    zone = ZoneInfo(request.project.zone)  # type: ignore[attr-defined]
    return typed if typed.tzinfo else typed.replace(tzinfo=zone)


def _back(customer: Customer) -> HttpResponse:
    url = reverse("admin:customers_customer_change", args=[customer.pk])
    return Redirect(f"{url}?tab=consents")
