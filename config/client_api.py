"""The addresses for the shop's pages, /client/v1."""

from django.urls import include, path, re_path

from config.shared.api.unknown import UnknownAddress

urlpatterns = [
    path("", include("customers.api.client_urls")),
    path("", include("rewards.api.client_urls")),
    re_path("", UnknownAddress.as_view()),
]
