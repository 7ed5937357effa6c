"""Giving one customer a code: which offer, and why; for colleagues who have them on the phone."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.shared import actors, clock
from config.shared.errors import VesileError
from config.shared.ids import new_id
from config.shared.text import fold
from customers.models import Customer
from rewards.models import Promotion
from rewards.offer_words import offer_in_words, segment_names
from rewards.selectors import vouchers_of
from rewards.services.giving import LONGEST_REASON, give

OFFERS_SHOWN: Final = 12
CODES_SHOWN: Final = 5
_REFERENCE: Final = r"^give_[0-9A-Za-z]{20}$"


class GiveForm(forms.Form):
    """Which of the offers that run now, and why; `reference` is this opening of the form."""

    promotion = forms.ModelChoiceField(
        label=gettext_lazy("Offer"),
        queryset=Promotion.objects.none(),
        error_messages={
            "required": gettext_lazy("Choose an offer."),
            "invalid_choice": gettext_lazy("This offer does not run any more. Choose another one."),
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy(
            "For whoever asks later, for instance: parcel came damaged, order 1042."
        ),
        widget=forms.TextInput({"class": "v-input"}),
    )
    reference = forms.RegexField(_REFERENCE, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offers: Any = self.fields["promotion"]
        offers.queryset = _offers()


def may_give(request: HttpRequest) -> bool:
    user = request.user
    return user.has_perms(("rewards.give_voucher", "customers.view_customer"))


def give_page(admin: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the offer and the reason; on POST give the code and show it."""
    if not may_give(request):
        raise PermissionDenied
    customer = Customer.objects.filter(pk=pk).first()
    if customer is None:
        messages.warning(request, _("There is no such customer (any more)."))
        return HttpResponseRedirect(reverse("admin:customers_customer_changelist"))
    problem = ""
    chosen = request.GET.get("promotion", "")
    form = GiveForm(initial={"promotion": chosen, "reference": new_id("give")})
    if request.method == "POST":
        form = GiveForm(request.POST)
        chosen = request.POST.get("promotion", "")
        if form.is_valid():
            try:
                return _given(request, customer, form.cleaned_data)
            except VesileError as error:
                problem = str(error)
        elif "reference" in form.errors:
            problem = _("Open the page again; nothing of yours was stored.")
    asked = request.GET.get("offer", "").strip()
    offers, more = _listed(asked, chosen)
    return admin.page(
        request,
        "vesile/code/give.html",
        title=_("Give a code"),
        customer=customer,
        form=form,
        problem=problem,
        chosen=chosen,
        offers=offers,
        has_more=more,
        asked=asked,
        codes=list(vouchers_of(customer).order_by("-pk")[:CODES_SHOWN]),
    )


def _given(request: HttpRequest, customer: Customer, typed: dict[str, Any]) -> HttpResponse:
    made = give(
        customer=customer,
        promotion=typed["promotion"],
        reason=typed["reason"],
        reference=typed["reference"],
        actor=actors.staff(request),
        at=clock.now(),
    )
    told = {"customer": customer, "offer": typed["promotion"].name}
    if made.repeated:
        messages.info(request, _("%(customer)s had this code of “%(offer)s” before.") % told)
    else:
        messages.success(request, _("%(customer)s has this code of “%(offer)s” now.") % told)
    return HttpResponseRedirect(reverse("admin:rewards_voucher_change", args=[made.vouchers[0].pk]))


def _offers() -> Any:
    return Promotion.objects.kept().running(at=clock.now()).order_by("name")


def _listed(asked: str, chosen: str) -> tuple[Sequence[tuple[Promotion, str]], bool]:
    """Offers to choose from, each with what it says; the chosen one first. Whether there are more.

    `asked` is part of a name, compared as everywhere: without case and marks.
    """
    rows = _offers().prefetch_related("effects")
    first = list(rows.filter(pk=chosen)) if chosen.isdecimal() and len(chosen) < 19 else []
    others = rows.exclude(pk__in=[one.pk for one in first])
    if asked:
        wanted = fold(asked)
        named = others.order_by().values_list("pk", "name")
        others = others.filter(pk__in=[pk for pk, name in named if wanted in fold(name)])
    found = list(others[: OFFERS_SHOWN + 1])
    shown = [*first, *found[:OFFERS_SHOWN]]
    names = segment_names(shown)
    return [(one, _said(one, names)) for one in shown], len(found) > OFFERS_SHOWN


def _said(offer: Promotion, names: dict[str, str]) -> str:
    """What it gives and what it asks for; how often and how long is seen on the code."""
    words = offer_in_words(offer, offer.effects.all(), names=names)
    return "; ".join([*words.effects, *words.conditions, *words.window])
