"""Unfold's dialogs: shown on GET, carried out on POST with a CSRF token."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from unfold.forms import BaseDialogForm

from config.shared.errors import VesileError


class ConfirmForm(BaseDialogForm):
    """Asks for nothing but the press of the button."""


def done(request: HttpRequest, url: str, text: str | Promise) -> HttpResponse:
    """Close the dialog, go to `url` and say there what happened."""
    messages.success(request, str(text))
    return HttpResponse(headers={"HX-Redirect": url})


def refused(request: HttpRequest, url: str, error: VesileError) -> HttpResponse:
    """Close the dialog, go to `url` and say there why nothing happened."""
    messages.error(request, str(error))
    return HttpResponse(headers={"HX-Redirect": url})
