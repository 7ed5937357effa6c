"""All addresses: the admin, the pages behind links, the API, health."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from config.shared import health

handler400 = "config.shared.api.pages.bad_request"
handler500 = "config.shared.api.pages.server_error"

# The first address that fits is taken: tills wait for theirs.
urlpatterns = [
    path("v1/", include("config.api")),
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("c/", include("customers.public.urls")),
    path("management/v1/", include("config.management_api")),
    path("client/v1/", include("config.client_api")),
    path("health/live", health.live),
    path("health/ready", health.ready),
]
