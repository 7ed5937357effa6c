"""The calls of the shop's pages, with a key that everybody can read there."""

from django.http import HttpResponse
from rest_framework.request import Request

from config.shared.api.authentication import ClientKeyAuthentication

from . import schema
from .views import Events


class ClientEvents(Events):
    """What somebody does on a page of the shop."""

    authentication_classes = [ClientKeyAuthentication]

    @schema.client_track_event
    def post(self, request: Request) -> HttpResponse:
        answer: HttpResponse = super().post(request)
        return answer
