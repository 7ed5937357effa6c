"""Addresses of the storefront API that rewards answers."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
