"""The storefront API's addresses, /v1."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config.shared.api.permissions import Anyone
from config.shared.api.unknown import UnknownAddress

urlpatterns = [
    path("", include("rewards.api.urls")),
    path("schema/", SpectacularAPIView.as_view(permission_classes=[Anyone]), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(
            permission_classes=[Anyone],
            url_name="schema",
            http_method_names=["get", "head"],  # its template cannot render DRF's OPTIONS
        ),
        name="api-docs",
    ),
    path("", include("customers.api.urls")),
    path("", include("segments.api.urls")),
    re_path("", UnknownAddress.as_view()),
]
