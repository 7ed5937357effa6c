"""What every call with a key shares, of the shop's server and of its pages."""

from collections.abc import Collection, Mapping
from typing import Any, NoReturn, cast

from django.http import HttpResponse
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.request import Request
from rest_framework.views import APIView

from config.shared import addresses, clock, idempotency, limits
from config.shared.api.authentication import ClientKeyAuthentication, ServerKeyAuthentication
from config.shared.api.calls import call_of
from config.shared.api.permissions import HasScope
from config.shared.errors import ScopeMissing, TooManyRequests
from config.shared.models import ApiKey


class KeyFront(APIView):
    """A call with a key, within the key's limits; `scopes` names what each method needs.

    `looks_up_codes` names the methods that look codes up. Such a call sets `wrong_codes` to the
    number of those that are unknown or somebody else's, which counts against guessing.
    """

    permission_classes = [HasScope]
    scopes: Mapping[str, str] = {}
    looks_up_codes: Collection[str] = ()
    wrong_codes = 0

    @property
    def key(self) -> ApiKey:
        """The key that calls; the authentication lets nothing else through."""
        return cast(ApiKey, self.request.auth)

    def check_throttles(self, request: Request) -> None:
        """Raises TooManyRequests; before anything is done, so nothing is stored of it."""
        self._count(request, self._caller(request))

    def permission_denied(
        self, request: Request, message: str | None = None, code: str | None = None
    ) -> NoReturn:
        """What the key may not do counts as well; its body is not looked at."""
        self._count(request, limits.Caller(addresses.client_address(request._request)))
        method = request.method or ""
        needed = self.scopes.get(method)
        if needed is None:
            raise MethodNotAllowed(method)
        raise ScopeMissing(needed)

    def _count(self, request: Request, caller: limits.Caller) -> None:
        at = clock.now()
        standing = limits.count_request(
            key=self.key, caller=caller, guesses=request.method in self.looks_up_codes, at=at
        )
        call_of(request._request).standing = standing
        if standing.exceeded:
            raise TooManyRequests(standing.seconds_left(at))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        if self.wrong_codes:
            limits.count_wrong_codes(
                key=self.key,
                caller=self._caller(request),
                wrong=self.wrong_codes,
                at=clock.now(),
            )
        return super().finalize_response(request, response, *args, **kwargs)

    def _caller(self, request: Request) -> limits.Caller:
        return limits.Caller(addresses.client_address(request._request), _customer_in(request))


class Storefront(KeyFront):
    """A call of the shop's server."""

    authentication_classes = [ServerKeyAuthentication]


class ClientFront(KeyFront):
    """A call of the shop's pages, with a key that everybody can read there."""

    authentication_classes = [ClientKeyAuthentication]


def _customer_in(request: Request) -> str:
    """What the body calls the customer, empty where it names nobody; the view reads it properly."""
    if request.method not in {"POST", "PUT"} or not isinstance(request.data, dict):
        return ""
    customer: Any = request.data.get("customer")
    if isinstance(customer, dict):
        customer = customer.get("source_id") or customer.get("id")
    return customer if isinstance(customer, str) else ""


def rendered(answer: idempotency.Answer) -> HttpResponse:
    """An answer of `exactly_once` as it goes out."""
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json")
    if answer.replayed:
        response[idempotency.REPLAYED_HEADER] = "true"
    return response
