"""Validations and redemptions as calls of the shop's pages, to test what such a key learns."""

from django.urls import include, path

from config.shared.api.storefront import ClientFront
from rewards.api.views import Redemptions, Validations


class PageValidations(ClientFront, Validations):
    """The same call for a key of pages."""


class PageRedemptions(ClientFront, Redemptions):
    """The same call for a key of pages."""


urlpatterns = [
    path("client/v1/test/validations", PageValidations.as_view()),
    path("client/v1/test/redemptions", PageRedemptions.as_view()),
    path("", include("config.urls")),
]
