"""Addresses of the pages behind links, below /c/."""

from django.urls import URLPattern, path

from . import views

urlpatterns: list[URLPattern] = [
    path("confirm/<str:token>/", views.confirmation, name="public-confirm"),
    path("<str:token>/unsubscribe", views.unsubscribe, name="public-unsubscribe"),
    path("<str:token>/", views.preferences, name="public-preferences"),
]
