"""What every call of a shop's server shares."""

from typing import cast

from django.http import HttpResponse
from rest_framework.views import APIView

from config.shared import idempotency
from config.shared.api.authentication import ServerKeyAuthentication
from config.shared.api.permissions import HasScope
from config.shared.models import ApiKey


class Storefront(APIView):
    """A call of the shop's server; `scopes` names what each method needs."""

    authentication_classes = [ServerKeyAuthentication]
    permission_classes = [HasScope]

    @property
    def key(self) -> ApiKey:
        """The key that calls; the authentication lets nothing else through."""
        return cast(ApiKey, self.request.auth)


def rendered(answer: idempotency.Answer) -> HttpResponse:
    """An answer of `exactly_once` as it goes out."""
    response = HttpResponse(answer.body, status=answer.status, content_type="application/json")
    if answer.replayed:
        response[idempotency.REPLAYED_HEADER] = "true"
    return response
