"""The addresses of /management/v1: keys and the project."""

from django.urls import include, path, re_path

from config.shared.api.unknown import UnknownAddress

urlpatterns = [
    path("", include("config.shared.api.management")),
    re_path("", UnknownAddress.as_view()),
]
