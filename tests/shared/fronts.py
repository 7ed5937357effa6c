"""Addresses with a view for each kind of key, to test what all calls with such a key share."""

from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response

from config.shared.api.storefront import ClientFront, Storefront
from config.shared.errors import Refused


class Echo(Storefront):
    scopes = {"GET": "redemptions:read", "POST": "redemptions:write"}

    def get(self, request: Request) -> Response:
        return Response({"key": self.key.name})

    def post(self, request: Request) -> Response:
        return Response({"key": self.key.name})


class Guess(ClientFront):
    """Finds the code RIGHT."""

    scopes = {"POST": "validations:write"}
    looks_up_codes = {"POST"}

    def post(self, request: Request, code: str = "") -> Response:
        if request.data.get("code") != "RIGHT":
            self.wrong_codes = 1
        return Response({"valid": request.data.get("code") == "RIGHT"})


class Redeem(ClientFront):
    scopes = {"POST": "redemptions:write", "GET": "redemptions:read"}

    def post(self, request: Request) -> Response:
        raise Refused(details="no")

    def get(self, request: Request) -> Response:
        return Response({})


urlpatterns = [
    path("v1/test/echo", Echo.as_view()),
    path("client/v1/test/guess/<str:code>", Guess.as_view()),
    path("client/v1/test/guess", Guess.as_view()),
    path("client/v1/test/redeem", Redeem.as_view()),
    path("", include("config.urls")),
]
