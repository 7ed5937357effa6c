from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class SharedConfig(AppConfig):
    name = "config.shared"
    label = "shared"
    verbose_name = _("Installation")

    def ready(self) -> None:
        from config.shared import permissions

        permissions.declare()


class VesileAdminConfig(AdminConfig):
    default_site = "config.shared.admin_site.VesileAdminSite"
