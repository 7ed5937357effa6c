"""Addresses for the shop's pages that customers answers."""

from django.urls import URLPattern, path

from .client import ClientEvents

urlpatterns: list[URLPattern] = [path("events", ClientEvents.as_view())]
