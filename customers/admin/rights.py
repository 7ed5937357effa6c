"""A person's rights on their page: the whole record, restriction, erasure."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from config.shared import actors, clock
from config.shared.errors import VesileError
from config.shared.text import fold
from customers.departure import departure_of
from customers.models import Customer, Restriction
from customers.receipts import recipients, retention_in_words
from customers.services.erasure import ErasureReason, erase_customer
from customers.services.handing_out import hand_out_record
from customers.services.restriction import lift_restriction, restrict_customer

from .pages import customer_page_at

RECORD_TYPES = {"json": "application/json", "csv": "application/zip"}
RECORD_ENDINGS = {"json": "json", "csv": "zip"}


def _customer(request: HttpRequest, pk: int, permission: str) -> Customer:
    if not request.user.has_perm(f"customers.{permission}"):
        raise PermissionDenied
    customer = Customer.objects.filter(pk=pk).first()
    if customer is None:
        raise Http404
    return customer


def _page_of(customer: Customer) -> str:
    return reverse("admin:customers_customer_change", args=[customer.pk])


@customer_page_at("record")
def record(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """What the whole record is, and on POST the record itself."""
    customer = _customer(request, pk, "export_customer")
    if request.method == "POST":
        form = request.POST.get("form", "")
        try:
            file = hand_out_record(
                customer=customer, form=form, actor=actors.staff(request), at=clock.now()
            )
        except VesileError as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(request.path)
        return FileResponse(  # type: ignore[return-value]
            file,
            as_attachment=True,
            filename=f"{customer.public_id}.{RECORD_ENDINGS[form]}",
            content_type=RECORD_TYPES[form],
        )
    return admin.page(
        request,
        "vesile/rights/record.html",
        title=_("Whole record of %(customer)s") % {"customer": customer},
        object=customer,
        customer=customer,
        recipients=recipients(),
        retention=retention_in_words(),
    )


@customer_page_at("restrict")
def restrict(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Restrict for one of two reasons, or lift it."""
    customer = _customer(request, pk, "restrict_customer")
    if request.method == "POST":
        return _change_restriction(request, customer)
    return admin.page(
        request,
        "vesile/rights/restrict.html",
        title=_("Restrict %(customer)s") % {"customer": customer},
        object=customer,
        customer=customer,
        choices=[choice for choice in Restriction.choices if choice[0] != customer.restriction],
    )


def _change_restriction(request: HttpRequest, customer: Customer) -> HttpResponse:
    wanted = request.POST.get("restriction", "")
    who = actors.staff(request)
    try:
        if wanted:
            restrict_customer(customer=customer, restriction=wanted, actor=who, at=clock.now())
            messages.success(request, _("Restricted. Nothing is sent to this customer any more."))
        else:
            lift_restriction(customer=customer, actor=who, at=clock.now())
            messages.success(request, _("The restriction is lifted."))
    except VesileError as error:
        messages.error(request, str(error))
    return HttpResponseRedirect(_page_of(customer))


@customer_page_at("erase")
def erase(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """What would be deleted and what would stay; a typed word makes it so."""
    customer = _customer(request, pk, "erase_customer")
    word, problem = _("ERASE"), ""
    if request.method == "POST":
        if fold(request.POST.get("word", "")) != fold(word):
            problem = _("Type the word %(word)s to confirm.") % {"word": word}
        else:
            try:
                erase_customer(
                    customer=customer,
                    actor=actors.staff(request),
                    reason=ErasureReason.REQUESTED,
                    at=clock.now(),
                )
            except VesileError as error:
                problem = str(error)
            else:
                messages.success(request, _("The customer is erased."))
                return HttpResponseRedirect(reverse("admin:customers_customer_changelist"))
    return admin.page(
        request,
        "vesile/rights/erase.html",
        title=_("Erase %(customer)s") % {"customer": customer},
        object=customer,
        customer=customer,
        departure=departure_of(customer, at=clock.now()),
        word=word,
        problem=problem,
    )
