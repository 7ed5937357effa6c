"""Addresses under the API that lead nowhere: answered in the API's own way."""

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.views import APIView

from config.shared.api.permissions import Anyone
from config.shared.errors import NotFound


class UnknownAddress(APIView):
    """404 in the published error shape, whatever the method."""

    permission_classes = [Anyone]
    schema = None

    def initial(self, request: Request, *args: str, **kwargs: str) -> None:
        raise NotFound(
            _("There is no such address."), details=_("See the description at /v1/docs/.")
        )
