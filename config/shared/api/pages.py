"""What answers when Django gives up on a request: programs get JSON, people a page."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults

from config.shared import errors
from config.shared.api.handler import body_of

API = ("/v1/", "/client/v1/", "/management/v1/")


class UnusableRequest(errors.BadInput):
    """Refused before any view saw it, for instance because of its Host header."""


class Defect(errors.VesileError):
    """A mistake of ours; its details are in the log under the request id."""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return JsonResponse(body_of(UnusableRequest()), status=UnusableRequest.status)
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(API):
        return JsonResponse(body_of(Defect()), status=Defect.status)
    return defaults.server_error(request)
