"""What a rule says and whom it finds, asked while it is written."""

import time
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from config.shared import clock
from customers.models import Customer
from customers.search import find_customers
from segments.answers import answer_for
from segments.errors import RuleError
from segments.models import Segment
from segments.reach import LONGEST, SECONDS, Kept, reach_of
from segments.rules.parser import parse
from segments.rules.tree import unknowns
from segments.rules.wording import sentence
from segments.selectors import member_ids

from .figures import falls
from .forms import RuleField

_MOST_FOUND = 10


def checked(request: HttpRequest) -> HttpResponse:
    """The fragment about the rule typed so far, or what is wrong with it.

    What reading the rule takes is taken from the time for the answer.
    """
    started = time.monotonic()
    field = RuleField()
    try:
        rules = field.clean(request.POST.get("rules", ""))
    except forms.ValidationError as error:
        context: dict[str, Any] = {"problem": " ".join(error.messages), "refused": field.refused}
    else:
        context = described(
            rules,
            with_examples=request.user.has_perm("customers.view_customer"),
            seconds=LONGEST if "exact" in request.POST else SECONDS - (time.monotonic() - started),
        )
    return TemplateResponse(request, "vesile/segment/check.html", context)


def described(
    rules: Any, *, with_examples: bool, kept: Kept | None = None, seconds: float = SECONDS
) -> dict[str, Any]:
    """A rule in words, how many it finds and can reach and, for who may look, some of them."""
    try:
        tree = parse(rules, stored=True)
        reach = reach_of(rules, at=clock.now(), kept=kept, seconds=seconds)
    except RuleError as error:
        return {"problem": str(error)}
    return {
        "sentence": sentence(tree),
        "gone": unknowns(tree),
        "reach": reach,
        "falls": falls(reach),
        "examples": _rows(reach.examples) if with_examples else [],
    }


def _rows(ids: Any) -> list[Customer]:
    found = Customer.objects.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def asked_about_one(request: HttpRequest, segment: Segment | None) -> dict[str, Any]:
    """Whether one customer is described: by the rules sent, or else by those of the segment.

    `who` is the customer chosen, `q` what was typed to find one.
    """
    at = clock.now()
    try:
        rules = segment.rules if segment else RuleField().clean(request.POST.get("rules", ""))
    except forms.ValidationError as error:
        return {"problem": " ".join(error.messages)}
    typed = request.POST.get("q", "").strip()
    chosen = request.POST.get("who", "")
    found = [hit.customer for hit in find_customers(typed, limit=_MOST_FOUND)] if typed else []
    if chosen.isdigit() and len(chosen) <= 18:
        customer = Customer.objects.filter(pk=int(chosen)).first()
    else:
        customer = found[0] if len(found) == 1 else None
    if customer is None:
        return {"found": found, "q": typed, "nobody": _nobody(typed) if not found else ""}
    try:
        return {
            "customer": customer,
            "inside": bool(member_ids(rules, at=at, among=[customer.pk])),
            "answer": answer_for(rules, customer_id=customer.pk, at=at),
        }
    except RuleError as error:
        return {"problem": str(error)}


def _nobody(typed: str) -> str:
    if not typed:
        return _("Write a name, an e-mail address, a phone number or an id.")
    return _("Nobody was found. Try another part of the name, or the whole e-mail address.")
