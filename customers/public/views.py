"""The pages behind the links. GET changes nothing, whoever fetches it; no cookie is set or read.

The link is the permission, so a POST needs no CSRF token: nobody without the link can make one.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from config.shared import clock, localtime
from config.shared.actors import Actor
from config.shared.errors import VesileError
from config.shared.models import Brand, Project
from customers.links import customer_of
from customers.models import Channel, Customer, Merge
from customers.public.choices import choices_of
from customers.public.interests import rows_for, said_in
from customers.public.proof import proof_of
from customers.selectors import MARKETING
from customers.services.interests import declare_interests
from customers.services.opt_ins import Confirmation, confirm, opt_in_behind
from customers.services.own_consents import Subject, grant, withdraw, withdraw_everything

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
PAGE: Final = "preference page"
ONE_CLICK: Final = "one-click unsubscribe"
DONE: Final = ("withdrawn", "everything", "granted", "asked", "interest")
View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """Only GET and POST, no CSRF cookie, nothing kept by anybody on the way."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(answer))


@public
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    customer = customer_behind(token)
    if customer is None:
        return _unusable(request)
    if request.method != "POST":
        return _preferences(request, customer)
    try:
        done = _change(request, customer)
    except VesileError as error:
        return _preferences(request, customer, problem=str(error), status=400)
    return HttpResponseRedirect(f"{request.path}?done={done}", status=303)


def _change(request: HttpRequest, customer: Customer) -> str:
    """Do what was asked for; returns what to say about it."""
    about: dict[str, Any] = {"customer_id": customer.pk, "source": PAGE, "at": clock.now()}
    about["proof"] = proof_of(request)
    if request.POST.get("everything"):
        withdraw_everything(**about)
        return "everything"
    said = said_in(request.POST)
    if said is not None:
        actor = Actor("customer", str(customer.pk))
        declare_interests(customer=customer, asked=[said], actor=actor, at=about["at"])
        return "interest"
    text = request.POST.get("grant", "")
    if text.isdigit() and len(text) < 18:
        return "granted" if grant(text_id=int(text), **about) else "asked"
    shown = choices_of(customer, languages=[], at=about["at"])
    choice = shown.find(request.POST.get("withdraw", ""))
    if choice is not None:
        withdraw(subjects=[choice.subject], **about)
    return "withdrawn"


@public
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """RFC 8058: a mail program's POST withdraws e-mail, with 200 and without a redirect."""
    customer = customer_behind(token)
    if customer is None:
        return _unusable(request)
    done = request.method == "POST"
    if done:
        withdraw(
            customer_id=customer.pk,
            subjects=[Subject(MARKETING, Channel.EMAIL, "")],
            source=ONE_CLICK,
            proof=proof_of(request),
            at=clock.now(),
        )
    page = reverse("public-preferences", args=[token])
    return _page(request, "unsubscribe", _language_of(customer), done=done, preferences=page)


@public
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    at = clock.now()
    opt_in = opt_in_behind(token, at=at)
    if opt_in is None:
        return _unusable(request)
    outcome = Confirmation.ALREADY if opt_in.confirmed_at else None
    if request.method == "POST":
        outcome = confirm(token=token, proof=proof_of(request), at=at)
    if outcome is Confirmation.UNUSABLE:
        return _unusable(request)
    return _page(
        request,
        "confirm",
        _language_of(opt_in.identity.customer),
        opt_in=opt_in,
        outcome=outcome.value if outcome else "",
    )


def customer_behind(token: str) -> Customer | None:
    """Whose link this is, also after their record was merged into another."""
    public_id = customer_of(token)
    if public_id is None:
        return None
    found = Customer.objects.filter(public_id=public_id).first()
    if found is not None:
        return found
    merge = Merge.objects.filter(absorbed_public_id=public_id, undone_at=None)
    alias = merge.select_related("kept").first()
    return alias.kept if alias else None


def _preferences(
    request: HttpRequest, customer: Customer, *, problem: str = "", status: int = 200
) -> HttpResponse:
    language = _language_of(customer)
    done = request.GET.get("done", "")
    return _page(
        request,
        "preferences",
        language,
        zone=localtime.zone_or(customer.zone, "UTC"),
        status=status,
        choices=choices_of(
            customer, languages=[customer.language, language, _project_language()], at=clock.now()
        ),
        done=done if done in DONE else "",
        problem=problem,
        email=_veiled(customer.email),
        interests=lambda: rows_for(customer, at=clock.now()),
    )


def _veiled(address: str) -> str:
    """Enough of an address to recognise one's own: a•••@example.com."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}•••{at}{domain}" if at else ""


def _unusable(request: HttpRequest) -> HttpResponse:
    """The one page for forged, unknown and expired links: nobody learns which it was."""
    return _page(request, "unusable", _project_language(), status=404)


def _project_language() -> str:
    return Project.objects.get(pk=1).language


def _language_of(customer: Customer) -> str:
    known = dict(settings.LANGUAGES)
    wanted = customer.language.partition("-")[0].lower()
    return wanted if wanted in known else _project_language()


def _page(
    request: HttpRequest,
    name: str,
    language: str,
    *,
    zone: str = "UTC",
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    with translation.override(language), timezone.override(ZoneInfo(zone)):
        brand = Brand.objects.get(is_default=True)
        html = render_to_string(
            f"vesile/public/{name}.html",
            {"brand": brand, "language": language, "path": request.path, **context},
        )
    return HttpResponse(html, status=status, headers={"Content-Language": language})
