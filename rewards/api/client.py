"""The calls of the shop's pages, with a key that everybody can read there.

What such a key is told of codes is said in `rewards.on_pages`.
"""

import time
from functools import partial
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared import clock
from config.shared.api.listing import PAGING, check_names
from config.shared.api.storefront import ClientFront
from rewards.asked import Attempt
from rewards.services.refused_attempts import keep_untold

from . import client_schema as schema
from .serializers import read_attempt
from .views import Redeeming, Validating

LEAST_SECONDS: Final = 0.15
"""Longer than it takes to find out why any code does not work; guesses are throttled besides."""


class LookingUp(ClientFront):
    """A call that names codes: the answer to what does not work takes as long whatever it is.

    Why it does not work is kept when the answer is sent already, so that nobody can measure it.
    """

    refused: Attempt | None
    only_asks: bool

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        started = time.monotonic()
        response = super().dispatch(request, *args, **kwargs)
        left = started + LEAST_SECONDS - time.monotonic()
        if self.wrong_codes and left > 0:
            time.sleep(left)
        if self.refused is not None:
            keeping = partial(
                keep_untold,
                attempt=self.refused,
                api_key=self.key,
                at=clock.now(),
                only_asked=self.only_asks,
            )
            response._resource_closers.append(keeping)  # type: ignore[attr-defined]
        return response


class ClientValidations(LookingUp, Validating):
    scopes = {"POST": "validations:write"}

    @schema.validate
    def post(self, request: Request) -> HttpResponse:
        return self.answer(request)


class ClientRedemptions(LookingUp, Redeeming):
    scopes = {"POST": "redemptions:write"}

    @schema.redeem
    def post(self, request: Request) -> HttpResponse:
        return self.answer(request, read_attempt(request.data))


class PromotionTiers(ClientFront):
    """Promotions that apply themselves: there are none yet."""

    scopes = {"GET": "validations:write"}

    @schema.list_tiers
    def get(self, request: Request) -> Response:
        check_names(request.query_params, PAGING | {"is_available", "order", "origin"})
        return Response(
            {"object": "list", "data_ref": "tiers", "tiers": [], "total": 0, "has_more": False}
        )
