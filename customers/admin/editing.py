"""Changing a customer by hand: profile, addresses and custom attributes on one page."""

import re
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from config.shared import actors, clock
from config.shared.errors import VesileError
from customers.errors import UnusableField
from customers.models import Customer
from customers.services.addresses import FIELDS
from customers.services.customers import update_customer

from .pages import customer_page_at
from .profile_form import AddressForms, ProfileForm, told_addresses

_OF_ADDRESS = re.compile(r"addresses\[(\d+)\]\.(\w+)")


@customer_page_at("edit")
def edit(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The form, and on POST the change by the service that the API calls too."""
    if not request.user.has_perm("customers.change_customer"):
        raise PermissionDenied
    customer = Customer.objects.select_related("adviser").filter(pk=pk).first()
    if customer is None:
        raise Http404
    typed = request.POST if request.method == "POST" else None
    form = ProfileForm(customer, today=clock.now().date(), data=typed)
    stored = [
        {name: getattr(address, name) for name in ("label", *FIELDS)}
        for address in customer.addresses.order_by("label")
    ]
    addresses = AddressForms(typed, initial=stored, prefix="addresses")
    is_valid = typed is not None and form.is_valid() and addresses.is_valid()
    if is_valid and _save(request, customer, form, addresses):
        return HttpResponseRedirect(reverse("admin:customers_customer_change", args=[pk]))
    defined = {one.key for one in form.attributes.values()}
    return admin.page(
        request,
        "vesile/customer/edit.html",
        title=_("Change %(customer)s") % {"customer": customer},
        object=customer,
        customer=customer,
        form=form,
        addresses=addresses,
        undefined={k: v for k, v in sorted(customer.metadata.items()) if k not in defined},
    )


def _save(request: HttpRequest, customer: Customer, form: ProfileForm, addresses: Any) -> bool:
    """Whether the service took it; else the forms say why not."""
    told = dict(form.told)
    changed_addresses = told_addresses(addresses)
    if changed_addresses:
        told["addresses"] = changed_addresses
    try:
        if told:
            update_customer(customer=customer, actor=actors.staff(request), **told)
    except UnusableField as error:
        place = _OF_ADDRESS.fullmatch(error.field)
        words = error.error.in_words()
        if place:
            label = changed_addresses[int(place[1])]["label"]
            at = next(one for one in addresses if one.cleaned_data.get("label") == label)
            at.add_error(place[2], words)
        else:
            form.refuse(error.field, words)
        return False
    except VesileError as error:
        form.refuse("", str(error))
        return False
    messages.success(request, _("Saved.") if told else _("Nothing was changed."))
    return True
